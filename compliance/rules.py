"""The five rules as arithmetic: facts of weeks and a policy in, findings out. Exact fractions, no Django, no clock.

Every rule follows `compliance.md`; what it says in one sentence is one function here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import lcm
from operator import sub
from types import MappingProxyType
from typing import Any, NamedTuple, Self, cast

from compliance.facts import (
    FREE_GIVEN,
    OWES_AGREED,
    OWES_NOTHING,
    LoanWeek,
    MeetingFacts,
    MemberWeek,
    Tally,
    Week,
    WeekFacts,
)

NOTHING = (0, 0, 0)
RULES = ("savings", "meetings", "books", "lending", "repayment")
_WEIGHTS = {rule: f"weight_{rule}" for rule in RULES}

ON_TIME, LATE, UNCOVERED = "on_time", "late", "uncovered"


@dataclass(frozen=True, slots=True)
class PolicyNumbers:
    """One version of a policy. Shares and weights are fractions of 1."""

    version: int
    weeks: int
    weeks_for_grade: int
    late_value: Fraction
    weight_weeks_met: Fraction
    quorum: Fraction
    posting_days: int
    lending_use: Fraction
    lending_breadth: Fraction
    borrower_weeks: int
    weight_savings: Fraction
    weight_meetings: Fraction
    weight_books: Fraction
    weight_lending: Fraction
    weight_repayment: Fraction
    green: Fraction
    amber: Fraction
    grade_a: Fraction
    grade_b: Fraction

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Read the fields of a policy from a mapping of whole numbers and decimals (or texts of them)."""
        numbers: dict[str, Any] = {
            name: Fraction(Decimal(values[name])) if kind is Fraction else int(values[name])
            for name, kind in cls.__annotations__.items()
        }
        return cls(**numbers)

    @property
    def weight_present(self) -> Fraction:
        """The share of those present in rule 2: what the weeks met leave."""
        return 1 - self.weight_weeks_met

    def borrowers_since(self, on: date) -> date:
        """Return the first of the days that count for who borrowed, seen from `on`."""
        return on - timedelta(days=7 * self.borrower_weeks - 1)

    def weight(self, rule: str) -> Fraction:
        """Return the weight of a rule in the total."""
        weight: Fraction = getattr(self, _WEIGHTS[rule])
        return weight


class Quotient(NamedTuple):
    """A fraction that nobody reduces until somebody looks: every posted sheet makes hundreds. `of` is above 0."""

    part: int
    of: int

    @property
    def fraction(self) -> Fraction:
        """The number itself."""
        return Fraction(self.part, self.of)

    def reaches(self, bound: Fraction) -> bool:
        """Whether it is as large as the bound or larger."""
        return self.part * bound.denominator >= bound.numerator * self.of


class Finding(NamedTuple):
    """One rule. `score` is 0…1, None when not assessed; `value` of `due` where it is one quotient; `parts` are counts.

    parts   savings: on_time, late, uncovered (member-weeks) · meetings: weeks_met, weeks, present, expected, excused,
            sick, absent · books: complete, incomplete, without (weeks) · lending: outstanding, fund_cash (rupiah),
            borrowers, members · repayment: on_time, late, uncovered, lacking (rupiah; lacking = due before the weeks)
    """

    rule: str
    scored: Quotient | None = None
    light: str | None = None
    worth: Quotient | None = None
    due: int | None = None
    parts: Mapping[str, int] = MappingProxyType({})

    @property
    def assessed(self) -> bool:
        """Whether there was anything to judge."""
        return self.scored is not None

    @property
    def score(self) -> Fraction | None:
        """What the rule came to, 0…1."""
        return self.scored and self.scored.fraction

    @property
    def value(self) -> Fraction | None:
        """What was worth something of what was due."""
        return self.worth and self.worth.fraction

    def as_json(self) -> dict[str, Any]:
        """Return the finding as the `compliance` command prints it."""
        if self.scored is None:
            return {"rule": self.rule, "assessed": False}
        found: dict[str, Any] = {"rule": self.rule, "assessed": True}
        if self.worth is not None:
            found |= {"value": shown(self.worth, 4), "due": self.due}
        else:
            found |= {name: self.parts[name] for name in _PRINTED_PARTS[self.rule]}
        return found | {"score": shown(self.scored, 4), "light": self.light}


_PRINTED_PARTS = {
    "meetings": ("weeks_met", "weeks", "present", "expected"),
    "lending": ("outstanding", "fund_cash", "borrowers", "members"),
}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The five findings as at the end of `on`. `total` is None when no rule could be assessed."""

    on: date
    policy: PolicyNumbers
    weeks: tuple[date, ...]
    findings: tuple[Finding, ...]
    summed: Quotient | None
    grade: str | None

    @property
    def total(self) -> Fraction | None:
        """The weighted mean of the assessed rules, 0…1."""
        return self.summed and self.summed.fraction

    @property
    def assessed(self) -> int:
        """How many of the five rules count."""
        return sum(finding.assessed for finding in self.findings)

    @property
    def total_per_cent(self) -> float | None:
        """The total as shown, 0…100 with one decimal."""
        return None if self.summed is None else shown(Quotient(100 * self.summed.part, self.summed.of), 1)

    def as_json(self) -> dict[str, Any]:
        """Return the evaluation as the `compliance` command prints it, the group's code aside."""
        return {
            "on": self.on.isoformat(),
            "policy": self.policy.version,
            "weeks": [week.isoformat() for week in self.weeks],
            "rules": [finding.as_json() for finding in self.findings],
            "assessed": self.assessed,
            "total": self.total_per_cent,
            "grade": self.grade,
        }


def rounded(value: Fraction, places: int) -> float:
    """Return a number for display, rounded half up to `places` decimals."""
    return shown(Quotient(value.numerator, value.denominator), places)


def shown(value: Quotient, places: int) -> float:
    """Return a quotient for display, rounded half up to `places` decimals."""
    scale = 10**places
    return (2 * value.part * scale + value.of) // (2 * value.of) / scale


def evaluate(rows: Sequence[Week], policy: PolicyNumbers, on: date) -> Evaluation:
    """Judge a group as at the end of `on`. `rows` are its weeks in order, none left out, the last whole and as at `on`.

    Enough of them to hold `policy.weeks` weeks that are no holiday, or all there are.
    """
    weeks = assessed_weeks(rows, policy.weeks, on)
    last = cast("WeekFacts", rows[-1]) if rows else None
    saved, repaid = _tallied(weeks, last) if last else (NOTHING, NOTHING)
    counts = _counted(weeks, policy)
    findings = (
        _savings(saved, policy),
        _meetings(counts, len(weeks), policy),
        _books(counts, policy),
        _lending(last, policy, on),
        _repayment(repaid, _arrears(weeks[0], last) if last and weeks else NOTHING, policy),
    )
    total = _total(findings, policy)
    enough = len(weeks) >= policy.weeks_for_grade
    return Evaluation(
        on=on,
        policy=policy,
        weeks=tuple(row.week for row in weeks),
        findings=findings,
        summed=total,
        grade=_grade(total, policy) if enough and total is not None else None,
    )


def of_one_week(row: WeekFacts, last: WeekFacts, policy: PolicyNumbers) -> tuple[Finding, ...]:
    """Judge a single week by itself: what was paid late by `last` counts late; lending as at the week's end."""
    saved, repaid = tally(row, last)
    counts = sheet_counts(row, policy)
    return (
        _savings(saved, policy),
        _meetings(counts, 1, policy),
        _books(counts, policy),
        _lending(row, policy, row.through),
        _repayment(repaid, NOTHING, policy),
    )


def assessed_weeks(rows: Sequence[Week], limit: int, on: date) -> list[Week]:
    """Return the last `limit` weeks, in order: the group active, no holiday, and over or with a posted sheet."""
    found: list[Week] = []
    over = on - timedelta(days=6)  # weeks that began before are over
    for row in reversed(rows):
        if row.counts and not row.holiday and (row.week < over or row.meetings):
            found.append(row)
            if len(found) == limit:
                break
    return found[::-1]


def _light(score: Quotient, policy: PolicyNumbers) -> str:
    return "green" if score.reaches(policy.green) else "amber" if score.reaches(policy.amber) else "red"


def _quotient(rule: str, value: Quotient, parts: Mapping[str, int], due: int, policy: PolicyNumbers) -> Finding:
    """Return the finding of a rule that is value / due; nothing due is not assessed."""
    if not due:
        return Finding(rule)
    score = Quotient(value.part, value.of * due)
    return Finding(rule, score, _light(score, policy), value, due, parts)


def covered(week: MemberWeek, last: MemberWeek | None) -> str | None:
    """Say how a member's obligation of a week stands, `last` being her latest sums; None = she owed nothing."""
    if week.owes == OWES_NOTHING:
        return None
    if week.owes != OWES_AGREED:
        return ON_TIME if week.owes == FREE_GIVEN else UNCOVERED
    if last is None or last.deposited < week.threshold:
        return UNCOVERED
    return ON_TIME if week.deposited >= week.threshold else LATE


def tally(row: Week, last: WeekFacts) -> Tally:
    """Count a week as `last` sees it. Kept with the week: until money moves again, all later weeks see the same."""
    if last.moved_on in row.kept:
        found: Tally = row.kept[last.moved_on]
        return found
    if not row.members and not row.loans:
        return row.settled
    known = last.members
    hows = [covered(week, known.get(no)) for no, week in row.members.items()]
    saved = hows.count(ON_TIME), hows.count(LATE), hows.count(UNCOVERED)
    stretches = [repaid(loan, paid_by(last, no, loan)) for no, loan in row.loans.items() if loan.due > loan.due_before]
    found = row.kept[last.moved_on] = Tally(
        _added((row.settled.saved, saved)), _added((row.settled.repaid, *stretches))
    )
    return found


def in_brief(row: WeekFacts) -> Week:
    """Return a week with the members and loans alone whom a later one may see otherwise, the rest counted together.

    Who gave what she owed in time, or may give what she likes, is seen so by every later week until a sum falls; and so
    is a loan of which nothing was lacking, neither of the week nor from before.
    """
    waiting = {no: one for no, one in row.members.items() if one.owes == OWES_AGREED and one.deposited < one.threshold}
    lacking = {no: loan for no, loan in row.loans.items() if loan.paid < loan.due or loan.paid_before < loan.due_before}
    brief = Week(
        week=row.week,
        holiday=row.holiday,
        counts=row.counts,
        brought_in=row.brought_in,
        fell=row.fell,
        meetings=row.meetings,
        members=waiting,
        loans=lacking,
    )
    whole, part = tally(row, row), tally(brief, row)
    return replace(brief, settled=Tally(_less(whole.saved, part.saved), _less(whole.repaid, part.repaid)))


def _tallied(weeks: Iterable[Week], last: WeekFacts) -> Tally:
    """Add the weeks' tallies up."""
    moved_on = last.moved_on
    tallies = [row.kept.get(moved_on) or tally(row, last) for row in weeks]
    return Tally(_added([one.saved for one in tallies]), _added([one.repaid for one in tallies]))


def _added(triples: Iterable[tuple[int, int, int]]) -> tuple[int, int, int]:
    """Add triples up, each place by itself."""
    one, two, three = map(sum, zip(NOTHING, *triples, strict=True))
    return one, two, three


def _less(whole: tuple[int, int, int], part: tuple[int, int, int]) -> tuple[int, int, int]:
    one, two, three = map(sub, whole, part)
    return one, two, three


def _savings(saved: tuple[int, int, int], policy: PolicyNumbers) -> Finding:
    on_time, late, uncovered = saved
    parts = {ON_TIME: on_time, LATE: late, UNCOVERED: uncovered}
    return _quotient("savings", _with_late(on_time, late, policy), parts, on_time + late + uncovered, policy)


def _with_late(on_time: int, late: int, policy: PolicyNumbers) -> Quotient:
    """Return what was paid on time and, at its lower value, late."""
    share = policy.late_value
    return Quotient(on_time * share.denominator + late * share.numerator, share.denominator)


def quorate(meeting: MeetingFacts, policy: PolicyNumbers) -> bool:
    """Whether more than the policy's share of the members active that day were present."""
    return meeting.present * policy.quorum.denominator > policy.quorum.numerator * meeting.active


class SheetCounts(NamedTuple):
    """What the meetings and sheets of one week count for; `complete`, `incomplete` and `without` are 0 or 1."""

    met: int
    present: int
    expected: int
    excused: int
    sick: int
    complete: int
    incomplete: int
    without: int


NO_SHEETS = SheetCounts(0, 0, 0, 0, 0, 0, 0, 0)


def sheet_counts(row: Week, policy: PolicyNumbers) -> SheetCounts:
    """Count a week's meetings and sheets."""
    held = row.meetings
    lacks = any(missing(meeting, policy) for meeting in held)
    counts = not row.brought_in
    return SheetCounts(
        met=int(any(quorate(meeting, policy) for meeting in held)),
        present=sum(meeting.present for meeting in held),
        expected=sum(meeting.active for meeting in held),
        excused=sum(meeting.excused for meeting in held),
        sick=sum(meeting.sick for meeting in held),
        complete=int(counts and bool(held) and not lacks),
        incomplete=int(counts and lacks),
        without=int(counts and not held),
    )


def _counted(weeks: Iterable[Week], policy: PolicyNumbers) -> SheetCounts:
    """Add the weeks' counts up. Each is kept with its week: every later week within reach asks again."""
    key = policy.quorum.numerator, policy.quorum.denominator, policy.posting_days
    counts = [row.kept.get(key) or row.kept.setdefault(key, sheet_counts(row, policy)) for row in weeks]
    return SheetCounts._make(map(sum, zip(*counts, strict=True))) if counts else NO_SHEETS


def _meetings(counts: SheetCounts, weeks: int, policy: PolicyNumbers) -> Finding:
    if not weeks:
        return Finding("meetings")
    met_weeks, present, expected, excused, sick = counts[:5]
    parts = {
        "weeks_met": met_weeks,
        "weeks": weeks,
        "present": present,
        "expected": expected,
        "excused": excused,
        "sick": sick,
        "absent": expected - present - excused - sick,
    }
    # w × met + (1 − w) × came over one denominator: a fraction for every step would be reduced at every step.
    share, whole, came_of = policy.weight_weeks_met.numerator, policy.weight_weeks_met.denominator, expected or 1
    points = share * met_weeks * came_of + (whole - share) * present * weeks
    score = Quotient(points, whole * weeks * came_of)
    return Finding("meetings", score, _light(score, policy), parts=parts)


def missing(meeting: MeetingFacts, policy: PolicyNumbers) -> tuple[str, ...]:
    """Name what a posted sheet lacks for a full point: `late`, `count`, `reason`, `minutes`."""
    if meeting.minuted and meeting.counted and meeting.explained and meeting.delay <= policy.posting_days:
        return ()
    return tuple(
        name
        for name, lacks in (
            ("late", meeting.delay > policy.posting_days),
            ("count", not meeting.counted),
            ("reason", meeting.counted and not meeting.explained),
            ("minutes", not meeting.minuted),
        )
        if lacks
    )


def _books(counts: SheetCounts, policy: PolicyNumbers) -> Finding:
    complete, incomplete, without = counts[5:]
    parts = {"complete": complete, "incomplete": incomplete, "without": without}
    value = Quotient(2 * complete + incomplete, 2)
    return _quotient("books", value, parts, complete + incomplete + without, policy)


def borrowers(row: WeekFacts, policy: PolicyNumbers, on: date) -> list[int]:
    """Return the active members who owed principal inside the group on any of the last `borrower_weeks` × 7 days."""
    return sorted(_borrowers(row, policy, on))


def _borrowers(row: WeekFacts, policy: PolicyNumbers, on: date) -> set[int]:
    since = policy.borrowers_since(on)
    return {no for no, owed_on in row.last_owed_by_all.items() if owed_on >= since}.intersection(row.active)


def _lending(last: WeekFacts | None, policy: PolicyNumbers, on: date) -> Finding:
    if last is None or not last.asked or not last.active or last.outstanding + last.cash <= 0:
        return Finding("lending")
    parts = {
        "outstanding": last.outstanding,
        "fund_cash": last.cash,
        "borrowers": len(_borrowers(last, policy, on)),
        "members": len(last.active),
    }
    use = lent_out(last, policy)
    breadth = _reached(parts["borrowers"], parts["members"], policy.lending_breadth)
    score = Quotient(use.part * breadth.of + breadth.part * use.of, 2 * use.of * breadth.of)
    return Finding("lending", score, _light(score, policy), parts=parts)


def lent_out(row: WeekFacts, policy: PolicyNumbers) -> Quotient:
    """Return how much of the policy's full share of the loan fund is lent out, at most 1."""
    return _reached(row.outstanding, row.outstanding + row.cash, policy.lending_use)


def _reached(part: int, of: int, full: Fraction) -> Quotient:
    """Return how much of a full share was reached, at most 1."""
    if part * full.denominator >= full.numerator * of:
        return Quotient(1, 1)
    return Quotient(part * full.denominator, of * full.numerator)


def repaid(loan: LoanWeek, paid: int) -> tuple[int, int, int]:
    """Cut what fell due in a week into (on time, late, uncovered) rupiah, given all that was paid since."""
    return _cut(loan.due_before, loan.due, loan.paid, paid)


def overdue(loan: LoanWeek, paid: int) -> tuple[int, int]:
    """Cut what earlier instalments lacked on the eve of a week into (paid since, still uncovered) rupiah."""
    _none, late, uncovered = _cut(loan.paid_before, max(loan.due_before, loan.paid_before), loan.paid_before, paid)
    return late, uncovered


def _cut(start: int, end: int, in_time: int, now: int) -> tuple[int, int, int]:
    """Cut the stretch from `start` to `end`, covered from the left: in time, later, not."""
    reached = min(end, max(start, now))
    first = min(reached, max(start, in_time))
    return first - start, reached - first, end - reached


def paid_by(last: WeekFacts, no: int, loan: LoanWeek) -> int:
    """Return what was paid on a loan by the last week; a loan that left the facts was paid in full.

    Jasa of this week that was waived later never counts as paid: money beyond it pays later weeks.
    """
    known = last.loans.get(no)
    if known is None:
        return max(loan.due, loan.due_before)
    waived_since = known.waived[len(loan.waived) :]
    return min(known.paid, *waived_since) if waived_since else known.paid


def _arrears(first: Week, last: WeekFacts) -> tuple[int, int, int]:
    """Cut what lacked on the eve of the first week into (0, paid since, still uncovered) rupiah."""
    lacking = [(no, loan) for no, loan in first.loans.items() if loan.due_before > loan.paid_before]
    return _added((0, *overdue(loan, paid_by(last, no, loan))) for no, loan in lacking)


def _repayment(repaid: tuple[int, int, int], arrears: tuple[int, int, int], policy: PolicyNumbers) -> Finding:
    on_time, late, uncovered = _added((repaid, arrears))
    parts = {ON_TIME: on_time, LATE: late, UNCOVERED: uncovered, "lacking": sum(arrears)}
    return _quotient("repayment", _with_late(on_time, late, policy), parts, on_time + late + uncovered, policy)


def _total(findings: Sequence[Finding], policy: PolicyNumbers) -> Quotient | None:
    weighed = [(*policy.weight(f.rule).as_integer_ratio(), *f.scored) for f in findings if f.scored is not None]
    # One common denominator instead of a fraction for every step.
    common = lcm(*(unit * of for _weight, unit, _part, of in weighed))
    points = sum(common // (unit * of) * weight * part for weight, unit, part, of in weighed)
    whole = sum(common // unit * weight for weight, unit, _part, _of in weighed)
    return Quotient(points, whole) if whole else None


def _grade(total: Quotient, policy: PolicyNumbers) -> str:
    bound = policy.grade_a
    above = total.part * bound.denominator > bound.numerator * total.of
    return "A" if above else "B" if total.reaches(policy.grade_b) else "C"
