"""The posted sheet, with what was corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from groups import dates
from groups.models import Member
from ledger.models import Entry
from meetings import selectors as meetings
from meetings.models import Meeting
from meetings.selectors import PostedLine, PostedSheet
from meetings.sheet import DENOMINATIONS
from reports.papers.head import Head, heads, moment
from reports.papers.pages import POSTED_DENSE_ROWS, SHEET_ROWS, pages_of
from reports.papers.people import officer


@dataclass(frozen=True, slots=True)
class PostedRow:
    """One member's line as it stands: her hand-over and what she took out, either of which may be missing."""

    member: Member
    status: str
    line: PostedLine | None
    withdrawal: PostedLine | None
    replaces: bool

    @property
    def withdrawn(self) -> int:
        return -self.withdrawal.total if self.withdrawal else 0

    @property
    def numbers(self) -> list[int]:
        return [one.hand_over.entry.number for one in (self.line, self.withdrawal) if one]


@dataclass(frozen=True, slots=True)
class Correction:
    """A hand-over that was wrong, the reversal that answered it and why, and what stands in its place."""

    line: PostedLine
    reversal: Entry
    replacement: PostedLine | None

    @property
    def was(self) -> int:
        return abs(self.line.total)

    @property
    def now(self) -> int:
        return abs(self.replacement.total) if self.replacement else 0


@dataclass(frozen=True, slots=True)
class PostedPaper:
    """A sheet that is in the book, corrections marked."""

    head: Head
    meeting: Meeting
    book: PostedSheet
    rows: list[PostedRow]
    corrections: list[Correction]
    pieces: list[tuple[int, int, int]]  # value, how many, rupiah
    treasurer: str

    @property
    def dense(self) -> bool:
        return SHEET_ROWS[0] < len(self.rows) <= POSTED_DENSE_ROWS

    @property
    def pages(self) -> list[Sequence[PostedRow]]:
        return [self.rows] if self.dense else pages_of(self.rows, *SHEET_ROWS)

    @property
    def withdrawn(self) -> int:
        return -sum(line.total for line in self.book.withdrawals)

    @property
    def received(self) -> int:
        return sum(line.total for line in self.book.lines)

    @property
    def charge(self) -> int:
        return sum(line.charge for line in self.book.lines)

    @property
    def present(self) -> int:
        return sum(1 for status in self.book.attendance.values() if status == "H")

    @property
    def numbers(self) -> str:
        """The entries this sheet was written as: `412–425`."""
        return number_range(self.meeting)

    @property
    def saved(self) -> str:
        return moment(self.meeting.posted_at, self.head.group)


def number_range(meeting: Meeting) -> str:
    """Return the entry numbers of a sheet, `412–425`; a dash for a sheet without money."""
    first, last = meeting.submission.first_number, meeting.submission.last_number
    if first is None or first == last:
        return f"{first}" if first else dates.EN_DASH
    return f"{first}{dates.EN_DASH}{last}"


def is_replacement(line: PostedLine, meeting: Meeting) -> bool:
    """Whether an entry came later than the sheet itself."""
    return line.hand_over.entry.submission_id != meeting.submission_id


def corrections(book: PostedSheet) -> list[Correction]:
    """Pair every corrected hand-over with what answered it; without a further query."""
    every = [*book.lines, *book.withdrawals, *book.disbursements, *book.corrected, *book.later]
    by_answer = {
        (one.hand_over.entry.submission_id, one.hand_over.member_id, one.hand_over.entry.kind): one for one in every
    }
    return [
        Correction(
            line=one,
            reversal=one.reversed_by,
            replacement=by_answer.get(
                (one.reversed_by.submission_id, one.hand_over.member_id, one.hand_over.entry.kind)
            ),
        )
        for one in book.corrected
        if one.reversed_by
    ]


def posted_paper(meeting: Meeting, printed_at: datetime) -> PostedPaper:
    """Return a posted sheet as it stands now. Six queries."""
    book = meetings.posted_sheet(meeting)
    lines = {one.member.no: one for one in book.lines if one.member}
    withdrawals = {one.member.no: one for one in book.withdrawals if one.member}
    named = set(lines) | set(withdrawals) | set(book.attendance)
    members = Member.objects.filter(group=meeting.group_id).order_by("no")
    rows = []
    for member in members:
        if member.no in named or member.is_active_on(meeting.on):
            line, withdrawal = lines.get(member.no), withdrawals.get(member.no)
            rows.append(
                PostedRow(
                    member=member,
                    status=book.attendance.get(member.no, ""),
                    line=line,
                    withdrawal=withdrawal,
                    replaces=any(is_replacement(one, meeting) for one in (line, withdrawal) if one),
                )
            )
    (head,) = heads([(meeting.group, meeting.on)], printed_at)
    return PostedPaper(
        head=head,
        meeting=meeting,
        book=book,
        rows=rows,
        corrections=corrections(book),
        pieces=[
            (value, meeting.count[str(value)], value * meeting.count[str(value)])
            for value in DENOMINATIONS
            if meeting.count.get(str(value))
        ],
        treasurer=officer((row.member for row in rows), Member.Office.TREASURER),
    )
