"""The corrections of a group on paper, all of a period, to be read out and signed."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from groups.models import Group
from meetings.selectors import CorrectionLine, corrected_submissions, correction_lines
from reports.members.period import Period
from reports.papers import Head


@dataclass(frozen=True, slots=True)
class CorrectionsPaper:
    """Every correction written in a period, the oldest first."""

    head: Head
    period: Period
    lines: list[CorrectionLine]


def corrections_paper(group: Group, period: Period, printed_at: datetime) -> CorrectionsPaper:
    """Return the corrections written in a period. Six queries."""
    start, end = (
        datetime.combine(day, time.min, ZoneInfo(group.zone))
        for day in (period.since, period.until + timedelta(days=1))
    )
    found = corrected_submissions(group).filter(posted_at__gte=start, posted_at__lt=end).order_by("pk")
    head = period.head(group, printed_at)
    return CorrectionsPaper(head, period, correction_lines(group, list(found)))
