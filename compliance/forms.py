"""What a dashboard is asked for: sorting, filters, page. Anything unknown counts as not asked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.selectors import SORTS
from groups.fields import DayField
from groups.models import Appointment, Bkm, Group, Programme
from groups.regions_search import region_labels
from users.models import User


class DashboardForm(forms.Form):
    """The parameters of a dashboard; `asked()` gives what was valid."""

    sort = forms.ChoiceField(choices=[(f"{sign}{key}", key) for key in SORTS for sign in ("", "-")], required=False)
    q = forms.CharField(max_length=60, required=False, label=_("Name"))
    region = forms.ChoiceField(required=False, label=_("Village"))
    facilitator = forms.ChoiceField(required=False, label=_("Facilitator"))
    programme = forms.ChoiceField(required=False, label=_("Programme"))
    origin = forms.ChoiceField(required=False, label=_("Origin"))
    status = forms.ChoiceField(required=False, label=_("Status"))
    light = forms.ChoiceField(required=False, label=_("Light"))

    def __init__(self, data: Any, *, bkm: Bkm) -> None:
        super().__init__(data)
        self.bkm = bkm
        codes = sorted(set(Group.objects.filter(bkm=bkm).exclude(region="").values_list("region", flat=True)))
        labels = region_labels(codes)
        served = Appointment.objects.filter(bkm=bkm, role=Appointment.Role.FACILITATOR).values("user")
        choices = {
            "region": [("", _("All villages")), *((code, labels.get(code, code).split(",")[0]) for code in codes)],
            "facilitator": [
                ("", _("All facilitators")),
                *User.objects.filter(pk__in=served).order_by("name").values_list("username", "name"),
            ],
            "programme": [
                ("", _("All programmes")),
                *Programme.objects.filter(groups__bkm=bkm).distinct().order_by("name").values_list("code", "name"),
            ],
            "origin": [("", _("New and reactivated")), *Group.Origin.choices],
            "status": [("", _("Active")), ("ended", _("Ended"))],
            "light": [("", _("All lights")), ("red", _("with a red light")), ("amber", _("with an amber light"))],
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]

    def filters(self) -> list[forms.BoundField]:
        """The selects worth showing: those with something to choose between."""
        return [
            self[name]
            for name, field in self.fields.items()
            if name == "status" or (len(getattr(field, "choices", ())) > 2 and name != "sort")
        ]

    def asked(self) -> dict[str, Any]:
        """Return the arguments of `selectors.dashboard`."""
        self.is_valid()
        data = self.cleaned_data
        user = User.objects.filter(username=data["facilitator"]).first() if data.get("facilitator") else None
        return {
            "sort": data.get("sort") or "total",
            "query": data.get("q") or "",
            "region": data.get("region") or "",
            "programme": data.get("programme") or "",
            "origin": data.get("origin") or "",
            "facilitator": user.pk if user else None,
            "active": data.get("status") != "ended",
            "light": data.get("light") or "",
        }


class OnForm(forms.Form):
    """`?on=2026-03-29`: the day a group is judged at."""

    on = DayField(required=False)
