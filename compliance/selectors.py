"""Reads for the group's findings, its weeks as a heat-map, and the dashboard of many groups.

Findings are worked out from the books up to a day, from the first week on; a dashboard reads one stored row a group.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from compliance.evidence import Beside, Evidence, beside, evidence
from compliance.facts import WEEK, WeekFacts, WeekInput, advance
from compliance.models import GroupWeek
from compliance.rules import RULES, Evaluation, evaluate, of_one_week, rounded
from compliance.sources import read_setting, read_weeks
from groups.models import Appointment, Group, Member
from meetings.models import Attendance


@dataclass(frozen=True)
class Findings:
    """A group judged as at the end of a day, with what stands behind it. `names`: member number → name."""

    group: Group
    evaluation: Evaluation
    evidence: Evidence
    beside: Beside | None
    rows: Sequence[WeekFacts]
    names: Mapping[int, str]

    def as_json(self) -> dict[str, Any]:
        """Return what the `compliance` command prints."""
        return {"group": self.group.code, **self.evaluation.as_json()}


def findings(group: Group, on: date) -> Findings:
    """Judge a group from its books up to the end of `on`, whatever was recorded for later days. Four statements."""
    source = read_setting(group.book_id)
    setting, happened = read_weeks(source, None, through=on)
    rows: list[WeekFacts] = []
    week = setting.first_week
    while week <= on:
        this = happened.get(week) or WeekInput(week)
        rows.append(advance(rows[-1] if rows else None, this, setting, min(on, week + timedelta(days=6))))
        week += WEEK
    evaluation = evaluate(rows, source.policy_on(on), on)
    attendance = _attendance(group, rows, evaluation)
    return Findings(
        group=group,
        evaluation=evaluation,
        evidence=evidence(rows, evaluation, happened, setting, attendance),
        beside=beside(rows),
        rows=rows,
        names=dict(Member.objects.filter(group=group).values_list("no", "name")),
    )


def _attendance(group: Group, rows: Iterable[WeekFacts], evaluation: Evaluation) -> dict[tuple[date, int], str]:
    days = [meeting.on for row in rows if row.week in evaluation.weeks for meeting in row.meetings]
    found = Attendance.objects.filter(meeting__group=group, meeting__on__in=days)
    return {(on, no): status for on, no, status in found.values_list("meeting__on", "member__no", "status")}


@dataclass(frozen=True, slots=True)
class HeatWeek:
    """One column of a heat-map: per rule the week's own score in whole per cent with its light, None = not assessed."""

    week: date
    holiday: bool
    meeting_on: date | None
    cells: tuple[tuple[int | None, str | None], ...]


def heat_map(group: Group, on: date, weeks: int = 26, found: Findings | None = None) -> list[HeatWeek]:
    """Return the group's last weeks up to `on`, oldest first; a week counts once it is over or has its sheet.

    What was paid late by `on` counts late. `found` saves reading the books a second time.
    """
    found = found or findings(group, on)
    policy = found.evaluation.policy
    shown = []
    for row in found.rows[-weeks - 1 :]:
        over = row.week + timedelta(days=6) < on
        if over or row.meetings:
            judged = [] if row.holiday or not row.counts else of_one_week(row, found.rows[-1], policy)
            cells = tuple((None if f.score is None else int(rounded(100 * f.score, 0)), f.light) for f in judged)
            met = row.meetings[0].on if row.meetings else None
            shown.append(HeatWeek(row.week, row.holiday, met, cells or ((None, None),) * len(RULES)))
    return shown[-weeks:]


@dataclass(frozen=True)
class DashboardRow:
    """One group on a dashboard; `shot` is the snapshot of `compliance.services`, None while nothing is known.

    Scores 0…1, totals in per cent, money in rupiah. `this_week`: the current week's sheet is in.
    """

    code: str
    name: str
    bkm: str
    region: str
    programme: str | None
    origin: str
    this_week: bool
    shot: Mapping[str, Any] | None

    def _get(self, key: str) -> Any:
        return self.shot[key] if self.shot else None

    @property
    def lights(self) -> list[tuple[str, str | None, float | None]]:
        """The five (rule, light, score)."""
        lights, scores = self._get("lights") or [None] * 5, self._get("scores") or [None] * 5
        return list(zip(RULES, lights, scores, strict=True))

    @property
    def total(self) -> float | None:
        return self._get("total")

    @property
    def grade(self) -> str | None:
        return self._get("grade")

    @property
    def assessed(self) -> int:
        return self._get("assessed") or 0

    @property
    def members(self) -> int | None:
        return self._get("members")

    @property
    def saved(self) -> int | None:
        return self._get("savings")

    @property
    def outstanding(self) -> int | None:
        return self._get("outstanding")

    @property
    def trend(self) -> list[float | None]:
        """Totals of the twelve weeks before and the present one, oldest first."""
        return [*self.shot["trend"], self.shot["total"]] if self.shot else []

    @property
    def change(self) -> float | None:
        """The total less the oldest known one of the trend, in points."""
        known = [total for total in self.trend[:-1] if total is not None]
        return round(self.total - known[0], 1) if known and self.total is not None else None

    @cached_property
    def par(self) -> float | None:
        """Share of outstanding in loans with an instalment late, in per cent with one decimal."""
        return self._share("par")

    @cached_property
    def par3(self) -> float | None:
        """The same with three instalments late or more."""
        return self._share("par3")

    def _share(self, key: str) -> float | None:
        return rounded(Fraction(100 * self._get(key), self.outstanding), 1) if self.outstanding else None

    @cached_property
    def last_meeting(self) -> date | None:
        text = self._get("last_meeting")
        return date.fromisoformat(text) if text else None

    @property
    def without_sheet(self) -> int:
        """Weeks in a row, over and no holiday, whose sheet is not in."""
        return self._get("without_sheet") or 0


SORTS = ("name", "total", *RULES, "members", "saved", "outstanding", "par3", "last_meeting", "without_sheet")
"""What a dashboard can be sorted by; with a leading "-" the other way round. Groups without the figure come last."""


def dashboard(
    groups: QuerySet[Group],
    on: date,
    *,
    sort: str = "total",
    query: str = "",
    region: str = "",
    programme: str = "",
    origin: str = "",
    facilitator: int | None = None,
    active: bool = True,
    light: str = "",
    not_in: bool = False,
) -> list[DashboardRow]:
    """Return one row per group as at `on`, in one statement: the current week's snapshot, else the last close before.

    region       a code; with all that lies below it
    programme    a programme's code
    facilitator  a user's id: groups of the boards she serves on that day
    active       groups whose books run on `on`, or else those that ended
    light        green, amber or red: groups with at least one such light
    not_in       only groups with a week over and its sheet not in
    """
    groups = groups.active_on(on) if active else groups.filter(end_on__lte=on)  # type: ignore[attr-defined]
    if query:
        groups = groups.filter(name__icontains=query)
    if region:
        groups = groups.filter(region__startswith=region)
    if programme:
        groups = groups.filter(programme__code=programme)
    if origin:
        groups = groups.filter(origin=origin)
    if facilitator is not None:
        served = Appointment.objects.filter(user=facilitator, role=Appointment.Role.FACILITATOR, from_on__lte=on)
        served = served.exclude(to_on__lte=on)
        groups = groups.filter(bkm__in=served.values("bkm"))
    rows = _rows(groups, on)
    if light:
        rows = [row for row in rows if row.shot and light in row.shot["lights"]]
    if not_in:
        rows = [row for row in rows if row.without_sheet]
    return _sorted(rows, sort)


def _rows(groups: QuerySet[Group], on: date) -> list[DashboardRow]:
    week = on - timedelta(days=on.weekday())
    own = GroupWeek.objects.filter(group=OuterRef("pk"))
    read = groups.order_by("name", "code").values_list(
        "code",
        "name",
        "bkm__name",
        "region",
        "programme__name",
        "origin",
        Coalesce(
            Subquery(own.filter(week_start=week, at_meeting__on__lte=on.isoformat()).values("at_meeting")),
            Subquery(own.filter(week_start__lt=week).order_by("-week_start").values("at_close")[:1]),
        ),
    )
    rows = []
    for code, name, bkm, region, programme, origin, shot in read:
        this_week = bool(shot and shot["last_meeting"] and shot["last_meeting"] >= week.isoformat())
        rows.append(DashboardRow(code, name, bkm, region, programme, origin, this_week=this_week, shot=shot))
    return rows


def _sorted(rows: list[DashboardRow], sort: str) -> list[DashboardRow]:
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if key not in SORTS:
        raise ValueError(f"a dashboard is not sorted by {key}")
    if key == "name":
        return rows[::-1] if descending else rows

    def figure(row: DashboardRow) -> Any:
        if key not in RULES:
            return getattr(row, key)
        return row.shot["scores"][RULES.index(key)] if row.shot else None

    known = [row for row in rows if figure(row) is not None]
    return sorted(known, key=figure, reverse=descending) + [row for row in rows if figure(row) is None]
