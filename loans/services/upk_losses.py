"""A UPK gives a loan up as a loss, by decision of its BKM: the reserve bears it first. The KSM goes on owing it.

Only the UPK's book moves. What the KSM brings later is other income of the UPK, of that loan; its own book goes on as
before, so that the debt of the two books still agrees: what the KSM owes is what the UPK remembers.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from groups.dates import format_date
from ledger import chart, kinds
from ledger import services as ledger
from ledger.models import Account, Entry
from ledger.services import Draft, Leg
from loans.models import UpkLoan, UpkPayment, UpkWriteOff
from loans.services.upk_book import judge_day, reversal
from loans.services.upk_standing import Standing

if TYPE_CHECKING:
    from users.models import User


def write_off_upk_loan(
    *, loan: UpkLoan, on: date, decided_on: date, decision: str, key: UUID, by: "User | None", at: datetime
) -> UpkWriteOff:
    """Take what is left of a loan off the UPK's book: D 1229 as far as it reaches, D 5140 the rest, C 1220.

    The same key again answers with the first. Refused, at its field: no decision, one dated before the loan or after
    the day, a day before the loan's last payment or the last reserve, closed or still to come, a loan with nothing
    left (`settled`) or written off before (`written_off`).
    """
    said = {"loan": loan.no, "on": on, "decided_on": decided_on, "decision": decision.strip()}
    text = ledger.canonical_content({"upk_write_off": said})
    with transaction.atomic():
        book = ledger.lock_book(loan.upk.book_id)
        if earlier := ledger.find_submission(book, key, text):
            return UpkWriteOff.objects.select_related("loan", "entry").get(entry__submission=earlier)
        judge_decision(loan, on, decided_on, decision)
        judge_day(loan.upk, book, on, at)
        standing = Standing(loan)
        standing.judge_open()
        _judge_last(loan, on)
        held = -(
            Account.objects.filter(book=book, code=chart.LOSS_ALLOWANCE).values_list("balance", flat=True).first() or 0
        )
        principal, from_reserve = standing.lent, min(held, standing.lent)
        legs = (
            Leg(chart.LOSS_ALLOWANCE, from_reserve),
            Leg(chart.WRITE_OFF, principal - from_reserve, loan_no=loan.no),
            Leg(chart.GROUP_LOANS, -principal, loan_no=loan.no),
        )
        draft = Draft(on, kinds.WRITE_OFF, legs, f"{loan.group}: {decision.strip()}"[:200])
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=[draft], by=by, at=at)
        return UpkWriteOff.objects.create(
            loan=loan,
            on=on,
            decided_on=decided_on,
            decision=decision.strip()[:200],
            principal=principal,
            from_reserve=from_reserve,
            charge=standing.charge_due(on),
            entry=receipt.entries[0],
            by=by,
            at=at,
        )


def judge_decision(loan: UpkLoan, on: date, decided_on: date, decision: str) -> None:
    """Refuse, at its field, no decision of the BKM, or one dated before the loan or after the day."""
    if not decision.strip():
        message = _("Write what the BKM decided, and why.")
        raise ValidationError({"decision": ValidationError(message, code="required")})
    if not loan.disbursed_on <= decided_on <= on:
        message = _("The BKM decides after the loan was paid out, and before it is done.")
        raise ValidationError({"decided_on": ValidationError(message, code="decided_later")})


def _judge_last(loan: UpkLoan, on: date) -> None:
    """Refuse a day before what happened to the loan, or before a reserve that was reckoned with it."""
    reserves = Entry.objects.filter(book=loan.upk.book_id, kind=kinds.UPK_RESERVE, reverses=None, reversed_by=None)
    reserved_on = reserves.aggregate(last=Max("on"))["last"]
    last = max(day for day in (loan.last_paid_on(), reserved_on, loan.disbursed_on) if day)
    if on < last:
        message = _("Not before %(day)s, the last payment of this loan or the last reserve.")
        raise ValidationError({"on": ValidationError(message, code="before_last", params={"day": format_date(last)})})


def undo_upk_write_off(
    *, write_off: UpkWriteOff, reason: str, key: UUID, by: "User | None", at: datetime
) -> UpkWriteOff:
    """Take a write-off back: its entry is reversed, the loan stands as before.

    Refused: no reason, one taken back before (`undone`), a loan that was paid on since (`later_history`).
    """
    loan = write_off.loan
    text = ledger.canonical_content({"upk_write_off_taken_back": {"loan": loan.no, "reason": reason}})
    with transaction.atomic():
        book = ledger.lock_book(loan.upk.book_id)
        write_off = UpkWriteOff.objects.select_related("entry", "loan__upk").get(pk=write_off.pk)
        if ledger.find_submission(book, key, text):
            return write_off
        if write_off.undone_at:
            raise ValidationError(_("This was already taken back."), code="undone")
        if loan.payments.filter(status=UpkPayment.Status.RECEIVED, recovery=True).exists():
            message = _("The KSM paid on it since. Take that payment back first.")
            raise ValidationError(message, code="later_history")
        draft = reversal(book, write_off.entry, reason=reason, at=at)
        ledger.post_locked(book=book, key=key, text=text, drafts=[draft], by=by, at=at)
        write_off.undone_at, write_off.undone_by, write_off.undone_why = at, by, reason.strip()[:200]
        write_off.save(update_fields=["undone_at", "undone_by", "undone_why"])
        return write_off
