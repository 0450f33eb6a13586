"""Blocked savings (tabungan tanggung renteng): what stays behind of a loan until it is paid, kept per member and loan.

Two verbs return legs of an entry: money goes in when the loan is paid out, and comes out when the loan is settled
or when the guarantee is called.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Group
from groups.money import format_rupiah
from ledger import chart, kinds
from ledger import services as ledger
from ledger.models import Account
from ledger.services import Draft, Leg, Receipt
from loans.models import Loan

if TYPE_CHECKING:
    from users.models import User

To = Literal["savings", "cash"]


def block(*, member_no: int, loan_no: int, amount: int) -> tuple[Leg, ...]:
    """Return the leg that blocks so much of her money for a loan; where it comes from is the caller's leg."""
    return (Leg(chart.BLOCKED_SAVINGS, -amount, member_no, loan_no),) if amount else ()


def release(*, member_no: int, loan_no: int, amount: int) -> tuple[Leg, ...]:
    """Return the leg that takes so much out of the block; where it goes is the caller's leg."""
    return (Leg(chart.BLOCKED_SAVINGS, amount, member_no, loan_no),) if amount else ()


def blocked_for(loan: Loan) -> int:
    """Return what is blocked for a loan now, in rupiah. One query."""
    account = Account.objects.filter(
        book=loan.group.book_id, code=chart.BLOCKED_SAVINGS, member_no=loan.member.no, loan_no=loan.no
    )
    return -(account.values_list("balance", flat=True).first() or 0)


def release_blocked(
    *, group: Group, loan_no: int, to: To, on: date, key: UUID, by: "User | None", at: datetime
) -> Receipt:
    """Give a settled loan's blocked savings back: into her simpanan sukarela, or in cash. One entry.

    The same key again answers with the first entry. Refused: a loan on which principal is still owed (`still_owed`),
    nothing blocked (`nothing_blocked`), a day before the loan was paid out or in a closed period, more than the cash
    box holds.
    """
    text = ledger.canonical_content({"release": loan_no, "to": to, "on": on})
    with transaction.atomic():
        book = ledger.lock_book(group.book_id)
        if earlier := ledger.find_submission(book, key, text):
            return Receipt(earlier, (), created=False)
        loan = Loan.objects.select_related("group", "member", "receivable").get(group=group, no=loan_no)
        if loan.receivable.balance:
            raise ValidationError(
                _("The loan is not settled: %(owed)s is still owed."),
                code="still_owed",
                params={"owed": format_rupiah(loan.receivable.balance)},
            )
        amount = blocked_for(loan)
        if not amount:
            raise ValidationError(_("Nothing is blocked for this loan."), code="nothing_blocked")
        if on < loan.disbursed_on:
            raise ValidationError({"on": ValidationError(_("The loan was paid out later."), code="before_disbursed")})
        into = Leg(chart.CASH, -amount) if to == "cash" else Leg(chart.VOLUNTARY_SAVINGS, -amount, loan.member.no)
        legs = (*release(member_no=loan.member.no, loan_no=loan.no, amount=amount), into)
        draft = Draft(on=on, kind=kinds.RELEASE, legs=legs)
        return ledger.post_locked(book=book, key=key, text=text, drafts=[draft], by=by, at=at)
