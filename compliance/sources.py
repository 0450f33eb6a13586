"""Reads what the five rules need from the tables below, in a fixed number of statements however long the history.

The statements are functions of the database (`compliance/sql/`), each bringing one kind of thing already added up.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection

from compliance.facts import LoanPlan, MeetingFacts, Movement, Setting, Waiver, Week, WeekFacts, WeekInput
from compliance.rules import PolicyNumbers
from groups.dates import ZONES
from groups.models import Group

FIRST_DAY, LAST_DAY = date(1, 1, 1), date.max
_date = date.fromisoformat


@dataclass(frozen=True)
class Source:
    """A group as the rules see it, its loans aside, and the policies of its BKM and the common ones."""

    group_id: int
    book_id: int
    zone: str
    setting: Setting
    policies: tuple[tuple[bool, date, PolicyNumbers], ...]  # (its BKM's own, from day, numbers)
    before: WeekFacts | None  # the last stored week before `since`
    past: tuple[Week, ...]  # those before it that an evaluation may look back on, in brief where they are kept so
    totals: tuple[float | None, ...]  # of the last of these weeks, `before` too, as many as a trend shows; in per cent

    def policy_on(self, on: date) -> PolicyNumbers:
        """Return the version in force on a day: the BKM's own latest, else the common one's."""
        _own, _from_on, numbers = max(
            (p for p in self.policies if p[1] <= on), key=lambda p: (p[0], p[1]), default=self.policies[0]
        )
        return numbers


def read_setting(book_id: int, since: date | None = None, *, hold: bool = False, whole: bool = False) -> Source:
    """Return the group of a book, or raise `Group.DoesNotExist`; with `since`, a Monday, what is stored up to it too.

    `imported_through` is then looked for from `since` on. `hold` first locks the book as `ledger.lock_book` does: two
    writers of one group's rows wait for each other, and the second sees what the first one did. `whole`: no week in
    brief. One statement.
    """
    rows = _rows("SELECT * FROM compliance_setting(%s, %s, %s, %s)", book_id, since or FIRST_DAY, hold, whole)
    if not rows:
        raise Group.DoesNotExist
    group_id, book_id, start_on, end_on, zone, members, holidays, terms, policies, asked_on, imported, *stored = rows[0]
    before, past, totals = (json.loads(text) if text else None for text in stored)
    setting = Setting(
        start_on=start_on,
        end_on=end_on,
        members={no: (_date(joined), left and _date(left)) for no, joined, left in _loaded(members)},
        holidays=frozenset(_date(week) for week in _loaded(holidays)),
        terms=tuple((_date(from_on), weekly) for from_on, weekly in _loaded(terms)),
        asked_on=asked_on,
        imported_through=imported,
    )
    return Source(
        group_id=group_id,
        book_id=book_id,
        zone=ZONES[zone],
        setting=setting,
        policies=_policies(policies),
        before=before and WeekFacts.from_json(before),
        past=tuple(map(_past_week, past or ())),
        totals=tuple(totals or ()),
    )


def _past_week(data: dict[str, Any]) -> Week:
    return Week.from_json(data) if "settled" in data else WeekFacts.from_json(data)


@lru_cache
def _policies(text: str) -> tuple[tuple[bool, date, PolicyNumbers], ...]:
    """Read policies as the database tells them. Most boards have the common ones alone, so they are read once."""
    policies = json.loads(text, parse_float=Decimal)
    return tuple((p["bkm_id"] is not None, _date(p["from_on"]), PolicyNumbers.of(p)) for p in policies)


def read_weeks(
    source: Source, before: WeekFacts | None, through: date = LAST_DAY
) -> tuple[Setting, dict[date, WeekInput]]:
    """Return the setting with its loans, and all that happened after the week `before` (None: ever) up to `through`.

    One statement. What is dated before the group's first week is counted into that week.
    """
    since = before.week + timedelta(days=7) if before else FIRST_DAY
    known = list(before.loans) if before else []
    [(moved, held, lent)] = _rows(
        "SELECT * FROM compliance_weeks(%s, %s, %s, %s, %s, %s::int[])",
        *(source.book_id, source.group_id, since, through, source.zone, known),
    )
    movements = [Movement(_date(on), *rest) for on, *rest in _loaded(moved)]
    meetings = [_meeting(source.setting, _date(on), rest) for on, *rest in _loaded(held)]
    setting = replace(source.setting, loans={no: _plan(source, rest) for no, *rest in _loaded(lent)})
    money: dict[date, list[Movement]] = defaultdict(list)
    for movement in movements:
        if movement.code in {"1210", "4110"} and movement.loan_no not in setting.loans:
            continue
        money[max(_monday(movement.on), setting.first_week)].append(movement)
    met: dict[date, list[MeetingFacts]] = defaultdict(list)
    for meeting in meetings:
        met[_monday(meeting.on)].append(meeting)
    weeks = sorted({*money, *(week for week in met if week >= setting.first_week)})
    return setting, {week: WeekInput(week, tuple(met.get(week, ())), tuple(money.get(week, ()))) for week in weeks}


def _meeting(setting: Setting, on: date, rest: Sequence[Any]) -> MeetingFacts:
    return MeetingFacts(on, len(setting.active_on(on)), *rest)


def _plan(source: Source, told: Sequence[Any]) -> LoanPlan:
    member_no, prior, due_on, amounts, closed_on, waivers = told
    return LoanPlan.make(
        member_no,
        prior,
        zip(map(_date, due_on), amounts, strict=True),
        source.setting.holidays,
        closed_on=closed_on and _date(closed_on),
        waivers=[Waiver(_date(on), _by_place(forgiven)) for on, forgiven in _loaded(waivers)],
    )


def _by_place(forgiven: dict[str, int]) -> dict[int, int]:
    """Turn the numbers of instalments, from 1, into their places."""
    return {int(no) - 1: amount for no, amount in forgiven.items()}


def _rows(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _loaded(text: str | None) -> list[Any]:
    return json.loads(text) if text else []


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())
