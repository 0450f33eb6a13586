"""Which weeks a member's simpanan wajib covers, which she owes, and how far she is ahead: rule 1 for one member.

It is the same fold and the same judgement the rule itself uses, so the two cannot disagree.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from compliance.evidence import deposit_days
from compliance.facts import OWES_AGREED, WEEK, MemberWeek, WeekFacts, WeekInput, advance
from compliance.rules import LATE, ON_TIME, UNCOVERED, covered
from compliance.sources import read_setting, read_weeks
from groups.models import Group

CURRENT = "current"


@dataclass(frozen=True, slots=True)
class SavedWeek:
    """One week of one member: what she owed in rupiah, how it stands, and the day it was covered."""

    week: date
    owed: int
    how: str | None  # on_time, late, uncovered, current (not over, nothing lost yet); None: nothing was due
    covered_on: date | None
    part: int  # rupiah already there of a week not wholly covered
    holiday: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """A member's wajib as at the end of a day, in rupiah; `weeks` newest first, `ahead` the weeks already paid for."""

    weeks: list[SavedWeek]
    deposited: int
    owed: int  # through the week of that day
    due: int  # through the last week that is over
    weekly: int
    ahead: list[date]
    over: int  # what lies beyond the last week paid ahead

    @property
    def behind(self) -> int:
        """What she lacks."""
        return max(0, self.due - self.deposited)


def coverage(group: Group, member_no: int, on: date, limit: int = 52) -> Coverage:
    """Return the last weeks of a member and those she has paid ahead. Two statements, whatever the history."""
    setting, happened = read_weeks(source := read_setting(group.book_id), None, through=on)
    rows: list[WeekFacts] = []
    week = source.setting.first_week
    while week <= on:
        this = happened.get(week) or WeekInput(week)
        rows.append(advance(rows[-1] if rows else None, this, setting, min(on, week + timedelta(days=6))))
        week += WEEK
    nothing = MemberWeek(0, 0, 0)
    last = rows[-1].members.get(member_no, nothing) if rows else nothing
    days = deposit_days(happened).get(member_no, [])
    weeks, before, due = [], nothing, 0
    for row in rows:
        now = row.members.get(member_no, before)
        if row.counts and (row.holiday or now.owes):
            how = covered(now, last)
            if how == UNCOVERED and row.week + WEEK > on:
                how = CURRENT
            on_day = next((day for day, so_far in days if so_far >= now.threshold), None)
            owed = now.threshold - before.threshold if now.owes == OWES_AGREED else 0
            weeks.append(
                SavedWeek(
                    week=row.week,
                    owed=owed,
                    how=how,
                    covered_on=on_day if owed and how in (ON_TIME, LATE) else None,
                    part=max(0, owed - (now.threshold - last.deposited)) if how in (UNCOVERED, CURRENT) and owed else 0,
                    holiday=row.holiday,
                )
            )
        before = now
        due = now.threshold if row.week + WEEK <= on else due
    weekly = setting.weekly_on(on)
    spare = max(0, last.deposited - last.threshold) if weekly else 0
    ahead: list[date] = []
    while weekly and spare >= weekly * (len(ahead) + 1) and len(ahead) < limit:
        if week not in setting.holidays:
            ahead.append(week)
        week += WEEK
    return Coverage(
        weeks=weeks[::-1][:limit],
        deposited=last.deposited,
        owed=last.threshold,
        due=due,
        weekly=weekly,
        ahead=ahead,
        over=spare - weekly * len(ahead),
    )
