"""Whether a month may be closed: its weeks are in, the cash agrees, the book is clean. For the service and the screen.

A week belongs to the month its meeting day lies in. Weeks of an old book that was brought in are taken as told.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, Min, Q, Sum

from groups.models import Group, Holiday
from ledger import chart, verify
from ledger.models import Book, Closing, Entry, Posting
from ledger.services import balance_on
from ledger.verify import Problem
from meetings.models import BoxCount, CashDifference, Meeting

MOST_PROBLEMS = 5


def month_end(month: date) -> date:
    """Return the last day of the month that a day lies in."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CashCheck:
    """The last count of a month beside the book of that day, in rupiah.

    `on` is None when nobody met or counted in the month, `counted` when there was a meeting but no count; `open_item`
    is a difference of that count which nobody looks after.
    """

    on: date | None
    counted: int | None
    book: int
    open_item: CashDifference | None = None

    @property
    def agrees(self) -> bool:
        return self.on is None or (self.counted == self.book and self.open_item is None)


@dataclass(frozen=True, slots=True)
class MonthCheck:
    """What stands between a month and its closing."""

    month: date  # its first day
    through: date  # its last
    over: bool
    missing: list[date]  # meeting days of weeks without a sheet
    weeks: int  # weeks that needed one
    holidays: list[Holiday]
    cash: CashCheck
    problems: list[Problem] | None  # None: the book was not verified
    opening: int  # cash carried over from the closing before
    closing: int  # cash to carry on

    @property
    def ready(self) -> bool:
        return self.over and not self.missing and self.cash.agrees and not self.problems


def month_to_close(group: Group, book: Book) -> date:
    """Return the first day of the month that is closed next: the one after the last closed, else the book's first."""
    if book.closed_through:
        return (book.closed_through + timedelta(days=1)).replace(day=1)
    first = Entry.objects.filter(book=book).aggregate(first=Min("on"))["first"]
    return min(first or group.start_on, group.start_on).replace(day=1)


def check_month(group: Group, book: Book, month: date, today: date, *, verified: bool = True) -> MonthCheck:
    """Look at a month as its closing would, which verifies the whole book, from its first line to its last.

    That takes seconds for a book of many years; without it (`verified`) everything else is looked at.
    """
    first, last = month.replace(day=1), month_end(month)
    days, holidays = _expected(group, first, last)
    posted = set(
        Meeting.objects.filter(group=group, week_start__in=[_monday(day) for day in days]).values_list(
            "week_start", flat=True
        )
    )
    problems = [one for one in verify.problems([book.pk]) if not one.notice][:MOST_PROBLEMS] if verified else None
    return MonthCheck(
        month=first,
        through=last,
        over=today > last,
        missing=[day for day in days if _monday(day) not in posted],
        weeks=len(days),
        holidays=holidays,
        cash=_cash(group, book, first, last),
        problems=problems,
        opening=balance_on(book=book, code=chart.CASH, on=first - timedelta(days=1)),
        closing=balance_on(book=book, code=chart.CASH, on=last),
    )


@dataclass(frozen=True, slots=True)
class ToClose:
    """What a closing is about to put away: sheets and entries of the month, box and bank at its end, the head now."""

    sheets: int
    entries: int
    bank: int
    last_number: int
    head_digest: str
    differences: list[CashDifference]  # still open: they stay so, and are settled in the current month


def to_close(group: Group, book: Book, check: MonthCheck) -> ToClose:
    """Read what the closing of a month puts away. Five queries."""
    month = (check.month, check.through)
    return ToClose(
        sheets=Meeting.objects.filter(group=group, on__range=month).count(),
        entries=Entry.objects.filter(book=book, on__range=month).count(),
        bank=balance_on(book=book, code=chart.BANK, on=check.through),
        last_number=book.last_number,
        head_digest=book.head_digest,
        differences=list(
            CashDifference.objects.filter(group=group, on__lte=check.through, resolved_on=None)
            .select_related("entry", "owner")
            .order_by("on", "pk")
        ),
    )


def closings_of(book: Book) -> list[Closing]:
    """Every closing of a book, newest first. One query."""
    return list(Closing.objects.filter(book=book).select_related("closed_by").order_by("-through"))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _expected(group: Group, first: date, last: date) -> tuple[list[date], list[Holiday]]:
    """Return the meeting days of a month that need a sheet, and the weeks off among them."""
    day = first + timedelta(days=(group.meeting_weekday - first.weekday()) % 7)
    told = Meeting.objects.filter(group=group, imported=True).aggregate(last=Max("week_start"))["last"]
    days = []
    while day <= last:
        lives = group.start_on <= day and (group.end_on is None or day < group.end_on)
        if lives and (told is None or _monday(day) > told):
            days.append(day)
        day += timedelta(weeks=1)
    off = list(
        Holiday.objects.filter(
            Q(group=group) | Q(bkm=group.bkm_id), week_start__in=[_monday(day) for day in days]
        ).order_by("week_start")
    )
    free = {holiday.week_start for holiday in off}
    return [day for day in days if _monday(day) not in free], off


def _cash(group: Group, book: Book, first: date, last: date) -> CashCheck:
    """Compare the last count of a month, of a sheet or between meetings, with the book as it stands now."""
    met = Meeting.objects.filter(group=group, on__range=(first, last))
    sheets = met.exclude(cash_counted=None).order_by("-on")
    between = BoxCount.objects.filter(group=group, on__range=(first, last)).order_by("-on", "-submission")
    counts: list[Meeting | BoxCount] = [one for one in (sheets.first(), between.first()) if one is not None]
    if not counts:
        return CashCheck(met.order_by("-on").values_list("on", flat=True).first(), None, 0)
    count = max(counts, key=lambda one: (one.on, one.submission_id))
    # What was done outside a sheet on that day, after the count, is no part of what was counted; a correction is.
    later = Posting.objects.filter(
        account__book=book,
        account__code=chart.CASH,
        on=count.on,
        entry__submission_id__gt=count.submission_id,
        entry__hand_over=None,
        entry__reverses__hand_over=None,
    ).aggregate(total=Sum("amount"))["total"]
    item = getattr(count, "cash_difference", None)
    lacks_owner = item is not None and item.resolved_on is None and item.owner_id is None
    return CashCheck(
        on=count.on,
        counted=count.cash_counted if isinstance(count, Meeting) else count.counted,
        book=balance_on(book=book, code=chart.CASH, on=count.on) - (later or 0),
        open_item=item if lacks_owner else None,
    )
