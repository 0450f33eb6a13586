"""The days papers are printed for."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from groups import dates
from groups.models import Group, Holiday
from meetings import selectors as meetings
from meetings.models import Meeting


def within_life(group: Group, on: date) -> bool:
    """Whether the group's books had begun and had not ended on that day, in a year that people write."""
    return group.start_on <= on and (group.end_on is None or on < group.end_on) and on.year <= dates.LAST_YEAR


@dataclass(frozen=True, slots=True)
class ComingDay:
    """A meeting that lies ahead or is not in the book yet; `reason` says why the week is off."""

    on: date
    reason: str = ""


def coming_days(group: Group, today: date) -> list[ComingDay]:
    """Return the meeting days of this week and the next that are still to be held or written. Two queries."""
    mondays = [dates.week_start(today) + timedelta(weeks=n) for n in (0, 1)]
    posted = set(Meeting.objects.filter(group=group, week_start__in=mondays).values_list("week_start", flat=True))
    off = {
        one.week_start: one.reason
        for one in Holiday.objects.filter(Q(group=group) | Q(bkm=group.bkm_id), week_start__in=mondays)
    }
    days = [(monday, meetings.meeting_day(group, monday)) for monday in mondays if monday not in posted]
    return [ComingDay(day, off.get(monday, "")) for monday, day in days if within_life(group, day)]
