"""What people write about loans from the UPK: a request with its shares, decisions, payments, the UPK's rules."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from groups.fields import DayField, NameField, RupiahField
from groups.forms import BukuForm
from groups.models import Group, Member
from loans.forms import MOST_ROUNDING, CountField, PercentField
from loans.models import Method, Unit, UpkRules
from loans.schedule import Terms
from loans.services import Share, terms_or_refuse
from loans.services.upk_requests import MOST_MONTHS, RULE_FIELDS

METHODS = [
    (Method.FLAT, _("flat, jasa stays the same")),
    (Method.DECLINING, _("declining, jasa of what is left")),
    (Method.ANNUITY, _("annuity, instalments stay the same")),
]


class UpkTermsForm(BukuForm):
    """What a UPK loan is lent on, month by month."""

    periods = CountField(label=_("How many months"), most=MOST_MONTHS)
    rate = PercentField(label=_("Jasa, per cent a month"), help_text=_("Like 1,5. Write 0 for a loan without jasa."))
    method = forms.ChoiceField(label=_("How jasa is counted"), choices=METHODS)
    round_to = RupiahField(label=_("Round instalments up to"), help_text=_("Like 1.000. Write 0 for no rounding."))

    def clean_round_to(self) -> int:
        step: int = self.cleaned_data["round_to"]
        if step > MOST_ROUNDING:
            raise ValidationError(_("Write at most 1.000.000."), code="too_much")
        return step


class UpkRequestForm(UpkTermsForm):
    """A KSM's request: what each member asks for and why, and for how many months. The amount is their sum."""

    requested_on = DayField(label=_("Asked on"))

    def __init__(self, *args: Any, group: Group, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.members = list(Member.objects.filter(group=group).active_on(today).order_by("no"))
        self.terms: Terms | None = None
        self.shares: list[Share] = []
        for member in self.members:
            self.fields[f"share-{member.no}"] = RupiahField(
                label=_("Amount, %(name)s") % {"name": member.name}, required=False
            )
            self.fields[f"purpose-{member.no}"] = NameField(
                label=_("What for, %(name)s") % {"name": member.name}, max_length=200, required=False
            )

    @property
    def lines(self) -> list[tuple[Member, forms.BoundField, forms.BoundField]]:
        """Each member with her two fields."""
        return [(member, self[f"share-{member.no}"], self[f"purpose-{member.no}"]) for member in self.members]

    def clean_requested_on(self) -> date:
        on: date = self.cleaned_data["requested_on"]
        if on > self.today:
            raise ValidationError(_("This day has not come yet."), code="future")
        return on

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for member in self.members:
            amount, purpose = given.get(f"share-{member.no}") or 0, given.get(f"purpose-{member.no}") or ""
            if amount:
                self.shares.append(Share(member, amount, purpose))
        if not self.shares and not self.errors:
            self.add_error(None, ValidationError(_("Write at least one member's share."), code="no_shares"))
        wanted = ("periods", "rate", "method", "round_to")
        if self.shares and all(given.get(name) is not None for name in wanted):
            total = sum(one.amount for one in self.shares)
            try:
                self.terms = terms_or_refuse(
                    principal=total, unit=Unit.MONTH, rate_per=Unit.MONTH, **{name: given[name] for name in wanted}
                )
            except ValidationError as refusal:
                self.refuse(refusal)
        return given


class SigningForm(BukuForm):
    """The day the borrowers signed the statement."""

    signed_on = DayField(label=_("Signed on"))


class UpkDecisionForm(BukuForm):
    """Yes or no to a request, and why."""

    decision = NameField(label=_("Reason or remark"), max_length=200, required=False)
    answer = forms.ChoiceField(choices=[("approve", ""), ("reject", "")])

    @property
    def approves(self) -> bool:
        return bool(self.cleaned_data["answer"] == "approve")


class DisbursementForm(BukuForm):
    """The day the money goes out; `key` was minted when the form was opened."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    on = DayField(label=_("Paid out on"))


class AnnouncementForm(BukuForm):
    """How much the treasurer is bringing to the UPK."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = RupiahField(label=_("How much is on its way"), least=1)


class PaymentForm(BukuForm):
    """What the UPK counted."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = RupiahField(label=_("Counted by the UPK"), least=1)
    on = DayField(label=_("Received on"))
    remark = NameField(label=_("Remark"), max_length=200, required=False)


class UpkPayoffForm(BukuForm):
    """The day a KSM pays everything back. `seen` is the sum the screen showed, which was counted."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=0, max_value=10**15, widget=forms.HiddenInput)
    on = DayField(label=_("Received on"))
    remark = NameField(label=_("Remark"), max_length=200, required=False)


class UpkWaiverForm(BukuForm):
    """Jasa the BKM decided not to ask for."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = RupiahField(label=_("Jasa that is waived"), least=1)
    on = DayField(label=_("Date"))
    decided_on = DayField(label=_("The BKM decided on"))
    decision = NameField(label=_("Decision and reason"), max_length=200)


class UpkRescheduleForm(UpkTermsForm):
    """The new schedule of what is left, and the decision. `seen` is what the screen showed when it was confirmed."""

    on = DayField(label=_("Date"))
    decided_on = DayField(label=_("The BKM decided on"))
    decision = NameField(label=_("Decision and reason"), max_length=200)
    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=100, required=False)

    TERMS = ("periods", "rate", "method", "round_to")

    def __init__(self, *args: Any, principal: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.principal = principal
        self.terms: Terms | None = None if self.is_bound or not principal else self._terms(self.initial)

    def _terms(self, values: Any) -> Terms:
        return terms_or_refuse(
            principal=self.principal,
            unit=Unit.MONTH,
            rate_per=Unit.MONTH,
            **{name: values[name] for name in self.TERMS},
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.principal and all(given.get(name) is not None for name in self.TERMS):
            try:
                self.terms = self._terms(given)
            except ValidationError as refusal:
                self.refuse(refusal)
        return given


class WriteOffForm(BukuForm):
    """A loan the BKM decided to write off."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    on = DayField(label=_("Date"))
    decided_on = DayField(label=_("The BKM decided on"))
    decision = NameField(label=_("Decision and reason"), max_length=200)


class RemarkForm(BukuForm):
    """Why something is taken back."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    remark = NameField(label=_("Why"), max_length=200)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, auto_id="id_back_%s", **options)  # beside the form of a payment


class UpkRulesForm(BukuForm):
    """What the UPK asks of a KSM from a day on."""

    from_on = DayField(label=_("From"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in RULE_FIELDS:
            label = UpkRules._meta.get_field(name).verbose_name
            label = str(label)[:1].upper() + str(label)[1:]
            is_money = name in {"first_ceiling", "repeat_ceiling"}
            self.fields[name] = RupiahField(label=label, least=1) if is_money else _Number(label=label)

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in RULE_FIELDS}


class _Number(CountField):
    """A whole number from 0 up to 999."""

    def __init__(self, **options: Any) -> None:
        super().__init__(most=999, **options)

    def to_python(self, value: Any) -> int | None:
        return 0 if str(value).strip() == "0" else super().to_python(value)
