"""What is right instead: the forms of corrections, of balances read aloud and of objections."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from groups.fields import RupiahField
from groups.forms import BukuForm
from groups.models import Member
from groups.money import format_rupiah
from ledger.chart import CHART
from loans.models import LoanRequest
from meetings.forms import EXPENSE_CODES, INCOME_CODES, LABELS
from meetings.models import Attendance
from meetings.services import Heard
from meetings.sheet import Payment, Row

SAVED = ("wajib", "sukarela", "angsuran", "denda", "pokok", "sosial")
REASON = _("Write why it is corrected.")


class CorrectingForm(BukuForm):
    """Every correction gives its reason."""

    reason = forms.CharField(
        label=_("Why is it corrected?"), max_length=200, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 200})
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].error_messages["required"] = REASON
        self.order_fields([name for name in self.fields if name != "reason"])

    @property
    def again(self) -> list[Any]:
        """Every field as a hidden one, for the page that asks to confirm."""
        return [self[name].as_hidden() for name in self.fields]


class HandOverForm(CorrectingForm):
    """The right amounts of one hand-over; `loans` are the numbers of the loans she may have paid, the first first."""

    def __init__(self, *args: Any, loans: Sequence[int], **options: Any) -> None:
        super().__init__(*args, **options)
        self.loans = list(loans)
        for name in SAVED:
            self.fields[name] = RupiahField(label=LABELS[name], required=False)
        for no in self.loans[1:]:
            self.fields[f"angsuran-{no}"] = RupiahField(label=_("Instalment"), required=False)
        if len(self.loans) > 1:
            for no, name in self._payments():
                self.fields[name].label = _("Instalment of loan no. %(no)s") % {"no": no}
        self.order_fields([name for name in self.fields if name != "reason"])

    def _payments(self) -> list[tuple[int | None, str]]:
        first = self.loans[0] if self.loans else None
        return [(first, "angsuran"), *((no, f"angsuran-{no}") for no in self.loans[1:])]

    @property
    def amounts(self) -> dict[str, int]:
        """What was typed by field; empty amounts are 0."""
        return {name: self.cleaned_data.get(name) or 0 for name in self.fields if name != "reason"}

    def row(self, member_no: int) -> Row:
        found = self.amounts
        return Row(
            member_no=member_no,
            principal=found["pokok"],
            weekly=found["wajib"],
            voluntary=found["sukarela"],
            payments=tuple(Payment(found[name], no) for no, name in self._payments() if found[name]),
            fine=found["denda"],
            social=found["sosial"],
        )


class WithdrawalForm(CorrectingForm):
    """What she really took out; empty says she took nothing."""

    tarik = RupiahField(label=LABELS["tarik"], required=False)

    @property
    def amounts(self) -> dict[str, int]:
        return {"tarik": self.cleaned_data.get("tarik") or 0}

    def row(self, member_no: int) -> Row:
        return Row(member_no=member_no, withdrawal=self.amounts["tarik"])


class OtherMoneyCorrectionForm(CorrectingForm):
    """The right amount of other money, what it was for and of which kind; 0 says it never was."""

    amount = RupiahField(label=_("Amount"))
    code = forms.ChoiceField(label=_("Kind"), required=False)
    memo = forms.CharField(label=_("What for"), max_length=100)

    def __init__(self, *args: Any, income: bool, code: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"].error_messages["required"] = _("Write the amount; 0 when it never was.")
        codes = dict.fromkeys([code, *(INCOME_CODES if income else EXPENSE_CODES)])
        self.fields["code"].choices = [(one, CHART[one].name) for one in codes]


class OtherMoneyAddingForm(CorrectingForm):
    """Other money that was forgotten: how much, of which kind, what for."""

    amount = RupiahField(label=_("Amount"))
    code = forms.ChoiceField(label=_("Kind"))
    memo = forms.CharField(label=_("What for"), max_length=100)

    def __init__(self, *args: Any, income: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        codes = INCOME_CODES if income else EXPENSE_CODES
        self.fields["code"].choices = [("", "–"), *((one, CHART[one].name) for one in codes)]


class DisbursementAddingForm(CorrectingForm):
    """Which request was paid out at the meeting; one that waits, or was approved, by its number."""

    request = forms.ModelChoiceField(
        LoanRequest.objects.none(), label=_("Whose loan"), to_field_name="no", empty_label="–"
    )

    def __init__(self, *args: Any, requests: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["request"]
        field.queryset = requests
        field.label_from_instance = lambda one: f"{one.member.name}, {format_rupiah(one.amount)}"


class DifferenceCorrectionForm(CorrectingForm):
    """What the box was really short of the book, or over it."""

    side = forms.ChoiceField(
        label=_("The box was"),
        choices=[("none", _("equal to the book")), ("short", _("short")), ("over", _("over"))],
    )
    amount = RupiahField(label=_("By how much"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("side") in ("short", "over") and not data.get("amount") and "amount" not in self.errors:
            self.add_error("amount", ValidationError(_("Write the amount."), code="required"))
        return data

    @property
    def signed(self) -> int:
        """Rupiah, negative when cash was short."""
        amount = self.cleaned_data.get("amount") or 0
        return {"none": 0, "short": -amount, "over": amount}[self.cleaned_data["side"]]


class AttendanceForm(CorrectingForm):
    """Who came: H, I, S or A of each member, by her number."""

    def __init__(self, *args: Any, members: Sequence[Member], **options: Any) -> None:
        super().__init__(*args, **options)
        signs = [(one.value, f"{one.value} · {one.label}") for one in Attendance.Status]
        for member in members:
            self.fields[f"a{member.no}"] = forms.ChoiceField(
                label=f"{member.no} · {member.name}", choices=[("", "–"), *signs], required=False
            )
        self.order_fields([name for name in self.fields if name != "reason"])

    @property
    def attendance(self) -> dict[int, str]:
        """The sign of each member it names."""
        signs = {name: self.cleaned_data.get(name) for name in self.fields if name != "reason"}
        return {int(name[1:]): sign for name, sign in signs.items() if sign}


class YearBackForm(CorrectingForm):
    """Why the decision on a year is taken back."""


class WhoForm(BukuForm):
    """Whose hand-over or withdrawal is written afterwards."""

    what = forms.ChoiceField(
        label=_("What was forgotten?"),
        choices=[("", _("what she handed over")), ("withdrawal", _("what she took out of her savings"))],
        required=False,
    )
    member = forms.ModelChoiceField(Member.objects.none(), label=_("Member"), to_field_name="no", empty_label="–")

    def __init__(self, *args: Any, members: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["member"].queryset = members


class ReadingForm(forms.Form):
    """What each member said to her balances; nothing chosen says nothing."""

    def __init__(self, data: Mapping[str, str] | None, *, numbers: Sequence[int]) -> None:
        super().__init__(data)
        self.numbers = list(numbers)
        for no in self.numbers:
            self.fields[f"m{no}"] = forms.ChoiceField(choices=[("yes", ""), ("no", "")], required=False)
            self.fields[f"m{no}-text"] = forms.CharField(max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for no in self.numbers:
            if data.get(f"m{no}") == "no" and not data.get(f"m{no}-text") and f"m{no}-text" not in self.errors:
                refusal = ValidationError(_("Write what she objects to."), code="objection_required")
                self.add_error(f"m{no}-text", refusal)
        return data

    @property
    def heard(self) -> dict[int, Heard]:
        """What was said, by member number."""
        said = {no: self.cleaned_data.get(f"m{no}") for no in self.numbers}
        return {
            no: Heard(agreed=answer == "yes", objection=self.cleaned_data.get(f"m{no}-text", ""))
            for no, answer in said.items()
            if answer
        }


class ObjectionForm(BukuForm):
    """A member's objection outside a reading."""

    member = forms.ModelChoiceField(Member.objects.none(), label=_("Member"), to_field_name="no", empty_label="–")
    text = forms.CharField(
        label=_("What does she object to?"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300})
    )

    def __init__(self, *args: Any, members: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["member"].queryset = members


class AnswerForm(BukuForm):
    """What was found and done."""

    answer = forms.CharField(
        label=_("What was found and done?"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300})
    )


class OwnerForm(BukuForm):
    """Who follows an objection up."""

    owner = forms.ModelChoiceField(Member.objects.none(), label=_("Who follows it up"), to_field_name="no")

    def __init__(self, *args: Any, members: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = members
