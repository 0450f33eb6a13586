"""How a UPK loan stands in both books, which the caller holds."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import F, Q, Sum
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from groups.money import format_rupiah
from ledger import chart
from ledger.services import Leg
from loans import arrears, held
from loans.held import Parts
from loans.models import UpkLoan, UpkPayment, UpkWriteOff
from loans.payoff import Quote, eased, quote
from loans.upk_plan import PLAN, plan_of

RECEIVED = UpkPayment.Status.RECEIVED


class Standing:
    """What is lent, paid and held of one UPK loan, in rupiah.

    lent    principal in the UPK's book (1220)
    lost    principal still owed of a write-off that stands; None when the loan was not written off
    rows    the schedule as it stands (`loans.upk_plan`)
    paid    principal and jasa the KSM has paid, of the whole schedule
    held    what the KSM collected and has not passed on
    owed    principal the KSM has not collected (2210)
    """

    def __init__(self, loan: UpkLoan) -> None:
        self.method = loan.method
        balances = UpkLoan.objects.values(
            "principal",
            plan=RawSQL(PLAN, ()),  # noqa: S611 (a constant)
            lent=F("receivable__balance"),
            held_now=F("held__balance"),
            owed_now=F("owed__balance"),
            cost=F("charge_cost__balance"),
        ).get(pk=loan.pk)
        self.rows = plan_of(balances["plan"]).rows
        received = loan.payments.filter(status=RECEIVED).aggregate(
            charge=Sum("charge", default=0), back=Sum("principal", filter=Q(recovery=True), default=0)
        )
        written = UpkWriteOff.objects.standing().filter(loan=loan).values_list("principal", flat=True).first()
        self.lent: int = balances["lent"]
        self.lost: int | None = None if written is None else written - received["back"]
        self.paid = Parts(balances["principal"] - self.lent - (self.lost or 0), received["charge"])
        charge = balances["cost"] - received["charge"]
        self.held = Parts(-balances["held_now"] - charge, charge)
        self.owed: int = -balances["owed_now"]

    def judge_open(self) -> None:
        """Refuse a loan that was written off, and one with nothing left."""
        if self.lost is not None:
            raise ValidationError(_("This loan was written off already."), code="written_off")
        if not self.lent:
            raise ValidationError(_("This loan is settled."), code="settled")

    @property
    def charge_left(self) -> int:
        """Jasa of the whole schedule that is not paid: what can be waived."""
        return sum(row.charge for row in self.rows) - self.paid.charge

    def waived_legs(self, loan_no: int, amount: int) -> tuple[Leg, ...]:
        """Return what a waiver moves in the group's book: jasa collected beyond what the UPK asks for then.

        It stands for principal not yet collected, as `held.collect` would have it; the rest is the group's own.
        """
        more = max(0, self.held.charge - (self.charge_left - amount))
        principal = min(more, self.owed)
        legs = (
            Leg(chart.OWED_TO_UPK, principal, loan_no=loan_no),
            Leg(chart.HELD_FOR_UPK, more - principal, loan_no=loan_no),
            Leg(chart.CHARGE_TO_UPK, -more, loan_no=loan_no),
        )
        return tuple(leg for leg in legs if leg.amount)

    def charge_due(self, on: date) -> int:
        """Jasa due by a day and not paid."""
        return arrears.state(self.rows, self.paid.charge, self.paid.principal, on).charge_due

    def quote(self, on: date, percent: int) -> Quote:
        """Return what it takes to pay everything back on a day; a flat loan is spared `percent` of the jasa ahead."""
        return eased(quote(self.rows, self.paid.charge, self.paid.principal, self.method, on), percent)

    def split(self, amount: int, on: date) -> Parts:
        """Return how the UPK's schedule divides a payment. Refused, at `amount`: nothing, or more than remains."""
        if amount < 1:
            raise ValidationError(
                {"amount": ValidationError(_("Write at least %(least)s."), code="too_little", params={"least": 1})}
            )
        try:
            part = arrears.split(self.rows, self.paid.charge, self.paid.principal, amount, on)
        except arrears.InvalidPayment as refusal:
            raise ValidationError(
                {
                    "amount": ValidationError(
                        _("%(amount)s is more than what is left of the loan, %(left)s."),
                        code="overpaid",
                        params={"amount": format_rupiah(amount), "left": format_rupiah(refusal.remaining)},
                    )
                }
            ) from refusal
        return Parts(part.principal, part.charge)

    def upk_legs(self, loan_no: int, part: Parts) -> tuple[Leg, ...]:
        """Return the UPK's side of a payment: off the loan and its jasa; of a loan written off, other income."""
        if self.lost is not None:
            return Leg(chart.CASH, part.total), Leg(chart.OTHER_INCOME, -part.total, loan_no=loan_no)
        return (
            Leg(chart.CASH, part.total),
            Leg(chart.GROUP_LOANS, -part.principal, loan_no=loan_no),
            Leg(chart.CHARGE_INCOME, -part.charge, loan_no=loan_no),
        )

    def group_legs(self, loan_no: int, part: Parts, *, ends: bool = False) -> tuple[Leg, ...]:
        """Return the group's side of a payment: what it held goes first, then its own money.

        What it still holds when the loan `ends` is jasa the UPK never asks for: it stays in the box as the group's own.
        """
        after = held.pass_on(self.held, part)
        own = after.total if ends else 0
        return (
            Leg(chart.CASH, -part.total),
            Leg(chart.HELD_FOR_UPK, self.held.total - after.total + own, loan_no=loan_no),
            Leg(chart.OWED_TO_UPK, part.principal + after.principal - self.held.principal, loan_no=loan_no),
            Leg(chart.CHARGE_TO_UPK, part.charge + after.charge - self.held.charge - own, loan_no=loan_no),
        )
