"""The weekly sheet, to be filled in by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from groups.models import Group, Member
from loans.models import LoanRequest
from meetings import selectors as meetings
from meetings.models import Meeting
from meetings.sheet import DENOMINATIONS
from reports.papers.head import Head, heads
from reports.papers.pages import BLANK_DENSE_ROWS, SHEET_ROWS, pages_of
from reports.papers.people import officer

OTHER_ROWS = 3


@dataclass(frozen=True, slots=True)
class BlankRow:
    """One line to fill in, with what was agreed and what falls due (rupiah; None: not known or not owed)."""

    no: int | None
    name: str
    weekly: int | None = None
    due: int | None = None
    principal: int | None = None
    loan_no: int = 0  # a line for one more loan of the member above
    borrower: bool = False


@dataclass(frozen=True, slots=True)
class BlankSheet:
    """The weekly sheet on paper, in the order of the screen."""

    head: Head
    rows: list[BlankRow]
    cash: int | None  # opening cash; None when later sheets are already in the book
    requests: list[LoanRequest]
    treasurer: str

    @property
    def dense(self) -> bool:
        return SHEET_ROWS[0] < len(self.rows) <= BLANK_DENSE_ROWS

    @property
    def pages(self) -> list[Sequence[BlankRow]]:
        return [self.rows] if self.dense else pages_of(self.rows, *SHEET_ROWS)

    @property
    def denominations(self) -> Sequence[int]:
        return DENOMINATIONS

    @property
    def other_rows(self) -> range:
        return range(OTHER_ROWS)


def blank_sheet(group: Group, on: date, printed_at: datetime) -> BlankSheet:
    """Return the sheet of a day to fill in by hand. Seven queries.

    Dues and opening cash are what the book says now, so they stand there only while no sheet of that day or a later
    one is in it.
    """
    context = meetings.sheet_context(group, on)
    known = not Meeting.objects.filter(group=group, on__gte=on).exists()
    rows = []
    for member in context.members:
        owed = context.loans.get(member.no, []) if known else []
        first, more = owed[:1], owed[1:]
        lacking = max(0, context.principal - context.paid_principal.get(member.no, 0))
        rows.append(
            BlankRow(
                no=member.no,
                name=member.name,
                weekly=context.weekly or None,
                due=first[0].due(context.last_of_week) if first else None,
                principal=(lacking or None) if known else None,
                borrower=bool(first),
            )
        )
        rows += [
            BlankRow(None, "", due=one.due(context.last_of_week), loan_no=one.loan.no, borrower=True) for one in more
        ]
    # Somebody may join; a second row to spare only where the front has room for it.
    room = next((most for most in (SHEET_ROWS[0], BLANK_DENSE_ROWS) if most > len(rows)), 0)
    spare = max(1, min(2, room - len(rows)))
    rows += [BlankRow(None, "")] * spare
    (head,) = heads([(group, on)], printed_at)
    return BlankSheet(
        head=head,
        rows=rows,
        cash=context.cash if known else None,
        requests=context.requests if known else [],
        treasurer=officer(context.members, Member.Office.TREASURER),
    )
