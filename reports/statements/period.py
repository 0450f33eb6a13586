"""The days a statement speaks of, and the ones people ask for most. Without Django; told what day it is."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from groups.dates import EN_DASH, format_date, format_day_month, month_name

QUICK = ("this_month", "last_month", "this_year", "last_year", "all")
"""The quick choices, in the order they are offered."""


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included."""

    start: date
    end: date

    @property
    def before(self) -> date:
        """The day whose end is the opening of the period."""
        return self.start - timedelta(days=1)

    @property
    def after(self) -> date:
        """The first day the period leaves out."""
        return self.end + timedelta(days=1)

    @property
    def is_year(self) -> bool:
        return self.start == date(self.start.year, 1, 1) and self.end == date(self.start.year, 12, 31)

    @property
    def is_month(self) -> bool:
        return (
            self.start.day == 1
            and (self.start.year, self.start.month) == (self.end.year, self.end.month)
            and self.end.day == monthrange(self.end.year, self.end.month)[1]
        )

    def label(self, language: str = "id") -> str:
        """Return `2026`, `Januari 2026`, `7 Januari 2026` or `1 Januari–26 Maret 2026`."""
        if self.is_year:
            return str(self.start.year)
        if self.is_month:
            return f"{month_name(self.start, language)} {self.start.year}"
        if self.start == self.end:
            return format_date(self.start, language)
        same_year = self.start.year == self.end.year
        first = format_day_month(self.start, language) if same_year else format_date(self.start, language)
        if same_year and self.start.month == self.end.month:
            first = str(self.start.day)
        return f"{first}{EN_DASH}{format_date(self.end, language)}"


def quick(name: str, today: date, span: tuple[date, date] | None) -> Period:
    """Return one of the quick choices; what runs still ends today. `span`: the book's first and last day, if any."""
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    if name == "this_month":
        return Period(month, today)
    if name == "last_month":
        last = month - timedelta(days=1)
        return Period(last.replace(day=1), last)
    if name == "this_year":
        return Period(year, today)
    if name == "last_year":
        last = year - timedelta(days=1)
        return Period(last.replace(month=1, day=1), last)
    first, last = span or (today, today)
    return Period(min(first, today), max(last, today))
