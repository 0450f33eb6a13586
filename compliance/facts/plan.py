"""A loan's schedule laid into weeks, and the jasa that was waived of it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, Self

WEEK = timedelta(days=7)
_DAYS = [timedelta(days=days) for days in range(7)]


class Waiver(NamedTuple):
    """Jasa that is due no more, in the week of that day and after: place in the schedule (first: 0) → rupiah."""

    on: date
    forgiven: Mapping[int, int]


@dataclass(frozen=True)
class LoanPlan:
    """A loan's schedule. `due` holds (due date, pokok + jasa) in order; `prior` counts as paid before the opening.

    Nothing falls due after `closed_on`, the day a step ended the loan; waivers are in order of their days.
    """

    member_no: int
    prior: int
    due: tuple[tuple[date, int], ...]
    weeks: tuple[date, ...]  # Monday each instalment belongs to: its own week, or the next that is no holiday
    closed_on: date | None = None
    waivers: tuple[Waiver, ...] = ()

    @classmethod
    def make(
        cls,
        member_no: int,
        prior: int,
        due: Iterable[tuple[date, int]],
        holidays: frozenset[date],
        *,
        closed_on: date | None = None,
        waivers: Iterable[Waiver] = (),
    ) -> Self:
        """Lay the instalments into weeks, past the holidays."""
        due = tuple(due)
        weeks = _weeks_of([on for on, _amount in due], holidays)
        return cls(member_no, prior, due, weeks, closed_on, tuple(waivers))

    @cached_property
    def _days(self) -> list[date]:
        return [on for on, _amount in self.due]

    @cached_property
    def _lines(self) -> list[list[int]]:
        """How far the line reaches after each instalment: as first lent, then without what each waiver forgave."""
        amounts = [amount for _on, amount in self.due]
        lines = [list(accumulate(amounts, initial=0))]
        for waiver in self.waivers:
            for place, amount in waiver.forgiven.items():
                amounts[place] -= amount
            lines.append(list(accumulate(amounts, initial=0)))
        return lines

    def _line(self, through: date) -> list[int]:
        if not self.waivers:
            return self._lines[0]
        return self._lines[sum(waiver.on <= through for waiver in self.waivers)]

    @cached_property
    def _last(self) -> int:
        """How many instalments ever fall due."""
        return len(self.due) if self.closed_on is None else bisect_right(self._days, self.closed_on)

    def began_before(self, week: date) -> bool:
        """Whether an instalment belongs to an earlier week."""
        return bisect_left(self.weeks, week) > 0

    @property
    def total(self) -> int:
        """Pokok + jasa of all that ever falls due."""
        return self._lines[-1][self._last]

    def stretch(self, week: date, through: date, paid_before: int) -> tuple[int, int]:
        """Return how far the line reaches before a week, and with its own instalments due by `through`.

        What a loan lacks that was closed before that week is carried on no more.
        """
        line, last = self._line(through), self._last
        start = bisect_left(self.weeks, week)
        before = line[min(start, last)]
        own = line[min(bisect_right(self.weeks, week, start), bisect_right(self._days, through), last)] - before
        if self.closed_on and self.closed_on < week:
            before = min(before, paid_before)
        return before, before + own

    def waived(self, through: date) -> tuple[int, ...]:
        """Return for each waiver up to that day how far the line without what it forgave reaches before its week."""
        effective = [waiver for waiver in self.waivers if waiver.on <= through]
        return tuple(self._lines[n][self._before(waiver)] for n, waiver in enumerate(effective, start=1))

    def _before(self, waiver: Waiver) -> int:
        return bisect_left(self.weeks, waiver.on - timedelta(days=waiver.on.weekday()))

    @cached_property
    def _leaves_a_gap(self) -> bool:
        """Whether a waiver forgave something of weeks before its own: those never count as paid."""
        return any(place < self._before(waiver) for waiver in self.waivers for place in waiver.forgiven)

    def finished(self, week: date, paid: int) -> bool:
        """Whether all that ever falls due did so before that week and was paid: the loan can leave the facts."""
        return bisect_left(self.weeks, week) >= self._last and paid >= self.total and not self._leaves_a_gap

    def late(self, through: date, paid: int) -> int:
        """Count the instalments due by `through` that `paid`, laid oldest first, does not fully cover."""
        if self.closed_on and self.closed_on <= through:
            return 0
        covered = bisect_right(self._line(through), paid) - 1
        return max(0, bisect_right(self._days, through) - covered)


def _weeks_of(days: Iterable[date], holidays: frozenset[date]) -> tuple[date, ...]:
    weeks = [on - _DAYS[on.weekday()] for on in days]
    return tuple([_working(week, holidays) for week in weeks] if holidays else weeks)


def _working(week: date, holidays: frozenset[date]) -> date:
    while week in holidays:
        week += WEEK
    return week
