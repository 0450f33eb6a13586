"""What somebody writes who takes a step with a loan, or settles with a member who leaves."""

from contextlib import suppress
from copy import deepcopy
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from groups.fields import DayField, NameField, RupiahField
from groups.forms import BukuForm
from loans.forms import RequestForm
from loans.models import Leaving
from loans.selectors import Reckoning
from loans.services import Deed, OpenLoan, terms_or_refuse
from loans.services.payoffs import Guarantee

if TYPE_CHECKING:
    from users.models import User


class DeedForm(BukuForm):
    """When a step is taken and which meeting decided it. `seen` is what the screen showed when it was confirmed."""

    on = DayField(label=_("Date"))
    decided_on = DayField(label=_("Decided at the meeting of"), required=False)
    decision = NameField(label=_("Decision and reason"), max_length=200, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=100, required=False)

    def __init__(self, *args: Any, owed: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.owed, self.today = owed, today
        self.initial = {"on": today, "decided_on": today, "key": uuid4()} | self.initial

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError(_("This day is still to come."), code="future")
        return on

    def deed(self, by: "User | None", at: datetime) -> Deed:
        given = self.cleaned_data
        return Deed(given["key"], given.get("on", self.today), by, at, given["decision"], given.get("decided_on"))

    def trial(self, at: datetime) -> Deed:
        """Return a deed to reckon with before everything is filled in."""
        given = self._known
        on = given.get("on") or self.today
        return Deed(uuid4(), on, None, at, given.get("decision") or "–", min(on, given.get("decided_on") or on))

    @property
    def _known(self) -> dict[str, Any]:
        """What was sent and can be read, else what the form opened with."""
        return self.cleaned_data if self.is_bound else self.initial

    def rupiah(self, name: str) -> int:
        """Return an amount as far as it is known; 0 without one."""
        return self._known.get(name) or 0


class PayoffForm(DeedForm):
    waived = RupiahField(label=_("Jasa the meeting waives"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("waived", 0)


class WaiverForm(DeedForm):
    waived = RupiahField(label=_("Jasa the meeting waives"), least=1)

    def __init__(self, *args: Any, owed: OpenLoan, today: date, **options: Any) -> None:
        super().__init__(*args, owed=owed, today=today, **options)
        self.initial.setdefault("waived", owed.state(today).charge_due)


class RescheduleForm(DeedForm):
    """The new terms; the principal is what is left."""

    periods = deepcopy(RequestForm.base_fields["periods"])
    unit = deepcopy(RequestForm.base_fields["unit"])
    rate = deepcopy(RequestForm.base_fields["rate"])
    rate_per = deepcopy(RequestForm.base_fields["rate_per"])
    method = deepcopy(RequestForm.base_fields["method"])
    round_to = deepcopy(RequestForm.base_fields["round_to"])
    waived = RupiahField(label=_("Jasa due that the meeting waives"), required=False)

    TERMS = ("periods", "unit", "rate", "rate_per", "method", "round_to")

    def __init__(self, *args: Any, owed: OpenLoan, today: date, **options: Any) -> None:
        super().__init__(*args, owed=owed, today=today, **options)
        terms = {name: getattr(owed.loan, name) for name in self.TERMS}
        self.initial = terms | {"waived": owed.state(today).charge_due} | self.initial
        self.terms: Any = None
        if not self.is_bound:
            with suppress(ValidationError):  # of a loan that is settled, or nearly, nothing is left to lend anew
                self.terms = self._terms(terms)

    def _terms(self, values: dict[str, Any]) -> Any:
        return terms_or_refuse(principal=self.owed.outstanding, **values)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if all(given.get(name) is not None for name in self.TERMS) and self.owed.outstanding:
            try:
                self.terms = self._terms({name: given[name] for name in self.TERMS})
            except ValidationError as refusal:
                self.refuse(refusal)
        return given


class RecoveryForm(DeedForm):
    amount = RupiahField(label=_("How much she brings"), least=1)


class GuaranteeForm(DeedForm):
    """So much of each blocked savings account; `blocked` maps whose and behind which loan to (name, rupiah)."""

    def __init__(self, *args: Any, owed: OpenLoan, blocked: dict[Guarantee, tuple[str, int]], **options: Any) -> None:
        super().__init__(*args, owed=owed, **options)
        self.blocked = blocked
        left = owed.state(self.today).arrears or owed.remaining
        for (member_no, loan_no), (label, most) in blocked.items():
            name = f"part-{member_no}-{loan_no}"
            self.fields[name] = RupiahField(label=label, required=False)
            own = member_no == owed.loan.member.no
            self.initial.setdefault(name, min(left, most) if own else 0)
            left -= self.initial[name]

    def parts(self) -> dict[Guarantee, int]:
        return {(member, loan): self.rupiah(f"part-{member}-{loan}") for member, loan in self.blocked}


class TakeBackForm(DeedForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["on"], self.fields["decided_on"]


class UndoForm(BukuForm):
    """Why something is taken back."""

    reason = NameField(label=_("Why it is taken back"), max_length=200)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {"key": uuid4()} | self.initial


class LeavingForm(DeedForm):
    """Why she leaves, the jasa forgiven loan by loan, and whether the meeting writes off what she cannot pay."""

    reason = forms.ChoiceField(label=_("Why she leaves"), choices=Leaving.Reason.choices)

    def __init__(self, *args: Any, owed: Reckoning, today: date, **options: Any) -> None:
        super().__init__(*args, owed=owed, today=today, **options)
        self.initial.setdefault("reason", Leaving.Reason.WISH)
        for one in owed.loans:
            name = f"waived-{one.loan.loan.no}"
            label = _("Jasa waived on loan %(no)s") % {"no": one.loan.loan.no}
            self.fields[name] = RupiahField(label=label, required=False)
            self.initial.setdefault(name, one.ahead)
        if owed.lacking:
            label = _("The meeting writes off what her savings do not cover")
            self.fields["write_off"] = forms.BooleanField(label=label, required=False)

    def waivers(self) -> dict[int, int]:
        return {one.loan.loan.no: self.rupiah(f"waived-{one.loan.loan.no}") for one in self.owed.loans}

    def writes_off(self) -> bool:
        return bool(self.cleaned_data.get("write_off")) if self.is_bound else False


class ReturnForm(BukuForm):
    joined_on = DayField(label=_("She is a member again from"))


class DayForm(forms.Form):
    """A day in an address; whatever is wrong with it is today."""

    on = DayField(required=False)

    def day(self, today: date) -> date:
        return (self.cleaned_data.get("on") if self.is_valid() else None) or today
