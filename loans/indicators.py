"""The five figures a UPK is judged by: LAR, PAR, CCr, ROI, RR, as POB 2013 names them. Exact fractions.

Every figure keeps its two parts, so that it can be shown with them. Amounts are whole rupiah.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Key = Literal["lar", "par", "ccr", "roi", "rr"]
Band = Literal["good", "minimum", "hold"]

KEYS: tuple[Key, ...] = ("lar", "par", "ccr", "roi", "rr")
MONTHS_LATE = 3  # instalments late from which a loan's whole balance counts as at risk
MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """One loan as at the end of a day: whose it is, its balance (pokok), what is late of it, how many instalments."""

    borrower: int
    outstanding: int
    arrears: int
    instalments_late: int

    @property
    def at_risk(self) -> bool:
        return self.instalments_late >= MONTHS_LATE


@dataclass(frozen=True, slots=True)
class Results:
    """The UPK's own money on that day: income and cost since 1 January, capital, and the month's number (1–12)."""

    income: int
    cost: int
    capital: int
    month: int

    @property
    def profit(self) -> int:
        return self.income - self.cost


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a figure's bands meet, as fractions of one: `good` is the edge of memuaskan, `limit` that of penundaan.

    Both edges belong to the better band. `low` says that less is better.
    """

    good: Fraction
    limit: Fraction
    low: bool = False

    def band(self, value: Fraction) -> Band:
        """Return the band of a value."""
        sign = -1 if self.low else 1
        if sign * value >= sign * self.good:
            return "good"
        return "minimum" if sign * value >= sign * self.limit else "hold"


DEFAULT_BOUNDS: Mapping[Key, Bounds] = {
    "lar": Bounds(Fraction(10, 100), Fraction(20, 100), low=True),
    "par": Bounds(Fraction(10, 100), Fraction(20, 100), low=True),
    "ccr": Bounds(Fraction(125, 100), Fraction(100, 100)),
    "roi": Bounds(Fraction(10, 100), Fraction(0)),
    "rr": Bounds(Fraction(90, 100), Fraction(80, 100)),
}
"""The bands of POB 2013 (`domain.md`)."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure with its parts. `value` and `band` are None where there is nothing to divide by: not assessed."""

    key: Key
    part: int
    whole: int
    band: Band | None
    value: Fraction | None

    @classmethod
    def of(cls, key: Key, part: int, whole: int, bounds: Bounds) -> "Indicator":
        if whole <= 0:
            return cls(key, part, whole, None, None)
        value = Fraction(part, whole)
        return cls(key, part, whole, bounds.band(value), value)


def indicators(
    loans: Iterable[Standing], results: Results, bounds: Mapping[Key, Bounds] = DEFAULT_BOUNDS
) -> list[Indicator]:
    """Return the five figures in the order of `KEYS`.

    lar  KSM with a loan 3 or more instalments late / KSM with a balance
    par  whole balance of those loans / total balance
    ccr  income / cost, since 1 January
    roi  (income − cost) × 12 / month / capital
    rr   (total balance − what is late of those loans, pokok and jasa) / total balance

    A denominator of 0, or a capital below it, leaves a figure unassessed.
    """
    owing = [one for one in loans if one.outstanding > 0]
    risky = [one for one in owing if one.at_risk]
    balance = sum(one.outstanding for one in owing)
    parts: dict[Key, tuple[int, int]] = {
        "lar": (len({one.borrower for one in risky}), len({one.borrower for one in owing})),
        "par": (sum(one.outstanding for one in risky), balance),
        "ccr": (results.income, results.cost),
        "roi": (results.profit * MONTHS_OF_A_YEAR, results.capital * results.month),
        "rr": (balance - sum(one.arrears for one in risky), balance),
    }
    return [Indicator.of(key, *parts[key], bounds[key]) for key in KEYS]


def prompt_reward(charge: int, percent: Fraction) -> int:
    """Return the reward for paying on time (IPTW): total jasa × a percentage, half a rupiah rounded up."""
    return int(charge * percent / 100 + Fraction(1, 2))
