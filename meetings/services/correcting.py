"""Answers a hand-over that was written wrong or not at all, on its own day, with a reason.

A day that is closed stays as it is: what answers it is dated `current`, a day of the period under way, and only who
may correct closed days is told one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from groups.models import Group, Member
from ledger import chart
from ledger import services as ledger
from ledger.announce import announce, one_announcement
from ledger.models import Book, Entry, Posting
from ledger.services import Draft, Leg
from loans import selectors as loan_selectors
from loans import services as loans
from loans.models import Leaving
from loans.services import OpenLoan
from loans.services.upk_debt import UPK_CODES, covers
from meetings.models import Correction, HandOver, Meeting
from meetings.services.corrections import day_of, judge_member, require, write_down
from meetings.sheet import Row
from savings import services as savings

if TYPE_CHECKING:
    from users.models import User

from meetings.services.posting import HANDOVER, WITHDRAWAL, Refusals, hand_over_legs


def correct_hand_over(
    *,
    hand_over: HandOver,
    row: Row,
    reason: str,
    key: UUID,
    by: "User | None",
    at: datetime,
    current: date | None = None,
) -> list[Entry]:
    """Answer a wrong hand-over with its reversal and the right one, on the original's day, in one submission.

    Later payments of the same loans are reversed and written again, split as they would have been. Of a closed day
    nothing is written again: the reversal and the right one are dated `current`. Returns the new entries; the member
    is asked again at a meeting. Refused: no reason, corrected before, a closed day without `current`, a later step of
    the loan that rests on it, other savings of a member whose leaving was reckoned since (`left`), more than a loan,
    the savings or the cash box can bear (`ValidationError`, at its field of the row where it has one).
    """
    require(reason)
    meeting, entry, member = hand_over.meeting, hand_over.entry, hand_over.member
    group = meeting.group
    text = ledger.canonical_content({"correction": entry.number, "row": asdict(row), "reason": reason})
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(group.book_id)
        if earlier := ledger.find_submission(book, key, text):
            return list(earlier.entries.order_by("number"))
        on = day_of(book, entry.on, current)
        refusals = Refusals()
        wrong = _Paid.of(entry)
        touched = {*wrong.amounts, *(payment.loan_no for payment in row.payments if payment.loan_no)}
        later = _later_payments(book, touched, entry.on, entry.number) if on == entry.on else []
        owed = _taken_back(group, touched, [wrong, *later], since=(entry.on, entry.number))
        mine = [o for o in owed.values() if member and o.loan.member_id == member.pk and o.loan.disbursed_on <= on]
        reversals = [
            *(ledger.reversal_of(one.entry, reason=reason) for one in reversed(later)),
            ledger.reversal_of(entry, reason=reason, on=on),
        ]
        fresh: list[tuple[Draft, HandOver]] = []
        if entry.kind == WITHDRAWAL:
            if row.withdrawal:
                legs = savings.withdraw(member_no=row.member_no, amount=row.withdrawal)
                fresh.append((Draft(on=on, kind=WITHDRAWAL, legs=legs, memo=reason[:200]), hand_over))
        elif row.received:
            legs = hand_over_legs(row, on, mine, refusals)
            fresh.append((Draft(on=on, kind=HANDOVER, legs=legs, memo=reason[:200]), hand_over))
        fresh.extend((one.again(owed, reason, refusals), one.hand_over) for one in later)
        refusals.raise_any()
        drafts = [*reversals, *(draft for draft, _ in fresh), *covers((one.upk for one in owed.values()), on, reason)]
        _judge_left(member, drafts)
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)
        written = receipt.entries[len(reversals) : len(reversals) + len(fresh)]
        HandOver.objects.bulk_create(
            HandOver(meeting=old.meeting, entry=new, member=old.member)
            for new, (_draft, old) in zip(written, fresh, strict=True)
        )
        write_down(
            meeting=meeting,
            submission=receipt.submission,
            kind=entry.kind,
            reason=reason,
            members=[member] if member else [],
        )
        announce(book.pk, on)
        return list(receipt.entries)


def add_hand_over(
    *,
    meeting: Meeting,
    member: Member,
    row: Row,
    reason: str,
    key: UUID,
    by: "User | None",
    at: datetime,
    current: date | None = None,
) -> list[Entry]:
    """Write a hand-over that a sent sheet left out, on the meeting's day (a closed one: on `current`).

    Later payments of the same loans are reversed and written again as in a correction. Returns the new entries.
    Refused: no reason, nothing handed over, somebody who was no member that day, one whose hand-over of that meeting
    stands in the book (correct that one), and what `correct_hand_over` refuses.
    """
    require(reason)
    group = meeting.group
    content = {"added": meeting.on, "row": asdict(row), "reason": reason}
    text = ledger.canonical_content(content)
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(group.book_id)
        if earlier := ledger.find_submission(book, key, text):
            return list(earlier.entries.order_by("number"))
        _judge_added(meeting, member, row)
        on = day_of(book, meeting.on, current)
        refusals = Refusals()
        mine = loan_selectors.by_member(loan_selectors.open_loans(group)).get(member.no, [])
        touched = {payment.loan_no or (mine[0].loan.no if mine else 0) for payment in row.payments if payment.amount}
        number = meeting.submission.last_number or 0
        later = _later_payments(book, touched, on, number) if on == meeting.on else []
        owed = _taken_back(group, touched, later, since=(meeting.on, number))
        lent = [o for o in owed.values() if o.loan.disbursed_on <= on]
        reversals = [ledger.reversal_of(one.entry, reason=reason) for one in reversed(later)]
        drafts = [Draft(on=on, kind=HANDOVER, legs=hand_over_legs(row, on, lent, refusals), memo=reason[:200])]
        drafts.extend(one.again(owed, reason, refusals) for one in later)
        refusals.raise_any()
        _judge_left(member, drafts)
        beside = covers((one.upk for one in owed.values()), on, reason)
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=[*reversals, *drafts, *beside], by=by, at=at)
        written = receipt.entries[len(reversals) : len(reversals) + len(drafts)]
        places = [(meeting, member), *((one.hand_over.meeting, one.hand_over.member) for one in later)]
        HandOver.objects.bulk_create(
            HandOver(meeting=where, entry=new, member=whose)
            for new, (where, whose) in zip(written, places, strict=True)
        )
        write_down(
            meeting=meeting, submission=receipt.submission, kind=Correction.Kind.ADDED, reason=reason, members=[member]
        )
        announce(book.pk, on)
        return list(receipt.entries)


def _judge_added(meeting: Meeting, member: Member, row: Row) -> None:
    if not row.received:
        raise ValidationError(_("Write what she handed over."), code="nothing")
    judge_member(meeting, member, HANDOVER)


def _judge_left(member: Member | None, drafts: Iterable[Draft]) -> None:
    """Refuse what would leave savings on, or take them from, an account that was reckoned and paid out."""
    if member is None or not Leaving.objects.standing().filter(member=member).exists():
        return
    change: Counter[str] = Counter()
    for leg in (leg for draft in drafts for leg in draft.legs):
        if leg.member_no == member.no and leg.loan_no == 0:
            change[leg.code] += leg.amount
    if any(change.values()):
        raise ValidationError(
            _("She has left, and her savings were reckoned and paid out. Take her leaving back first, then correct."),
            code="left",
        )


def _taken_back(
    group: Group, touched: set[int], paid: "Sequence[_Paid]", *, since: tuple[date, int]
) -> dict[int, OpenLoan]:
    """Return the loans concerned as they stood without these payments; refuse where a later step rests on them."""
    numbers = sorted(touched | {loan_no for one in paid for loan_no in one.amounts})
    loans.judge_correction(group=group, numbers=numbers, on=since[0], number=since[1])
    owed = loan_selectors.loans_by_no(group, numbers)
    for one in paid:
        one.take_back(owed)
    return owed


LOAN_CODES = (chart.MEMBER_LOANS, chart.CHARGE_INCOME)


def is_of_loan(leg: Leg) -> bool:
    """Whether a leg pays a member's loan: its principal or its charge."""
    return leg.loan_no > 0 and leg.code in LOAN_CODES


def is_laid_aside(leg: Leg) -> bool:
    """Whether a leg lays an instalment aside for the UPK: it goes and comes with what pays the member's share."""
    return leg.loan_no > 0 and leg.code in UPK_CODES


def _loan_postings(book: Book) -> QuerySet[Posting]:
    """Postings of hand-overs on accounts of members' loans: principal and charge."""
    loans = Posting.objects.filter(book=book, account__code__in=LOAN_CODES, account__loan_no__gt=0)
    return loans.filter(entry__kind=HANDOVER).select_related("account")


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
            if is_of_loan(leg):
                found[leg.loan_no] = found.get(leg.loan_no, 0) - leg.amount
        return found

    def take_back(self, owed: Mapping[int, OpenLoan]) -> None:
        for leg in self.legs:
            if leg.code == chart.MEMBER_LOANS:
                owed[leg.loan_no].paid_principal += leg.amount
            elif is_of_loan(leg):
                owed[leg.loan_no].paid_charge += leg.amount
        for debt in {one.upk.no: one.upk for one in owed.values() if one.upk}.values():
            debt.take_back(self.legs)

    def again(self, owed: Mapping[int, OpenLoan], reason: str, refusals: Refusals) -> Draft:
        """Return the same money on the same day, split as the loans now stand."""
        legs = [leg for leg in self.legs if not is_of_loan(leg) and not is_laid_aside(leg)]
        for loan_no, amount in self.amounts.items():
            try:
                legs.extend(owed[loan_no].repay(amount, self.entry.on))
            except ValidationError as refusal:
                refusals.take("later", refusal)
        return Draft(on=self.entry.on, kind=HANDOVER, legs=tuple(legs), memo=reason[:200])


def _later_payments(book: Book, loan_numbers: set[int], on: date, number: int) -> list[_Paid]:
    """Return the hand-overs that paid these loans after a day and number and still stand, oldest first.

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
            .filter(on__gte=on)
            .exclude(number=number)
            .select_related("hand_over__meeting", "hand_over__member")
            .order_by("on", "number")
        )
        later = [_Paid.of(one) for one in entries if (one.on, one.number) > (on, number)]
        if (more := {loan_no for one in later for loan_no in one.amounts}) <= known:
            return later
        known |= more


def later_payments(hand_over: HandOver) -> int:
    """Count the later hand-overs that a correction of this one reverses and writes again."""
    book, entry = hand_over.entry.book, hand_over.entry
    touched = {p.account.loan_no for p in _loan_postings(book).filter(entry=entry)}
    return len(_later_payments(book, touched, entry.on, entry.number)) if touched else 0
