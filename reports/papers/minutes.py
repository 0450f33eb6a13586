"""Notulen: the meeting in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from compliance.models import Policy
from groups import dates
from groups.models import Group, Member, OfficeTerm
from loans.selectors import Decisions, decided_on
from meetings.models import Attendance, FollowUp, Meeting
from reports.papers.head import Head, heads
from reports.papers.people import officer

_NUMBERING = re.compile(r"^(?:[0-9]{1,2}[.)]|[-–•*])\s+")


@dataclass(frozen=True, slots=True)
class MinutesPaper:
    """The meeting in words: who came, what was planned, said and decided, and who does what by when."""

    head: Head
    meeting: Meeting
    counts: dict[str, int]  # members by H, I, S, A
    active: int
    quorate: bool
    absent: list[tuple[Member, str]]
    on_loans: Decisions  # what it decided on loans, or paid out
    follow_ups: list[FollowUp]
    chair: str
    secretary: str

    @property
    def opening(self) -> str:
        """The date in words, as a berita acara opens."""
        return dates.date_in_words(self.meeting.on)

    @property
    def agenda(self) -> list[str]:
        return items(self.meeting.agenda)

    @property
    def discussion(self) -> list[str]:
        return items(self.meeting.discussion)

    @property
    def decisions(self) -> list[str]:
        return items(self.meeting.decisions)


def items(text: str) -> list[str]:
    """Cut what was typed into its lines, without the numbers or dashes people put before them."""
    return [_NUMBERING.sub("", line.strip()) for line in text.splitlines() if line.strip()]


def minutes_paper(meeting: Meeting, printed_at: datetime) -> MinutesPaper:
    """Return the minutes of a posted meeting. At most eleven queries."""
    (paper,) = minutes_papers(meeting.group, [meeting], printed_at)
    return paper


def minutes_papers(group: Group, held: Sequence[Meeting], printed_at: datetime) -> list[MinutesPaper]:
    """Return the minutes of these meetings of a group, in their order. At most eleven queries, however many meetings.

    They are signed by who held the office on the day of the meeting.
    """
    everybody = list(Member.objects.filter(group=group).order_by("no"))
    terms = list(OfficeTerm.objects.filter(group=group).select_related("member"))
    said: dict[int, dict[int, str]] = {meeting.pk: {} for meeting in held}
    came = Attendance.objects.filter(meeting__in=said)
    for meeting_id, member_id, status in came.values_list("meeting", "member", "status"):
        said[meeting_id][member_id] = status
    policies = list(Policy.objects.filter(Q(bkm=group.bkm_id) | Q(bkm=None)).order_by("from_on"))
    on_loans = decided_on(group, [meeting.on for meeting in held])
    follow_ups: dict[int, list[FollowUp]] = {}
    for one in FollowUp.objects.filter(meeting__in=said).select_related("owner"):
        follow_ups.setdefault(one.meeting_id, []).append(one)
    papers = []
    for head, meeting in zip(heads([(group, one.on) for one in held], printed_at), held, strict=True):
        members = [member for member in everybody if member.is_active_on(meeting.on)]
        own = said[meeting.pk]
        counts = {status: sum(1 for one in own.values() if one == status) for status in "HISA"}
        in_force = [one for one in policies if one.from_on <= meeting.on]
        policy = max(in_force, key=lambda one: (one.bkm_id is not None, one.from_on))
        papers.append(
            MinutesPaper(
                head=head,
                meeting=meeting,
                counts=counts,
                active=len(members),
                quorate=counts["H"] > policy.quorum * len(members),
                absent=[(member, own[member.pk]) for member in members if own.get(member.pk, "H") != "H"],
                on_loans=on_loans[meeting.on],
                follow_ups=follow_ups.get(meeting.pk, []),
                chair=_officer_on(terms, members, Member.Office.CHAIR, meeting.on),
                secretary=_officer_on(terms, members, Member.Office.SECRETARY, meeting.on),
            )
        )
    return papers


def _officer_on(terms: Sequence[OfficeTerm], members: Sequence[Member], office: str, on: date) -> str:
    """Return the name of who held an office on a day; where no term says it, of who holds it now."""
    held = [t for t in terms if t.office == office and t.from_on <= on and (t.to_on is None or t.to_on > on)]
    return held[0].member.name if held else officer(members, office)
