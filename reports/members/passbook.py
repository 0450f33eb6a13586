"""Buku anggota: every entry that touched one member, with the balances it left her. One member or all, one reading."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, Sum

from groups.models import Group, Member
from ledger import chart
from ledger.models import Account, Entry, Posting
from reports.members.period import Period
from reports.papers import Head, pages_of
from reports.statements.words import kind_name

ROWS = {"a4": (20, 24), "f4": (22, 26)}  # on the first page, and on those that follow

KINDS = {
    chart.PRINCIPAL_SAVINGS: "principal",
    chart.WEEKLY_SAVINGS: "weekly",
    chart.VOLUNTARY_SAVINGS: "voluntary",
    chart.BLOCKED_SAVINGS: "blocked",
    chart.MEMBER_LOANS: "owed",
}
"""Accounts of a member that hold a balance, by what a passbook calls them."""


@dataclass(slots=True)
class Sums:
    """Rupiah per kind of savings, and what is owed on loans."""

    principal: int = 0
    weekly: int = 0
    voluntary: int = 0
    blocked: int = 0
    owed: int = 0

    @property
    def savings(self) -> int:
        return self.principal + self.weekly + self.voluntary + self.blocked

    def move(self, code: str, amount: int) -> None:
        """Let a posting (debit positive) move its kind, on the kind's normal side."""
        name = KINDS[code]
        setattr(self, name, getattr(self, name) + chart.on_normal_side(code, amount))

    def copy(self) -> "Sums":
        return Sums(self.principal, self.weekly, self.voluntary, self.blocked, self.owed)


@dataclass(slots=True)
class PassbookRow:
    """One entry: what it moved, jasa and other money that came with it, and the balances right after it."""

    entry: Entry
    moved: Sums = field(default_factory=Sums)
    charge: int = 0
    other: int = 0  # fine and social fund
    after: Sums = field(default_factory=Sums)
    corrected: bool = False  # answered by a reversal

    @property
    def what(self) -> str:
        return kind_name(self.entry.kind)

    @property
    def reverses(self) -> bool:
        return self.entry.reverses_id is not None


@dataclass(frozen=True, slots=True)
class Passbook:
    """One member's book of a period; `closing` is what the last row left, or the opening balances."""

    member: Member
    opening: Sums
    rows: list[PassbookRow]

    @property
    def closing(self) -> Sums:
        return self.rows[-1].after if self.rows else self.opening

    def pages(self, paper: str) -> list[Sequence[PassbookRow]]:
        return pages_of(self.rows, *ROWS[paper])


@dataclass(frozen=True, slots=True)
class PassbookPage:
    """A page of a passbook: rows, the balances carried over from the page before, and whether it is the last."""

    book: Passbook
    rows: Sequence[PassbookRow]
    carried: Sums
    number: int
    of: int

    @property
    def closing(self) -> Sums:
        return self.rows[-1].after if self.rows else self.carried


@dataclass(frozen=True, slots=True)
class Passbooks:
    """The passbooks of some members on paper."""

    head: Head
    period: Period
    books: list[Passbook]

    def pages(self, paper: str) -> list[PassbookPage]:
        """The pages of all books, each beginning on a page of its own."""
        found = []
        for book in self.books:
            cut = book.pages(paper)
            carried = book.opening
            for number, rows in enumerate(cut, start=1):
                found.append(PassbookPage(book, rows, carried, number, len(cut)))
                carried = rows[-1].after if rows else carried
        return found


def passbooks(group: Group, members: Sequence[Member], period: Period) -> list[Passbook]:
    """Return the passbooks of these members. Four queries, however many members and entries.

    Opening balances are today's less everything dated since, so what lies before the period costs nothing.
    """
    numbers = [member.no for member in members]
    opening = {no: Sums() for no in numbers}
    accounts = Account.objects.filter(book=group.book_id, member_no__in=numbers, code__in=KINDS)
    for code, no, balance in accounts.values_list("code", "member_no", "balance"):
        opening[no].move(code, balance)
    later = Posting.objects.filter(account__in=accounts, on__gte=period.since)
    for code, no, total in later.values_list("account__code", "account__member_no").annotate(total=Sum("amount")):
        opening[no].move(code, -total)
    rows: dict[int, dict[int, PassbookRow]] = {no: {} for no in numbers}
    _fill_from_accounts(group, numbers, period, rows)
    _fill_from_hand_overs(members, period, rows)
    books = []
    for member in members:
        own = sorted(rows[member.no].values(), key=lambda row: (row.entry.on, row.entry.number))
        running = opening[member.no].copy()
        for row in own:
            for name in KINDS.values():
                setattr(running, name, getattr(running, name) + getattr(row.moved, name))
            row.after = running.copy()
        books.append(Passbook(member, opening[member.no], own))
    return books


def _fill_from_accounts(
    group: Group, numbers: Sequence[int], period: Period, rows: dict[int, dict[int, PassbookRow]]
) -> None:
    """Take in what moved accounts of the members themselves: savings, loans and the jasa of loans. One query."""
    mine = Account.objects.filter(book=group.book_id, member_no__in=numbers, code__in=[*KINDS, chart.CHARGE_INCOME])
    postings = Posting.objects.filter(account__in=mine, on__gte=period.since, on__lte=period.until)
    for posting in postings.select_related("account", "entry__reversed_by"):
        row = _row(rows[posting.account.member_no], posting.entry)
        if posting.account.code == chart.CHARGE_INCOME:
            row.charge -= posting.amount
        else:
            row.moved.move(posting.account.code, posting.amount)


def _fill_from_hand_overs(members: Sequence[Member], period: Period, rows: dict[int, dict[int, PassbookRow]]) -> None:
    """Take in her fines and gifts to the social fund, of hand-overs and outside the sheets, reversed too. One query."""
    whose = {member.pk: member.no for member in members}
    hers = Q(entry__hand_over__member__in=whose) | Q(entry__reverses__hand_over__member__in=whose)
    hers |= Q(entry__contribution__member__in=whose) | Q(entry__reverses__contribution__member__in=whose)
    postings = Posting.objects.filter(
        hers, account__code__in=[chart.FINES, chart.SOCIAL_FUND], on__gte=period.since, on__lte=period.until
    )
    postings = postings.select_related(
        "entry__reversed_by",
        "entry__hand_over",
        "entry__contribution",
        "entry__reverses__hand_over",
        "entry__reverses__contribution",
    )
    for posting in postings:
        entry = posting.entry
        given = entry.reverses or entry
        by = given.contribution if hasattr(given, "contribution") else given.hand_over
        _row(rows[whose[by.member_id or 0]], entry).other -= posting.amount


def _row(found: dict[int, PassbookRow], entry: Entry) -> PassbookRow:
    if entry.pk not in found:
        found[entry.pk] = PassbookRow(entry, corrected=hasattr(entry, "reversed_by"))
    return found[entry.pk]


def passbook_papers(group: Group, members: Sequence[Member], period: Period, printed_at: datetime) -> Passbooks:
    """Return passbooks for printing. Five queries."""
    head = period.head(group, printed_at)
    return Passbooks(head, period, passbooks(group, members, period))


def members_in(group: Group, period: Period) -> list[Member]:
    """Return who belonged to a group on any day of a period, by number. One query."""
    here = Member.objects.filter(group=group, joined_on__lte=period.until)
    return list(here.exclude(left_on__lte=period.since).order_by("no"))


def member_by_number(group: Group, no: int) -> Member | None:
    """Return the member with this number. One query."""
    return Member.objects.filter(group=group, no=no).first()
