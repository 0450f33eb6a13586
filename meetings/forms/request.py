"""What the meeting does with an open loan request."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy


class RequestForm(forms.Form):
    """What the meeting does with an open request. One that is approved already is only paid out, now or later."""

    choice = forms.ChoiceField(
        choices=[
            ("", pgettext_lazy("request", "Leave for later")),
            ("pay", pgettext_lazy("request", "Approve and pay out now")),
            ("approve", pgettext_lazy("request", "Approve, pay out later")),
            ("reject", pgettext_lazy("request", "Do not approve")),
        ],
        required=False,
    )
    reason = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, cash: int, blocked: int, approved: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cash, self.blocked = cash, blocked  # rupiah it takes out of the box, and what stays behind
        if approved:
            left, paid = pgettext_lazy("request", "Leave for later"), pgettext_lazy("request", "Pay out now")
            self.fields["choice"] = forms.ChoiceField(choices=[("", left), ("pay", paid)], required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("choice") == "reject" and not data.get("reason"):
            self.add_error("reason", _("Write why it is not approved."))
        return data
