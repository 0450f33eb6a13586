"""Reads what the five rules need from the tables below, in a fixed number of statements however long the history.

Written as SQL because every posted sheet passes here: each statement brings one kind of thing, already added up.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection

from compliance.facts import LoanPlan, MeetingFacts, Movement, Setting, Waiver, WeekFacts, WeekInput
from compliance.rules import PolicyNumbers
from groups.models import Group
from groups.models.bodies import ZONES

FIRST_DAY, LAST_DAY = date(1, 1, 1), date.max


@dataclass(frozen=True)
class Source:
    """A group as the rules see it, its loans aside, and the policies of its BKM and the common ones."""

    group_id: int
    book_id: int
    zone: str
    setting: Setting
    policies: tuple[tuple[bool, date, PolicyNumbers], ...]  # (its BKM's own, from day, numbers)
    rows: tuple[WeekFacts, ...]  # the stored weeks before `since` that an evaluation may look back on
    totals: tuple[float | None, ...]  # theirs, in per cent

    def policy_on(self, on: date) -> PolicyNumbers:
        """Return the version in force on a day: the BKM's own latest, else the common one's."""
        _own, _from_on, numbers = max(
            (p for p in self.policies if p[1] <= on), key=lambda p: (p[0], p[1]), default=self.policies[0]
        )
        return numbers


_SETTING = """
SELECT g.id, g.book_id, g.start_on, g.end_on, g.timezone,
  (SELECT json_agg(json_build_array(m.no, m.joined_on, m.left_on) ORDER BY m.no)
     FROM groups_member m WHERE m.group_id = g.id)::text,
  (SELECT json_agg(DISTINCT h.week_start) FROM groups_holiday h
    WHERE (h.group_id = g.id OR h.bkm_id = g.bkm_id) AND h.declared_on < h.week_start)::text,
  (SELECT json_agg(json_build_array(t.from_on, t.weekly) ORDER BY t.from_on)
     FROM savings_savingsterms t WHERE t.group_id = g.id)::text,
  (SELECT json_agg(row_to_json(p) ORDER BY p.bkm_id IS NULL DESC, p.from_on)
     FROM compliance_policy p WHERE p.bkm_id IS NULL OR p.bkm_id = g.bkm_id)::text,
  LEAST((SELECT min(r.requested_on) FROM loans_loanrequest r WHERE r.group_id = g.id),
        (SELECT min(l.requested_on) FROM loans_loan l WHERE l.group_id = g.id AND l.upk_loan_id IS NULL)),
  (SELECT max(m."on") FROM meetings_meeting m WHERE m.group_id = g.id AND m.imported AND m."on" >= %(since)s),
  (SELECT json_agg(json_build_array(w.facts, w.total) ORDER BY w.week_start) FROM (
     SELECT week_start, facts, at_close -> 'total' AS total FROM compliance_groupweek
      WHERE group_id = g.id AND week_start < %(since)s AND facts IS NOT NULL ORDER BY week_start DESC
      LIMIT reach.weeks + (SELECT count(*) FROM groups_holiday h
        WHERE (h.group_id = g.id OR h.bkm_id = g.bkm_id) AND h.declared_on < h.week_start
          AND h.week_start < %(since)s AND h.week_start >= %(since)s - 7 * (2 * reach.weeks + 52))
   ) w)::text
FROM groups_group g
CROSS JOIN LATERAL (
  SELECT greatest(12, max(p.weeks))::int AS weeks FROM compliance_policy p WHERE p.bkm_id IS NULL OR p.bkm_id = g.bkm_id
) reach
WHERE g.book_id = %(book)s
"""


def read_setting(book_id: int, since: date | None = None) -> Source:
    """Return the group of a book, or raise `Group.DoesNotExist`; with `since`, a Monday, what is stored up to it too.

    `imported_through` is then looked for from `since` on. One statement.
    """
    rows = _rows(_SETTING, {"book": book_id, "since": since or FIRST_DAY})
    if not rows:
        raise Group.DoesNotExist
    group_id, book_id, start_on, end_on, zone, members, holidays, terms, policies, asked_on, imported, stored = rows[0]
    setting = Setting(
        start_on=start_on,
        end_on=end_on,
        members={no: (_date(joined), left and _date(left)) for no, joined, left in _loaded(members)},
        holidays=frozenset(_date(week) for week in _loaded(holidays)),
        terms=tuple((_date(from_on), weekly) for from_on, weekly in _loaded(terms)),
        asked_on=asked_on,
        imported_through=imported,
    )
    weeks = json.loads(stored) if stored else []
    return Source(
        group_id=group_id,
        book_id=book_id,
        zone=ZONES[zone],
        setting=setting,
        policies=_policies(policies),
        rows=tuple(WeekFacts.from_json(facts) for facts, _total in weeks),
        totals=tuple(total for _facts, total in weeks),
    )


@lru_cache
def _policies(text: str) -> tuple[tuple[bool, date, PolicyNumbers], ...]:
    """Read policies as the database tells them. Most boards have the common ones alone, so they are read once."""
    return tuple((p["bkm_id"] is not None, _date(p["from_on"]), PolicyNumbers.of(p)) for p in _loaded(text))


# OFFSET 0 holds the planner to looking up each posting's own account and entry. Left free to join, it has read
# everybody's entries, or one book's accounts anew for each posting, whenever it misjudged how few there are.
_MOVEMENTS = """
SELECT p."on", a.code, a.member_no, a.loan_no, e.kind, sum(p.amount)::bigint
  FROM ledger_posting p
 CROSS JOIN LATERAL (SELECT code, member_no, loan_no FROM ledger_account WHERE id = p.account_id OFFSET 0) a
 CROSS JOIN LATERAL (SELECT kind FROM ledger_entry WHERE id = p.entry_id OFFSET 0) e
 WHERE p.book_id = %(book)s AND p."on" BETWEEN %(since)s AND %(through)s
   AND (a.code IN ('1110', '1120', '2310', '2220', '2110', '2120', '3110', '1210') OR a.code = '4110' AND a.loan_no > 0)
 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""

_MEETINGS = """
SELECT m."on",
       count(*) FILTER (WHERE a.status = 'H'), count(*) FILTER (WHERE a.status = 'I'),
       count(*) FILTER (WHERE a.status = 'S'),
       (m.posted_at AT TIME ZONE %(zone)s)::date - m."on", m.cash_counted IS NOT NULL,
       m.cash_counted IS NOT DISTINCT FROM m.cash_expected OR coalesce(d.reason, '') ~ '\\S',
       m.agenda ~ '\\S' AND m.decisions ~ '\\S', m.imported
  FROM meetings_meeting m
  LEFT JOIN meetings_cashdifference d ON d.meeting_id = m.id
  LEFT JOIN (meetings_attendance a JOIN groups_member g ON g.id = a.member_id)
    ON a.meeting_id = m.id AND g.group_id = %(group)s
   AND g.joined_on <= m."on" AND (g.left_on IS NULL OR m."on" < g.left_on)
 WHERE m.group_id = %(group)s AND m."on" BETWEEN %(since)s AND %(through)s
 GROUP BY m.id, d.id ORDER BY m."on"
"""

# Members' shares of a UPK loan are no internal lending: rules 4 and 5 leave them out.
_LOANS = """
SELECT l.no, m.no, l.prior_principal + l.prior_charge,
       ARRAY(SELECT i.due_on FROM loans_instalment i WHERE i.loan_id = l.id ORDER BY i.no),
       ARRAY(SELECT i.principal + i.charge FROM loans_instalment i WHERE i.loan_id = l.id ORDER BY i.no),
       (SELECT s."on" FROM loans_loanstep s WHERE s.loan_id = l.id AND s.closes AND s.undone_at IS NULL),
       (SELECT json_agg(json_build_array(s."on", s.forgiven) ORDER BY s."on", s.no) FROM loans_loanstep s
         WHERE s.loan_id = l.id AND s.kind = 'waiver' AND s.undone_at IS NULL)::text
  FROM loans_loan l JOIN groups_member m ON m.id = l.member_id
 WHERE l.group_id = %(group)s AND m.group_id = %(group)s AND l.no = ANY(%(numbers)s) AND l.upk_loan_id IS NULL
"""


def read_weeks(
    source: Source, before: WeekFacts | None, through: date = LAST_DAY
) -> tuple[Setting, dict[date, WeekInput]]:
    """Return the setting with its loans, and all that happened after the week `before` (None: ever) up to `through`.

    At most three statements. What is dated before the group's first week is counted into that week.
    """
    since = before.week + timedelta(days=7) if before else FIRST_DAY
    period = {"book": source.book_id, "group": source.group_id, "zone": source.zone, "since": since, "through": through}
    movements = [Movement(*row) for row in _rows(_MOVEMENTS, period)]
    meetings = [MeetingFacts(on, len(source.setting.active_on(on)), *rest) for on, *rest in _rows(_MEETINGS, period)]
    loans = {m.loan_no for m in movements if m.code in {"1210", "4110"}} | (before.loans.keys() if before else set())
    setting = replace(source.setting, loans=_read_loans(source, loans))
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


def _read_loans(source: Source, numbers: Collection[int]) -> dict[int, LoanPlan]:
    if not numbers:
        return {}
    found = _rows(_LOANS, {"group": source.group_id, "numbers": sorted(numbers)})
    return {
        no: LoanPlan.make(
            member_no,
            prior,
            zip(due_on, amounts, strict=True),
            source.setting.holidays,
            closed_on=closed_on,
            waivers=(Waiver(_date(on), _by_place(forgiven)) for on, forgiven in _loaded(waivers)),
        )
        for no, member_no, prior, due_on, amounts, closed_on, waivers in found
    }


def _by_place(forgiven: dict[str, int]) -> dict[int, int]:
    """Turn the numbers of instalments, from 1, into their places."""
    return {int(no) - 1: amount for no, amount in forgiven.items()}


def _rows(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _loaded(text: str | None) -> Iterable[Any]:
    return json.loads(text, parse_float=Decimal) if text else []


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())
