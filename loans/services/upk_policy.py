"""The bounds of a UPK's figures and its reward, written as the next version."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.dates import format_date
from groups.models import Bkm
from loans.indicators import KEYS
from loans.models import UpkPolicy

if TYPE_CHECKING:
    from users.models import User


def set_upk_policy(*, bkm: Bkm, from_on: date, by: "User | None", at: datetime, **numbers: Decimal) -> UpkPolicy:
    """Write the next version of a BKM's bounds, in per cent; what is not named is as in POB 2013.

    Refused at their field: a day that is not after the last version's, bounds in the wrong order or out of range.
    """
    policy = UpkPolicy(bkm=bkm, from_on=from_on, written_by=by, written_at=at, **numbers)
    wrong = {
        f"{key}_limit": ValidationError(_("This bound lies on the wrong side of the one above."), code="order")
        for key in KEYS
        if (getattr(policy, f"{key}_limit") > getattr(policy, f"{key}_good")) != (key in {"lar", "par"})
        and getattr(policy, f"{key}_limit") != getattr(policy, f"{key}_good")
    }
    if wrong:
        raise ValidationError(wrong)
    with transaction.atomic():
        Bkm.objects.select_for_update(no_key=True).get(pk=bkm.pk)
        last = UpkPolicy.objects.filter(bkm=bkm).order_by("-version").first()
        if last and from_on <= last.from_on:
            words = {"on": format_date(last.from_on)}
            refusal = ValidationError(_("It must begin after the version of %(on)s."), code="not_after", params=words)
            raise ValidationError({"from_on": refusal})
        policy.version = last.version + 1 if last else 1
        policy.full_clean(exclude=["written_by"], validate_constraints=False)
        policy.save(force_insert=True)
        return policy
