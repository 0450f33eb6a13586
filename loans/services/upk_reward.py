"""The reward for paying on time (IPTW): from the UPK's cash to the KSM's, one step in both books under one key."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.dates import format_date
from ledger import chart
from ledger import services as ledger
from ledger.announce import one_announcement
from ledger.kinds import UPK_REWARD
from ledger.models import Book, Entry
from ledger.services import Draft, Leg, Receipt
from loans.models import UpkLoan
from loans.selectors.upk_rewards import rewards, settled_loans
from loans.services.upk_book import judge_cash, judge_day, reversal

if TYPE_CHECKING:
    from users.models import User


def _lock(loan: UpkLoan) -> tuple[Book, Book]:
    """Hold the UPK's and the group's book, always in the same order, so that nobody waits in a ring."""
    held = {pk: ledger.lock_book(pk) for pk in sorted({loan.upk.book_id, loan.group.book_id})}
    return held[loan.upk.book_id], held[loan.group.book_id]


def pay_reward(*, loan: UpkLoan, on: date, key: UUID, by: "User | None", at: datetime) -> Receipt:
    """Pay the reward of a loan that is paid back with every instalment in time; it is income of the KSM (4190).

    The same key again answers with the UPK's first receipt. Refused: a loan not paid back or late once, a percentage
    of 0, a reward paid before, a day before the loan was settled, in a closed period or still to come, more than the
    UPK's cash.
    """
    text = ledger.canonical_content({"reward": loan.no, "group": loan.group.code, "on": on})
    with transaction.atomic(), one_announcement():
        upk_book, group_book = _lock(loan)
        if earlier := ledger.find_submission(upk_book, key, text):
            return Receipt(earlier, (), created=False)
        judge_day(loan.upk, upk_book, on, at)
        amount = _judge(loan, on)
        upk_legs = (Leg(chart.PROMPT_REWARD, amount, loan_no=loan.no), Leg(chart.CASH, -amount))
        draft = Draft(on, UPK_REWARD, upk_legs, str(loan.group)[:200])
        judge_cash(upk_book, [draft], field="on")
        memo = _("IPTW of UPK loan no. %(no)s") % {"no": loan.no}
        in_group = Draft(on, UPK_REWARD, (Leg(chart.CASH, amount), Leg(chart.OTHER_INCOME, -amount)), memo)
        receipt = ledger.post_locked(book=upk_book, key=key, text=text, drafts=[draft], by=by, at=at)
        ledger.find_submission(group_book, key, text)
        ledger.post_locked(book=group_book, key=key, text=text, drafts=[in_group], by=by, at=at)
        return receipt


def _judge(loan: UpkLoan, on: date) -> int:
    """Return the reward in rupiah, or refuse."""
    found = rewards(settled_loans(loan.upk).filter(pk=loan.pk), loan.upk.bkm_id)
    if not found:
        raise ValidationError(_("This loan is not paid back yet."), code="open")
    (one,) = found
    if one.paid:
        raise ValidationError(_("The reward of this loan was paid already."), code="paid")
    if not one.prompt:
        raise ValidationError(_("Not every instalment came in time."), code="late")
    if not one.amount:
        raise ValidationError(_("The BKM set no reward."), code="no_reward")
    if on < one.settled_on:
        words = {"on": format_date(one.settled_on)}
        refusal = ValidationError(_("The loan was paid back on %(on)s."), code="before_settled", params=words)
        raise ValidationError({"on": refusal})
    return one.amount


def take_back_reward(*, loan: UpkLoan, reason: str, key: UUID, by: "User | None", at: datetime) -> Receipt:
    """Reverse a loan's reward in both books. Refused: no reason, no reward that stands, cash the KSM no longer has."""
    text = ledger.canonical_content({"reward_taken_back": loan.no, "reason": reason})
    with transaction.atomic(), one_announcement():
        upk_book, group_book = _lock(loan)
        if earlier := ledger.find_submission(upk_book, key, text):
            return Receipt(earlier, (), created=False)
        standing = Entry.objects.filter(kind=UPK_REWARD, reverses=None, reversed_by=None)
        account = {"postings__account__code": chart.PROMPT_REWARD, "postings__account__loan_no": loan.no}
        entry = standing.filter(book=upk_book, **account).first()
        if entry is None:
            raise ValidationError(_("There is no reward to take back."), code="nothing")
        mirror = standing.get(book=group_book, submission__key=entry.submission.key)
        drafts = [reversal(upk_book, entry, reason=reason, at=at)]
        in_group = [reversal(group_book, mirror, reason=reason, at=at)]
        judge_cash(group_book, in_group, field="reason")
        receipt = ledger.post_locked(book=upk_book, key=key, text=text, drafts=drafts, by=by, at=at)
        ledger.post_locked(book=group_book, key=key, text=text, drafts=in_group, by=by, at=at)
        return receipt
