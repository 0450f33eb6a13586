"""The steps of a loan between its schedule and its end: paid off, waived, rescheduled, written off, recovered, backed.

Every step is one submission under one key, under the book's lock, with its decision sealed in it; sending it again
answers with the step it made. It is taken on the loan as it stands: nothing of that loan may be dated after it.
Refused by all (`ValidationError`): a day before the loan was paid out or before what happened to it last
(`later_history`), a day outside the group's life or in a closed period, a decision that is missing or dated after the
step, a loan that is settled (`settled`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
from groups.money import format_rupiah
from ledger import chart
from ledger import services as ledger
from ledger.announce import announce, one_announcement
from ledger.models import Book, Entry, Posting, Submission
from ledger.services import Draft, Leg, accounts_for
from loans.models import Loan, LoanRequest, LoanStep, UpkLoan, UpkReschedule
from loans.payoff import forgiven
from loans.schedule import Terms

# As modules: the selectors stand on these services, and are read only when a step is taken.
from loans.selectors import lending as reads
from loans.selectors import life as memory
from loans.services.guarantee import block, blocked_for, release
from loans.services.lending import OpenLoan, columns_of_terms, write_schedules
from loans.services.upk_debt import covers

if TYPE_CHECKING:
    from users.models import User

Kind = LoanStep.Kind
_OF_LOANS = (chart.MEMBER_LOANS, chart.CHARGE_INCOME)


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


def pay_off(*, loan: Loan, deed: Deed, waived: int = 0) -> LoanStep:
    """Take everything a loan owes on that day, in cash, as `loans.payoff.quote` says, less what the meeting waives.

    Refused: more waived than the charge owed (`waived`).
    """

    def outcome(owed: OpenLoan, _book: Book) -> Outcome:
        asked = owed.quote(deed.on)
        _judge_waived(waived, asked.charge)
        charge = asked.charge - waived
        cash = Leg(chart.CASH, asked.principal + charge)
        legs = (cash, *paid_legs(owed, asked.principal, charge))
        return Outcome(Kind.PAYOFF, legs, asked.principal, charge, waived, closes=True)

    return _take(loan, deed, {"payoff": loan.no, "waived": waived}, outcome, decided=waived > 0)


def waive(*, loan: Loan, deed: Deed, amount: int) -> LoanStep:
    """Forgive jasa not yet paid, the oldest first; the loan goes on. No money moves: jasa is income when received.

    Refused: nothing, or more than the schedule's charge not yet paid (`waived`).
    """

    def outcome(owed: OpenLoan, _book: Book) -> Outcome:
        _judge_waived(amount, max(0, sum(row.charge for row in owed.rows) - owed.paid_charge), least=1)
        return Outcome(Kind.WAIVER, waived=amount, forgiven=forgiven(owed.rows, owed.paid_charge, amount))

    return _take(loan, deed, {"waiver": loan.no, "amount": amount}, outcome)


def reschedule(*, loan: Loan, deed: Deed, terms: Terms, waived: int = 0) -> Loan:
    """Close a loan and lend its rest on new terms as a new loan, which is returned; no cash moves.

    Another rate or method makes it a restructure. Jasa that is due must be paid before, or is waived with it.
    Refused: terms for another amount than the principal outstanding (`principal`), jasa left due (`charge_due`).
    """
    rates = (terms.rate, terms.rate_per, terms.method)
    kind = Kind.RESCHEDULE if rates == (loan.rate, loan.rate_per, loan.method) else Kind.RESTRUCTURE
    content = {kind.value: loan.no, "terms": terms.content(), "waived": waived}

    def outcome(owed: OpenLoan, book: Book) -> Outcome:
        if terms.principal != owed.outstanding:
            raise ValidationError(
                _("The principal left is %(left)s."),
                code="principal",
                params={"left": format_rupiah(owed.outstanding)},
            )
        due = owed.state(deed.on).charge_due
        _judge_waived(waived, due)
        if waived < due:
            left = {"left": format_rupiah(due - waived)}
            message = _("Jasa of %(left)s is due. Let it be paid first, or waive it.")
            raise ValidationError({"waived": ValidationError(message, code="charge_due", params=left)})
        fresh = successor(owed.loan, book, terms, deed.on)
        member_no = owed.loan.member.no
        legs: tuple[Leg, ...] = (
            Leg(chart.MEMBER_LOANS, owed.outstanding, member_no, fresh.no),
            Leg(chart.MEMBER_LOANS, -owed.outstanding, member_no, owed.loan.no),
        )
        if kept := blocked_for(owed.loan):  # her blocked savings back the new loan from now on
            legs += release(member_no=member_no, loan_no=owed.loan.no, amount=kept)
            legs += block(member_no=member_no, loan_no=fresh.no, amount=kept)
        return Outcome(kind, legs, owed.outstanding, 0, waived, closes=True)

    step = _take(loan, deed, content, outcome)
    return Loan.objects.select_related("member", "group").get(replaces=loan, receivable__postings__entry=step.entry)


def successor(old: Loan, book: Book, terms: Terms, on: date, *, upk_loan: UpkLoan | None = None) -> Loan:
    """Write the loan that takes over: the next number, the same member and day of asking, its own accounts.

    It is a share of the UPK loan its old one was a share of, or of another.
    """
    no = (Loan.objects.filter(group=old.group_id).aggregate(last=Max("no"))["last"] or 0) + 1
    member_no = old.member.no
    keys = (chart.MEMBER_LOANS, member_no, no), (chart.CHARGE_INCOME, member_no, no)
    accounts = accounts_for(book, keys)
    fresh = Loan(
        group=old.group,
        no=no,
        member=old.member,
        replaces=old,
        upk_loan=upk_loan or old.upk_loan,
        requested_on=old.requested_on,
        disbursed_on=on,
        **columns_of_terms(terms),
        receivable=accounts[keys[0]],
        charge_income=accounts[keys[1]],
    )
    fresh.save(force_insert=True)
    write_schedules([fresh])
    return fresh


def write_off(*, loan: Loan, deed: Deed) -> LoanStep:
    """Give the principal up as a loss (D 5140) and keep it, with the jasa due, on the memorandum list.

    Refused: while savings of hers are blocked for it (`guarantee_left`).
    """

    def outcome(owed: OpenLoan, _book: Book) -> Outcome:
        if kept := blocked_for(owed.loan):
            raise ValidationError(
                _("Her blocked savings of %(kept)s pay first: call the guarantee."),
                code="guarantee_left",
                params={"kept": format_rupiah(kept)},
            )
        due = owed.state(deed.on).charge_due
        legs = written_off(owed, owed.outstanding)
        return Outcome(Kind.WRITE_OFF, legs, owed.outstanding, due, closes=True)

    return _take(loan, deed, {"write_off": loan.no}, outcome)


def written_off(owed: OpenLoan, principal: int) -> tuple[Leg, ...]:
    """Return the legs that write principal off; the loss is kept per loan, so that the list of debts adds up."""
    member_no, no = owed.loan.member.no, owed.loan.no
    return Leg(chart.WRITE_OFF, principal, member_no, no), Leg(chart.MEMBER_LOANS, -principal, member_no, no)


def recover(*, loan: Loan, deed: Deed, amount: int) -> LoanStep:
    """Take cash on a debt that was written off: other income of that loan (D 1110, C 4190).

    Refused: a loan that was not written off (`not_written_off`), nothing, or more than is left of the debt.
    """

    def outcome(owed: OpenLoan, _book: Book) -> Outcome:
        left = memory.debts(loan.group, loan=owed.loan)
        if not left:
            raise ValidationError(_("This loan was not written off."), code="not_written_off")
        if not 0 < amount <= left[0].left:
            message = _("Of the debt written off %(left)s is left.")
            params = {"left": format_rupiah(left[0].left)}
            raise ValidationError({"amount": ValidationError(message, code="too_much", params=params)})
        income = Leg(chart.OTHER_INCOME, -amount, owed.loan.member.no, owed.loan.no)
        return Outcome(Kind.RECOVERY, (Leg(chart.CASH, amount), income), principal=amount)

    return _take(loan, deed, {"recovery": loan.no, "amount": amount}, outcome, settled=True)


Guarantee = tuple[int, int]  # whose blocked savings, and the loan they back


def call_guarantee(*, loan: Loan, deed: Deed, parts: Mapping[Guarantee, int]) -> LoanStep:
    """Pay a loan from blocked savings (2130), the borrower's own or, jointly, others'; it counts like an instalment.

    `parts` says how many rupiah of which blocked savings. Refused: nothing (`nothing`), more than the loan asks
    (`overpaid`) or than is blocked there.
    """
    named = {f"{member_no}/{backed}": amount for (member_no, backed), amount in sorted(parts.items()) if amount}

    def outcome(owed: OpenLoan, _book: Book) -> Outcome:
        total = sum(parts.values())
        if total < 1 or min(parts.values()) < 0:
            raise ValidationError(_("Say how much is taken from which blocked savings."), code="nothing")
        paid = owed.repay(total, deed.on)
        blocked = [Leg(chart.BLOCKED_SAVINGS, amount, *whose) for whose, amount in parts.items()]
        charge, principal = (
            -sum(leg.amount for leg in paid if leg.code == code) for code in (chart.CHARGE_INCOME, chart.MEMBER_LOANS)
        )
        return Outcome(Kind.GUARANTEE, (*blocked, *paid), principal, charge, closes=owed.remaining == 0)

    return _take(loan, deed, {"guarantee": loan.no, "parts": named}, outcome)


def take_back_disbursement(*, loan: Loan, key: UUID, reason: str, by: "User | None", at: datetime) -> LoanStep:
    """Answer a loan paid out by mistake with the reversal of its disbursement, on that day; its request waits again.

    Refused: no reason, a loan that was paid on or had a step (`touched`), one that was never paid out here, a share
    of a loan from the UPK (`upk_share`): the group would go on owing what no member owes.
    """
    deed = Deed(key=key, on=loan.disbursed_on, by=by, at=at, decision=reason, decided_on=None)

    def outcome(owed: OpenLoan, book: Book) -> Outcome:
        if owed.loan.upk_loan_id:
            message = _("This is a share of a loan from the UPK. It is not taken back alone.")
            raise ValidationError(message, code="upk_share")
        entries = list(_standing_entries(book, owed.loan))
        stepped = LoanStep.objects.standing().filter(loan=owed.loan).exists()
        if stepped or [entry.kind for entry in entries] != ["disbursement"]:
            raise ValidationError(_("Something happened on this loan since it was paid out."), code="touched")
        if owed.loan.request_id:
            LoanRequest.objects.filter(pk=owed.loan.request_id).update(status=LoanRequest.Status.APPROVED)
            Loan.objects.filter(pk=owed.loan.pk).update(request=None)  # so that it can be paid out again
        reversal = ledger.reversal_of(entries[0], reason=reason)
        return Outcome(Kind.TAKEN_BACK, principal=owed.outstanding, closes=True, reversal=reversal)

    return _take(loan, deed, {"taken_back": loan.no}, outcome, dated=False)


def undo(*, step: LoanStep, key: UUID, reason: str, by: "User | None", at: datetime) -> LoanStep:
    """Take the last step of a loan back: its entry is reversed on its day, with the reason; the loan is as before.

    Refused: no reason, a step taken back before (`undone`), one that another came after or that was paid on since
    (`later_history`), the settling of a member who left or a disbursement taken back (`final`).
    """
    reason = reason.strip()[:200]
    if not reason:
        raise ValidationError({"reason": ValidationError(_("Write why it is corrected."), code="reason_required")})
    loan = step.loan
    text = ledger.canonical_content({"undo": loan.no, "step": step.no, "reason": reason})
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(loan.group.book_id)
        earlier = ledger.find_submission(book, key, text)
        step = LoanStep.objects.select_related("loan__member", "loan__group", "entry").get(pk=step.pk)
        if earlier:
            return step
        _judge_undo(step, book)
        judge_open(book, step.on)
        drafts = reversals(loan.group, [step.entry] if step.entry else [], reason)
        after = book.last_number
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)
        for fresh in _made_by(step):
            taken = Outcome(Kind.TAKEN_BACK, closes=True)
            entry = receipt.entries[0]
            write_step(fresh, taken, Deed(key, step.on, by, at, reason), receipt.submission, after, entry=entry)
        step.undone_at, step.undone_by, step.undone_why = at, by, reason
        step.save(update_fields=["undone_at", "undone_by", "undone_why"])
        announce(book.pk, step.on)
        return step


def reversals(group: Group, entries: Sequence[Entry], reason: str) -> list[Draft]:
    """Return the reversals of steps' entries, and what goes beside where a UPK already has what they laid aside."""
    drafts = [ledger.reversal_of(entry, reason=reason) for entry in entries]
    legs = [leg for draft in drafts for leg in draft.legs]
    shares = reads.loans_by_no(group, sorted({leg.loan_no for leg in legs if leg.code in _OF_LOANS and leg.loan_no}))
    debts = {one.upk.no: one.upk for one in shares.values() if one.upk}
    for debt in debts.values():
        debt.take_back(Leg(leg.code, -leg.amount, leg.member_no, leg.loan_no) for leg in legs)
    return drafts + covers(debts.values(), entries[0].on, reason) if debts else drafts


def _judge_undo(step: LoanStep, book: Book) -> None:
    if step.undone_at:
        raise ValidationError(_("This step was already taken back."), code="undone")
    if step.kind in (Kind.EXIT, Kind.TAKEN_BACK):
        raise ValidationError(_("This step is final."), code="final")
    moved = UpkReschedule.objects.standing().filter(loan=step.loan.upk_loan_id)
    if moved.filter(group_entry__submission=step.submission_id).exists():
        message = _("The UPK's whole loan was rescheduled. The UPK takes that back.")
        raise ValidationError(message, code="upk_reschedule")
    since = LoanStep.objects.standing().filter(loan=step.loan, no__gt=step.no).exists()
    later = _standing_entries(book, step.loan).filter(number__gt=step.after_number)
    for fresh in _made_by(step):
        since = since or LoanStep.objects.standing().filter(loan=fresh).exists()
        later |= _standing_entries(book, fresh)
    if since or later.exclude(pk__in=[step.entry_id or 0]).exists():
        raise ValidationError(_("Something happened to this loan since. Take that back first."), code="later_history")


def _made_by(step: LoanStep) -> list[Loan]:
    """Return the loan a reschedule made."""
    if step.kind not in (Kind.RESCHEDULE, Kind.RESTRUCTURE):
        return []
    made = Loan.objects.filter(replaces=step.loan, receivable__postings__entry=step.entry)
    return list(made.select_related("member", "group"))


def judge_correction(*, group: Group, numbers: Collection[int], on: date, number: int) -> None:
    """Refuse to correct an entry that a step of one of these loans was decided upon (`before_step`)."""
    steps = LoanStep.objects.standing().filter(loan__group=group, loan__no__in=numbers, on__gte=on)
    for step in steps.select_related("loan").order_by("loan__no", "no"):
        if (step.on, step.after_number) >= (on, number):
            raise ValidationError(
                _("Loan %(no)s: %(step)s on %(on)s came after this. Take that step back first, on the loan's card."),
                code="before_step",
                params={"no": step.loan.no, "step": step.get_kind_display(), "on": format_date(step.on)},
            )


# What every step has in common


def _take(
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


def paid_legs(owed: OpenLoan, principal: int, charge: int) -> tuple[Leg, ...]:
    """Return the credit legs of a payment that a step has split itself."""
    member_no, no = owed.loan.member.no, owed.loan.no
    laid_aside = owed.collect(principal=principal, charge=charge)
    return (
        Leg(chart.MEMBER_LOANS, -principal, member_no, no),
        Leg(chart.CHARGE_INCOME, -charge, member_no, no),
        *laid_aside,
    )


def _standing_entries(book: Book, loan: Loan) -> QuerySet[Entry]:
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


def _judge_waived(amount: int, most: int, *, least: int = 0) -> None:
    if not least <= amount <= most:
        message = _("Jasa that can be waived: at most %(most)s.")
        params = {"most": format_rupiah(most)}
        raise ValidationError({"waived": ValidationError(message, code="waived", params=params)})
