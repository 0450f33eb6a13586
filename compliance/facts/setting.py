"""What holds for a group whatever the week."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from compliance.facts.plan import LoanPlan


@dataclass(frozen=True)
class Setting:
    """What holds for a group whatever the week: its time, people, holidays, terms and schedules.

    members   number → (joined on, first day no longer a member)
    holidays  Mondays declared before they began
    terms     (from day, weekly amount; 0 = each what she can), by day
    """

    start_on: date
    end_on: date | None
    members: Mapping[int, tuple[date, date | None]]
    holidays: frozenset[date] = frozenset()
    terms: tuple[tuple[date, int], ...] = ()
    loans: Mapping[int, LoanPlan] = field(default_factory=dict)
    asked_on: date | None = None  # when a member first asked for a loan
    imported_through: date | None = None  # date of the last meeting brought in from an old book

    @property
    def first_week(self) -> date:
        """Monday of the week the books began."""
        return self.start_on - timedelta(days=self.start_on.weekday())

    @cached_property
    def _changes(self) -> list[date]:
        """Days on which the circle of members changes, in order."""
        return sorted({on for joined, left in self.members.values() for on in (joined, left) if on})

    @cached_property
    def _circles(self) -> dict[int, tuple[int, ...]]:
        """The active members after so many changes, as far as somebody asked."""
        return {}

    def active_on(self, on: date) -> tuple[int, ...]:
        """Return the numbers of the members active on that day."""
        passed = bisect_right(self._changes, on)
        if passed not in self._circles:
            self._circles[passed] = tuple(
                no for no, (joined, left) in self.members.items() if joined <= on and (left is None or on < left)
            )
        return self._circles[passed]

    def weekly_on(self, on: date) -> int:
        """Return the agreed weekly amount on that day; before the first terms, the first."""
        days = [from_on for from_on, _weekly in self.terms]
        return self.terms[max(0, bisect_right(days, on) - 1)][1] if days else 0
