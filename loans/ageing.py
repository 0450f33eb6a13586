"""How late loans are: by instalments, amount and days; their classes and reserves; the portfolio at risk.

The same arithmetic for loans of members and loans of groups. Amounts are whole rupiah, days are calendar days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from loans.arrears import Instalment
from loans.schedule import half_up


@dataclass(frozen=True, slots=True)
class Grade:
    """A collectability class: from `least_late` instalments late on; `reserve` is per cent of the balance."""

    no: int
    name: str
    least_late: int
    reserve: Decimal

    @property
    def roman(self) -> str:
        """Its number as people write it: I to V and on."""
        tens, ones = divmod(self.no, 10)
        return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]


DEFAULT_GRADES = tuple(
    Grade(no, name, least, Decimal(percent))
    for no, (name, least, percent) in enumerate(
        (("lancar", 0, 1), ("perhatian", 1, 10), ("kurang lancar", 3, 25), ("diragukan", 5, 50), ("macet", 7, 100)),
        start=1,
    )
)
"""Instalments late 0 / 1–2 / 3–4 / 5–6 / more, with reserves of 1/10/25/50/100 % (`domain.md`)."""


@dataclass(frozen=True, slots=True)
class Age:
    """A loan as at the end of a day.

    outstanding       principal not yet paid
    arrears           what the instalments due by that day lack, payments laid oldest first over pokok + jasa
    instalments_late  how many of them are not fully covered
    days_late         days since the oldest of them fell due; 0 when none is late
    """

    outstanding: int
    arrears: int
    instalments_late: int
    days_late: int

    @property
    def at_risk(self) -> bool:
        return self.instalments_late > 0


def age(rows: Iterable[Instalment], paid: int, outstanding: int, on: date) -> Age:
    """Return how late a loan is at the end of day `on`: unpaid on its day is late. `paid`: pokok and jasa together."""
    due = late = 0
    oldest = on
    for row in rows:
        if row.due_on > on:
            break
        due += row.principal + row.charge
        if due > paid:
            late += 1
            oldest = min(oldest, row.due_on)
    return Age(outstanding, max(0, due - paid), late, (on - oldest).days)


def class_of(instalments_late: int, grades: Sequence[Grade] = DEFAULT_GRADES) -> Grade:
    """Return the class of a loan with so many instalments late. The table must hold one from 0 on."""
    return max((grade for grade in grades if grade.least_late <= instalments_late), key=lambda one: one.least_late)


def reserve(outstanding: int, grade: Grade) -> int:
    """Return the reserve that a balance in that class asks for, half a rupiah rounded up."""
    return half_up(outstanding * Fraction(grade.reserve) / 100)


@dataclass(frozen=True, slots=True)
class Share:
    """A ratio with its two parts in rupiah, as it must be shown."""

    part: int
    whole: int

    @property
    def value(self) -> Fraction | None:
        """The quotient; None when there is nothing to divide by."""
        return Fraction(self.part, self.whole) if self.whole else None


def at_risk(ages: Iterable[Age], least_late: int = 1) -> Share:
    """Return the portfolio at risk: the whole balance of loans so many instalments late, or more / all balances."""
    ages = list(ages)
    late = sum(one.outstanding for one in ages if one.instalments_late >= least_late)
    return Share(late, sum(one.outstanding for one in ages))


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One class of a portfolio: how many loans, their balance, what is late of it, the reserve it asks for."""

    grade: Grade
    loans: int
    outstanding: int
    arrears: int
    reserve: int


def by_class(ages: Iterable[Age], grades: Sequence[Grade] = DEFAULT_GRADES) -> list[ClassLine]:
    """Return every class in order, empty ones too. The reserve is reckoned loan by loan."""
    found: dict[int, list[Age]] = {grade.no: [] for grade in grades}
    for one in ages:
        found[class_of(one.instalments_late, grades).no].append(one)
    return [
        ClassLine(
            grade,
            len(own),
            sum(one.outstanding for one in own),
            sum(one.arrears for one in own),
            sum(reserve(one.outstanding, grade) for one in own),
        )
        for grade, own in ((grade, found[grade.no]) for grade in grades)
    ]


DAY_BOUNDS = (0, 30, 60, 90)
"""Ageing buckets by days late: none; 1–30; 31–60; 61–90; more."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One column of an ageing: loans late by `least` to `most` days (None: and more)."""

    least: int
    most: int | None
    loans: int
    outstanding: int
    arrears: int


def buckets(ages: Iterable[Age]) -> list[Bucket]:
    """Return all buckets in order, empty ones too."""
    ages = list(ages)
    edges = [(0, 0), *((low + 1, high) for low, high in zip(DAY_BOUNDS, (*DAY_BOUNDS[1:], None), strict=True))]
    return [
        Bucket(least, most, len(own), sum(one.outstanding for one in own), sum(one.arrears for one in own))
        for least, most in edges
        for own in [[one for one in ages if least <= _days(one) and (most is None or _days(one) <= most)]]
    ]


def _days(one: Age) -> int:
    """Days late, at least 1 when something is: what falls due today and is unpaid at its end is late."""
    return max(1, one.days_late) if one.at_risk else 0
