"""What people write about loans: the terms she asks for, what the meeting decided, which paper."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groups.fields import DayField, NameField, RupiahField
from groups.forms import BukuForm
from groups.models import Group, Member
from loans.models import LendingRules, Loan, LoanRequest, Method, Unit
from loans.schedule import MAX_PERIODS, MAX_RATE, Terms
from loans.services import judge_request, judge_terms, terms_or_refuse

# What a group that never lent is offered first; every one of them is hers to change.
FIRST_TERMS: dict[str, Any] = {
    "periods": 12,
    "unit": Unit.WEEK,
    "rate": Decimal("1.5"),
    "rate_per": Unit.MONTH,
    "method": Method.FLAT,
    "round_to": 1000,
}
AGREED_TERMS = ("rate", "rate_per", "method", "round_to")  # what a group's rules fix
MOST_ROUNDING = 1_000_000

_PERCENT = re.compile(r"(?P<whole>[0-9]{1,3})(?:[.,](?P<part>[0-9]{1,4}))? ?%?")
_COUNT = re.compile(r"[0-9]{1,3}")


class PercentField(forms.Field):
    """Per cent from 0 to 100 with at most four decimals, `1,5` or `1.5`, exact; comes out as a `Decimal`."""

    def __init__(self, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "maxlength": 20}
        options.setdefault("widget", forms.TextInput(attrs=attributes))
        super().__init__(**options)

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values or isinstance(value, Decimal):
            return None if value in self.empty_values else value
        match = _PERCENT.fullmatch(str(value).strip())
        if not match:
            raise ValidationError(_("Write the per cent like 1,5."), code="not_a_percent")
        rate = Decimal(f"{match['whole']}.{match['part'] or 0}")
        if rate > MAX_RATE:
            raise ValidationError(
                _("Jasa is between 0 and %(most)s per cent."), code="rate_out_of_range", params={"most": MAX_RATE}
            )
        return rate

    def prepare_value(self, value: Any) -> Any:
        return percent_text(value) if isinstance(value, Decimal) else value


def percent_text(rate: Decimal) -> str:
    """Return a rate as Indonesians write it: `1,5`, without zeros at its end."""
    text = f"{rate:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


class CountField(forms.Field):
    """A whole number from `least` to `most`, in digits alone: "10.000" is no number of instalments, nor is "1e2"."""

    def __init__(self, *, most: int, least: int = 1, **options: Any) -> None:
        attributes = {"inputmode": "numeric", "autocomplete": "off", "maxlength": 20}
        options.setdefault("widget", forms.TextInput(attrs=attributes))
        super().__init__(**options)
        self.least, self.most = least, most

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        text = str(value).strip()
        if not _COUNT.fullmatch(text) or not self.least <= int(text) <= self.most:
            raise ValidationError(
                _("Write a number from %(least)s to %(most)s."),
                code="not_a_count",
                params={"least": self.least, "most": self.most},
            )
        return int(text)


class RequestForm(BukuForm):
    """A member asks for a loan on terms a group can lend on; `terms` holds them once the form is valid."""

    member = forms.ModelChoiceField(
        Member.objects.none(), label=_("Who asks"), to_field_name="no", empty_label=_("Choose a member")
    )
    amount = RupiahField(label=_("How much"), least=1)
    purpose = NameField(
        label=_("What for"), max_length=200, required=False, help_text=_("Like goods to sell, or school.")
    )
    periods = CountField(label=_("Number of instalments"), most=MAX_PERIODS)
    unit = forms.ChoiceField(
        label=_("Paid every"),
        choices=[(Unit.WEEK, pgettext_lazy("every", "week")), (Unit.MONTH, pgettext_lazy("every", "month"))],
    )
    rate = PercentField(label=_("Jasa, per cent"), help_text=_("Like 1,5. Write 0 for a loan without jasa."))
    rate_per = forms.ChoiceField(
        label=_("Jasa per"),
        choices=[(Unit.MONTH, pgettext_lazy("every", "month")), (Unit.WEEK, pgettext_lazy("every", "week"))],
        help_text=_("A month counts as 4 weeks."),
    )
    method = forms.ChoiceField(
        label=_("How jasa is counted"),
        choices=[
            (Method.FLAT, _("flat, jasa stays the same")),
            (Method.DECLINING, _("declining, jasa of what is left")),
            (Method.ANNUITY, _("annuity, instalments stay the same")),
        ],
    )
    round_to = RupiahField(
        label=_("Round instalments up to"),
        validators=[MaxValueValidator(MOST_ROUNDING, _("Write at most 1.000.000."))],
        help_text=_("Like 1.000. Write 0 for no rounding."),
    )
    requested_on = DayField(label=_("Asked on"))

    def __init__(self, *args: Any, group: Group, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.group, self.today = group, today
        self.fields["member"].queryset = Member.objects.filter(group=group).active_on(today).order_by("no")  # type: ignore[attr-defined]
        self.terms: Terms | None = None

    @staticmethod
    def initial_of(last: Loan | LoanRequest | None, rules: LendingRules | None, today: date) -> dict[str, Any]:
        """What the form opens with: the terms the group lent on last, and what its rules say."""
        terms = {name: getattr(last, name) for name in FIRST_TERMS} if last else FIRST_TERMS
        agreed = {name: getattr(rules, name) for name in AGREED_TERMS} if rules else {}
        return terms | agreed | {"requested_on": today}

    def clean_requested_on(self) -> date:
        on: date = self.cleaned_data["requested_on"]
        if on > self.today:
            raise ValidationError(_("This day is still to come."), code="future")
        return on

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("member") and given.get("requested_on"):
            try:
                judge_request(group=self.group, member=given["member"], on=given["requested_on"])
            except ValidationError as refusal:
                self.refuse(refusal)
        names = ("periods", "unit", "rate", "rate_per", "method", "round_to")
        if all(given.get(name) is not None for name in ("amount", *names)):
            try:
                self.terms = terms_or_refuse(principal=given["amount"], **{name: given[name] for name in names})
            except ValidationError as refusal:
                for field, errors in refusal.error_dict.items():
                    self.add_error({"principal": "amount"}.get(field, field), errors)
        if self.terms and given.get("member") and given.get("requested_on") and not self.errors:
            try:
                judge_terms(group=self.group, member=given["member"], terms=self.terms, on=given["requested_on"])
            except ValidationError as refusal:
                self.refuse(refusal)
        return given


class AskerForm(forms.Form):
    """Whom the request form opens for: the number of a member."""

    member = CountField(most=999, required=False)

    @property
    def number(self) -> int | None:
        return self.cleaned_data.get("member") if self.is_valid() else None


class DecisionForm(BukuForm):
    """What the meeting decided on a request, and why. A rejection needs its reason; the service says so."""

    decision = NameField(label=_("Reason or remark"), max_length=200, required=False)
    answer = forms.ChoiceField(choices=[("approve", ""), ("reject", "")])

    @property
    def approves(self) -> bool:
        return bool(self.cleaned_data["answer"] == "approve")


class PaperForm(forms.Form):
    """Which paper the card is printed on; A4 unless it says F4."""

    paper = forms.ChoiceField(choices=[("a4", "A4"), ("f4", "F4")], required=False)

    @property
    def size(self) -> str:
        return (self.cleaned_data.get("paper") if self.is_valid() else "") or "a4"
