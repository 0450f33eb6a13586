"""Money outside the weekly sheet: the bank, grants, expenses, funds, and the count of the box between meetings.

Each act is one submission with its own voucher; who got or gave the money is sealed with it as `payee`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Group, Member
from groups.money import format_rupiah
from ledger import chart, kinds
from ledger import services as ledger
from ledger.models import Account, Entry
from ledger.services import Draft, Leg, Receipt
from meetings.models import BoxCount, CashDifference, Contribution, Correction
from meetings.services.corrections import write_down_outside
from meetings.sheet import OWNER_SEALED, same_person

if TYPE_CHECKING:
    from users.models import User

Place = Literal["cash", "bank"]
PLACES: Mapping[str, str] = {"cash": chart.CASH, "bank": chart.BANK}

RECEIVED = (chart.CAPITAL, chart.OTHER_INCOME, chart.FINES, *chart.FUNDS)
OF_MEMBERS = (chart.FINES, chart.SOCIAL_FUND)  # what stands in the passbook of the member who gave it
SPENT = (chart.ADMINISTRATION, chart.MEETING_COST, chart.OTHER_COST, *chart.FUNDS)


def move_to_or_from_bank(
    *, group: Group, to_bank: bool, amount: int, memo: str, on: date, key: UUID, by: "User | None", at: datetime
) -> Receipt:
    """Bring cash to the bank, or fetch it. Refused: more than the box or the account holds."""
    _judge(group, on, amount, memo)
    sign = 1 if to_bank else -1
    legs = (Leg(chart.BANK, sign * amount), Leg(chart.CASH, -sign * amount))
    content = {"bank": "in" if to_bank else "out", "amount": amount, "on": on, "memo": memo}
    return _post(group, key, content, Draft(on, kinds.BANK, legs, memo[:200]), by, at)


def receive_money(
    *,
    group: Group,
    place: Place,
    code: str,
    amount: int,
    payee: str,
    memo: str,
    on: date,
    key: UUID,
    by: "User | None",
    at: datetime,
    member: Member | None = None,
) -> Receipt:
    """Take in a grant, other income, a fine, or money for a fund, in the box or the bank. `payee`: who gave it.

    A fine, and what a member gives to the social fund, is told with the `member`: it stands in her passbook. Refused:
    a fine of nobody, a member with other money, somebody who was no member that day.
    """
    payee = payee.strip() or (member.name if member else "")
    _judge(group, on, amount, memo, payee)
    _judge_accounts(place, code, RECEIVED)
    _judge_giver(group, member, code, on)
    kind = kinds.GRANT if code == chart.CAPITAL else kinds.INCOME
    legs = (Leg(PLACES[place], amount), Leg(code, -amount))
    content = _content("receive", locals()) | ({"member": member.no} if member else {})
    with transaction.atomic():
        receipt = _post(group, key, content, Draft(on, kind, legs, memo[:200]), by, at)
        if member and receipt.created:
            Contribution.objects.create(entry=receipt.entries[0], member=member)
        return receipt


def pay_money(
    *,
    group: Group,
    place: Place,
    code: str,
    amount: int,
    payee: str,
    memo: str,
    on: date,
    key: UUID,
    by: "User | None",
    at: datetime,
) -> Receipt:
    """Pay an expense, or out of a fund to somebody for a reason. Refused: more than box, bank or fund holds."""
    _judge(group, on, amount, memo, payee)
    _judge_accounts(place, code, SPENT)
    kind = kinds.FUND_PAYMENT if code in chart.FUNDS else kinds.EXPENSE
    legs = (Leg(code, amount), Leg(PLACES[place], -amount))
    return _post(group, key, _content("pay", locals()), Draft(on, kind, legs, memo[:200]), by, at)


TAKEN_BACK: tuple[str, ...] = (
    kinds.BANK,
    kinds.GRANT,
    kinds.INCOME,
    kinds.EXPENSE,
    kinds.FUND_PAYMENT,
    kinds.GIFT,
    kinds.TRANSFER,
    kinds.WITHDRAWAL,
    kinds.GROUP_WITHDRAWAL,
)


def take_back(*, entry: Entry, reason: str, on: date, key: UUID, by: "User | None", at: datetime) -> Receipt:
    """Answer a wrong act outside the sheet with its reversal, on its own day, or on `on` when that is closed.

    A member whose account it touches is asked again at a meeting. Refused: an entry of a sheet or of another kind
    (`not_here`), one taken back before, no reason, and what the box, the bank, a fund or a member can no longer bear.
    """
    with transaction.atomic():
        book = ledger.lock_book(entry.book_id)
        text = ledger.canonical_content({"take_back": entry.number, "reason": reason})
        if earlier := ledger.find_submission(book, key, text):
            return Receipt(earlier, (), created=False)
        if entry.kind not in TAKEN_BACK or hasattr(entry, "hand_over"):
            raise ValidationError(_("This is corrected on the page of its sheet."), code="not_here")
        closed = book.closed_through is not None and entry.on <= book.closed_through
        draft = ledger.reversal_of(entry, reason=reason, on=on if closed else None)
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=[draft], by=by, at=at)
        touched = {leg.member_no for leg in draft.legs} - {0}
        touched |= set(Contribution.objects.filter(entry=entry).values_list("member__no", flat=True))
        if touched:
            group = Group.objects.get(book=book)
            write_down_outside(
                group=group,
                submission=receipt.submission,
                kind=Correction.Kind.OUTSIDE,
                reason=reason,
                members=Member.objects.filter(group=group, no__in=touched).active_on(on).order_by("no"),
            )
        return receipt


def count_box(
    *,
    group: Group,
    counted: int,
    counted_by: str,
    counted_with: str,
    before_meeting: bool,
    reason: str,
    owner: Member | None,
    on: date,
    key: UUID,
    by: "User | None",
    at: datetime,
) -> BoxCount:
    """Write down what two people counted in the box; a difference is posted at once, with its reason and owner.

    The box is compared with the book as it stands, so it is counted today or on the day of the last entry. Refused:
    fewer than two names (`two_names`), a difference without a reason or an owner, a day before the last entry (`on`).
    """
    one, other = counted_by.strip(), counted_with.strip()
    if not one or not other or same_person(one, other):
        text = _("Two people count the box: write both names.")
        raise ValidationError({"counted_with": ValidationError(text, code="two_names")})
    with transaction.atomic():
        book = ledger.lock_book(group.book_id)
        told = {"counted": counted, "by": [one, other], "before_meeting": before_meeting, "reason": reason}
        told |= OWNER_SEALED if owner or reason.strip() else {}
        text = ledger.canonical_content({"count": told, "owner": owner and owner.no, "on": on})
        if earlier := ledger.find_submission(book, key, text):
            return BoxCount.objects.get(submission=earlier)
        if Entry.objects.filter(book=book, on__gt=on).exists():
            later = _("There are entries after this day. Count the box as it is now.")
            raise ValidationError({"on": ValidationError(later, code="on")})
        box = Account.objects.filter(book=book, code=chart.CASH, member_no=0, loan_no=0)
        expected = box.values_list("balance", flat=True).first() or 0
        difference = counted - expected
        drafts = [_difference(difference, reason, owner, on)] if difference else []
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)
        made = BoxCount.objects.create(
            group=group,
            on=on,
            before_meeting=before_meeting,
            expected=expected,
            counted=counted,
            counted_by=one[:100],
            counted_with=other[:100],
            submission=receipt.submission,
        )
        if difference:
            CashDifference.objects.create(
                group=group,
                on=on,
                count=made,
                entry=receipt.entries[0],
                amount=difference,
                reason=reason.strip()[:300],
                owner=owner,
            )
        return made


def _difference(difference: int, reason: str, owner: Member | None, on: date) -> Draft:
    if not reason.strip():
        text = (
            _("The box is %(sum)s short of the book. Write why, or count again.")
            if difference < 0
            else _("The box is %(sum)s over the book. Write why, or count again.")
        )
        params = {"sum": format_rupiah(abs(difference))}
        raise ValidationError({"reason": ValidationError(text, code="reason_required", params=params)})
    if owner is None:
        raise ValidationError({"owner": ValidationError(_("Choose who looks after it."), code="owner_required")})
    legs = (Leg(chart.CASH, difference), Leg(chart.CASH_DIFFERENCE, -difference))
    return Draft(on, kinds.DIFFERENCE, legs, reason.strip()[:200])


def _judge(group: Group, on: date, amount: int, memo: str, payee: str = "-") -> None:
    wrong: dict[str, ValidationError] = {}
    if amount <= 0:
        wrong["amount"] = ValidationError(_("Write an amount."), code="required")
    if not memo.strip():
        wrong["memo"] = ValidationError(_("Write what it is for."), code="required")
    if not payee.strip():
        wrong["payee"] = ValidationError(_("Write who gives or gets it."), code="required")
    if on < group.start_on:
        wrong["on"] = ValidationError(_("The books begin later."), code="before_books")
    if wrong:
        raise ValidationError(wrong)


def _judge_accounts(place: str, code: str, allowed: tuple[str, ...]) -> None:
    if place not in PLACES:
        raise ValidationError({"place": ValidationError(_("Choose box or bank."), code="place")})
    if code not in allowed:
        text = _("This account is not for other money.")
        raise ValidationError({"code": ValidationError(text, code="account_refused")})


def _judge_giver(group: Group, member: Member | None, code: str, on: date) -> None:
    if member is None:
        if code == chart.FINES:
            raise ValidationError({"member": ValidationError(_("Choose who pays the fine."), code="member_required")})
        return
    if code not in OF_MEMBERS:
        text = _("Only a fine and money for the social fund are written to a member.")
        raise ValidationError({"member": ValidationError(text, code="not_of_members")})
    if member.group_id != group.pk or not member.is_active_on(on):
        refusal = ValidationError(_("She is not a member on that day."), code="not_member")
        raise ValidationError({"member": refusal})


def _content(act: str, told: Mapping[str, Any]) -> dict[str, Any]:
    return {"act": act, **{name: told[name] for name in ("place", "code", "amount", "payee", "memo", "on")}}


def _post(
    group: Group, key: UUID, content: Mapping[str, Any], draft: Draft, by: "User | None", at: datetime
) -> Receipt:
    return ledger.post(book=group.book, key=key, content=content, drafts=[draft], by=by, at=at)
