"""Keeps one row of facts per group and week true to the books, in the transaction that changes them."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import count, takewhile
from typing import Any, NamedTuple

from django.db import connection, transaction

from compliance.facts import WEEK, Setting, WeekFacts, WeekInput, advance
from compliance.models import GroupWeek
from compliance.rules import Evaluation, evaluate, shown
from compliance.sources import Source, read_setting, read_weeks
from groups.models import Group
from ledger.rows import array
from ledger.services import lock_book

TREND_WEEKS = 12
WEEKS_AHEAD = 12
"""So many weeks after the last posting or meeting a group has rows, as they will be if nothing more is recorded."""


def refresh(*, group: Group, from_on: date) -> None:
    """Bring a group's rows up to date after a change dated `from_on` or later, in at most 8 statements."""
    refresh_book(book_id=group.book_id, from_on=from_on)


def refresh_book(*, book_id: int, from_on: date, **_signal: Any) -> None:
    """Refresh the group of a book; a book that is no group's has no rows. Receives `ledger.announce.book_changed`."""
    with transaction.atomic(savepoint=False):
        # Two writers of one group's rows wait for each other, and the second sees what the first one did.
        lock_book(book_id)
        from_week = from_on - timedelta(days=from_on.weekday())
        try:
            source = read_setting(book_id, since=from_week)
        except Group.DoesNotExist:
            return
        if source.rows:
            _write(_fold(source))
        else:
            _rebuild(read_setting(book_id))


def rebuild(*, group: Group) -> int:
    """Make all rows of a group anew from its books and return how many there are."""
    with transaction.atomic(savepoint=False):
        lock_book(group.book_id)
        return _rebuild(read_setting(group.book_id))


def _rebuild(source: Source) -> int:
    rows = _fold(source)
    span = rows[0].week_start, rows[-1].week_start
    GroupWeek.objects.filter(group=source.group_id).exclude(week_start__range=span).delete()
    _write(rows)
    return len(rows)


class _Row(NamedTuple):
    """A `GroupWeek` about to be written."""

    group_id: int
    week_start: date
    facts: Mapping[str, Any] | None
    at_meeting: Mapping[str, Any] | None
    at_close: Mapping[str, Any]


def _fold(source: Source) -> list[_Row]:
    """Return the rows of the weeks after the source's, through the last in which anything happened and those ahead."""
    rows, totals = list(source.rows), list(source.totals)
    before = rows[-1] if rows else None
    setting, happened = read_weeks(source, before)
    first = before.week + WEEK if before else setting.first_week
    last = max(happened, default=before.week if before else first)
    made = []
    for week in takewhile(lambda week: week <= last + WEEKS_AHEAD * WEEK, (first + n * WEEK for n in count())):
        this = happened.get(week) or WeekInput(week)
        at_meeting = _at_meeting(source, setting, rows, totals, this)
        rows.append(advance(before, this, setting, week + timedelta(days=6)))
        before = rows[-1]
        on = week + WEEK
        evaluation = evaluate(rows, source.policy_on(on), on)
        at_close = snapshot(evaluation, before, totals)
        totals.append(at_close["total"])
        made.append(_Row(source.group_id, week, before.as_json() if week <= last else None, at_meeting, at_close))
    return made


def _at_meeting(
    source: Source, setting: Setting, rows: Sequence[WeekFacts], totals: Sequence[float | None], this: WeekInput
) -> Mapping[str, Any] | None:
    if not this.meetings:
        return None
    on = this.meetings[-1].on
    so_far = advance(rows[-1] if rows else None, this, setting, on)
    return snapshot(evaluate([*rows, so_far], source.policy_on(on), on), so_far, totals)


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
INSERT INTO compliance_groupweek (group_id, week_start, facts, at_meeting, at_close)
SELECT * FROM unnest(%s::bigint[], %s::date[], %s::jsonb[], %s::jsonb[], %s::jsonb[])
ON CONFLICT (group_id, week_start) DO UPDATE
   SET facts = EXCLUDED.facts, at_meeting = EXCLUDED.at_meeting, at_close = EXCLUDED.at_close
"""


def _write(rows: Sequence[_Row]) -> None:
    """Insert or replace rows in one statement; by hand, since every posted sheet rewrites those ahead."""
    group_ids, weeks, *snapshots = zip(*rows, strict=True)
    texts = [[one and json.dumps(one) for one in column] for column in snapshots]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [array(column) for column in (group_ids, weeks, *texts)])
