"""What a member may borrow under her group's rules, and why: each limit with its figure, the lowest wins.

Amounts are whole rupiah. A group without rules has no limits.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Literal

from loans.schedule import half_up

Kind = Literal["most", "savings", "step"]


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The limits of one version: for everybody, as a multiple of her savings, and by how often she borrowed."""

    most: int | None = None
    savings_multiple: Decimal | None = None
    steps: tuple[int, ...] = ()  # for the first, second, … loan; the last holds for all that follow


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit on what she may owe at once, and the figures it comes from."""

    kind: Kind
    amount: int
    nth: int = 0  # of a step: which loan of hers this is
    multiple: Decimal | None = None  # of savings: how many times
    savings: int = 0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What she may borrow now: every limit, and the lowest of them less the principal she still owes."""

    limits: tuple[Limit, ...]
    outstanding: int

    @property
    def lowest(self) -> Limit | None:
        """The limit that decides, the first of equal ones; None without limits."""
        return min(self.limits, key=lambda limit: limit.amount, default=None)

    @property
    def amount(self) -> int | None:
        """What a new loan may be, never below 0; None when nothing limits it."""
        return None if self.lowest is None else max(0, self.lowest.amount - self.outstanding)

    def allows(self, amount: int) -> bool:
        return self.amount is None or amount <= self.amount


def allowance(ceilings: Ceilings, *, savings: int, outstanding: int, loans_before: int) -> Allowance:
    """Return what a member may borrow who saved and owes so much and was lent to so many times before."""
    limits = []
    if ceilings.steps:
        step = ceilings.steps[min(loans_before, len(ceilings.steps) - 1)]
        limits.append(Limit("step", step, nth=loans_before + 1))
    if ceilings.savings_multiple is not None:
        most = floor(Fraction(ceilings.savings_multiple) * savings)
        limits.append(Limit("savings", most, multiple=ceilings.savings_multiple, savings=savings))
    if ceilings.most is not None:
        limits.append(Limit("most", ceilings.most))
    return Allowance(tuple(limits), outstanding)


def blocked_part(principal: int, percent: Decimal) -> int:
    """Return what of a loan stays behind as blocked savings: half_up(principal × per cent)."""
    return half_up(principal * Fraction(percent) / 100)
