"""How a group splits its surplus, and the one decision that closes a year and shares it out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Group, Member
from groups.money import format_rupiah
from ledger import chart, kinds
from ledger import services as ledger
from ledger.models import Book, Entry, Submission
from ledger.sealed import read
from ledger.services import Draft, Leg
from savings.models import SurplusPart, SurplusSplit, YearEnd, YearEndShare
from savings.models.surplus import FUND_CODES, Target
from savings.surplus import InvalidSplit, Part, Rule, Sharing, split
from savings.yearend import Agreement, Year, agreement, cash_in, lay_out, read_year

if TYPE_CHECKING:
    from users.models import User


@transaction.atomic
def agree_split(
    *, group: Group, from_on: date, business: str, remainder_to: str, parts: Sequence[Part]
) -> SurplusSplit:
    """Agree how a surplus is split from a day on; what was agreed for that very day before is replaced.

    Refused: per cents that are 0 or less or do not sum to 100 (`not_hundred`), a part or remainder for no account of
    ours (`target`), nothing a business is measured by (`business`).
    """
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    try:
        split(0, parts)
    except InvalidSplit as refusal:
        total = str(sum(part.percent for part in parts)).replace(".", ",")
        text = _("The per cents must sum to 100; they sum to %(total)s.")
        raise ValidationError(text, code=refusal.code, params={"total": total}) from refusal
    if remainder_to not in FUND_CODES or any(part.target not in Target.values for part in parts):
        raise ValidationError(_("Choose where it goes."), code="target")
    if business not in SurplusSplit.Business.values:
        raise ValidationError(_("Choose what business is measured by."), code="business")
    SurplusSplit.objects.filter(group=group, from_on=from_on).delete()
    made = SurplusSplit.objects.create(group=group, from_on=from_on, business=business, remainder_to=remainder_to)
    SurplusPart.objects.bulk_create(
        SurplusPart(split=made, no=no, label=part.label[:60], percent=part.percent, target=part.target)
        for no, part in enumerate((part for part in parts if part.percent), start=1)
    )
    return made


def decide_year(
    *,
    group: Group,
    year: int,
    on: date,
    rule: Rule,
    step: int,
    pay: str,
    decision: str,
    key: UUID,
    by: "User | None",
    at: datetime,
) -> YearEnd:
    """Close a year's income and costs into 3910 and share its surplus out, as one dated decision: all or nothing.

    The agreement in force on the year's last day holds. Shares are paid in cash or credited to simpanan sukarela
    (`pay`); who is no longer a member on the day of the decision gets cash. A loss, or a surplus of 0, only moves to
    3910. The same key with the same decision answers with the one there is.

    Refused (`ValidationError`): a year whose decision stands (`decided`), whose months are not all closed
    (`year_open`), or without income and costs (`nothing`), a day before the year's end (`too_early`), no words for the
    decision, a step below 1, more in cash than the box holds (`cash_short`).
    """
    if not decision.strip():
        raise ValidationError({"decision": ValidationError(_("Write what the meeting decided."), code="required")})
    if step < 1 or pay not in YearEnd.Pay.values:
        raise ValidationError(_("Choose how the shares are paid and rounded."), code="bad_step")
    with transaction.atomic():
        book = ledger.lock_book(group.book_id)
        agreed = agreement(group, date(year, 12, 31))
        content: dict[str, Any] = {
            "year_end": year,
            "on": on,
            "rule": rule,
            "step": step,
            "pay": pay,
            "decision": decision.strip(),
            "business": agreed.business,
            "remainder_to": agreed.remainder_to,
            "parts": [[part.label, str(part.percent), part.target] for part in agreed.parts],
        }
        if earlier := _decided_before(book, key, content):
            return YearEnd.objects.get(submission=earlier)
        _judge(group, book, year, on)
        found = read_year(group, year, agreed.business)
        if not found.income and not found.costs:
            raise ValidationError(_("This year has neither income nor costs."), code="nothing")
        laid = lay_out(found, agreed, rule, step)
        in_cash = {m.no for m in found.members if pay == YearEnd.Pay.CASH or not m.is_active_on(on)}
        _judge_cash(book, sum(one.amount for one in laid.shares if one.no in in_cash))
        drafts = [_closing(found, on), *_shares(laid, found, on, in_cash), *_funds(laid, agreed, year, on)]
        text = ledger.canonical_content(content | {"shares": _told(laid, found)})
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)
        made = YearEnd.objects.create(
            group=group,
            year=year,
            on=on,
            surplus=found.surplus,
            rule=rule,
            step=step,
            pay=pay,
            decision=decision.strip()[:300],
            submission=receipt.submission,
            decided_by=by,
            decided_at=at,
        )
        entries = {
            draft.tag: entry for draft, entry in zip(drafts, receipt.entries, strict=True) if draft.tag is not None
        }
        YearEndShare.objects.bulk_create(
            YearEndShare(
                year_end=made,
                member=member,
                entry=entries.get(member.no),
                business=basis.business,
                savings=basis.savings,
            )
            for member, basis in zip(found.members, found.basis, strict=True)
        )
        return made


def _told(laid: Sharing, found: Year) -> list[list[int]]:
    """Return what is sealed of each share, in their order: whose, rupiah, and what she was measured by."""
    return [
        [one.no, one.amount, basis.business, basis.savings] for one, basis in zip(laid.shares, found.basis, strict=True)
    ]


def _decided_before(book: Book, key: UUID, content: Mapping[str, Any]) -> Submission | None:
    """Return what was decided under this key before, or None; refuse the key with other content (`key_reused`).

    The shares are what was worked out then: they are no part of what is sent, and the closed year has nothing to share.
    """
    earlier = Submission.objects.filter(book=book, key=key).first()
    if earlier is None:
        return None
    shares = read(earlier.content, lambda told: {"shares": told["shares"]}) or {}
    return ledger.find_submission(book, key, ledger.canonical_content({**content, **shares}))


def take_year_back(*, year_end: YearEnd, reason: str, on: date, key: UUID, by: "User | None", at: datetime) -> YearEnd:
    """Answer a decision on a year that was a mistake: each of its entries gets its reversal, in one submission.

    Dated as the decision is, or `on` where that day is closed. Income and costs of the year stand open again, members
    and funds give back what they got, and the year can be decided anew; what is in cash must be back in the box. The
    same key with the same reason answers with what there is. Refused: no reason, one taken back before (`taken_back`),
    a day before the decision, a share its member has spent or a fund that was spent (`below_zero`).
    """
    if not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Write why it is taken back."), code="reason_required")})
    with transaction.atomic():
        book = ledger.lock_book(year_end.group.book_id)
        told = year_end.submission.first_number
        text = ledger.canonical_content({"decided_year_back": year_end.year, "of": told, "reason": reason})
        if ledger.find_submission(book, key, text):
            return YearEnd.objects.get(pk=year_end.pk)
        year_end = YearEnd.objects.select_related("group").get(pk=year_end.pk)
        if year_end.taken_back_id:
            raise ValidationError(_("This decision was already taken back."), code="taken_back")
        if on < year_end.on:
            raise ValidationError(_("It is taken back after it was decided."), code="too_early")
        closed = book.closed_through is not None and year_end.on <= book.closed_through
        entries = Entry.objects.filter(submission=year_end.submission_id).order_by("number")
        drafts = [ledger.reversal_of(one, reason=reason, on=on if closed else None) for one in entries]
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)
        year_end.taken_back = receipt.submission
        year_end.taken_back_on = drafts[0].on
        year_end.taken_back_reason = reason.strip()[:200]
        year_end.save(update_fields=["taken_back", "taken_back_on", "taken_back_reason"])
        return year_end


def _judge(group: Group, book: Book, year: int, on: date) -> None:
    if YearEnd.objects.standing().filter(group=group, year=year).exists():
        raise ValidationError(_("This year was already decided on."), code="decided")
    if book.closed_through is None or book.closed_through < date(year, 12, 31):
        text = _("Close all months of %(year)s first: then its surplus is certain.")
        raise ValidationError(text, code="year_open", params={"year": year})
    if on.year <= year:
        raise ValidationError({"on": ValidationError(_("A year is decided on after its end."), code="too_early")})


def _judge_cash(book: Book, needed: int) -> None:
    has = cash_in(book)
    if needed > has:
        raise ValidationError(
            _("The box holds %(has)s, the shares in cash come to %(needs)s. Credit them to simpanan sukarela instead."),
            code="cash_short",
            params={"has": format_rupiah(has), "needs": format_rupiah(needed)},
        )


def _closing(found: Year, on: date) -> Draft:
    """Move the year's income and costs, by code and through the common accounts, into 3910."""
    legs = [Leg(code, amount) for code, amount in found.income.items()]
    legs += [Leg(code, -amount) for code, amount in found.costs.items()]
    legs.append(Leg(chart.RETAINED_SURPLUS, -found.surplus))
    return Draft(on=on, kind=kinds.YEAR_END, legs=tuple(legs), memo=f"Tutup tahun {found.year}")


def _shares(laid: Sharing, found: Year, on: date, in_cash: set[int]) -> list[Draft]:
    names: dict[int, Member] = {member.no: member for member in found.members}
    return [
        Draft(
            on=on,
            kind=kinds.SHARE_OUT,
            legs=(
                Leg(chart.RETAINED_SURPLUS, one.amount),
                Leg(chart.CASH, -one.amount)
                if one.no in in_cash
                else Leg(chart.VOLUNTARY_SAVINGS, -one.amount, one.no),
            ),
            memo=f"SHU {found.year}: {names[one.no].name}"[:200],
            tag=one.no,
        )
        for one in laid.shares
        if one.amount
    ]


def _funds(laid: Sharing, agreed: Agreement, year: int, on: date) -> list[Draft]:
    """Move the parts of no member, and the remainder, from 3910 to where they go; what stays undivided stays."""
    parts = [(part.target, amount, f"SHU {year}: {part.label}") for part, amount in laid.funds]
    parts.append((agreed.remainder_to, laid.remainder, f"SHU {year}: sisa pembagian"))
    return [
        Draft(
            on=on,
            kind=kinds.SHARE_OUT,
            legs=(Leg(chart.RETAINED_SURPLUS, amount), Leg(code, -amount)),
            memo=memo[:200],
        )
        for code, amount, memo in parts
        if amount and code != chart.RETAINED_SURPLUS
    ]
