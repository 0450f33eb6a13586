"""A member leaves: savings less debts, cash out, and her last day, in one act; and how that is taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from groups.dates import format_date
from groups.models import Member
from groups.money import format_rupiah
from groups.services import update_member
from ledger import chart
from ledger import services as ledger
from ledger.announce import announce, one_announcement
from ledger.models import Book, Entry, Posting
from ledger.services import Draft, Leg
from loans.models import Leaving, LoanRequest, LoanStep
from loans.selectors import leaving as reads
from loans.services.corrections import reversals
from loans.services.losses import written_off
from loans.services.payoffs import paid_legs
from loans.services.steps import Deed, Outcome, judge_day, judge_decision, judge_open, write_step

if TYPE_CHECKING:
    from loans.selectors.leaving import Owed, Reckoning
    from users.models import User

Kind = LoanStep.Kind


@dataclass(slots=True)
class _Settlement:
    """Her savings laid over her loans, oldest loan first, jasa before principal."""

    left: int  # of her savings
    legs: list[Leg] = field(default_factory=list)
    losses: list[Leg] = field(default_factory=list)
    principal: int = 0
    charge: int = 0
    waived: int = 0
    written_off: int = 0
    outcomes: list[tuple["Owed", Outcome, int]] = field(default_factory=list)  # loan, step, index of its draft

    def settle(self, owed: "Owed", waived: int) -> None:
        if not 0 <= waived <= owed.quote.charge:
            message = _("Jasa that can be waived: at most %(most)s.")
            params = {"most": format_rupiah(owed.quote.charge)}
            raise ValidationError({"waived": ValidationError(message, code="waived", params=params)})
        asked = owed.quote.charge - waived
        charge = min(self.left, asked)
        principal = min(self.left - charge, owed.quote.principal)
        rest = owed.quote.principal - principal
        self.left -= charge + principal
        self.principal, self.charge = self.principal + principal, self.charge + charge
        self.waived, self.written_off = self.waived + waived, self.written_off + rest
        self.legs.extend(paid_legs(owed.loan, principal, charge))
        paid = Outcome(Kind.EXIT, principal=principal, charge=charge, waived=waived, closes=not rest)
        self.outcomes.append((owed, paid, 0))
        if rest:
            self.losses.extend(written_off(owed.loan, rest))
            loss = Outcome(Kind.WRITE_OFF, principal=rest, charge=asked - charge, closes=True)
            self.outcomes.append((owed, loss, 1))


def leave(
    *,
    member: Member,
    deed: Deed,
    reason: str,
    waived: Mapping[int, int] | None = None,
    write_off: bool = False,
) -> Leaving:
    """Settle with a member who leaves at the end of that day: savings less debts is paid out in cash.

    `waived` is the jasa forgiven per loan number; what is not named is asked for as in a payoff. With `write_off` the
    meeting gives up what her savings do not cover, and it stays on the memorandum list. Refused: who left before, a
    decision that is missing, a closed day, a day before her last entry, blocked savings behind somebody else's open
    loan (`backs_another`), more owed than saved (`owes_more`), less in the box than is paid out (`below_zero`).
    """
    given = {str(no): amount for no, amount in sorted((waived or {}).items())}
    content = {"leaving": member.no, "reason": reason, "waived": given, "write_off": write_off, **deed.content()}
    text = ledger.canonical_content(content)
    with transaction.atomic(), one_announcement():
        group = member.group
        book = ledger.lock_book(group.book_id)
        if earlier := ledger.find_submission(book, deed.key, text):
            return Leaving.objects.select_related("member", "submission").get(submission=earlier)
        member = Member.objects.select_related("group").get(pk=member.pk)
        judge_decision(deed, group)
        _judge_leaving(member, book, deed)
        found = reads.reckoning(group, member, deed.on)
        judge_day(group, [one.loan for one in found.loans], deed.on)
        _judge_backing(found)
        settled = _Settlement(found.saved)
        for one in found.loans:
            settled.settle(one, (waived or {}).get(one.loan.loan.no, 0))
        if settled.written_off and not write_off:
            lacking = format_rupiah(settled.written_off + sum(one.charge for _o, one, at in settled.outcomes if at))
            raise ValidationError(
                _(
                    "She owes %(lacking)s more than she saved. Let her pay that first, reschedule the loan and let her "
                    "stay, or let the meeting write the rest off."
                ),
                code="owes_more",
                params={"lacking": lacking},
            )
        memo = deed.decision.strip()[:200]
        legs = [Leg(code, amount, no, loan_no) for (code, no, loan_no), amount in found.savings.items()]
        legs += [*settled.legs, Leg(chart.CASH, -settled.left)]
        drafts = [Draft(on=deed.on, kind=Kind.EXIT.value, legs=tuple(legs), memo=memo)] if found.saved else []
        if settled.losses:
            drafts.append(Draft(on=deed.on, kind=Kind.WRITE_OFF.value, legs=tuple(settled.losses), memo=memo))
        after = book.last_number
        receipt = ledger.post_locked(book=book, key=deed.key, text=text, drafts=drafts, by=deed.by, at=deed.at)
        for one, outcome, at in settled.outcomes:
            entry = receipt.entries[at if found.saved else at - 1] if found.saved or at else None
            write_step(one.loan.loan, outcome, deed, receipt.submission, after, entry=entry)
        LoanRequest.objects.filter(member=member, status__in=_OPEN).update(
            status=LoanRequest.Status.WITHDRAWN, decided_on=deed.on
        )
        update_member(member=member, left_on=deed.on + timedelta(days=1))
        announce(book.pk, deed.on)
        return Leaving.objects.create(
            member=member,
            on=deed.on,
            reason=reason,
            decided_on=deed.decided_on or deed.on,  # judged above: it is there
            decision=memo,
            savings=found.saved,
            principal=settled.principal,
            charge=settled.charge,
            waived=settled.waived,
            written_off=settled.written_off,
            paid_out=settled.left,
            submission=receipt.submission,
            after_number=after,
            by=deed.by,
            at=deed.at,
        )


_OPEN = (LoanRequest.Status.WAITING, LoanRequest.Status.APPROVED)


def _judge_leaving(member: Member, book: Book, deed: Deed) -> None:
    """Refuse somebody who left, a closed day, or one before she joined or before the last money in her name."""
    if member.left_on:
        raise ValidationError(_("She left already."), code="left")
    judge_open(book, deed.on)
    moved = Posting.objects.filter(account__book=book, account__member_no=member.no).aggregate(last=Max("on"))["last"]
    last = max(day for day in (moved, member.joined_on) if day)
    if deed.on < last:
        message = _("The last entry in her name is of %(day)s.")
        params = {"day": format_date(last)}
        raise ValidationError({"on": ValidationError(message, code="later_history", params=params)})


def _judge_backing(found: "Reckoning") -> None:
    for loan in found.backing:
        raise ValidationError(
            _("Her blocked savings stand for loan %(no)s of %(name)s, which is not settled yet."),
            code="backs_another",
            params={"no": loan.no, "name": loan.member.name},
        )


def undo_leaving(*, leaving: Leaving, key: UUID, reason: str, by: "User | None", at: datetime) -> Leaving:
    """Take it back: its entries are reversed on their day, her loans and savings are as before, and she is a member.

    Refused: no reason, one taken back before (`undone`), a debt of hers that was paid on since (`later_history`),
    somebody who came back as a new member (`returned`).
    """
    reason = reason.strip()[:200]
    if not reason:
        raise ValidationError({"reason": ValidationError(_("Write why it is corrected."), code="reason_required")})
    member = leaving.member
    text = ledger.canonical_content({"undo_leaving": member.no, "on": leaving.on, "reason": reason})
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(member.group.book_id)
        if ledger.find_submission(book, key, text):
            return Leaving.objects.select_related("member", "submission").get(pk=leaving.pk)
        leaving = Leaving.objects.select_related("member__group", "submission").get(pk=leaving.pk)
        if leaving.undone_at:
            raise ValidationError(_("This was already taken back."), code="undone")
        if Member.objects.filter(former=leaving.member).exists():
            raise ValidationError(_("She came back as a new member."), code="returned")
        steps = LoanStep.objects.standing().filter(submission=leaving.submission_id)
        later = LoanStep.objects.standing().filter(loan__in=steps.values("loan"), at__gt=leaving.at)
        if later.exists():
            message = _("Something happened to this loan since. Take that back first.")
            raise ValidationError(message, code="later_history")
        entries = Entry.objects.filter(submission=leaving.submission_id).order_by("-number")
        drafts = reversals(member.group, list(entries), reason)
        ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)
        undone = {"undone_at": at, "undone_by": by, "undone_why": reason}
        steps.update(**undone)
        for name, value in undone.items():
            setattr(leaving, name, value)
        leaving.save(update_fields=list(undone))
        update_member(member=leaving.member, left_on=None)
        announce(book.pk, leaving.on)
        return leaving
