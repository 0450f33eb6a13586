"""The steps of a loan between its schedule and its end, and what every one of them has in common.

A loan is paid off, waived, rescheduled, written off, recovered, backed. Every step is one submission under one key,
under the book's lock, with its decision sealed in it; sending it again answers with the step it made. It is taken on
the loan as it stands: nothing of that loan may be dated after it.
Refused by all (`ValidationError`): a day before the loan was paid out or before what happened to it last
(`later_history`), a day outside the group's life or in a closed period, a decision that is missing or dated after the
step, a loan that is settled (`settled`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from groups.dates import format_date
from groups.models import Group
from ledger import services as ledger
from ledger.announce import announce, one_announcement
from ledger.models import Book, Entry, Posting, Submission
from ledger.services import Draft, Leg
from loans.models import Loan, LoanStep

# As a module: the selectors stand on these services, and are read only when a step is taken.
from loans.selectors import lending as reads
from loans.services.lending import OpenLoan

if TYPE_CHECKING:
    from users.models import User

Kind = LoanStep.Kind


@dataclass(frozen=True, slots=True)
class Deed:
    """Who takes a step, when, and by which decision. `key` is minted when the form is opened.

    `decided_on` is the day of the meeting that decided it; a payoff without a waiver needs no decision.
    """

    key: UUID
    on: date
    by: "User | None"
    at: datetime
    decision: str = ""
    decided_on: date | None = None

    def content(self) -> dict[str, Any]:
        """What the book seals of it."""
        return {"on": self.on, "decision": self.decision.strip(), "decided_on": self.decided_on}


@dataclass(slots=True)
class Outcome:
    """What a step comes to, before it is written; fields as in `LoanStep`."""

    kind: Kind
    legs: tuple[Leg, ...] = ()
    principal: int = 0
    charge: int = 0
    waived: int = 0
    forgiven: dict[int, int] | None = None
    closes: bool = False
    reversal: Draft | None = None

    def drafts(self, deed: Deed) -> list[Draft]:
        """Return the entry it makes, if money moves."""
        if self.reversal:
            return [self.reversal]
        memo = deed.decision.strip()[:200]
        return [Draft(on=deed.on, kind=self.kind.value, legs=self.legs, memo=memo)] if self.legs else []


def take(
    loan: Loan,
    deed: Deed,
    content: Mapping[str, Any],
    outcome: Callable[[OpenLoan, Book], Outcome],
    *,
    decided: bool = True,
    settled: bool = False,
    dated: bool = True,
) -> LoanStep:
    """Judge and write one step; `outcome` works it out from the loan as it stands under the book's lock."""
    text = ledger.canonical_content({**content, **deed.content()})
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(loan.group.book_id)
        if earlier := ledger.find_submission(book, deed.key, text):
            return LoanStep.objects.get(submission=earlier, loan=loan)
        owed = reads.loans_by_no(loan.group, [loan.no])[loan.no]
        if decided:
            judge_decision(deed, loan.group, needs_day=dated)
        judge_open(book, deed.on)
        if dated:
            judge_day(loan.group, [owed], deed.on)
        if not settled and not owed.outstanding:
            raise ValidationError(_("This loan is settled."), code="settled")
        done = outcome(owed, book)
        drafts = done.drafts(deed)
        after = book.last_number
        receipt = ledger.post_locked(book=book, key=deed.key, text=text, drafts=drafts, by=deed.by, at=deed.at)
        step = write_step(owed.loan, done, deed, receipt.submission, after, entry=next(iter(receipt.entries), None))
        announce(book.pk, deed.on)
        return step


def write_step(
    loan: Loan, done: Outcome, deed: Deed, submission: Submission, after: int, *, entry: Entry | None
) -> LoanStep:
    """Write a step whose money is posted; `after` is the book's last entry before it."""
    last = LoanStep.objects.filter(loan=loan).aggregate(last=Max("no"))["last"] or 0
    return LoanStep.objects.create(
        loan=loan,
        no=last + 1,
        kind=done.kind,
        on=deed.on,
        decided_on=deed.decided_on,
        decision=deed.decision.strip()[:200],
        principal=done.principal,
        charge=done.charge,
        waived=done.waived,
        forgiven=done.forgiven or {},
        closes=done.closes,
        submission=submission,
        entry=entry,
        after_number=after,
        by=deed.by,
        at=deed.at,
    )


def standing_entries(book: Book, loan: Loan) -> QuerySet[Entry]:
    """Entries on a loan's two accounts that no reversal answered, oldest first."""
    accounts = [loan.receivable_id, loan.charge_income_id]
    touching = Posting.objects.filter(account__in=accounts).values("entry")
    standing = Entry.objects.filter(book=book, pk__in=touching, reverses=None, reversed_by=None)
    return standing.order_by("on", "number")


def judge_decision(deed: Deed, group: Group, *, needs_day: bool = True) -> None:
    """Refuse a step without its decision, or with one dated before the books or after the step."""
    if not deed.decision.strip():
        raise ValidationError({"decision": ValidationError(_("Write what was decided, and why."), code="required")})
    if not needs_day:
        return
    if deed.decided_on is None:
        message = _("Say at which meeting it was decided.")
        raise ValidationError({"decided_on": ValidationError(message, code="required")})
    if not group.start_on <= deed.decided_on <= deed.on:
        message = _("It is decided at a meeting of this group, before it is done.")
        raise ValidationError({"decided_on": ValidationError(message, code="decided_later")})


def judge_day(group: Group, owed: Iterable[OpenLoan], on: date) -> None:
    """Refuse, at `on`, a day outside the group's life, in a closed period, or before what these loans went through."""
    if on < group.start_on or (group.end_on and on >= group.end_on):
        raise ValidationError({"on": ValidationError(_("The books are not kept on that day."), code="outside")})
    loans = [one.loan for one in owed]
    accounts = [account for loan in loans for account in (loan.receivable_id, loan.charge_income_id)]
    moved = Posting.objects.filter(account__in=accounts, entry__reverses=None, entry__reversed_by=None)
    stepped = LoanStep.objects.standing().filter(loan__in=loans)
    days = [found for rows in (moved, stepped) if (found := rows.aggregate(last=Max("on"))["last"])]
    last = max([*days, *(loan.disbursed_on for loan in loans)], default=None)
    if last and on < last:
        message = _("The last thing that happened to this loan was on %(day)s.")
        params = {"day": format_date(last)}
        raise ValidationError({"on": ValidationError(message, code="later_history", params=params)})


def judge_open(book: Book, on: date) -> None:
    """Refuse a closed day (`closed`), for what moves no money too: `ledger` looks at entries alone."""
    if book.closed_through and on <= book.closed_through:
        raise ValidationError(_("The book is closed on that day."), code="closed")
