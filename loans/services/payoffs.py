"""What lessens a debt beside its instalments: cash for all of it at once, jasa forgiven, blocked savings called."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from groups.money import format_rupiah
from ledger import chart
from ledger.models import Book
from ledger.services import Leg
from loans.models import Loan, LoanStep
from loans.payoff import forgiven
from loans.services.lending import OpenLoan
from loans.services.steps import Deed, Kind, Outcome, take


def pay_off(*, loan: Loan, deed: Deed, waived: int = 0) -> LoanStep:
    """Take everything a loan owes on that day, in cash, as `loans.payoff.quote` says, less what the meeting waives.

    Refused: more waived than the charge owed (`waived`).
    """

    def outcome(owed: OpenLoan, _book: Book) -> Outcome:
        asked = owed.quote(deed.on)
        judge_waived(waived, asked.charge)
        charge = asked.charge - waived
        cash = Leg(chart.CASH, asked.principal + charge)
        legs = (cash, *paid_legs(owed, asked.principal, charge))
        return Outcome(Kind.PAYOFF, legs, asked.principal, charge, waived, closes=True)

    return take(loan, deed, {"payoff": loan.no, "waived": waived}, outcome, decided=waived > 0)


def waive(*, loan: Loan, deed: Deed, amount: int) -> LoanStep:
    """Forgive jasa not yet paid, the oldest first; the loan goes on. No money moves: jasa is income when received.

    Refused: nothing, or more than the schedule's charge not yet paid (`waived`).
    """

    def outcome(owed: OpenLoan, _book: Book) -> Outcome:
        judge_waived(amount, max(0, sum(row.charge for row in owed.rows) - owed.paid_charge), least=1)
        return Outcome(Kind.WAIVER, waived=amount, forgiven=forgiven(owed.rows, owed.paid_charge, amount))

    return take(loan, deed, {"waiver": loan.no, "amount": amount}, outcome)


Guarantee = tuple[int, int]  # whose blocked savings, and the loan they back


def call_guarantee(*, loan: Loan, deed: Deed, parts: Mapping[Guarantee, int]) -> LoanStep:
    """Pay a loan from blocked savings (2130), the borrower's own or, jointly, others'; it counts like an instalment.

    `parts` says how many rupiah of which blocked savings. Refused: nothing (`nothing`), more than the loan asks
    (`overpaid`) or than is blocked there.
    """
    named = {f"{member_no}/{backed}": amount for (member_no, backed), amount in sorted(parts.items()) if amount}

    def outcome(owed: OpenLoan, _book: Book) -> Outcome:
        total = sum(parts.values())
        if total < 1 or min(parts.values()) < 0:
            raise ValidationError(_("Say how much is taken from which blocked savings."), code="nothing")
        paid = owed.repay(total, deed.on)
        blocked = [Leg(chart.BLOCKED_SAVINGS, amount, *whose) for whose, amount in parts.items()]
        charge, principal = (
            -sum(leg.amount for leg in paid if leg.code == code) for code in (chart.CHARGE_INCOME, chart.MEMBER_LOANS)
        )
        return Outcome(Kind.GUARANTEE, (*blocked, *paid), principal, charge, closes=owed.remaining == 0)

    return take(loan, deed, {"guarantee": loan.no, "parts": named}, outcome)


def paid_legs(owed: OpenLoan, principal: int, charge: int) -> tuple[Leg, ...]:
    """Return the credit legs of a payment that a step has split itself."""
    member_no, no = owed.loan.member.no, owed.loan.no
    laid_aside = owed.collect(principal=principal, charge=charge)
    return (
        Leg(chart.MEMBER_LOANS, -principal, member_no, no),
        Leg(chart.CHARGE_INCOME, -charge, member_no, no),
        *laid_aside,
    )


def judge_waived(amount: int, most: int, *, least: int = 0) -> None:
    if not least <= amount <= most:
        message = _("Jasa that can be waived: at most %(most)s.")
        params = {"most": format_rupiah(most)}
        raise ValidationError({"waived": ValidationError(message, code="waived", params=params)})
