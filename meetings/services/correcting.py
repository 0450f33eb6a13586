"""Answers what was posted wrong: by a reversal and the right entry, on the original day, with a reason."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ledger import chart
from ledger import services as ledger
from ledger.announce import announce, one_announcement
from ledger.models import Book, Entry, Posting
from ledger.services import Draft, Leg
from loans import selectors as loan_selectors
from loans import services as loans
from loans.services import OpenLoan
from meetings.models import HandOver
from meetings.sheet import Row
from savings import services as savings

if TYPE_CHECKING:
    from users.models import User

from meetings.services.posting import HANDOVER, INCOME, WITHDRAWAL, Refusals, hand_over_legs


def correct_hand_over(
    *, hand_over: HandOver, row: Row, reason: str, key: UUID, by: "User | None", at: datetime
) -> list[Entry]:
    """Answer a wrong hand-over with its reversal and the right one, on the original's day, in one submission.

    Later payments of the same loans are reversed and written again, split as they would have been. Returns the new
    entries. Refused: no reason, nothing changed, corrected before, a closed period, more than a loan, the savings or
    the cash box can bear (`ValidationError`, at its field of the row where it has one).
    """
    refusals = Refusals()
    if not reason.strip():
        refusals.add("reason", _("Write why it is corrected."), "reason_required")
    refusals.raise_any()
    meeting = hand_over.meeting
    group = meeting.group
    text = ledger.canonical_content({"correction": hand_over.entry.number, "row": asdict(row), "reason": reason})
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(group.book_id)
        if earlier := ledger.find_submission(book, key, text):
            return list(earlier.entries.order_by("number"))
        entry = hand_over.entry
        touched = {p.account.loan_no for p in _loan_postings(book).filter(entry=entry)}
        touched |= {payment.loan_no for payment in row.payments if payment.loan_no}
        later = _later_payments(book, entry, touched)
        loan_numbers = sorted(touched | {loan_no for one in later for loan_no in one.amounts})
        loans.judge_correction(group=group, numbers=loan_numbers, on=entry.on, number=entry.number)
        owed = loan_selectors.loans_by_no(group, loan_numbers)
        for one in [_Paid.of(entry), *later]:
            one.take_back(owed)
        member = hand_over.member
        mine = [o for o in owed.values() if member and o.loan.member_id == member.pk]
        reversals = [ledger.reversal_of(one.entry, reason=reason) for one in reversed([_Paid.of(entry), *later])]
        fresh: list[tuple[Draft, HandOver]] = []
        if entry.kind == WITHDRAWAL:
            if row.withdrawal:
                legs = savings.withdraw(member_no=row.member_no, amount=row.withdrawal)
                fresh.append((Draft(on=entry.on, kind=WITHDRAWAL, legs=legs, memo=reason[:200]), hand_over))
        elif row.received:
            legs = hand_over_legs(row, entry.on, mine, refusals)
            fresh.append((Draft(on=entry.on, kind=HANDOVER, legs=legs, memo=reason[:200]), hand_over))
        fresh.extend((one.again(owed, reason, refusals), one.hand_over) for one in later)
        refusals.raise_any()
        receipt = ledger.post_locked(
            book=book, key=key, text=text, drafts=[*reversals, *(draft for draft, _ in fresh)], by=by, at=at
        )
        written = receipt.entries[len(reversals) :]
        HandOver.objects.bulk_create(
            HandOver(meeting=old.meeting, entry=new, member=old.member)
            for new, (_draft, old) in zip(written, fresh, strict=True)
        )
        announce(book.pk, entry.on)
        return list(receipt.entries)


def _loan_postings(book: Book) -> QuerySet[Posting]:
    """Postings of hand-overs on accounts of loans: principal and charge."""
    return Posting.objects.filter(book=book, account__loan_no__gt=0, entry__kind=HANDOVER).select_related("account")


@dataclass(slots=True)
class _Paid:
    """A posted hand-over with its legs, about to be taken back and, unless it is the wrong one, written again."""

    entry: Entry
    legs: list[Leg]
    hand_over: HandOver

    @classmethod
    def of(cls, entry: Entry) -> "_Paid":
        postings = Posting.objects.filter(entry=entry).select_related("account").order_by("pk")
        legs = [Leg(p.account.code, p.amount, p.account.member_no, p.account.loan_no) for p in postings]
        return cls(entry, legs, entry.hand_over)

    @property
    def amounts(self) -> dict[int, int]:
        """Rupiah paid per loan number, principal and charge together."""
        found: dict[int, int] = {}
        for leg in self.legs:
            if leg.loan_no:
                found[leg.loan_no] = found.get(leg.loan_no, 0) - leg.amount
        return found

    def take_back(self, owed: Mapping[int, OpenLoan]) -> None:
        for leg in self.legs:
            if leg.code == chart.MEMBER_LOANS:
                owed[leg.loan_no].paid_principal += leg.amount
            elif leg.loan_no:
                owed[leg.loan_no].paid_charge += leg.amount

    def again(self, owed: Mapping[int, OpenLoan], reason: str, refusals: Refusals) -> Draft:
        """Return the same money on the same day, split as the loans now stand."""
        legs = [leg for leg in self.legs if not leg.loan_no]
        for loan_no, amount in self.amounts.items():
            try:
                legs.extend(owed[loan_no].repay(amount, self.entry.on))
            except ValidationError as refusal:
                refusals.take("later", refusal)
        return Draft(on=self.entry.on, kind=HANDOVER, legs=tuple(legs), memo=reason[:200])


def _later_payments(book: Book, entry: Entry, loan_numbers: set[int]) -> list[_Paid]:
    """Return the hand-overs that paid these loans after an entry and still stand, oldest first.

    One that paid another loan too brings that loan's later payments along.
    """
    known = set(loan_numbers)
    while True:
        entries = list(
            Entry.objects.filter(
                pk__in=_loan_postings(book).filter(account__loan_no__in=known).values("entry"),
                reverses=None,
                reversed_by=None,
            )
            .filter(on__gte=entry.on)
            .exclude(pk=entry.pk)
            .select_related("hand_over__meeting", "hand_over__member")
            .order_by("on", "number")
        )
        later = [_Paid.of(one) for one in entries if (one.on, one.number) > (entry.on, entry.number)]
        if (more := {loan_no for one in later for loan_no in one.amounts}) <= known:
            return later
        known |= more


def correct_other_money(
    *, hand_over: HandOver, amount: int, memo: str, reason: str, key: UUID, by: "User | None", at: datetime
) -> list[Entry]:
    """Answer wrong other money, in or out, with its reversal and the right amount (0: it never was), on its day.

    The account stays. Refused: no reason, corrected before, a closed period, more than the cash box can bear.
    """
    entry, meeting = hand_over.entry, hand_over.meeting
    content = {"correction": entry.number, "amount": amount, "memo": memo, "reason": reason}
    text = ledger.canonical_content(content)
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(meeting.group.book_id)
        if earlier := ledger.find_submission(book, key, text):
            return list(earlier.entries.order_by("number"))
        drafts = [ledger.reversal_of(entry, reason=reason)]
        (other,) = [leg for leg in drafts[0].legs if leg.code != chart.CASH]
        sign = 1 if entry.kind == INCOME else -1
        if amount:
            legs = (Leg(chart.CASH, sign * amount), Leg(other.code, -sign * amount))
            drafts.append(Draft(on=entry.on, kind=entry.kind, legs=legs, memo=memo[:200]))
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)
        HandOver.objects.bulk_create(
            HandOver(meeting=meeting, entry=fresh, member=None) for fresh in receipt.entries[1:]
        )
        announce(book.pk, entry.on)
        return list(receipt.entries)


def later_payments(hand_over: HandOver) -> int:
    """Count the later hand-overs that a correction of this one reverses and writes again."""
    book, entry = hand_over.entry.book, hand_over.entry
    touched = {p.account.loan_no for p in _loan_postings(book).filter(entry=entry)}
    return len(_later_payments(book, entry, touched)) if touched else 0
