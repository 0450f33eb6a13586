"""Steps and disbursements taken back, and what can be corrected no more because of a step."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.dates import format_date
from groups.models import Group
from ledger import chart
from ledger import services as ledger
from ledger.announce import announce, one_announcement
from ledger.models import Book, Entry
from ledger.services import Draft, Leg
from loans.models import Loan, LoanRequest, LoanStep, UpkReschedule

# As a module: the selectors stand on these services, and are read only when a step is taken.
from loans.selectors import lending as reads
from loans.services.lending import OpenLoan
from loans.services.steps import Deed, Kind, Outcome, judge_open, standing_entries, take, write_step
from loans.services.upk_debt import covers

if TYPE_CHECKING:
    from users.models import User

_OF_LOANS = (chart.MEMBER_LOANS, chart.CHARGE_INCOME)


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
        entries = list(standing_entries(book, owed.loan))
        stepped = LoanStep.objects.standing().filter(loan=owed.loan).exists()
        if stepped or [entry.kind for entry in entries] != ["disbursement"]:
            raise ValidationError(_("Something happened on this loan since it was paid out."), code="touched")
        if owed.loan.request_id:
            LoanRequest.objects.filter(pk=owed.loan.request_id).update(status=LoanRequest.Status.APPROVED)
            Loan.objects.filter(pk=owed.loan.pk).update(request=None)  # so that it can be paid out again
        reversal = ledger.reversal_of(entries[0], reason=reason)
        return Outcome(Kind.TAKEN_BACK, principal=owed.outstanding, closes=True, reversal=reversal)

    return take(loan, deed, {"taken_back": loan.no}, outcome, dated=False)


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
    later = standing_entries(book, step.loan).filter(number__gt=step.after_number)
    for fresh in _made_by(step):
        since = since or LoanStep.objects.standing().filter(loan=fresh).exists()
        later |= standing_entries(book, fresh)
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
