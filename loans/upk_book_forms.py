"""What UPK staff write about their own book, and which part of it is asked for."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from groups.dates import NotADate, parse_date
from groups.fields import DayField, NameField, RupiahField
from groups.forms import BukuForm
from loans.services.upk_book import MONEY_KINDS, Money

_EDGE = re.compile(r"(?P<sign>[-−]?)(?P<whole>[0-9]{1,4})(?:[.,](?P<part>[0-9]{1,2}))? ?%?", re.ASCII)


class EdgeField(forms.Field):
    """Per cent with at most two decimals, `12,5`; comes out as a `Decimal` between `least` and `most`."""

    def __init__(self, *, least: int = 0, most: int = 100, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "maxlength": 20}
        super().__init__(widget=forms.TextInput(attrs=attributes), **options)
        self.least, self.most = least, most

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        match = _EDGE.fullmatch(str(value).strip())
        if not match:
            raise ValidationError(_("Write the per cent like 12,5."), code="not_a_percent")
        edge = Decimal(f"{'-' if match['sign'] else ''}{match['whole']}.{match['part'] or 0}")
        if not self.least <= edge <= self.most:
            words = {"least": self.least, "most": self.most}
            raise ValidationError(_("Write between %(least)s and %(most)s."), code="out_of_range", params=words)
        return edge

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        text = f"{value:f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def _kinds() -> list[Any]:
    groups = (("in", _("Money in")), ("out", _("Money out")), ("move", _("Between cash and bank")))
    kinds = [
        (title, [(one.kind, one.label) for one in MONEY_KINDS.values() if one.direction == direction])
        for direction, title in groups
    ]
    return [("", "–"), *kinds]


class MoneyForm(BukuForm):
    """One movement of other money; `key` was minted when the form was opened."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    on = DayField(label=_("Date"))
    kind = forms.ChoiceField(label=_("What kind of money?"), choices=_kinds)
    place = forms.ChoiceField(
        label=_("Cash or bank"),
        choices=[("cash", _("Cash")), ("bank", _("Bank"))],
        help_text=_("Of no matter between cash and bank."),
    )
    amount = RupiahField(label=_("Amount"), least=1)
    party = NameField(label=_("From whom, or to whom"), required=False, max_length=80)
    memo = NameField(label=_("What for"), max_length=110)

    @property
    def money(self) -> Money:
        """What was written, once it is valid."""
        given = self.cleaned_data
        return Money(**{name: given[name] for name in ("kind", "on", "amount", "memo", "place", "party")})


class MoneyCorrectionForm(MoneyForm):
    """What it should have been, and why; amount 0 says it never was."""

    amount = RupiahField(label=_("Amount"), help_text=_("0 when it never was."))
    reason = NameField(label=_("Why is it corrected?"), max_length=200)

    @property
    def in_place(self) -> Money | None:
        """What stands in its place, or nothing."""
        return self.money if self.cleaned_data["amount"] else None


class MonthForm(forms.Form):
    """`?month=2018-12`: a month to look at, none later than the present one."""

    month = forms.CharField(required=False, max_length=10)

    def clean_month(self) -> date | None:
        text = self.cleaned_data["month"]
        if not text:
            return None
        try:
            return parse_date(text if len(text) > len("2018-12") else f"{text}-01").replace(day=1)
        except NotADate as error:
            raise ValidationError(str(error), code=error.code) from error

    @classmethod
    def chosen(cls, data: Any, *, today: date) -> date:
        """The first day of the month asked for; of the present one when none was, or one still to come."""
        form = cls(data)
        month = (form.cleaned_data["month"] if form.is_valid() else None) or today
        return min(month, today).replace(day=1)


SORTS = ("no", "group", "principal", "outstanding", "arrears", "late", "days", "class", "last")


class PortfolioForm(forms.Form):
    """Which day, which loans, in which order; anything not understood counts as not asked."""

    on = DayField(label=_("As of"), required=False)
    sort = forms.ChoiceField(choices=[(f"{sign}{key}", key) for key in SORTS for sign in ("", "-")], required=False)
    q = forms.CharField(label=_("KSM"), max_length=60, required=False)
    grade = forms.IntegerField(label=_("Class"), min_value=1, max_value=99, required=False)
    late = forms.ChoiceField(
        label=_("Late"),
        required=False,
        choices=[("", _("All loans")), ("1", _("1 or more instalments late")), ("3", _("3 or more instalments late"))],
    )

    def asked(self, today: date) -> dict[str, Any]:
        """Return the day and the arguments of `selectors.upk_portfolio.chosen`."""
        self.is_valid()
        data = self.cleaned_data
        on = data.get("on")
        return {
            "on": min(on, today) if on else today,
            "sort": data.get("sort") or "-late",
            "query": data.get("q") or "",
            "grade": data.get("grade"),
            "late": int(data.get("late") or 0),
        }


class BoundsForm(BukuForm):
    """The edges of the bands, in per cent, and the reward."""

    from_on = DayField(label=_("Holds from"))
    lar_good = EdgeField(label=_("LAR satisfactory up to"))
    lar_limit = EdgeField(label=_("LAR minimum up to"))
    par_good = EdgeField(label=_("PAR satisfactory up to"))
    par_limit = EdgeField(label=_("PAR minimum up to"))
    ccr_good = EdgeField(label=_("CCr satisfactory from"), most=1000)
    ccr_limit = EdgeField(label=_("CCr minimum from"), most=1000)
    roi_good = EdgeField(label=_("ROI satisfactory from"), least=-100)
    roi_limit = EdgeField(label=_("ROI minimum from"), least=-100)
    rr_good = EdgeField(label=_("RR satisfactory from"))
    rr_limit = EdgeField(label=_("RR minimum from"))
    reward = EdgeField(label=_("IPTW, per cent of all jasa"), help_text=_("0: no reward for paying on time."))


class ReserveForm(BukuForm):
    """The month and the change that were shown when the reserve is written."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=-(10**15), max_value=10**15, widget=forms.HiddenInput)


class RewardForm(BukuForm):
    """The day a reward is paid out."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    on = DayField(label=_("Paid on"))


class TakeBackForm(BukuForm):
    """Why something written is taken back."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    reason = NameField(label=_("Why is it corrected?"), max_length=200)
