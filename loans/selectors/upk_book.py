"""The UPK's book as its screens and papers need it, each in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date

from groups.models import Upk
from ledger import chart
from ledger import services as ledger
from ledger.models import Account, Entry, Posting
from loans.models import UpkLoan

BOOKS = {"cash": chart.CASH, "bank": chart.BANK}


@dataclass(frozen=True, slots=True)
class BookLine:
    """One entry in the book of cash or bank, in rupiah; `balance` is what is there after it."""

    entry: Entry
    received: int
    paid: int
    balance: int

    @property
    def reversed(self) -> bool:
        """Whether a later entry took it back."""
        return hasattr(self.entry, "reversed_by")


@dataclass(frozen=True, slots=True)
class CashBook:
    """The buku kas of a UPK for a period, both days included."""

    account: str  # cash or bank
    from_on: date
    to_on: date
    opening: int
    lines: list[BookLine]

    @property
    def received(self) -> int:
        return sum(line.received for line in self.lines)

    @property
    def paid(self) -> int:
        return sum(line.paid for line in self.lines)

    @property
    def closing(self) -> int:
        return self.opening + self.received - self.paid


def cash_book(upk: Upk, account: str, from_on: date, to_on: date) -> CashBook:
    """Return what came into and went out of cash or bank, in the order of days and numbers. Three queries."""
    code = BOOKS[account]
    closing = ledger.balance_on(book=upk.book, code=code, on=to_on)
    postings = (
        Posting.objects.filter(
            book=upk.book_id, account__code=code, account__book=upk.book_id, on__range=(from_on, to_on)
        )
        .select_related("entry__reverses", "entry__reversed_by")
        .order_by("on", "entry__number", "pk")
    )
    found = list(postings)
    running = opening = closing - sum(posting.amount for posting in found)
    lines = []
    for posting in found:
        running += posting.amount
        received, paid = max(0, posting.amount), max(0, -posting.amount)
        lines.append(BookLine(posting.entry, received, paid, running))
    return CashBook(account, from_on, to_on, opening, lines)


def upk_entry(upk: Upk, number: int) -> Entry | None:
    """Return an entry of the UPK's book by number, with who wrote it and what it reverses or was reversed by."""
    return (
        Entry.objects.filter(book=upk.book_id, number=number)
        .select_related("book", "submission", "posted_by", "reverses", "reversed_by")
        .first()
    )


@dataclass(frozen=True, slots=True)
class EntryLeg:
    """One side of an entry, in rupiah; one of `debit` and `credit` is 0."""

    account: Account
    debit: int
    credit: int


def legs_of(entry: Entry) -> list[EntryLeg]:
    """Return the legs of an entry with their accounts, debits first. One query."""
    postings = Posting.objects.filter(book=entry.book_id, entry=entry).select_related("account")
    legs = [EntryLeg(one.account, max(0, one.amount), max(0, -one.amount)) for one in postings]
    return sorted(legs, key=lambda leg: (leg.debit == 0, leg.account.code))


@dataclass(frozen=True, slots=True)
class LoanLine:
    """One entry of a UPK loan in the UPK's book, in rupiah; `balance` is the principal owed after it."""

    entry: Entry
    lent: int
    principal: int
    charge: int
    balance: int


def loan_book(loan: UpkLoan, on: date) -> list[LoanLine]:
    """Return every entry of a loan up to a day, corrected ones and their reversals too. One query."""
    accounts = {loan.receivable_id: 0, loan.charge_income_id: 1}
    postings = (
        Posting.objects.filter(account__in=accounts, on__lte=on)
        .select_related("entry__reverses", "entry__reversed_by")
        .order_by("on", "entry__number", "pk")
    )
    moved: dict[int, list[int]] = {}
    entries: dict[int, Entry] = {}
    for one in postings:
        entries[one.entry_id] = one.entry
        moved.setdefault(one.entry_id, [0, 0])[accounts[one.account_id]] += one.amount
    lines: list[LoanLine] = []
    balance = 0
    for pk, (lent, earned) in moved.items():
        balance += lent
        is_loan = lent > 0 and entries[pk].reverses_id is None
        lines.append(LoanLine(entries[pk], lent if is_loan else 0, 0 if is_loan else -lent, -earned, balance))
    return lines
