"""Blocked savings (tabungan tanggung renteng): what stays behind of a loan until it is paid, kept per member and loan.

Two verbs return legs of an entry: money goes in when the loan is paid out, and comes out when the loan is settled
or when the guarantee is called.
"""

from ledger import chart
from ledger.services import Leg


def block(*, member_no: int, loan_no: int, amount: int) -> tuple[Leg, ...]:
    """Return the leg that blocks so much of her money for a loan; where it comes from is the caller's leg."""
    return (Leg(chart.BLOCKED_SAVINGS, -amount, member_no, loan_no),) if amount else ()


def release(*, member_no: int, loan_no: int, amount: int) -> tuple[Leg, ...]:
    """Return the leg that takes so much out of the block; where it goes is the caller's leg."""
    return (Leg(chart.BLOCKED_SAVINGS, amount, member_no, loan_no),) if amount else ()
