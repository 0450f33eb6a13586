"""How a cash difference ends: in the ledger, so that nothing stays on 1290 that somebody called settled."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Member
from ledger import chart, kinds
from ledger import services as ledger
from ledger.services import Draft, Leg
from meetings.models import CashDifference

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


def own_difference(*, difference: CashDifference, owner: Member) -> CashDifference:
    """Say who looks after a difference. Refused: one that is settled, somebody of another group."""
    if owner.group_id != difference.group_id:
        raise ValidationError({"owner": ValidationError(_("Choose one of the members."), code="not_member")})
    with transaction.atomic():
        difference = _open(difference)
        difference.owner = owner
        difference.save(update_fields=["owner"])
        return difference


def resolve_difference(
    *,
    difference: CashDifference,
    ending: str,
    resolution: str,
    on: date,
    key: UUID,
    by: "User | None",
    at: datetime,
) -> CashDifference:
    """Settle a whole difference: 1290 goes back to 0 against the box, a cost or income, in one entry.

    Short: found again or repaid (D 1110 C 1290), borne by the group (D 5150 C 1290). Over: kept (D 1290 C 4190), or
    returned, or a miscount found (D 1290 C 1110). Refused: settled before (`resolved`), no words, an ending that does
    not fit (`ending`), a day before it arose, less in the box than goes back.
    """
    if not resolution.strip():
        raise ValidationError({"resolution": ValidationError(_("Write how it ended."), code="required")})
    with transaction.atomic():
        book = ledger.lock_book(difference.group.book_id)
        text = ledger.canonical_content(
            {"difference": difference.entry.number, "ending": ending, "resolution": resolution.strip(), "on": on}
        )
        if ledger.find_submission(book, key, text):
            return CashDifference.objects.get(pk=difference.pk)
        difference = _open(difference)
        if ending not in dict(difference.endings):
            raise ValidationError({"ending": ValidationError(_("Choose how it ended."), code="ending")})
        if on < difference.on:
            raise ValidationError({"on": ValidationError(_("It ended after it arose."), code="too_early")})
        lacking = -difference.amount
        legs = (Leg(_AGAINST[Ending(ending)], lacking), Leg(chart.CASH_DIFFERENCE, -lacking))
        draft = Draft(on, kinds.SETTLEMENT, legs, resolution.strip()[:200])
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=[draft], by=by, at=at)
        difference.resolved_on = on
        difference.resolution = resolution.strip()[:300]
        difference.ending = ending
        difference.settlement = receipt.entries[0]
        difference.save(update_fields=["resolved_on", "resolution", "ending", "settlement"])
        return difference


def _open(difference: CashDifference) -> CashDifference:
    """Return the difference as it is now, under lock."""
    difference = CashDifference.objects.select_for_update(of=("self",)).get(pk=difference.pk)
    if difference.resolved_on:
        raise ValidationError(_("This difference was already resolved."), code="resolved")
    return difference
