"""Tanda terima of the whole sheet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from groups.models import Member
from groups.money import terbilang
from ledger import chart
from meetings import selectors as meetings
from meetings.models import Meeting
from meetings.selectors import PostedSheet
from reports.papers.head import Head, heads, moment, shortened
from reports.papers.pages import RECEIPT_DENSE_ROWS, RECEIPT_ROWS
from reports.papers.people import active_members, officer
from reports.papers.posted import number_range

# Letters to a line of a sum, of the letterhead, of the sum in words, of the names beside the count.
LABEL_LETTERS, HEAD_LETTERS, WORDS_LETTERS, COUNTERS_LETTERS = 32, 84, 56, 16
FOR_LETTERS, NUMBER_LETTERS = 100, 5  # of what a receipt is for, with which numbers count; of each of these


@dataclass(frozen=True, slots=True)
class Sum:
    """One line of a receipt: from how many people or for what, and rupiah."""

    label: str
    amount: int
    people: int = 0


@dataclass(frozen=True, slots=True)
class SheetReceipt:
    """What the group handed in at one meeting, printed for the group and for the BKM."""

    head: Head
    meeting: Meeting
    book: PostedSheet
    into: list[Sum]
    out: list[Sum]
    treasurer: str
    chair: str

    @property
    def numbers(self) -> str:
        return number_range(self.meeting)

    @property
    def height(self) -> int:
        """How many lines the sums take, and the head if it takes more than its own; long ones told by their letters."""
        book = self.book
        head = len(self.head.line) // HEAD_LETTERS + len(terbilang(book.money_in)) // WORDS_LETTERS
        cash = 4 + bool(book.money_out) + (len(", ".join(book.counters)) > COUNTERS_LETTERS)
        cash += 2 * bool(book.opening) + 2 * (book.cash_expected != self.meeting.cash_expected)
        if others := len(book.dropped) + len(book.added):
            head += (FOR_LETTERS + NUMBER_LETTERS * others) // HEAD_LETTERS
        return head + max(_lines(self.into) + 1, cash) + max(_lines(half) for half in self.out_columns)

    @property
    def dense(self) -> bool:
        """Whether both copies share a page only in smaller letters."""
        return self.height > RECEIPT_ROWS

    @property
    def long(self) -> bool:
        """Whether each copy needs a page of its own."""
        return self.height > RECEIPT_DENSE_ROWS

    @property
    def out_columns(self) -> tuple[list[Sum], list[Sum]]:
        """What went out, in two columns."""
        half = (len(self.out) + 1) // 2
        return self.out[:half], self.out[half:]

    @property
    def payers(self) -> int:
        return len(self.book.lines)

    @property
    def difference(self) -> int:
        """What the count was short of the book (negative) or over it, when the sheet was sent; rupiah."""
        return self.meeting.difference or 0

    @property
    def difference_size(self) -> int:
        return abs(self.difference)

    @property
    def saved(self) -> str:
        return shortened(moment(self.meeting.posted_at, self.head.group))


def _lines(sums: Iterable[Sum]) -> int:
    return sum(1 + len(one.label) // LABEL_LETTERS for one in sums)


_RECEIVED = (
    ("pokok", chart.PRINCIPAL_SAVINGS),
    ("wajib", chart.WEEKLY_SAVINGS),
    ("sukarela", chart.VOLUNTARY_SAVINGS),
    ("angsuran", ""),
    ("denda", chart.FINES),
    ("sosial", chart.SOCIAL_FUND),
)


def sheet_receipt(meeting: Meeting, printed_at: datetime) -> SheetReceipt:
    """Return the receipt of a posted sheet as it stands now. Six queries."""
    book = meetings.posted_sheet(meeting)
    into = [
        Sum(chart.CHART[code].name if code else _("Instalment"), book.totals[column], book.counts[column])
        for column, code in _RECEIVED
        if book.totals.get(column)
    ]
    into += [Sum(one.hand_over.entry.memo, one.total) for one in book.income]
    out = [
        Sum(label, -sum(one.total for one in lines), len(lines))
        for label, lines in (
            (_("Sukarela paid out"), book.withdrawals),
            (_("Loans paid out"), book.disbursements),
        )
        if lines
    ]
    out += [Sum(one.hand_over.entry.memo, -one.total) for one in book.expenses]
    (head,) = heads([(meeting.group, meeting.on)], printed_at)
    members = active_members(meeting.group, meeting.on)
    return SheetReceipt(
        head=head,
        meeting=meeting,
        book=book,
        into=into,
        out=out,
        treasurer=officer(members, Member.Office.TREASURER),
        chair=officer(members, Member.Office.CHAIR),
    )
