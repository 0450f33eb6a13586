"""Which weeks, members, meetings and loans cost a group its points: what stands behind each finding, without Django."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from compliance.facts import Setting, WeekFacts, WeekInput
from compliance.rules import (
    LATE,
    ON_TIME,
    Evaluation,
    PolicyNumbers,
    borrowers,
    covered,
    lent_out,
    missing,
    overdue,
    paid_by,
    quorate,
    repaid,
    rounded,
)

PRESENT, EXCUSED, SICK, ABSENT = "H", "I", "S", "A"


@dataclass(frozen=True, slots=True)
class SavingsGap:
    """A member-week not covered on time. `covered_on` is the day it was, None while it is not or only in part."""

    member_no: int
    week: date
    covered_on: date | None
    meeting_on: date | None  # the week's first meeting, where the entry would stand


@dataclass(frozen=True, slots=True)
class WeekGap:
    """A week, and the meeting in it that cost points; `meeting_on` None = nobody met, so there is no sheet."""

    week: date
    meeting_on: date | None

    @property
    def sunday(self) -> date:
        return self.week + timedelta(days=6)


@dataclass(frozen=True, slots=True)
class MeetingGap(WeekGap):
    """A week that counts as not met: nobody met, or there was no quorum."""

    present: int
    active: int


@dataclass(frozen=True, slots=True)
class Absences:
    """The meetings of the assessed weeks at which a member was not there: (day, I, S or A), the latest first."""

    member_no: int
    missed: tuple[tuple[date, str], ...]

    @property
    def excused(self) -> int:
        return self._times(EXCUSED)

    @property
    def sick(self) -> int:
        return self._times(SICK)

    @property
    def absent(self) -> int:
        return self._times(ABSENT)

    def _times(self, how: str) -> int:
        return sum(status == how for _on, status in self.missed)


@dataclass(frozen=True, slots=True)
class BookGap(WeekGap):
    """A week short of a full point: `missing` as `rules.missing` names it."""

    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepaymentGap:
    """What a loan cost in rupiah: paid late, and not paid; `weeks` in which its instalments fell due."""

    loan_no: int
    member_no: int
    late: int
    uncovered: int
    weeks: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class LoanStanding:
    """An open loan: principal outstanding in rupiah and instalments late."""

    loan_no: int
    member_no: int
    outstanding: int
    late: int


@dataclass(frozen=True, slots=True)
class Beside:
    """Figures beside the score. Money in rupiah; shares in per cent with one decimal, None where there is nothing."""

    savings: int
    outstanding: int
    idle_cash: int
    par: float | None  # share of outstanding in loans with an instalment late
    par3: float | None  # with three or more
    largest_three: float | None
    last_meeting: tuple[date, int, int] | None  # day, present, active
    mean_of_four: float | None  # attendance of the last four meetings
    without_sheet: int
    loans: tuple[LoanStanding, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind the five findings."""

    savings: tuple[SavingsGap, ...]
    meetings: tuple[MeetingGap, ...]
    absences: tuple[Absences, ...]
    books: tuple[BookGap, ...]
    lending: tuple[int, ...]  # active members who borrowed nothing in the policy's time
    idle_cash: int  # rupiah of a loan fund of which less is lent out than the policy's full share; else 0
    repayment: tuple[RepaymentGap, ...]


def evidence(
    rows: Sequence[WeekFacts],
    evaluation: Evaluation,
    happened: Mapping[date, WeekInput],
    setting: Setting,
    attendance: Mapping[tuple[date, int], str],
) -> Evidence:
    """Return what cost points. `attendance`: (meeting day, member) → H, I, S or A; who is not in it was absent."""
    if not rows:
        return Evidence((), (), (), (), (), 0, ())
    assessed = frozenset(evaluation.weeks)
    weeks, last = [row for row in rows if row.week in assessed], rows[-1]
    policy = evaluation.policy
    idle = set(last.active) - set(borrowers(last, policy, evaluation.on))
    return Evidence(
        savings=tuple(_savings_gaps(weeks, last, happened)),
        meetings=tuple(_meeting_gaps(weeks, policy)),
        absences=tuple(_absences(weeks, setting, attendance)),
        books=tuple(_book_gaps(weeks, policy)),
        lending=tuple(sorted(idle)),
        idle_cash=0 if lent_out(last, policy).reaches(Fraction(1)) else last.cash,
        repayment=tuple(_repayment_gaps(weeks, last)),
    )


def _savings_gaps(
    weeks: Sequence[WeekFacts], last: WeekFacts, happened: Mapping[date, WeekInput]
) -> Iterable[SavingsGap]:
    days = deposit_days(happened)
    for row in weeks:
        met = row.meetings[0].on if row.meetings else None
        for no, week in row.members.items():
            how = covered(week, last.members.get(no))
            if how is not None and how != ON_TIME:
                on = next((day for day, so_far in days[no] if so_far >= week.threshold), None) if how == LATE else None
                yield SavingsGap(no, row.week, on, met)


def deposit_days(happened: Mapping[date, WeekInput]) -> dict[int, list[tuple[date, int]]]:
    """Return for each member the days she deposited wajib and the sum of it by then."""
    days: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for week in sorted(happened):
        for movement in happened[week].movements:
            if movement.code == "2110" and movement.kind == "handover":
                so_far = days[movement.member_no]
                so_far.append((movement.on, (so_far[-1][1] if so_far else 0) - movement.amount))
    return days


def _meeting_gaps(weeks: Sequence[WeekFacts], policy: PolicyNumbers) -> Iterable[MeetingGap]:
    for row in weeks:
        if not row.meetings:
            yield MeetingGap(row.week, None, 0, 0)
        elif not any(quorate(meeting, policy) for meeting in row.meetings):
            best = max(row.meetings, key=lambda meeting: meeting.present)
            yield MeetingGap(row.week, best.on, best.present, best.active)


def _absences(
    weeks: Sequence[WeekFacts], setting: Setting, attendance: Mapping[tuple[date, int], str]
) -> list[Absences]:
    missed: dict[int, list[tuple[date, str]]] = defaultdict(list)
    for row in reversed(weeks):
        for meeting in reversed(row.meetings):
            for no in setting.active_on(meeting.on):
                if (how := attendance.get((meeting.on, no), ABSENT)) != PRESENT:
                    missed[no].append((meeting.on, how))
    found = [Absences(no, tuple(days)) for no, days in missed.items()]
    return sorted(found, key=lambda a: (-a.absent, -len(a.missed), a.member_no))


def _book_gaps(weeks: Sequence[WeekFacts], policy: PolicyNumbers) -> Iterable[BookGap]:
    for row in weeks:
        if row.brought_in:
            continue
        if not row.meetings:
            yield BookGap(row.week, None, ())
        for meeting in row.meetings:
            if lacks := missing(meeting, policy):
                yield BookGap(row.week, meeting.on, lacks)


def _repayment_gaps(weeks: Sequence[WeekFacts], last: WeekFacts) -> list[RepaymentGap]:
    found: dict[int, RepaymentGap] = {}
    for row in weeks:
        for no, loan in row.loans.items():
            paid = paid_by(last, no, loan)
            _on_time, late, uncovered = repaid(loan, paid)
            if row is weeks[0]:
                late_before, uncovered_before = overdue(loan, paid)
                late, uncovered = late + late_before, uncovered + uncovered_before
            if late or uncovered:
                so_far = found.get(no) or RepaymentGap(no, loan.member_no, 0, 0, ())
                found[no] = RepaymentGap(
                    no, loan.member_no, so_far.late + late, so_far.uncovered + uncovered, (*so_far.weeks, row.week)
                )
    return sorted(found.values(), key=lambda gap: (-gap.uncovered, -gap.late, gap.loan_no))


def beside(rows: Sequence[WeekFacts]) -> Beside | None:
    """Return the figures beside the score as at the last of `rows`; None before the books begin."""
    if not rows:
        return None
    last = rows[-1]
    held = [meeting for row in rows for meeting in row.meetings]
    four = held[-4:]
    owed: dict[int, int] = defaultdict(int)
    for loan in last.loans.values():
        owed[loan.member_no] += loan.outstanding
    return Beside(
        savings=last.savings,
        outstanding=last.outstanding,
        idle_cash=last.cash,
        par=_per_cent(last.at_risk(1), last.outstanding),
        par3=_per_cent(last.at_risk(3), last.outstanding),
        largest_three=_per_cent(sum(sorted(owed.values())[-3:]), last.outstanding),
        last_meeting=(held[-1].on, held[-1].present, held[-1].active) if held else None,
        mean_of_four=_per_cent(sum(m.present for m in four), sum(m.active for m in four)),
        without_sheet=last.without_sheet,
        loans=tuple(
            LoanStanding(no, loan.member_no, loan.outstanding, loan.late)
            for no, loan in last.loans.items()
            if loan.outstanding
        ),
    )


def _per_cent(part: int, whole: int) -> float | None:
    return rounded(Fraction(100 * part, whole), 1) if whole else None
