"""A book ready to be written: its days, its loans, its opening."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from ledger.services import Leg
from loans.schedule import Row as ScheduleRow
from loans.schedule import Terms
from meetings.importing.doubts import Doubts
from meetings.sealed import imported_key
from meetings.workbook import LOANS, Line


@dataclass(slots=True)
class PlannedLoan:
    line: Line
    member_no: int
    terms: Terms
    rows: list[ScheduleRow]
    requested_on: date
    paid_out_on: date
    older: bool = False  # paid out before the book begins here
    outstanding: int = 0  # of an older one, by Saldo awal


@dataclass(slots=True)
class Day:
    meeting: Line | None = None
    rows: list[Line] = field(default_factory=list)
    other: list[Line] = field(default_factory=list)
    loans: list[PlannedLoan] = field(default_factory=list)

    @property
    def first(self) -> Line:
        """The line that stands for the day as a whole."""
        return self.meeting or [*self.rows, *self.other, *(loan.line for loan in self.loans)][0]

    @property
    def first_cell(self) -> str:
        return self.first.cell("Cair" if self.first.sheet == LOANS else "Tanggal")


@dataclass(slots=True)
class Plan:
    """A book ready to be written; with doubts, only to be tried."""

    group: Line
    start_on: date
    content_hash: str
    members: dict[int, Line]
    opening_on: date | None
    opening: list[Leg]
    loans: dict[int, PlannedLoan]
    days: dict[date, Day]
    holidays: dict[date, str]  # Monday → reason
    unclear: set[int]  # members of whom nobody knows from when to when they are
    doubts: Doubts

    def key(self, what: str) -> UUID:
        """The key of one submission: the same book gives the same keys."""
        return imported_key(self.group["Kode"] or "", self.content_hash, what)
