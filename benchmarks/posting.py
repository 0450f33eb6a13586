"""Posting a sheet, beside the very same rows written by one hand-written SQL transaction."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.urls import reverse
from psycopg2.extras import execute_values

from benchmarks.timing import Times, counting
from benchmarks.village import Ksm, new_ksm, settle, signed_in
from groups.models import Bkm
from meetings import services as meetings
from meetings.models import Meeting
from meetings.sheet import Sheet

MEMBERS, SIZES = 25, (5, 25, 50)
HISTORIES = (1, 26, 260)  # weeks
FIRST = date(2019, 1, 2)
ROUNDS = 40


class _NotKept(Exception):
    """Rolls a rehearsal back."""


@dataclass(frozen=True)
class Written:
    """What a sheet came to, row by row, ready to be written again by hand."""

    submission: tuple[Any, ...]
    entries: list[tuple[Any, ...]]
    postings: list[tuple[int, str, int, int, int]]  # entry number, account's code, member, loan, rupiah
    meeting: tuple[Any, ...]
    attendance: list[tuple[int, str]]
    hand_overs: list[tuple[int, int | None]]  # entry number, member
    weeks: list[tuple[Any, ...]]


_SUBMISSION = "book_id, key, content, content_hash, first_number, last_number, posted_by_id, posted_at, digest"
_ENTRY = 'book_id, number, "on", kind, memo, memo_hash, legs, posted_by_id, posted_at, digest'
_MEETING = (
    'group_id, "on", week_start, place, agenda, discussion, decisions, manner, cash_before, cash_expected,'
    " cash_counted, count, counted_by, posted_by_id, posted_at, imported"
)
_WEEK = "group_id, week_start, facts, brief, at_meeting, at_close"
_AS_TEXT = {
    "count": "count::text",
    "facts": "facts::text",
    "brief": "brief::text",
    "at_meeting": "at_meeting::text",
    "at_close": "at_close::text",
}


def _all(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _columns(names: str) -> str:
    return ", ".join(_AS_TEXT.get(name, name) for name in names.split(", "))


def rehearse(ksm: Ksm, sheet: Sheet) -> Written:
    """Post a sheet, remember every row it wrote, and take it back."""
    try:
        with transaction.atomic():
            meeting = ksm.post(sheet)
            written = _read(meeting)
            raise _NotKept
    except _NotKept:
        return written


def _read(meeting: Meeting) -> Written:
    submission = meeting.submission_id
    return Written(
        submission=_all(f"SELECT {_SUBMISSION} FROM ledger_submission WHERE id = %s", submission)[0],
        entries=_all(f"SELECT {_ENTRY} FROM ledger_entry WHERE submission_id = %s ORDER BY number", submission),
        postings=_all(
            "SELECT e.number, a.code, a.member_no, a.loan_no, p.amount FROM ledger_posting p"
            " JOIN ledger_entry e ON e.id = p.entry_id JOIN ledger_account a ON a.id = p.account_id"
            " WHERE e.submission_id = %s ORDER BY p.id",
            submission,
        ),  # type: ignore[arg-type]
        meeting=_all(f"SELECT {_columns(_MEETING)} FROM meetings_meeting WHERE id = %s", meeting.pk)[0],
        attendance=_all("SELECT member_id, status FROM meetings_attendance WHERE meeting_id = %s", meeting.pk),  # type: ignore[arg-type]
        hand_overs=_all(
            "SELECT e.number, h.member_id FROM meetings_handover h JOIN ledger_entry e ON e.id = h.entry_id"
            " WHERE h.meeting_id = %s ORDER BY h.id",
            meeting.pk,
        ),  # type: ignore[arg-type]
        weeks=_all(
            f"SELECT {_columns(_WEEK)} FROM compliance_groupweek WHERE group_id = %s AND week_start >= %s ORDER BY 2",
            meeting.group_id,
            meeting.week_start,
        ),
    )


def write_by_hand(written: Written) -> None:
    """Write a sheet's rows as somebody would who knows them all beforehand: one transaction, one statement a table."""
    book = written.submission[0]
    with transaction.atomic(), connection.cursor() as wrapped:
        cursor = wrapped.cursor  # the driver's own
        cursor.execute("SELECT last_number, head_digest FROM ledger_book WHERE id = %s FOR NO KEY UPDATE", [book])
        cursor.execute("SELECT code, member_no, loan_no, id FROM ledger_account WHERE book_id = %s", [book])
        accounts = {(code, member, loan): pk for code, member, loan, pk in cursor.fetchall()}
        cursor.execute(f"INSERT INTO ledger_submission ({_SUBMISSION}) VALUES %s RETURNING id", [written.submission])
        [submission] = cursor.fetchone()
        ids = _insert(cursor, f"ledger_entry (submission_id, {_ENTRY})", [(submission, *e) for e in written.entries])
        entries = {entry[1]: (pk, entry[2]) for entry, pk in zip(written.entries, ids, strict=True)}
        _insert(
            cursor,
            'ledger_posting (book_id, entry_id, "on", account_id, amount)',
            [(book, *entries[no], accounts[code, member, loan], rp) for no, code, member, loan, rp in written.postings],
        )
        [meeting] = _insert(cursor, f"meetings_meeting (submission_id, {_MEETING})", [(submission, *written.meeting)])
        people = [(meeting, member, status) for member, status in written.attendance]
        _insert(cursor, "meetings_attendance (meeting_id, member_id, status)", people)
        whose = [(meeting, entries[number][0], member) for number, member in written.hand_overs]
        _insert(cursor, "meetings_handover (meeting_id, entry_id, member_id)", whose)
        _insert(
            cursor,
            f"compliance_groupweek ({_WEEK})",
            written.weeks,
            "ON CONFLICT (group_id, week_start) DO UPDATE SET"
            " facts = EXCLUDED.facts, brief = EXCLUDED.brief,"
            " at_meeting = EXCLUDED.at_meeting, at_close = EXCLUDED.at_close",
        )


def _insert(cursor: Any, into: str, rows: Sequence[tuple[Any, ...]], rest: str = "") -> list[int]:
    """Insert rows with one statement and return their primary keys."""
    answers = execute_values(
        cursor, f"INSERT INTO {into} VALUES %s {rest} RETURNING id", rows, page_size=len(rows), fetch=True
    )
    return [pk for (pk,) in answers]


class Press:
    """A treasurer before the check page of her next meeting, about to press "Save the sheet": the whole request."""

    def __init__(self, ksm: Ksm) -> None:
        self.ksm, self.sheet, self.client = ksm, ksm.sheet(), signed_in(ksm.treasurer)
        with meetings.filling_in(group=ksm.group, on=ksm.on, by=ksm.treasurer, key=uuid4(), at=ksm.at) as draft:
            draft.data = ksm.draft()
        self.address = reverse("check", args=[ksm.group.code, ksm.on])
        [seen] = re.findall('name="seen" value="([0-9a-f]+)"', self.client.get(self.address).content.decode())
        self.told = {"key": str(draft.key), "seen": seen}

    def send(self) -> None:
        answer = self.client.post(self.address, self.told)
        if answer.status_code != 302 or not answer["Location"].endswith("/receipt/"):
            raise RuntimeError(f"{self.address} answered {answer.status_code}")
        self.ksm.go_on(self.sheet)


@dataclass
class History:
    """Groups with so many weeks behind them, taken in turn, and what was measured on them."""

    weeks: int
    groups: list[Ksm]
    service: Times = field(default_factory=Times)
    by_hand: Times = field(default_factory=Times)
    request: Times = field(default_factory=Times)
    taken: int = 0

    def next_group(self) -> Ksm:
        """Return the next group in turn, at a week in which no loan is paid out."""
        ksm = self.groups[self.taken % len(self.groups)]
        self.taken += 1
        while ksm.lends:
            ksm.live(1)
        return ksm

    def measure_service(self) -> None:
        ksm = self.next_group()
        sheet = ksm.sheet()
        with self.service.sample():
            ksm.post(sheet)
        ksm.go_on(sheet)

    def measure_request(self) -> None:
        press = Press(self.next_group())
        with self.request.sample():
            press.send()

    def measure_by_hand(self) -> None:
        ksm = self.next_group()
        sheet = ksm.sheet()
        written = rehearse(ksm, sheet)
        with self.by_hand.sample():
            write_by_hand(written)
        ksm.go_on(sheet)


def histories(bkm: Bkm, rounds: int, weeks: Sequence[int], members: int) -> list[History]:
    """Make the groups; for the shortest history a fresh one each time, since another sheet would make it longer."""
    first, *middle, last = weeks
    many = {first: 3 * rounds, **dict.fromkeys(middle, max(2, rounds // 8)), last: 2}
    return [History(n, [new_ksm(bkm, members, FIRST).live(n) for _n in range(many[n])]) for n in weeks]


@dataclass(frozen=True)
class Counts:
    """The statements of an ordinary sheet: of the service, of the whole request, and of that after a correction."""

    service: int
    request: int
    corrected: int

    def __str__(self) -> str:
        return f"{self.service}, {self.request} and {self.corrected}"


def statements(bkm: Bkm, members: int) -> Counts:
    """Count the statements of an ordinary sheet of a group that size.

    Weeks are looked back on whole, by a statement more, while a correction of a closed week is within reach
    (`docs/decisions/0003-weeks-as-a-fold.md`).
    """
    ksm = new_ksm(bkm, members, FIRST).live(3)
    sheet = ksm.sheet()
    with counting() as service:
        ksm.post(sheet)
    ksm.go_on(sheet)
    press = Press(ksm)
    with counting() as request:
        press.send()
    ksm.correct_first_week()
    press = Press(ksm)
    with counting() as corrected:
        press.send()
    return Counts(len(service), len(request), len(corrected))


def run(
    bkm: Bkm,
    say: Callable[[str], None],
    rounds: int = ROUNDS,
    *,
    weeks: Sequence[int] = HISTORIES,
    members: int = MEMBERS,
    sizes: Sequence[int] = SIZES,
) -> dict[str, Any]:
    """Measure and print; the groups and the two ways of writing take turns, so that a busy moment meets all alike.

    At least two rounds, since the first pays for plans and caches; at least two histories, the shortest first.
    """
    counts = {size: statements(bkm, size) for size in sizes}
    told = ", ".join(f"{count} with {size} members" for size, count in counts.items())
    say(f"  statements of post_sheet, of the whole request, and of that after a correction: {told}   (to reach: ≤ 20)")
    found = histories(bkm, rounds, weeks, members)
    settle()
    for history in found:  # the first of each pays for plans and caches
        history.measure_service()
        history.measure_by_hand()
        history.measure_request()
        history.service, history.by_hand, history.request = Times(), Times(), Times()
    chance = random.Random(1)  # noqa: S311 (an order, no secret)
    turns = [
        turn
        for history in found
        for turn in (history.measure_service, history.measure_by_hand, history.measure_request)
    ]
    for _round in range(rounds - 1):
        chance.shuffle(turns)
        for turn in turns:
            turn()
    return _report(found, counts, say)


def _report(found: list[History], counts: dict[int, Counts], say: Callable[[str], None]) -> dict[str, Any]:
    for history in found:
        weeks = f"{history.weeks:3d} week{'s' if history.weeks > 1 else ' '} of history"
        say(f"  {weeks}   post_sheet  {history.service.line()}")
        say(f"  {'':20}   by hand     {history.by_hand.line()}")
        say(f"  {'':20}   request     {history.request.line()}")
    by_hand = {h.weeks: h.service.against(h.by_hand) for h in found}
    growth = found[-1].service.against(found[0].service)
    for weeks, ratio in by_hand.items():
        say(f"  post_sheet / by hand, {weeks:3d} weeks    {ratio}   (to reach: ≤ 2.00)")
    spread = f"{found[-1].weeks} weeks / {found[0].weeks}"
    say(f"  {spread:33} {growth}   (to reach: ≤ 1.15)")
    say(f"  {spread + ', the request':33} {found[-1].request.against(found[0].request)}   (to reach: ≤ 1.15)")
    return {"statements": counts, "by_hand": by_hand, "growth": growth}
