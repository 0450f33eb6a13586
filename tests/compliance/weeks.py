"""A small group on paper: weeks as the fold takes them, written in a line each, without a database."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from compliance.facts import LoanPlan, MeetingFacts, Movement, Setting, Waiver, WeekFacts, WeekInput, advance
from compliance.rules import Evaluation, Finding, PolicyNumbers, evaluate

MONDAY = date(2026, 1, 5)
DEFAULTS = {
    "version": 1, "weeks": 12, "weeks_for_grade": 4, "late_value": "0.5", "weight_weeks_met": "0.5", "quorum": "0.5",
    "posting_days": 3, "lending_use": "0.8", "lending_breadth": "0.8", "borrower_weeks": 52,
    "weight_savings": 1, "weight_meetings": 1, "weight_books": 1, "weight_lending": 1, "weight_repayment": 1,
    "green": "0.9", "amber": "0.7", "grade_a": "0.85", "grade_b": "0.75",
}  # fmt: skip
POLICY = PolicyNumbers.of(DEFAULTS)


def policy(**changes: object) -> PolicyNumbers:
    return PolicyNumbers.of(DEFAULTS | changes)


def day(week: int, weekday: int = 3) -> date:
    """The Thursday (3) of the n-th week, from 1."""
    return MONDAY + timedelta(days=7 * (week - 1) + weekday)


class Weeks:
    """A group of `members` from the first Monday of 2026 on, saving `weekly` each; 100.000 in its cash box."""

    def __init__(self, members: int = 5, weekly: int = 2000, cash: int = 100_000, **setting: object) -> None:
        self.setting = Setting(
            start_on=MONDAY,
            end_on=None,
            members=dict.fromkeys(range(1, members + 1), (MONDAY, None)),
            terms=((MONDAY, weekly),),
        )
        self.setting = replace(self.setting, **setting)
        self.happened: dict[date, WeekInput] = {}
        self.plans: dict[int, tuple[int, int, list[tuple[date, int]]]] = {}
        self.waivers: dict[int, list[Waiver]] = defaultdict(list)
        self.closed: dict[int, date] = {}
        self.move(MONDAY, "1110", cash, kind="opening")

    def move(self, on: date, code: str, amount: int, member: int = 0, loan: int = 0, kind: str = "handover") -> None:
        week = max(on - timedelta(days=on.weekday()), self.setting.first_week)
        this = self.happened.get(week) or WeekInput(week)
        this = replace(this, movements=(*this.movements, Movement(on, code, member, loan, kind, amount)))
        self.happened[week] = this

    def save(self, on: date, amount: int, *members: int, code: str = "2110") -> None:
        for no in members:
            self.move(on, code, -amount, no)
            self.move(on, "1110", amount)

    def plan(self, loan: int, member: int, due: list[tuple[date, int]], prior: int = 0) -> None:
        self.plans[loan] = (member, prior, due)

    def lend(self, on: date, loan: int, member: int, amount: int, due: list[tuple[date, int]], **more: object) -> None:
        self.plan(loan, member, due, int(more.get("prior", 0)))
        kind = str(more.get("kind", "disbursement"))
        self.move(on, "1210", amount, member, loan, kind)
        if kind == "disbursement":
            self.move(on, "1110", -amount, kind=kind)
        if self.setting.asked_on is None:
            self.setting = replace(self.setting, asked_on=on)

    def pay(self, on: date, loan: int, principal: int, charge: int = 0) -> None:
        member = self.plans[loan][0]
        self.move(on, "1210", -principal, member, loan)
        if charge:
            self.move(on, "4110", -charge, member, loan)
        self.move(on, "1110", principal + charge)

    def waive(self, on: date, loan: int, place: int, amount: int) -> None:
        self.waivers[loan].append(Waiver(on, {place: amount}))

    def close(self, on: date, loan: int) -> None:
        self.closed[loan] = on

    def meet(self, on: date, present: int | None = None, **facts: object) -> None:
        week = on - timedelta(days=on.weekday())
        active = len(self.setting.active_on(on))
        meeting = MeetingFacts(
            on=on,
            active=active,
            present=active if present is None else present,
            excused=0,
            sick=0,
            delay=0,
            counted=True,
            explained=True,
            minuted=True,
            imported=False,
        )
        this = self.happened.get(week) or WeekInput(week)
        meetings = sorted((*this.meetings, meeting._replace(**facts)))
        self.happened[week] = replace(this, meetings=tuple(meetings))

    def rows(self, on: date) -> list[WeekFacts]:
        loans = {
            no: LoanPlan.make(
                member,
                prior,
                due,
                self.setting.holidays,
                closed_on=self.closed.get(no),
                waivers=self.waivers[no],
            )
            for no, (member, prior, due) in self.plans.items()
        }
        setting = replace(self.setting, loans=loans)
        rows: list[WeekFacts] = []
        week = setting.first_week
        while week <= on:
            this = self.happened.get(week) or WeekInput(week)
            row = advance(rows[-1] if rows else None, this, setting, min(on, week + timedelta(days=6)))
            assert WeekFacts.from_json(json.loads(json.dumps(row.as_json()))) == row
            rows.append(row)
            week += timedelta(days=7)
        return rows

    def judge(self, on: date, numbers: PolicyNumbers = POLICY) -> Evaluation:
        return evaluate(self.rows(on), numbers, on)

    def find(self, rule: str, on: date, numbers: PolicyNumbers = POLICY) -> Finding:
        return next(finding for finding in self.judge(on, numbers).findings if finding.rule == rule)


def share(finding: Finding) -> tuple[Fraction, int] | None:
    """Value and due of a finding; None when it is not assessed."""
    return (finding.value, finding.due) if finding.assessed else None  # type: ignore[return-value]
