"""Takes the decision on a year back and asks everybody whose share it takes back again at a meeting."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from groups.models import Member
from ledger.announce import one_announcement
from meetings.models import Correction
from meetings.services.corrections import write_down_outside
from savings import services as savings
from savings.models import YearEnd

if TYPE_CHECKING:
    from users.models import User


def take_year_back(*, year_end: YearEnd, reason: str, on: date, key: UUID, by: "User | None", at: datetime) -> YearEnd:
    """Take a decision on a year back as `savings` does, with the correction's row and the members to ask again.

    Asked are those who had a share and are still members on `on`. Refused: what `savings` refuses.
    """
    with transaction.atomic(), one_announcement():
        back = savings.take_year_back(year_end=year_end, reason=reason, on=on, key=key, by=by, at=at)
        taken = back.taken_back
        if taken is not None and not Correction.objects.filter(submission=taken).exists():
            shared = Member.objects.filter(pk__in=back.shares.exclude(entry=None).values("member")).active_on(on)
            write_down_outside(
                group=back.group,
                submission=taken,
                kind=Correction.Kind.YEAR_END,
                reason=reason,
                members=shared.order_by("no"),
            )
        return back
