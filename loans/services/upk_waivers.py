"""A UPK gives up asking for jasa of a loan, by decision of its BKM: that jasa is never posted, the loan goes on.

Members' shares keep their jasa: what they bring of it beyond what the UPK asks for is their KSM's own, and their
meeting waives it on each share's card if it wants to.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from groups.money import format_rupiah
from ledger import services as ledger
from ledger.announce import one_announcement
from ledger.kinds import UPK_WAIVER
from ledger.services import Draft, Leg
from loans.models import UpkLoan, UpkPayment, UpkWaiver
from loans.payoff import forgiven

# As a module: the selectors stand on these services, and are read only when a waiver is taken back.
from loans.selectors import lending as reads
from loans.services.upk_book import judge_day, reversal
from loans.services.upk_debt import covers
from loans.services.upk_losses import judge_decision
from loans.services.upk_money import judge_group
from loans.services.upk_standing import Standing

if TYPE_CHECKING:
    from users.models import User


def waive_upk_jasa(
    *,
    loan: UpkLoan,
    amount: int,
    on: date,
    decided_on: date,
    decision: str,
    key: UUID,
    by: "User | None",
    at: datetime,
) -> UpkWaiver:
    """Waive jasa that was not paid, the oldest first. Both books seal the decision; no cash moves.

    Where the KSM has collected more jasa than is asked for now, that stands for principal it has not collected, and
    else becomes its own. The same key again answers with the first. Refused, at its field: no decision, one dated
    before the loan or after the day, nothing or more than is unpaid, a day before the loan's last payment or waiver or
    the KSM's last sheet, closed or still to come, a loan that is settled or written off.
    """
    said = {"loan": loan.no, "group": loan.group.code, "amount": amount, "on": on}
    text = ledger.canonical_content({"upk_waiver": {**said, "decided_on": decided_on, "decision": decision.strip()}})
    with transaction.atomic(), one_announcement():
        upk_book, group_book = ledger.lock_books(loan.upk.book_id, loan.group.book_id)
        if ledger.find_submission(upk_book, key, text):
            return UpkWaiver.objects.get(loan=loan, key=key)
        judge_decision(loan, on, decided_on, decision)
        judge_day(loan.upk, upk_book, on, at)
        standing = Standing(loan)
        standing.judge_open()
        if not 1 <= amount <= standing.charge_left:
            message = _("Jasa that can be waived: at most %(most)s.")
            words = {"most": format_rupiah(standing.charge_left)}
            raise ValidationError({"amount": ValidationError(message, code="waived", params=words)})
        _judge_last(loan, on)
        memo = f"{_('UPK loan no. %(no)s') % {'no': loan.no}}: {decision.strip()}"[:200]
        legs = standing.waived_legs(loan.no, amount)
        drafts = [Draft(on, UPK_WAIVER, legs, memo)] if legs else []
        judge_group(loan.group, group_book, on, drafts)
        after_number = upk_book.last_number
        ledger.post_locked(book=upk_book, key=key, text=text, drafts=[], by=by, at=at)
        ledger.find_submission(group_book, key, text)
        receipt = ledger.post_locked(book=group_book, key=key, text=text, drafts=drafts, by=by, at=at)
        return UpkWaiver.objects.create(
            loan=loan,
            no=(loan.waivers.aggregate(last=Max("no"))["last"] or 0) + 1,
            on=on,
            decided_on=decided_on,
            decision=decision.strip()[:200],
            amount=amount,
            forgiven={str(no): one for no, one in forgiven(standing.rows, standing.paid.charge, amount).items()},
            key=key,
            entry=next(iter(receipt.entries), None),
            after_number=after_number,
            by=by,
            at=at,
        )


def _judge_last(loan: UpkLoan, on: date) -> None:
    """Refuse a day before the last payment or waiver of the loan."""
    waived_on = loan.waivers.filter(undone_at=None).aggregate(last=Max("on"))["last"]
    if any(day and on < day for day in (loan.last_paid_on(), waived_on)):
        message = _("Not before the loan or its last payment.")
        raise ValidationError({"on": ValidationError(message, code="before_last")})


def undo_upk_waiver(*, waiver: UpkWaiver, reason: str, key: UUID, by: "User | None", at: datetime) -> UpkWaiver:
    """Take a waiver back: its jasa is asked for again, and what it moved in the KSM's book is reversed.

    Refused: no reason, one taken back before (`undone`), a loan that was paid on or waived again since
    (`later_history`).
    """
    if not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Write why it is corrected."), code="reason_required")})
    loan = waiver.loan
    text = ledger.canonical_content({"upk_waiver_taken_back": {"loan": loan.no, "no": waiver.no, "reason": reason}})
    with transaction.atomic(), one_announcement():
        upk_book, group_book = ledger.lock_books(loan.upk.book_id, loan.group.book_id)
        waiver = UpkWaiver.objects.select_related("entry", "loan__upk").get(pk=waiver.pk)
        if ledger.find_submission(upk_book, key, text):
            return waiver
        if waiver.undone_at:
            raise ValidationError(_("This was already taken back."), code="undone")
        paid = loan.payments.filter(status=UpkPayment.Status.RECEIVED, upk_entry__number__gt=waiver.after_number)
        if paid.exists() or loan.waivers.filter(undone_at=None, no__gt=waiver.no).exists():
            message = _("Something happened to this loan since. Take that back first.")
            raise ValidationError(message, code="later_history")
        if loan.write_offs.standing().exists():
            raise ValidationError(_("The loan was written off since. Take that back first."), code="written_off")
        if loan.reschedules.standing().exists():
            raise ValidationError(_("The loan was rescheduled since. Take that back first."), code="rescheduled")
        drafts = []
        if waiver.entry:
            undo = reversal(group_book, waiver.entry, reason=reason, at=at)
            debt = reads.upk_debts([loan.pk])[loan.pk]
            debt.take_back(Leg(leg.code, -leg.amount, leg.member_no, leg.loan_no) for leg in undo.legs)
            drafts = [undo, *covers([debt], undo.on, reason)]
        ledger.post_locked(book=upk_book, key=key, text=text, drafts=[], by=by, at=at)
        ledger.find_submission(group_book, key, text)
        ledger.post_locked(book=group_book, key=key, text=text, drafts=drafts, by=by, at=at)
        waiver.undone_at, waiver.undone_by, waiver.undone_why = at, by, reason.strip()[:200]
        waiver.save(update_fields=["undone_at", "undone_by", "undone_why"])
        return waiver
