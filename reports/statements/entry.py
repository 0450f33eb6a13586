"""One entry as it stands in the book: what every amount of a statement opens to."""

from dataclasses import dataclass
from datetime import date

from ledger.models import Account as BookAccount
from ledger.models import Entry, Posting
from meetings.models import Meeting
from meetings.services import EXPENSE, HANDOVER, INCOME, WITHDRAWAL
from reports.statements.asked import Account
from reports.statements.keeper import Keeper
from reports.statements.words import kind_name

CORRECTABLE = (HANDOVER, WITHDRAWAL, INCOME, EXPENSE)


@dataclass(frozen=True, slots=True)
class Side:
    """One leg of an entry: the account with whose it is, and rupiah on its debit or its credit side."""

    code: str
    account: str
    debit: int | None
    credit: int | None
    key: str  # names the account in the address of its ledger: 2110.3.0


@dataclass(frozen=True)
class EntryPage:
    """An entry with its legs, debit first, and what it has to do with other entries and with a meeting."""

    entry: Entry
    kind: str
    sides: list[Side]
    reversed_by: Entry | None
    meeting_on: date | None
    correctable: bool  # by the form that corrects what a meeting handed over
    last: int  # the book's last number

    @property
    def total(self) -> int:
        """Rupiah on either side."""
        return sum(side.debit or 0 for side in self.sides)

    @property
    def previous(self) -> int | None:
        return self.entry.number - 1 or None

    @property
    def following(self) -> int | None:
        return self.entry.number + 1 if self.entry.number < self.last else None


def entry_page(keeper: Keeper, number: int) -> EntryPage | None:
    """Return the entry with this number in a book. At most four queries."""
    found = Entry.objects.filter(book=keeper.book, number=number)
    entry = found.select_related("posted_by", "reverses", "reversed_by", "hand_over__meeting").first()
    if entry is None:
        return None
    hand_over = getattr(entry, "hand_over", None)
    meetings = Meeting.objects.filter(submission=entry.submission_id).values_list("on", flat=True)
    names = keeper.names
    postings = Posting.objects.filter(entry=entry).select_related("account")
    legs = sorted(postings, key=lambda p: (p.amount < 0, p.account.code, p.account.member_no, p.account.loan_no))
    return EntryPage(
        entry=entry,
        kind=kind_name(entry.kind),
        sides=[
            Side(
                code=p.account.code,
                account=names.account(p.account.code, p.account.member_no, p.account.loan_no),
                debit=p.amount if p.amount > 0 else None,
                credit=-p.amount if p.amount < 0 else None,
                key=_key(p.account),
            )
            for p in legs
        ],
        reversed_by=getattr(entry, "reversed_by", None),
        meeting_on=hand_over.meeting.on if hand_over else meetings.first(),
        correctable=bool(hand_over) and entry.kind in CORRECTABLE,
        last=keeper.book.last_number,
    )


def _key(account: BookAccount) -> str:
    if account.member_no or account.loan_no:
        return Account(account.code, account.member_no, account.loan_no).key
    return account.code
