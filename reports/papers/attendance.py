"""Daftar hadir: of one meeting, and of a BKM's whole week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from groups.models import Bkm, Group, Holiday, Member
from meetings import selectors as meetings
from reports.papers.days import within_life
from reports.papers.head import Head, heads
from reports.papers.pages import ATTENDANCE_DENSE_ROWS, ATTENDANCE_ROWS, pages_of
from reports.papers.people import active_members, officer

LEAST_ROWS = 15


@dataclass(frozen=True, slots=True)
class AttendanceSheet:
    """The list people sign: one row per member and at least one to spare."""

    head: Head
    members: Sequence[Member]
    paper: str

    @property
    def dense(self) -> bool:
        return ATTENDANCE_ROWS[self.paper][0] < len(self.rows) <= ATTENDANCE_DENSE_ROWS[self.paper]

    @property
    def pages(self) -> list[Sequence[tuple[int, Member | None]]]:
        """The rows of each page."""
        return [self.rows] if self.dense else pages_of(self.rows, *ATTENDANCE_ROWS[self.paper])

    @property
    def rows(self) -> list[tuple[int, Member | None]]:
        """Running number and member; at least 15 rows, and always one spare."""
        spare = max(LEAST_ROWS, len(self.members) + 1) - len(self.members)
        return list(enumerate([*self.members, *[None] * spare], start=1))

    @property
    def chair(self) -> str:
        return officer(self.members, Member.Office.CHAIR)


def attendance_sheet(group: Group, on: date, printed_at: datetime, paper: str) -> AttendanceSheet:
    """Return the attendance list of one meeting for `a4` or `f4`. Two queries."""
    (head,) = heads([(group, on)], printed_at)
    return AttendanceSheet(head, active_members(group, on), paper)


@dataclass(frozen=True, slots=True)
class WeekOfSheets:
    """The attendance lists of a BKM's week, and the groups that have that week off."""

    sheets: list[AttendanceSheet]
    off: list[tuple[Group, str]]  # with the reason


def week_of_sheets(bkm: Bkm, monday: date, printed_at: datetime, paper: str) -> WeekOfSheets:
    """Return every attendance list of a BKM's week, each on its group's own day. Four queries, however many groups."""
    groups = [
        group
        for group in Group.objects.filter(bkm=bkm).select_related("bkm", "book").order_by("name", "code")
        if within_life(group, meetings.meeting_day(group, monday))
    ]
    holidays = list(Holiday.objects.filter(Q(bkm=bkm) | Q(group__bkm=bkm), week_start=monday))
    everywhere = next((one.reason for one in holidays if one.bkm_id), None)
    reasons = {one.group_id: one.reason for one in holidays if one.group_id}
    off = {group.pk: reasons.get(group.pk, everywhere) for group in groups if everywhere or group.pk in reasons}
    members: dict[int, list[Member]] = {}
    for member in Member.objects.filter(group__bkm=bkm).order_by("group", "no"):
        members.setdefault(member.group_id, []).append(member)
    meeting = [(group, meetings.meeting_day(group, monday)) for group in groups if group.pk not in off]
    return WeekOfSheets(
        sheets=[
            AttendanceSheet(head, [m for m in members.get(head.group.pk, []) if m.is_active_on(head.on)], paper)
            for head in heads(meeting, printed_at)
        ],
        off=[(group, off[group.pk] or "") for group in groups if group.pk in off],
    )
