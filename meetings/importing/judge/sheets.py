"""All sheets judged, one after the other."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from ledger import services as ledger
from ledger.digest import text_hash
from meetings.importing.doubts import Doubts, doubts
from meetings.importing.judge.cells import Judge
from meetings.importing.judge.days import judge_days
from meetings.importing.judge.group import judge_group, judge_holidays
from meetings.importing.judge.loans import judge_loans
from meetings.importing.judge.members import judge_members
from meetings.importing.judge.opening import judge_opening, judge_opening_date
from meetings.importing.judge.plan import Plan
from meetings.workbook import OPENING, Problems, Workbook


def judged(book: Workbook, problems: Problems, at: datetime) -> Plan | None:
    """Judge the sheets and make a plan of them; None when nobody knows which loans are older than the book."""
    judge = Judge(book, problems, at)
    judge_group(judge)
    judge_members(judge)
    judge_opening_date(judge)
    judge_loans(judge)
    legs = judge_opening(judge)
    days = judge_days(judge)
    holidays = judge_holidays(judge, days)
    begins = judge.start_on or judge.opening_on
    if begins is None or (judge.book.lines[OPENING] and judge.opening_on is None):
        return None
    return Plan(
        group=judge.book.group,
        start_on=begins,
        content_hash=_content_hash(judge.book),
        members=judge.members,
        opening_on=judge.opening_on,
        opening=legs,
        loans=judge.loans,
        days=dict(sorted(days.items())),
        holidays=holidays,
        unclear=judge.unclear,
        doubts=doubts(judge) if judge.problems.errors else Doubts(),
    )


def _content_hash(book: Workbook) -> str:
    """Return what stands for the content: what was read, whatever the order of rows and columns and the formats."""

    def text(values: Any) -> str:
        plain = {
            heading: format(value.normalize(), "f") if isinstance(value, Decimal) else value
            for heading, value in values.items()
            if value != 0 or heading in ("Hari pertemuan", "Miskin")
        }
        return ledger.canonical_content(plain)

    lines = {name: sorted(text(line.values) for line in rows) for name, rows in book.lines.items()}
    return text_hash(ledger.canonical_content({"book": 1, "group": text(book.group.values), "lines": lines}))
