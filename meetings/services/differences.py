"""How a cash difference ends."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import CashDifference


def resolve_difference(*, difference: CashDifference, resolution: str, on: date) -> CashDifference:
    """Say how a cash difference ended. The entry stays; money that is found again comes in through a sheet."""
    if not resolution.strip():
        raise ValidationError({"resolution": ValidationError(_("Write how it ended."), code="required")})
    with transaction.atomic():
        difference = CashDifference.objects.select_for_update(of=("self",)).get(pk=difference.pk)
        if difference.resolved_on:
            raise ValidationError(_("This difference was already resolved."), code="resolved")
        difference.resolved_on = on
        difference.resolution = resolution.strip()[:300]
        difference.save(update_fields=["resolved_on", "resolution"])
        return difference
