"""Principal given up as a loss, and what still comes in of it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from groups.money import format_rupiah
from ledger import chart
from ledger.models import Book
from ledger.services import Leg
from loans.models import Loan, LoanStep

# As a module: the selectors stand on these services, and are read only when a step is taken.
from loans.selectors import life as memory
from loans.services.guarantee import blocked_for
from loans.services.lending import OpenLoan
from loans.services.steps import Deed, Kind, Outcome, take


def write_off(*, loan: Loan, deed: Deed) -> LoanStep:
    """Give the principal up as a loss (D 5140) and keep it, with the jasa due, on the memorandum list.

    Refused: while savings of hers are blocked for it (`guarantee_left`).
    """

    def outcome(owed: OpenLoan, _book: Book) -> Outcome:
        if kept := blocked_for(owed.loan):
            raise ValidationError(
                _("Her blocked savings of %(kept)s pay first: call the guarantee."),
                code="guarantee_left",
                params={"kept": format_rupiah(kept)},
            )
        due = owed.state(deed.on).charge_due
        legs = written_off(owed, owed.outstanding)
        return Outcome(Kind.WRITE_OFF, legs, owed.outstanding, due, closes=True)

    return take(loan, deed, {"write_off": loan.no}, outcome)


def written_off(owed: OpenLoan, principal: int) -> tuple[Leg, ...]:
    """Return the legs that write principal off; the loss is kept per loan, so that the list of debts adds up."""
    member_no, no = owed.loan.member.no, owed.loan.no
    return Leg(chart.WRITE_OFF, principal, member_no, no), Leg(chart.MEMBER_LOANS, -principal, member_no, no)


def recover(*, loan: Loan, deed: Deed, amount: int) -> LoanStep:
    """Take cash on a debt that was written off: other income of that loan (D 1110, C 4190).

    Refused: a loan that was not written off (`not_written_off`), nothing, or more than is left of the debt.
    """

    def outcome(owed: OpenLoan, _book: Book) -> Outcome:
        left = memory.debts(loan.group, loan=owed.loan)
        if not left:
            raise ValidationError(_("This loan was not written off."), code="not_written_off")
        if not 0 < amount <= left[0].left:
            message = _("Of the debt written off %(left)s is left.")
            params = {"left": format_rupiah(left[0].left)}
            raise ValidationError({"amount": ValidationError(message, code="too_much", params=params)})
        income = Leg(chart.OTHER_INCOME, -amount, owed.loan.member.no, owed.loan.no)
        return Outcome(Kind.RECOVERY, (Leg(chart.CASH, amount), income), principal=amount)

    return take(loan, deed, {"recovery": loan.no, "amount": amount}, outcome, settled=True)
