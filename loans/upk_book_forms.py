"""What UPK staff write about their own book, and which part of it is asked for."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from groups.dates import NotADate, parse_date
from groups.fields import DayField, NameField, RupiahField
from groups.forms import BukuForm
from loans.services.upk_book import MONEY_KINDS, Money

LONGEST_PERIOD = 366


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


class PeriodForm(forms.Form):
    """`?from=…&to=…&account=bank`: the part of the cash book to show; without days, the month of `today`."""

    account = forms.ChoiceField(choices=[("cash", _("Cash")), ("bank", _("Bank"))], required=False)

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        self.today = today
        self.fields["from"] = DayField(label=_("From"), required=False)
        self.fields["to"] = DayField(label=_("To"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        to_on = data.get("to") or max(self.today, data.get("from") or self.today)
        from_on = data.get("from") or to_on.replace(day=1)
        if from_on > to_on:
            self.add_error("to", ValidationError(_("The last day comes after the first."), code="backwards"))
        elif to_on - from_on > timedelta(days=LONGEST_PERIOD):
            self.add_error("to", ValidationError(_("Choose one year at the most."), code="long"))
        return {**data, "from": from_on, "to": to_on}

    @property
    def asked(self) -> tuple[str, date, date]:
        """Account, first and last day; what was not understood is left out."""
        if self.is_valid():
            given = self.cleaned_data
            return given["account"] or "cash", given["from"], given["to"]
        return self.cleaned_data.get("account") or "cash", self.today.replace(day=1), self.today


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
