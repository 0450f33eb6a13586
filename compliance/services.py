"""Keeps one row of facts per group and week true to the books, in the transaction that changes them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import count, takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, transaction
from django.db.models import DateField, Exists, Max, OuterRef, Q, Value
from django.db.models.functions import Cast, Least, TruncWeek

from compliance.facts import WEEK, Week, WeekFacts, WeekInput, advance
from compliance.models import GroupWeek
from compliance.rules import Evaluation, evaluate, in_brief, shown
from compliance.sources import FIRST_DAY, Source, read_setting, read_weeks
from groups.models import Group

if TYPE_CHECKING:
    from django.db.models import QuerySet

TREND_WEEKS = 12
WEEKS_AHEAD = 1
"""So many weeks after the last posting or meeting a group has rows, as they will be if nothing more is recorded."""
WEEKS_REACHED = 12
"""So many weeks beyond the last one over they are carried on once somebody looks at a group silent for longer."""


def refresh_book(*, book_id: int, from_on: date, **_signal: Any) -> None:
    """Refresh the group of a book; a book that is no group's has no rows. Receives `ledger.announce.book_changed`."""
    with transaction.atomic(savepoint=False):
        from_week = from_on - timedelta(days=from_on.weekday())
        try:
            source = read_setting(book_id, since=from_week, hold=True)
        except Group.DoesNotExist:
            return
        if source.before:
            _write(_fold(source))
        else:
            _rebuild(read_setting(book_id))


def reach(groups: "QuerySet[Group]", on: date) -> None:
    """Carry on the rows of silent groups: each then has one of the last week over on `on`, or of that it ended in.

    One statement where none is missing; where one is, a few statements for each such group.
    """
    this_week = on - timedelta(days=on.weekday())
    last_over = this_week - WEEK
    last = Least(
        Value(last_over, DateField()), Cast(TruncWeek("end_on"), DateField())
    )  # of two, one unknown, the other
    begun = groups.filter(start_on__lt=this_week).annotate(last=last)
    silent = begun.exclude(Exists(GroupWeek.objects.filter(group=OuterRef("pk"), week_start__gte=OuterRef("last"))))
    told = Max("weeks__week_start", filter=Q(weeks__facts__isnull=False))
    for book_id, end_on, last, last_told in silent.annotate(told=told).values_list("book_id", "end_on", "last", "told"):
        through = last_over + WEEKS_REACHED * WEEK if end_on is None or end_on > on else last
        _carry_on(book_id, last_told, through)


def _carry_on(book_id: int, last_told: date | None, through: date) -> None:
    """Write the rows after the last that holds facts, or all of a group that has none, on to `through`."""
    with transaction.atomic(savepoint=False):
        if last_told:
            _write(_fold(read_setting(book_id, since=last_told + WEEK, hold=True), through))
        else:
            _rebuild(read_setting(book_id, hold=True), through)


def rebuild(*, group: Group) -> int:
    """Make all rows of a group anew from its books and return how many there are."""
    with transaction.atomic(savepoint=False):
        return _rebuild(read_setting(group.book_id, hold=True))


def _rebuild(source: Source, through: date = FIRST_DAY) -> int:
    rows = _fold(source, through)
    GroupWeek.objects.filter(group=source.group_id, week_start__lt=rows[0].week_start).delete()
    _write(rows)
    return len(rows)


def rows_as_the_books_say(book_id: int, through: date) -> "list[_Row]":
    """Return what the rows of a book's group must be, at least to `through`, a Monday; nothing is written."""
    return _fold(read_setting(book_id), through)


class _Row(NamedTuple):
    """A `GroupWeek` about to be written."""

    group_id: int
    week_start: date
    facts: Mapping[str, Any] | None
    brief: Mapping[str, Any] | None
    at_meeting: Mapping[str, Any] | None
    at_close: Mapping[str, Any]


def _fold(source: Source, through: date = FIRST_DAY) -> list[_Row]:
    """Return the rows of the weeks after the source's: to the last in which anything happened and those ahead of it.

    They reach at least `through`, a Monday.
    """
    before = source.before
    setting, happened = read_weeks(source, before)
    first = before.week + WEEK if before else setting.first_week
    last = max(happened, default=before.week if before else first)
    end = max(last + WEEKS_AHEAD * WEEK, through)
    weeks = []
    for week in takewhile(lambda week: week <= end, (first + n * WEEK for n in count())):
        this = happened.get(week) or WeekInput(week)
        met = advance(before, this, setting, this.meetings[-1].on) if this.meetings else None
        weeks.append((met, advance(before, this, setting, week + timedelta(days=6))))
        before = weeks[-1][1]
    rows: list[Week] = _looked_back_on(source, weeks)
    totals = list(source.totals)
    made = []
    for met, at_end in weeks:
        at_meeting = None
        if met:
            at_meeting = snapshot(evaluate([*rows, met], source.policy_on(met.through), met.through), met, totals)
        rows.append(at_end)
        on = at_end.week + WEEK
        at_close = snapshot(evaluate(rows, source.policy_on(on), on), at_end, totals)
        totals.append(at_close["total"])
        told = at_end.week <= last
        facts, brief = (at_end.as_json(), in_brief(at_end).as_json()) if told else (None, None)
        made.append(_Row(source.group_id, at_end.week, facts, brief, at_meeting, at_close))
    return made


def _looked_back_on(source: Source, weeks: Iterable[tuple[WeekFacts | None, WeekFacts]]) -> list[Week]:
    """Return the stored weeks that an evaluation of `weeks` looks back on: in brief, or whole once something fell.

    The latter costs one more statement, in the weeks after a correction that was posted into an open period.
    """
    if source.before is None:
        return []
    past, before = source.past, source.before
    later = [one for pair in weeks for one in pair if one]
    if past and any(one.fell for one in (*past, before, *later)):
        past = read_setting(source.book_id, since=before.week + WEEK, whole=True).past
    return [*past, before]


def snapshot(evaluation: Evaluation, facts: WeekFacts, totals: Sequence[float | None]) -> dict[str, Any]:
    """Return what a dashboard shows of a group, in plain JSON types.

    on             day seen from, ISO
    policy         version
    weeks          number of assessed weeks
    assessed       number of assessed rules
    scores         five, 0…1 rounded to 4 places, null where not assessed; `lights` likewise
    total, grade   per cent with one decimal; A, B, C; null where not given
    trend          the totals at the close of the twelve weeks before, oldest first
    savings, outstanding, par, par3
                   rupiah; par = whole outstanding of loans with an instalment late, par3 = with three or more
    members        active ones
    last_meeting   ISO date or null
    without_sheet  weeks in a row without a sheet, holidays aside
    """
    return {
        "on": evaluation.on.isoformat(),
        "policy": evaluation.policy.version,
        "weeks": len(evaluation.weeks),
        "assessed": evaluation.assessed,
        "scores": [f.scored and shown(f.scored, 4) for f in evaluation.findings],
        "lights": [f.light for f in evaluation.findings],
        "total": evaluation.total_per_cent,
        "grade": evaluation.grade,
        "trend": list(totals[-TREND_WEEKS:]),
        "savings": facts.savings,
        "outstanding": facts.outstanding,
        "par": facts.at_risk(1),
        "par3": facts.at_risk(3),
        "members": len(facts.active),
        "last_meeting": facts.last_meeting and facts.last_meeting.isoformat(),
        "without_sheet": facts.without_sheet,
    }


_WRITE = """
WITH beyond AS (DELETE FROM compliance_groupweek WHERE group_id = %(group)s AND week_start > %(last)s)
INSERT INTO compliance_groupweek (group_id, week_start, facts, brief, at_meeting, at_close)
SELECT %(group)s, week_start, facts, brief, at_meeting, at_close
  FROM jsonb_to_recordset(%(rows)s) AS row (week_start date, facts jsonb, brief jsonb, at_meeting jsonb, at_close jsonb)
ON CONFLICT (group_id, week_start) DO UPDATE
   SET facts = EXCLUDED.facts, brief = EXCLUDED.brief, at_meeting = EXCLUDED.at_meeting, at_close = EXCLUDED.at_close
"""


def _write(rows: Sequence[_Row]) -> None:
    """Insert or replace the last rows of a group in one statement; those beyond them said what is no longer so.

    By hand, since every posted sheet rewrites those ahead.
    """
    last = rows[-1]
    told = json.dumps([row._asdict() for row in rows], default=date.isoformat)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"group": last.group_id, "last": last.week_start, "rows": told})
