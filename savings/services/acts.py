"""Savings that move outside the weekly sheet: paid out to one or to everybody, given to savers, moved by a member.

Each act is one submission, each member's part an entry of its own. None of them is a deposit to the five rules.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Group, Member
from groups.money import format_rupiah
from ledger import chart, kinds
from ledger import services as ledger
from ledger.models import Account, Book
from ledger.services import Draft, Leg, Receipt
from savings import forall
from savings.forall import GIFT_SOURCES

if TYPE_CHECKING:
    from users.models import User

OWN_ACCOUNTS = (chart.PRINCIPAL_SAVINGS, chart.WEEKLY_SAVINGS, chart.VOLUNTARY_SAVINGS)
"""A member's accounts that she may take from and move between; blocked savings wait for their loan."""


def pay_savings_out(
    *, member: Member, code: str, amount: int, memo: str, on: date, key: UUID, by: "User | None", at: datetime
) -> Receipt:
    """Pay a member out of one of her savings in cash, between meetings. Refused: more than she or the box has."""
    _judge(member.group, on, memo, (code,), amount)
    legs = (Leg(code, amount, member.no), Leg(chart.CASH, -amount))
    content = {"pay_savings_out": code, "member": member.no, "amount": amount, "on": on, "memo": memo}
    return _post(member.group, key, content, [Draft(on, kinds.WITHDRAWAL, legs, memo[:200])], by, at)


def transfer_savings(
    *,
    member: Member,
    source: str,
    target: str,
    amount: int,
    memo: str,
    on: date,
    key: UUID,
    by: "User | None",
    at: datetime,
) -> Receipt:
    """Move savings of one member between her accounts; no cash moves. Refused: more than the first holds."""
    _judge(member.group, on, memo, (source, target), amount)
    if source == target:
        text = _("Choose two different accounts.")
        raise ValidationError({"target": ValidationError(text, code="same_account")})
    legs = (Leg(source, amount, member.no), Leg(target, -amount, member.no))
    content = {"transfer": [source, target], "member": member.no, "amount": amount, "on": on, "memo": memo}
    return _post(member.group, key, content, [Draft(on, kinds.TRANSFER, legs, memo[:200])], by, at)


def pay_everybody_out(
    *,
    group: Group,
    year: int,
    percent: Decimal,
    step: int,
    memo: str,
    on: date,
    key: UUID,
    by: "User | None",
    at: datetime,
) -> Receipt:
    """Pay every member the same share (per cent) of the simpanan wajib she deposited in a year: before Lebaran, say.

    Each portion is rounded down to `step` and is never more than she has. Refused: nothing to pay (`nothing`), more in
    all than the box holds (`cash_short`).
    """
    _judge(group, on, memo, (), 1)
    content = {"pay_everybody_out": year, "percent": str(percent), "step": step, "on": on, "memo": memo}
    with transaction.atomic():
        book, text, earlier = _begin(group, key, content)
        if earlier:
            return earlier
        portions = forall.shares_of_weekly(group, year, percent, step, on)
        _judge_box(book, sum(one.amount for one in portions))
        drafts = [
            Draft(
                on=on,
                kind=kinds.GROUP_WITHDRAWAL,
                legs=(Leg(chart.WEEKLY_SAVINGS, one.amount, one.member.no), Leg(chart.CASH, -one.amount)),
                memo=f"{one.member.name}: {memo}"[:200],
            )
            for one in portions
            if one.amount
        ]
        return _write(book, key, text, drafts, by, at)


def give_to_savers(
    *,
    group: Group,
    source: str,
    amount: int | None = None,
    percent: Decimal | None = None,
    memo: str,
    on: date,
    key: UUID,
    by: "User | None",
    at: datetime,
) -> Receipt:
    """Credit jasa or a gift to every saver's simpanan sukarela, in proportion to what she has saved on that day.

    Either `amount` (rupiah, shared by largest remainder) or `percent` of all savings (half up, then shared likewise).
    `source` is where it comes from: a cost, other income, or the social fund. Refused: neither or both (`how_much`),
    nobody who saves or nothing to give (`nothing`), more than the social fund holds.
    """
    _judge(group, on, memo, (), 1)
    if source not in GIFT_SOURCES:
        raise ValidationError({"source": ValidationError(_("Choose where it comes from."), code="source")})
    if (amount is None) == (percent is None):
        raise ValidationError(_("Write either an amount or a per cent."), code="how_much")
    content = {"give_to_savers": source, "amount": amount, "percent": str(percent), "on": on, "memo": memo}
    with transaction.atomic():
        book, text, earlier = _begin(group, key, content)
        if earlier:
            return earlier
        drafts = [
            Draft(
                on=on,
                kind=kinds.GIFT,
                legs=(Leg(source, one.amount), Leg(chart.VOLUNTARY_SAVINGS, -one.amount, one.member.no)),
                memo=f"{one.member.name}: {memo}"[:200],
            )
            for one in forall.gifts(group, amount, percent, on)
            if one.amount
        ]
        return _write(book, key, text, drafts, by, at)


def _judge(group: Group, on: date, memo: str, codes: Sequence[str], amount: int) -> None:
    if amount <= 0:
        raise ValidationError({"amount": ValidationError(_("Write an amount."), code="required")})
    if not memo.strip():
        raise ValidationError({"memo": ValidationError(_("Write what it is for."), code="required")})
    if on < group.start_on:
        raise ValidationError({"on": ValidationError(_("The books begin later."), code="before_books")})
    if any(code not in OWN_ACCOUNTS for code in codes):
        raise ValidationError(_("Choose one of her savings."), code="account_refused")


def _judge_box(book: Book, needed: int) -> None:
    box = Account.objects.filter(book=book, code=chart.CASH, member_no=0, loan_no=0)
    has = box.values_list("balance", flat=True).first() or 0
    if needed > has:
        raise ValidationError(
            _("The box holds %(has)s, the list comes to %(needs)s."),
            code="cash_short",
            params={"has": format_rupiah(has), "needs": format_rupiah(needed)},
        )


def _begin(group: Group, key: UUID, content: Mapping[str, Any]) -> tuple[Book, str, Receipt | None]:
    """Lock the book and look whether this was sent before."""
    book = ledger.lock_book(group.book_id)
    text = ledger.canonical_content(content)
    earlier = ledger.find_submission(book, key, text)
    return book, text, Receipt(earlier, (), created=False) if earlier else None


def _write(book: Book, key: UUID, text: str, drafts: Sequence[Draft], by: "User | None", at: datetime) -> Receipt:
    if not drafts:
        raise ValidationError(_("Nobody gets anything: there is nothing to write."), code="nothing")
    return ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)


def _post(
    group: Group, key: UUID, content: Mapping[str, Any], drafts: Sequence[Draft], by: "User | None", at: datetime
) -> Receipt:
    return ledger.post(book=group.book, key=key, content=content, drafts=drafts, by=by, at=at)
