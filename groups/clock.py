"""The only place that reads the clock. Everything else is told the time, so that any day can be played again."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone

from groups.dates import ZONES

if TYPE_CHECKING:
    from groups.models import Group


def now() -> datetime:
    """Return the present moment, in UTC."""
    return timezone.now()


def today(group: "Group | None" = None) -> date:
    """Return the present date where the group lives; without a group, in western Indonesia."""
    return now().astimezone(ZoneInfo(group.zone if group else "Asia/Jakarta")).date()


def today_by_zone() -> dict[str, date]:
    """Return the present date in each of the country's zones, by the name people use for it."""
    present = now()
    return {zone: present.astimezone(ZoneInfo(place)).date() for zone, place in ZONES.items()}


def local(moment: datetime, group: "Group") -> datetime:
    """Return a moment as the clock of the group's place shows it."""
    return moment.astimezone(ZoneInfo(group.zone))
