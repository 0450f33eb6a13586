"""Savings as legs of an entry: what a member puts in, and what she takes out."""

from ledger import chart
from ledger.services import Leg


def deposit(*, member_no: int, principal: int = 0, weekly: int = 0, voluntary: int = 0) -> tuple[Leg, ...]:
    """Return the credit legs for simpanan pokok, wajib and sukarela, in rupiah; the cash leg is the caller's."""
    return tuple(
        Leg(code, -amount, member_no)
        for code, amount in (
            (chart.PRINCIPAL_SAVINGS, principal),
            (chart.WEEKLY_SAVINGS, weekly),
            (chart.VOLUNTARY_SAVINGS, voluntary),
        )
        if amount
    )


def withdraw(*, member_no: int, amount: int) -> tuple[Leg, ...]:
    """Return the legs that pay out simpanan sukarela in cash."""
    return Leg(chart.VOLUNTARY_SAVINGS, amount, member_no), Leg(chart.CASH, -amount)
