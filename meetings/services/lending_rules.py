"""A meeting adopts lending rules."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from groups.models import Group
from loans import services as loans
from loans.models import LendingRules
from loans.services import Agreement
from meetings.models import Meeting

if TYPE_CHECKING:
    from users.models import User


def adopt_lending_rules(
    *, group: Group, agreed: Agreement, adopted_on: date, from_on: date, by: "User | None", at: datetime
) -> LendingRules:
    """Write the rules that the meeting of a day adopted; as `loans.services.adopt_rules`.

    Refused beside that: a day on which no meeting of the group is in the book (`no_meeting`).
    """
    if not Meeting.objects.filter(group=group, on=adopted_on).exists():
        text = _("No meeting of this day is in the book. Post its sheet first.")
        raise ValidationError({"adopted_on": ValidationError(text, code="no_meeting")})
    return loans.adopt_rules(group=group, agreed=agreed, adopted_on=adopted_on, from_on=from_on, by=by, at=at)
