"""Answers other money, a withdrawal and a cash difference that were written wrong, or not at all."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Member
from ledger import chart
from ledger import services as ledger
from ledger.announce import announce, one_announcement
from ledger.models import Entry
from ledger.services import Draft, Leg
from meetings.models import CashDifference, Correction, HandOver, Meeting
from meetings.services.corrections import day_of, judge_member, require, write_down
from meetings.services.posting import DIFFERENCE, EXPENSE, INCOME, WITHDRAWAL, at_its_field
from savings import services as savings

if TYPE_CHECKING:
    from users.models import User


def correct_other_money(
    *,
    hand_over: HandOver,
    amount: int,
    memo: str,
    reason: str,
    key: UUID,
    by: "User | None",
    at: datetime,
    code: str = "",
    current: date | None = None,
) -> list[Entry]:
    """Answer wrong other money, in or out, with its reversal and the right amount (0: it never was), on its day.

    `code` names another account of the chart; without it the account stays. A closed day is answered on `current`.
    Refused: no reason, corrected before, a closed day without `current`, an account that is not for other money, more
    than the cash box can bear.
    """
    require(reason)
    entry, meeting = hand_over.entry, hand_over.meeting
    content = {"correction": entry.number, "amount": amount, "memo": memo, "code": code, "reason": reason}
    text = ledger.canonical_content(content)
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(meeting.group.book_id)
        if earlier := ledger.find_submission(book, key, text):
            return list(earlier.entries.order_by("number"))
        on = day_of(book, entry.on, current)
        drafts = [ledger.reversal_of(entry, reason=reason, on=on)]
        (other,) = [leg for leg in drafts[0].legs if leg.code != chart.CASH]
        if code and code not in chart.FREE_CODES:
            refusal = ValidationError(_("This account is not for other money."), code="account_refused")
            raise ValidationError({"code": refusal})
        sign = 1 if entry.kind == INCOME else -1
        if amount:
            legs = (Leg(chart.CASH, sign * amount), Leg(code or other.code, -sign * amount))
            drafts.append(Draft(on=on, kind=entry.kind, legs=legs, memo=memo[:200]))
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)
        HandOver.objects.bulk_create(
            HandOver(meeting=meeting, entry=fresh, member=None) for fresh in receipt.entries[1:]
        )
        write_down(meeting=meeting, submission=receipt.submission, kind=entry.kind, reason=reason, members=[])
        announce(book.pk, on)
        return list(receipt.entries)


def add_other_money(
    *,
    meeting: Meeting,
    income: bool,
    amount: int,
    code: str,
    memo: str,
    reason: str,
    key: UUID,
    by: "User | None",
    at: datetime,
    current: date | None = None,
) -> list[Entry]:
    """Write other money that a sent sheet left out, in (`income`) or out, on the meeting's day.

    Of a closed day it is dated `current`. Refused: no reason, no amount, a closed day without `current`, an account
    that is not for other money, more than the cash box can bear.
    """
    require(reason)
    if amount <= 0:
        raise ValidationError({"amount": ValidationError(_("Write an amount."), code="required")})
    if code not in chart.FREE_CODES:
        raise ValidationError(
            {"code": ValidationError(_("This account is not for other money."), code="account_refused")}
        )
    sign, kind = (1, INCOME) if income else (-1, EXPENSE)
    legs = (Leg(chart.CASH, sign * amount), Leg(code, -sign * amount))
    told = {"kind": kind, "amount": amount, "code": code, "memo": memo}
    return _add(meeting, None, kind, legs, told, memo=memo, reason=reason, key=key, by=by, at=at, current=current)


def add_withdrawal(
    *,
    meeting: Meeting,
    member: Member,
    amount: int,
    reason: str,
    key: UUID,
    by: "User | None",
    at: datetime,
    current: date | None = None,
) -> list[Entry]:
    """Write what a member took out of her simpanan sukarela and a sent sheet left out, on the meeting's day.

    She is asked again at a meeting. Refused: no reason, no amount, somebody who was no member that day, one whose
    withdrawal of that meeting stands in the book (correct that one), a closed day without `current`, more than her
    savings or the cash box can bear.
    """
    require(reason)
    if amount <= 0:
        raise ValidationError({"tarik": ValidationError(_("Write an amount."), code="required")})
    legs = savings.withdraw(member_no=member.no, amount=amount)
    told = {"kind": WITHDRAWAL, "amount": amount, "member": member.no}
    return _add(
        meeting, member, WITHDRAWAL, legs, told, memo=reason, reason=reason, key=key, by=by, at=at, current=current
    )


def _add(
    meeting: Meeting,
    member: Member | None,
    kind: str,
    legs: tuple[Leg, ...],
    told: Mapping[str, object],
    *,
    memo: str,
    reason: str,
    key: UUID,
    by: "User | None",
    at: datetime,
    current: date | None,
) -> list[Entry]:
    text = ledger.canonical_content({"added": meeting.on, **told, "reason": reason})
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(meeting.group.book_id)
        if earlier := ledger.find_submission(book, key, text):
            return list(earlier.entries.order_by("number"))
        if member:
            judge_member(meeting, member, WITHDRAWAL)
        on = day_of(book, meeting.on, current)
        draft = Draft(on=on, kind=kind, legs=legs, memo=memo[:200])
        try:
            receipt = ledger.post_locked(book=book, key=key, text=text, drafts=[draft], by=by, at=at)
        except ValidationError as refusal:
            raise at_its_field(refusal) from refusal
        HandOver.objects.create(meeting=meeting, entry=receipt.entries[0], member=member)
        asked = [member] if member else []
        write_down(meeting=meeting, submission=receipt.submission, kind=kind, reason=reason, members=asked)
        announce(book.pk, on)
        return list(receipt.entries)


def correct_difference(
    *,
    difference: CashDifference,
    amount: int,
    reason: str,
    key: UUID,
    on: date,
    by: "User | None",
    at: datetime,
    current: date | None = None,
) -> list[Entry]:
    """Answer a cash difference that was none, or another (rupiah, negative when cash was short), by a new entry.

    What was counted stays as it was sent; 0 ends the difference on `on`. Refused: no reason, one that is resolved,
    settled in part or was corrected before, the same amount, a closed day without `current`, more than the cash box
    can bear.
    """
    require(reason)
    meeting = Meeting.objects.select_related("group").get(cash_difference=difference)
    content = {"correction": difference.entry.number, "difference": amount, "reason": reason}
    text = ledger.canonical_content(content)
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(meeting.group.book_id)
        if earlier := ledger.find_submission(book, key, text):
            return list(earlier.entries.order_by("number"))
        difference = CashDifference.objects.select_related("entry").get(pk=difference.pk)
        if difference.resolved_on:
            raise ValidationError(_("This difference was already resolved."), code="resolved")
        if difference.settled:
            settled = _("A part of it was settled. Take that back first, then correct.")
            raise ValidationError(settled, code="settled")
        if amount == difference.amount:
            raise ValidationError({"amount": ValidationError(_("Nothing is changed."), code="unchanged")})
        dated = day_of(book, difference.entry.on, current)
        drafts = [ledger.reversal_of(difference.entry, reason=reason, on=dated)]
        if amount:
            legs = (Leg(chart.CASH, amount), Leg(chart.CASH_DIFFERENCE, -amount))
            drafts.append(Draft(on=dated, kind=DIFFERENCE, legs=legs, memo=reason[:200]))
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)
        HandOver.objects.bulk_create(
            HandOver(meeting=meeting, entry=fresh, member=None) for fresh in receipt.entries[1:]
        )
        if amount:
            difference.entry, difference.amount = receipt.entries[1], amount
        else:
            difference.resolved_on, difference.resolution = on, reason.strip()[:300]
        difference.save()
        kind = Correction.Kind.DIFFERENCE
        write_down(meeting=meeting, submission=receipt.submission, kind=kind, reason=reason, members=[])
        announce(book.pk, dated)
        return list(receipt.entries)
