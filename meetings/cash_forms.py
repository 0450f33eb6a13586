"""Money outside the weekly sheet, as the treasurer writes it."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from groups.fields import DayField, NameField, RupiahField
from groups.forms import BukuForm
from groups.models import Member
from ledger import chart
from meetings.models import CashDifference
from meetings.services.cashbox import RECEIVED, SPENT


class ActForm(BukuForm):
    """What every act is told: a day that has come, and the key minted when the form was opened."""

    on = DayField(label=_("Date"))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        options["initial"] = {"on": today, "key": uuid4()} | (options.get("initial") or {})
        super().__init__(*args, **options)
        self.today = today
        self.order_fields([name for name in self.fields if name not in ("on", "key")])

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError(_("This day is still to come."), code="future")
        return on

    @property
    def minted(self) -> UUID:
        """The key of this form, for a hidden field."""
        return self["key"].value()


def _accounts(codes: Iterable[str]) -> list[tuple[str, str]]:
    return [(code, chart.CHART[code].name) for code in codes]


class BankForm(ActForm):
    to_bank = forms.TypedChoiceField(
        label=_("Which way"),
        choices=[("1", _("from the box to the bank")), ("0", _("from the bank into the box"))],
        coerce=lambda value: value == "1",
    )
    amount = RupiahField(label=_("How much"), least=1)
    memo = NameField(label=_("What for"), max_length=100)


class MoneyForm(ActForm):
    """Money from or to somebody, in the box or the bank."""

    code = forms.ChoiceField(label=_("Kind"))
    amount = RupiahField(label=_("How much"), least=1)
    payee = NameField(label=_("Who"), max_length=100)
    memo = NameField(label=_("What for"), max_length=100)
    place = forms.ChoiceField(label=_("Where"), choices=[("cash", _("cash box")), ("bank", _("bank"))])

    codes: tuple[str, ...] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].choices = _accounts(self.codes)  # type: ignore[attr-defined]


class ReceiveForm(MoneyForm):
    codes = RECEIVED

    member = forms.ModelChoiceField(
        Member.objects.none(),
        label=_("Which member"),
        to_field_name="no",
        required=False,
        empty_label="–",
        help_text=_("For a fine, or what a member gives to the social fund: it stands in her passbook, too."),
    )

    def __init__(self, *args: Any, members: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["payee"].label = _("From whom")
        self.fields["payee"].required = False
        self.fields["payee"].help_text = _("Empty when it is the member.")
        self.fields["member"].queryset = members  # type: ignore[attr-defined]
        self.order_fields(["code", "amount", "member", "payee"])


class PayForm(MoneyForm):
    codes = SPENT

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["payee"].label = _("To whom")


class BoxForm(ActForm):
    """The box as two people counted it; a difference with its reason and owner."""

    counted = RupiahField(label=_("Cash counted"))
    counted_by = NameField(label=_("Counted by"))
    counted_with = NameField(label=_("Counted with"), help_text=_("Two people count the box."))
    before_meeting = forms.BooleanField(label=_("Before the meeting begins"), required=False)
    reason = NameField(label=_("Why box and book differ"), max_length=300, required=False)
    owner = forms.ModelChoiceField(
        Member.objects.none(),
        label=_("Who looks after it?"),
        to_field_name="no",
        required=False,
        empty_label="–",
        help_text=_("Only when there is a difference."),
    )

    def __init__(self, *args: Any, members: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = members  # type: ignore[attr-defined]


class OwnerForm(BukuForm):
    owner = forms.ModelChoiceField(
        Member.objects.none(), label=_("Who looks after it?"), to_field_name="no", empty_label=_("Choose a member")
    )
    key = forms.UUIDField(widget=forms.HiddenInput({"id": "id_owner_key"}))  # beside another form with a key

    def __init__(self, *args: Any, members: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = members  # type: ignore[attr-defined]


class EndingForm(ActForm):
    """How a difference ended, or a part of it, in the ledger and in words."""

    ending = forms.ChoiceField(label=_("How did it end?"))
    amount = RupiahField(label=_("How much of it"), least=1, help_text=_("All that is left, or a part of it."))
    words = NameField(label=_("In words"), max_length=300)

    def __init__(self, *args: Any, difference: CashDifference, **options: Any) -> None:
        super().__init__(*args, initial={"amount": difference.rest}, **options)
        self.fields["ending"].choices = difference.endings  # type: ignore[attr-defined]


class TakeBackForm(BukuForm):
    reason = NameField(label=_("Why is it taken back?"), max_length=200)
    key = forms.UUIDField(widget=forms.HiddenInput)


class PeriodForm(forms.Form):
    """`?month=2026-02-01`: the month shown, by any of its days; anything else is the running one."""

    month = DayField(required=False)

    @classmethod
    def of(cls, data: Any, today: date) -> date:
        form = cls(data)
        found = form.cleaned_data.get("month") if form.is_valid() else None
        return (found or today).replace(day=1)


class FundForm(forms.Form):
    """`?fund=2310`: which fund; anything else is the social fund."""

    fund = forms.ChoiceField(choices=[(code, code) for code in chart.FUNDS], required=False)

    @classmethod
    def of(cls, data: Any) -> str:
        form = cls(data)
        return (form.cleaned_data.get("fund") if form.is_valid() else "") or chart.SOCIAL_FUND


class OpeningForm(forms.Form):
    """`?opening=1`: the count opens a meeting."""

    opening = forms.BooleanField(required=False)

    @classmethod
    def asked(cls, data: Any) -> bool:
        form = cls(data)
        return bool(form.is_valid() and form.cleaned_data["opening"])
