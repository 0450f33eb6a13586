"""Books that a sequence of a treasurer's work may begin with, each beside its paper."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from groups.models import Group, Member
from loans import services as loans
from meetings.importing import import_book
from meetings.services import close_month, post_sheet
from meetings.sheet import CashCount, Disbursement, OtherMoney, Sheet
from savings.terms import agree_terms
from tests.factories import GroupFactory
from tests.meetings.paper import Day, Line, Opening, Replay, terms
from tests.meetings.workbooks import MELATI, packed

START = date(2025, 12, 22)  # a Monday: two meetings, and the year can be closed and shared out
AT = datetime(2026, 12, 1, tzinfo=UTC)
FIRST = (1, 2, 3)  # members
OPENING = Opening(
    cash=12_000,
    savings={("2110", 1): 2_000, ("2110", 2): 1_500, ("2120", 1): 3_000, ("3110", 3): 500},
    loans={1: (2, date(2025, 12, 10), 4_000, 3_000)},
)


def opened(code: str) -> Group:
    """A group of three with `OPENING` in its book."""
    lines: list[list[Any]] = [[START, "1110", None, None, OPENING.cash]]
    lines += [[START, account, member, None, amount] for (account, member), amount in OPENING.savings.items()]
    lending = []
    for no, (member, on, principal, owed) in OPENING.loans.items():
        lines.append([START, "1210", member, no, owed])
        lending.append([no, member, on, on, principal, 4, "pekan", 2, "bulan", "flat", 0])
    lines.append([START, "3210", None, None, -Replay([Day(START, opening=OPENING)]).book["3210", 0, 0]])
    known = {"Kode": code, "Nama": "KSM Buka", "Mulai dicatat": START, "Hari pertemuan": "Rabu"}
    rows = {
        "Kelompok": list(known.items()),
        "Anggota": [[no, f"Anggota {no}", "P", *[None] * 3, "anggota", None, START, None] for no in FIRST],
        "Saldo awal": lines,
        "Pinjaman": lending,
    }
    content = packed({name: [head, *rows.get(name, [])] for name, (head, *_rest) in MELATI.items()})
    outcome = import_book(content=content, bkm_code="BKM-BUKA", by=None, at=AT, create_bkm=True)
    assert (outcome.status, outcome.errors) == ("imported", [])
    return Group.objects.get(code=code)


def year_s_end() -> list[Day]:
    """The rest of December after `OPENING`."""
    first = {1: Line(1_000, 500), 2: Line(1_000, pays={1: 1_020}), 3: Line(1_000, 0, 500)}
    second = {1: Line(1_000, pays={2: 765}), 2: Line(1_000, pays={1: 1_020}), 3: Line(1_000)}
    return [
        Day(date(2025, 12, 24), first, income=2_000, lent=(2, 1, 3_000), counted=16_020),
        Day(date(2025, 12, 31), second, expense=500, counted=20_305),
    ]


def post_day(group: Group, day: Day) -> None:
    """Put a meeting of the paper into the book."""
    asked = None
    if day.lent:
        _no, member_no, amount = day.lent
        member = Member.objects.get(group=group, no=member_no)
        asked = loans.request_loan(
            group=group, member=member, amount=amount, purpose="", terms=terms(amount), on=day.on
        )
    sheet = Sheet(
        on=day.on,
        rows=tuple(line.row(no) for no, line in day.lines.items()),
        income=(OtherMoney("4190", "Masuk", day.income),) if day.income else (),
        expenses=(OtherMoney("5130", "Kopi", day.expense),) if day.expense else (),
        disbursements=(Disbursement(asked.no),) if asked else (),
        count=CashCount(counted=day.counted, counted_by="Sari"),
    )
    post_sheet(group=group, key=uuid4(), sheet=sheet, by=None, at=AT)


@dataclass(frozen=True)
class Start:
    """A book that a sequence may begin with: the group that has it, and its paper."""

    group: int
    paper: tuple[Day, ...] = ()
    closed: date | None = None
    loans: int = 0


def starts() -> list[Start]:
    """An empty book, one with `OPENING`, and one whose first year is closed and not yet shared out."""
    empty = GroupFactory(code="KSM-KOSONG", start_on=START, members=len(FIRST))
    kept, old = opened("KSM-BUKA"), opened("KSM-TAHUN")
    for group in (empty, kept, old):
        agree_terms(group=group, from_on=START, weekly=1000, principal=0)
    days = year_s_end()
    for day in days:
        post_day(old, day)
    closed = close_month(group=old, month=START, by=None, at=AT).through
    opening = Day(START, opening=OPENING)
    return [Start(empty.pk), Start(kept.pk, (opening,), loans=1), Start(old.pk, (opening, *days), closed, loans=2)]
