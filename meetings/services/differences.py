"""How a cash difference ends, whole or in parts: in the ledger, so that nothing stays on 1290 that somebody called
settled.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Member
from groups.money import format_rupiah
from ledger import chart, kinds
from ledger import services as ledger
from ledger.models import Entry
from ledger.services import Draft, Leg
from meetings.models import CashDifference, Settlement
from meetings.services.corrections import day_of, require

if TYPE_CHECKING:
    from users.models import User

Ending = CashDifference.Ending

# What 1290 is settled against. Short: the money comes back into the box, or is a cost. Over: income, or it goes back.
_AGAINST = {
    Ending.FOUND: chart.CASH,
    Ending.REPAID: chart.CASH,
    Ending.RETURNED: chart.CASH,
    Ending.BORNE: chart.CASH_DIFFERENCE_COST,
    Ending.KEPT: chart.OTHER_INCOME,
}


def own_difference(
    *, difference: CashDifference, owner: Member, key: UUID, by: "User | None", at: datetime
) -> CashDifference:
    """Say who looks after a difference from now on; the book seals it as a submission without entries.

    Refused: one that is settled, somebody of another group.
    """
    if owner.group_id != difference.group_id:
        raise ValidationError({"owner": ValidationError(_("Choose one of the members."), code="not_member")})
    with transaction.atomic():
        book = ledger.lock_book(difference.group.book_id)
        arose = difference.counted_in.last_number  # its entry may be another since, by a correction
        text = ledger.canonical_content({"of_difference": arose, "owner": owner.no})
        if ledger.find_submission(book, key, text):
            return CashDifference.objects.get(pk=difference.pk)
        difference = _open(difference)
        ledger.post_locked(book=book, key=key, text=text, drafts=(), by=by, at=at)
        difference.owner = owner
        difference.save(update_fields=["owner"])
        return difference


def settle_difference(
    *,
    difference: CashDifference,
    ending: str,
    words: str,
    on: date,
    key: UUID,
    by: "User | None",
    at: datetime,
    amount: int | None = None,
) -> Settlement:
    """Settle a part of a difference (rupiah; None: all that is left) against the box, a cost or income, in one entry.

    Short: found again or repaid (D 1110 C 1290), borne by the group (D 5150 C 1290). Over: kept (D 1290 C 4190), or
    returned, or a miscount found (D 1290 C 1110). With its last part the difference is resolved. Refused: resolved
    before (`resolved`), no words, an ending that does not fit (`ending`), nothing or more than is left (`amount`), a
    day before it arose, less in the box than goes back.
    """
    if not words.strip():
        raise ValidationError({"words": ValidationError(_("Write how it ended."), code="required")})
    with transaction.atomic():
        book = ledger.lock_book(difference.group.book_id)
        told = {"ending": ending, "amount": amount, "words": words.strip(), "on": on}
        text = ledger.canonical_content({"difference": difference.entry.number, **told})
        if earlier := ledger.find_submission(book, key, text):
            return Settlement.objects.get(entry__submission=earlier)
        difference = _open(difference)
        if ending not in dict(difference.endings):
            raise ValidationError({"ending": ValidationError(_("Choose how it ended."), code="ending")})
        if on < difference.on:
            raise ValidationError({"on": ValidationError(_("It ended after it arose."), code="too_early")})
        part = difference.rest if amount is None else amount
        if not 0 < part <= difference.rest:
            left = {"rest": format_rupiah(difference.rest)}
            refusal = ValidationError(_("There is %(rest)s left of it."), code="amount", params=left)
            raise ValidationError({"amount": refusal})
        lacking = part if difference.short else -part
        legs = (Leg(_AGAINST[Ending(ending)], lacking), Leg(chart.CASH_DIFFERENCE, -lacking))
        draft = Draft(on, kinds.SETTLEMENT, legs, words.strip()[:200])
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=[draft], by=by, at=at)
        made = Settlement.objects.create(
            difference=difference,
            on=on,
            amount=part,
            ending=ending,
            words=words.strip()[:300],
            entry=receipt.entries[0],
        )
        difference.settled += part
        if difference.settled == difference.size:
            difference.resolved_on, difference.resolution = on, made.words
        difference.save(update_fields=["settled", "resolved_on", "resolution"])
        return made


def take_settlement_back(
    *,
    settlement: Settlement,
    reason: str,
    key: UUID,
    by: "User | None",
    at: datetime,
    current: date | None = None,
) -> Settlement:
    """Answer a settlement that was a mistake with its reversal; what it settled stands open again on 1290.

    Dated as the settlement is, or `current` where that day is closed. Refused: no reason, taken back before, a closed
    day without `current`, less in the box than was said to have come back.
    """
    require(reason)
    with transaction.atomic():
        difference = settlement.difference
        book = ledger.lock_book(difference.group.book_id)
        entry = Entry.objects.get(pk=settlement.entry_id)
        text = ledger.canonical_content({"settlement_back": entry.number, "reason": reason})
        if ledger.find_submission(book, key, text):
            return settlement
        draft = ledger.reversal_of(entry, reason=reason, on=day_of(book, entry.on, current))
        ledger.post_locked(book=book, key=key, text=text, drafts=[draft], by=by, at=at)
        difference = CashDifference.objects.select_for_update(of=("self",)).get(pk=difference.pk)
        difference.settled -= settlement.amount
        difference.resolved_on, difference.resolution = None, ""
        difference.save(update_fields=["settled", "resolved_on", "resolution"])
        return settlement


def _open(difference: CashDifference) -> CashDifference:
    """Return the difference as it is now, under lock."""
    difference = CashDifference.objects.select_for_update(of=("self",)).get(pk=difference.pk)
    if difference.resolved_on:
        raise ValidationError(_("This difference was already resolved."), code="resolved")
    return difference
