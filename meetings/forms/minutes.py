"""The minutes, and who does what by when."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groups.fields import DayField
from groups.models import Member
from meetings.models import Meeting

FOLLOW_UPS = 3
MOST_TEXT = 4000

NO_DECISION = "Tidak ada keputusan"
NO_OTHER_DECISION = "Tidak ada keputusan lain"  # than those on loans, which the minutes quote


class MinutesForm(forms.Form):
    """Agenda, discussion, decisions."""

    agenda = forms.CharField(max_length=MOST_TEXT, required=False, label=gettext_lazy("Agenda"))
    discussion = forms.CharField(max_length=MOST_TEXT, required=False, label=gettext_lazy("What was discussed"))
    decisions = forms.CharField(max_length=MOST_TEXT, required=False, label=gettext_lazy("What was decided"))
    manner = forms.ChoiceField(
        choices=[("", "–"), *Meeting.Manner.choices], required=False, label=gettext_lazy("How it was decided")
    )
    none = forms.BooleanField(required=False, label=gettext_lazy("Nothing was decided"))
    place = forms.CharField(max_length=100, required=False, label=gettext_lazy("Place"))

    def decided(self, *, loans: bool = False) -> str:
        """The decisions, or the words that there were none; `loans`: beside those on loans."""
        none = NO_OTHER_DECISION if loans else NO_DECISION
        return self.cleaned_data["decisions"] or (none if self.cleaned_data["none"] else "")


class FollowUpForm(forms.Form):
    """Who does what by when."""

    what = forms.CharField(max_length=200, required=False)
    owner = forms.ChoiceField(choices=[], required=False)
    due_on = DayField(required=False)

    def __init__(self, *args: Any, members: list[Member], met_on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.met_on = met_on
        self.fields["owner"].choices = [("", "–"), *((str(m.no), m.name) for m in members)]  # type: ignore[attr-defined]

    def clean_due_on(self) -> date | None:
        due = self.cleaned_data["due_on"]
        if due and due < self.met_on:
            raise ValidationError(_("This day is before the meeting."), code="too_early")
        return due

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("owner") or data.get("due_on")) and not data.get("what"):
            self.add_error("what", _("Write what is to be done."))
        return data
