"""The five rules together: of a group's last weeks, and of one week by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import lcm
from typing import Any, cast

from compliance.facts import Week, WeekFacts
from compliance.rules.finding import Finding, Quotient, shown
from compliance.rules.lending import lending_finding
from compliance.rules.policy import PolicyNumbers
from compliance.rules.sheets import books_finding, counted, meetings_finding, sheet_counts
from compliance.rules.tallies import NOTHING, arrears_of, repayment_finding, savings_finding, tallied, tally


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


def evaluate(rows: Sequence[Week], policy: PolicyNumbers, on: date) -> Evaluation:
    """Judge a group as at the end of `on`. `rows` are its weeks in order, none left out, the last whole and as at `on`.

    Enough of them to hold `policy.weeks` weeks that are no holiday, or all there are.
    """
    weeks = assessed_weeks(rows, policy.weeks, on)
    last = cast("WeekFacts", rows[-1]) if rows else None
    saved, repaid = tallied(weeks, last) if last else (NOTHING, NOTHING)
    counts = counted(weeks, policy)
    findings = (
        savings_finding(saved, policy),
        meetings_finding(counts, len(weeks), policy),
        books_finding(counts, policy),
        lending_finding(last, policy, on),
        repayment_finding(repaid, arrears_of(weeks[0], last) if last and weeks else NOTHING, policy),
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
        savings_finding(saved, policy),
        meetings_finding(counts, 1, policy),
        books_finding(counts, policy),
        lending_finding(row, policy, row.through),
        repayment_finding(repaid, NOTHING, policy),
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
