"""Whether a UPK may lend to a KSM: the points of the gate, each with its figure and what it lacks.

Months are calendar months, the last full ones before the day asked about; a week belongs to the month of its Monday,
and declared holidays are left out. A month counts as saved in when in enough of its weeks the members handed over
savings (wajib or sukarela, corrections counted), and as booked when in enough of its weeks the hand-overs were in
the book within the days allowed after the meeting.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

Name = Literal["saving", "members", "women", "books", "signed", "ceilings"]
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeekSaved:
    """One week in the book: savings handed over in rupiah, and days from its meeting to the book."""

    saved: int
    delay: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One member's share of a request and the most she may have."""

    name: str
    amount: int
    ceiling: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the books say of a group on a day."""

    on: date
    weeks: Mapping[date, WeekSaved]  # by Monday
    holidays: frozenset[date]
    members: int
    women: int
    unknown: int  # members whose sex is not written down
    signed_on: date | None
    shares: Sequence[Asked]


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of the gate, as the UPK set them."""

    least_members: int
    women_percent: int
    saving_months: int
    weeks_percent: int
    posting_days: int


@dataclass(frozen=True, slots=True)
class Point:
    """One point: `have` of `need`; `detail` holds what the figure is made of."""

    name: Name
    met: bool
    have: int
    need: int
    detail: tuple[Any, ...] = ()

    @property
    def missing(self) -> int:
        return max(0, self.need - self.have)

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "met": self.met, "have": self.have, "need": self.need, "detail": list(self.detail)}


def full_months(on: date, count: int) -> list[date]:
    """Return the first days of the last `count` calendar months that were over before `on`, oldest first."""
    year, month = on.year, on.month
    found: list[date] = []
    for _each in range(count):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
        found.append(date(year, month, 1))
    return found[::-1]


def weeks_of(month: date, holidays: Iterable[date]) -> list[date]:
    """Return the Mondays of a month, holidays left out."""
    off = frozenset(holidays)
    monday = month + timedelta(days=-month.weekday() % 7)
    found = []
    while (monday.year, monday.month) == (month.year, month.month):
        if monday not in off:
            found.append(monday)
        monday += WEEK
    return found


def _months(facts: Facts, limits: Limits, *, booked: bool) -> tuple[int, tuple[dict[str, Any], ...]]:
    """Return how many of the last months in a row, counted back from the newest, were kept, and each one's figures."""
    detail: list[dict[str, Any]] = []
    for month in full_months(facts.on, limits.saving_months):
        weeks = weeks_of(month, facts.holidays)
        known = [facts.weeks[week] for week in weeks if week in facts.weeks]
        good = sum(one.delay <= limits.posting_days if booked else one.saved > 0 for one in known)
        met = good * 100 >= len(weeks) * limits.weeks_percent
        detail.append({"month": month.isoformat(), "weeks": len(weeks), "good": good, "met": met})
    row = 0
    for one in reversed(detail):
        if not one["met"]:
            break
        row += 1
    return row, tuple(detail)


def judge(facts: Facts, limits: Limits) -> list[Point]:
    """Return every point of the gate, met or not."""
    saved, saved_detail = _months(facts, limits, booked=False)
    booked, booked_detail = _months(facts, limits, booked=True)
    women_needed = -(-facts.members * limits.women_percent // 100)
    above = tuple(
        {"name": one.name, "amount": one.amount, "ceiling": one.ceiling}
        for one in facts.shares
        if one.amount > one.ceiling
    )
    return [
        Point("saving", saved >= limits.saving_months, saved, limits.saving_months, saved_detail),
        Point("members", facts.members >= limits.least_members, facts.members, limits.least_members),
        Point(
            "women",
            facts.members > 0 and facts.women >= women_needed,
            facts.women,
            women_needed,
            ({"members": facts.members, "unknown": facts.unknown, "percent": limits.women_percent},),
        ),
        Point("books", booked >= limits.saving_months, booked, limits.saving_months, booked_detail),
        Point(
            "signed",
            facts.signed_on is not None,
            int(facts.signed_on is not None),
            1,
            (facts.signed_on.isoformat(),) if facts.signed_on else (),
        ),
        Point("ceilings", not above, len(facts.shares) - len(above), len(facts.shares), above),
    ]
