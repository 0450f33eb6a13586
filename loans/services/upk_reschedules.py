"""A UPK lends the rest of a loan anew on another schedule, by decision of its BKM: the members' shares move with it.

No cash moves. The old loan ends in both books, the new one takes over what is owed, what the KSM holds for it and the
shares; jasa of the old one that is not due yet is not asked for.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from groups.dates import format_date
from groups.money import format_rupiah
from ledger import chart
from ledger import services as ledger
from ledger.announce import one_announcement
from ledger.kinds import UPK_RESCHEDULE
from ledger.models import Book, Posting
from ledger.services import Draft, Leg
from loans.models import Loan, LoanStep, UpkLoan, UpkPayment, UpkReschedule
from loans.payoff import forgiven
from loans.schedule import InvalidTerms, Terms, terms_for_share

# As a module: the selectors stand on these services.
from loans.selectors import lending as reads
from loans.services.guarantee import block, blocked_for, release
from loans.services.lending import OpenLoan
from loans.services.reschedules import successor
from loans.services.steps import Deed, Outcome, write_step
from loans.services.upk_book import judge_day
from loans.services.upk_losses import judge_decision
from loans.services.upk_money import judge_group, open_upk_loan
from loans.services.upk_standing import Standing

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from users.models import User

Status = UpkPayment.Status
Kind = LoanStep.Kind


def reschedule_upk_loan(
    *,
    loan: UpkLoan,
    terms: Terms,
    on: date,
    decided_on: date,
    decision: str,
    key: UUID,
    by: "User | None",
    at: datetime,
) -> UpkReschedule:
    """Lend what is left of a loan anew on these terms, as a new loan, with a new share for each share still open.

    Jasa of a share that is due is waived with it. The same key again answers with the first. Refused, at its field: no
    decision, terms for another amount than what is left (`principal`), for longer than a share can be cut into, jasa
    due to the UPK (`charge_due`), more jasa held than the new loan asks for (`held`), money announced, a day before
    what happened to the loan or its shares, closed or still to come, a loan that is settled or written off.
    """
    said = {"loan": loan.no, "group": loan.group.code, "on": on, "decided_on": decided_on, "decision": decision.strip()}
    content = {"upk_reschedule": {**said, "terms": terms.content()}}
    text = ledger.canonical_content(content)
    with transaction.atomic(), one_announcement():
        upk_book, group_book = ledger.lock_books(loan.upk.book_id, loan.group.book_id)
        if earlier := ledger.find_submission(upk_book, key, text):
            return UpkReschedule.objects.get(loan=loan, upk_entry__submission=earlier)
        judge_decision(loan, on, decided_on, decision)
        judge_day(loan.upk, upk_book, on, at)
        standing = Standing(loan)
        shares = open_shares(loan)
        _judge(loan, standing, terms, on)
        _judge_days(loan, shares, on)
        left = standing.charge_left
        fresh = open_upk_loan(
            loan.upk,
            loan.group,
            terms,
            on=on,
            upk_book=upk_book,
            group_book=group_book,
            blocked_percent=loan.blocked_percent,
            replaces=loan,
        )
        if standing.held.charge > fresh.charge:
            message = _("The KSM holds jasa of %(held)s for the UPK. Let it pass that on first.")
            words = {"held": format_rupiah(standing.held.charge)}
            raise ValidationError(message, code="held", params=words)
        memo = f"{_('UPK loan no. %(no)s') % {'no': loan.no}}: {decision.strip()}"[:200]
        in_upk = [Draft(on, UPK_RESCHEDULE, _moved(chart.GROUP_LOANS, loan, fresh, standing.lent), memo)]
        in_group = [Draft(on, UPK_RESCHEDULE, _group_legs(standing, loan, fresh), memo)]
        deed = Deed(key=key, on=on, by=by, at=at, decision=decision, decided_on=decided_on)
        steps = [_move_share(share, fresh, terms_of_share(share, terms), group_book, deed) for share in shares]
        in_group += [draft for _share, done in steps for draft in done.drafts(deed)]
        judge_group(loan.group, group_book, on, in_group)
        upk_receipt = ledger.post_locked(book=upk_book, key=key, text=text, drafts=in_upk, by=by, at=at)
        ledger.find_submission(group_book, key, text)
        after = group_book.last_number
        receipt = ledger.post_locked(book=group_book, key=key, text=text, drafts=in_group, by=by, at=at)
        for (share, done), entry in zip(steps, receipt.entries[1:], strict=True):
            write_step(share.loan, done, deed, receipt.submission, after, entry=entry)
        spared = forgiven(standing.rows, standing.paid.charge, left) if left else {}
        return UpkReschedule.objects.create(
            loan=loan,
            fresh=fresh,
            on=on,
            decided_on=decided_on,
            decision=decision.strip()[:200],
            principal=standing.lent,
            spared=left,
            forgiven={str(no): amount for no, amount in spared.items()},
            upk_entry=upk_receipt.entries[0],
            group_entry=receipt.entries[0],
            by=by,
            at=at,
        )


def open_shares(loan: UpkLoan) -> list[OpenLoan]:
    """Return the members' shares of a loan with principal left, in order of number."""
    shares = Loan.objects.filter(upk_loan=loan, receivable__balance__gt=0).order_by("no").values_list("no", flat=True)
    return list(reads.loans_by_no(loan.group, list(shares)).values())


def terms_of_share(share: OpenLoan, terms: Terms) -> Terms:
    """Return what a member pays the rest of her share on. Refused: a rest too small to be cut into so many weeks."""
    try:
        return terms_for_share(terms, share.outstanding)
    except InvalidTerms as refusal:
        raise ValidationError({"periods": ValidationError(str(refusal), code=refusal.code)}) from refusal


def _judge(loan: UpkLoan, standing: Standing, terms: Terms, on: date) -> None:
    standing.judge_open()
    if loan.payments.filter(status=Status.ANNOUNCED).exists():
        raise ValidationError(_("A payment is on its way already; the UPK answers it first."), code="announced")
    if terms.principal != standing.lent:
        words = {"left": format_rupiah(standing.lent)}
        raise ValidationError(_("The principal left is %(left)s."), code="principal", params=words)
    if due := standing.charge_due(on):
        message = _("Jasa of %(left)s is due. Let it be paid first, or waive it.")
        raise ValidationError({"on": ValidationError(message, code="charge_due", params={"left": format_rupiah(due)})})


def _postings(loan: UpkLoan, shares: Sequence[Loan]) -> "QuerySet[Posting]":
    """Return what moved on a loan's accounts in either book, or on its shares', and still counts."""
    accounts = [loan.receivable_id, loan.charge_income_id, loan.owed_id, loan.held_id, loan.charge_cost_id]
    accounts += [one for share in shares for one in (share.receivable_id, share.charge_income_id)]
    return Posting.objects.filter(account__in=accounts, entry__reverses=None, entry__reversed_by=None)


def _judge_days(loan: UpkLoan, shares: Sequence[OpenLoan], on: date) -> None:
    """Refuse a day before anything that happened to the loan in either book, or to its shares."""
    last = _postings(loan, [share.loan for share in shares])
    waived = loan.waivers.filter(undone_at=None)
    stepped = LoanStep.objects.standing().filter(loan__in=[share.loan for share in shares])
    day = max(found for rows in (last, waived, stepped) if (found := rows.aggregate(last=Max("on"))["last"]))
    if on < day:
        message = _("The last thing that happened to this loan was on %(day)s.")
        refusal = ValidationError(message, code="later_history", params={"day": format_date(day)})
        raise ValidationError({"on": refusal})


def _moved(code: str, old: UpkLoan, fresh: UpkLoan, amount: int) -> tuple[Leg, ...]:
    """Return the legs that move a debit from one loan's account to the other's."""
    return Leg(code, amount, loan_no=fresh.no), Leg(code, -amount, loan_no=old.no)


def _group_legs(standing: Standing, old: UpkLoan, fresh: UpkLoan) -> tuple[Leg, ...]:
    """Return what moves in the group's book: what it owes, what it holds, and the jasa in what it holds."""
    return (
        *_moved(chart.OWED_TO_UPK, old, fresh, -standing.owed),
        *_moved(chart.HELD_FOR_UPK, old, fresh, -standing.held.total),
        *_moved(chart.CHARGE_TO_UPK, old, fresh, standing.held.charge),
    )


def _move_share(share: OpenLoan, fresh: UpkLoan, terms: Terms, book: Book, deed: Deed) -> tuple[OpenLoan, Outcome]:
    """Write a member's new share of the new loan; its blocked savings back it from now on."""
    old = share.loan
    new = successor(old, book, terms, deed.on, upk_loan=fresh)
    legs: tuple[Leg, ...] = (
        Leg(chart.MEMBER_LOANS, share.outstanding, old.member.no, new.no),
        Leg(chart.MEMBER_LOANS, -share.outstanding, old.member.no, old.no),
    )
    if kept := blocked_for(old):
        legs += release(member_no=old.member.no, loan_no=old.no, amount=kept)
        legs += block(member_no=old.member.no, loan_no=new.no, amount=kept)
    kind = Kind.RESCHEDULE if (terms.rate, terms.method) == (old.rate, old.method) else Kind.RESTRUCTURE
    waived = share.state(deed.on).charge_due
    return share, Outcome(kind, legs, share.outstanding, 0, waived, closes=True)


def undo_upk_reschedule(
    *, reschedule: UpkReschedule, reason: str, key: UUID, by: "User | None", at: datetime
) -> UpkReschedule:
    """Take a reschedule back in both books: loan, shares and what is held stand as before.

    Refused: no reason, one taken back before (`undone`), anything that happened to the new loan or its shares since
    (`later_history`), a closed period.
    """
    if not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Write why it is corrected."), code="reason_required")})
    loan = reschedule.loan
    said = {"loan": loan.no, "fresh": reschedule.fresh.no, "reason": reason}
    text = ledger.canonical_content({"upk_reschedule_taken_back": said})
    with transaction.atomic(), one_announcement():
        upk_book, group_book = ledger.lock_books(loan.upk.book_id, loan.group.book_id)
        known = UpkReschedule.objects.select_related("loan__upk", "loan__group", "fresh", "upk_entry", "group_entry")
        reschedule = known.get(pk=reschedule.pk)
        if ledger.find_submission(upk_book, key, text):
            return reschedule
        if reschedule.undone_at:
            raise ValidationError(_("This was already taken back."), code="undone")
        fresh = reschedule.fresh
        steps = list(
            LoanStep.objects.standing()
            .filter(submission=reschedule.group_entry.submission_id)
            .select_related("loan__member", "loan__group", "entry")
            .order_by("loan__no")
        )
        shares = {share.replaces_id: share for share in Loan.objects.filter(upk_loan=fresh, replaces__upk_loan=loan)}
        _judge_untouched(reschedule, list(shares.values()))
        void = {str(one.no): one.charge for one in fresh.instalments.order_by("no") if one.charge}
        in_upk = [ledger.reversal_of(reschedule.upk_entry, reason=reason)]
        entries = [reschedule.group_entry, *(step.entry for step in steps if step.entry)]
        in_group = [ledger.reversal_of(entry, reason=reason) for entry in entries]
        ledger.post_locked(book=upk_book, key=key, text=text, drafts=in_upk, by=by, at=at)
        ledger.find_submission(group_book, key, text)
        after = group_book.last_number
        receipt = ledger.post_locked(book=group_book, key=key, text=text, drafts=in_group, by=by, at=at)
        for step, entry in zip(steps, receipt.entries[1:], strict=True):
            deed = Deed(key, step.on, by, at, reason)
            taken = Outcome(Kind.TAKEN_BACK, closes=True)
            write_step(shares[step.loan_id], taken, deed, receipt.submission, after, entry=entry)
            step.undone_at, step.undone_by, step.undone_why = at, by, reason.strip()[:200]
            step.save(update_fields=["undone_at", "undone_by", "undone_why"])
        reschedule.undone_at, reschedule.undone_by, reschedule.undone_why = at, by, reason.strip()[:200]
        reschedule.void = void
        reschedule.save(update_fields=["undone_at", "undone_by", "undone_why", "void"])
        return reschedule


def _judge_untouched(reschedule: UpkReschedule, shares: Sequence[Loan]) -> None:
    """Refuse when the new loan or one of its shares was paid, announced, waived or stepped on since."""
    fresh = reschedule.fresh
    own = (reschedule.upk_entry.submission_id, reschedule.group_entry.submission_id)
    since = (
        _postings(fresh, shares).exclude(entry__submission__in=own),
        fresh.payments.filter(status=Status.ANNOUNCED),
        fresh.waivers.filter(undone_at=None),
        LoanStep.objects.standing().filter(loan__in=shares),
    )
    if any(rows.exists() for rows in since):
        raise ValidationError(_("Something happened to this loan since. Take that back first."), code="later_history")
