"""What meetings decided on loans, as their minutes quote it: requests, later steps, members who leave, the rules.

Whatever became of it since, a decision stays in the minutes of the day it was taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from groups.models import Group
from loans.models import Leaving, LendingRules, Loan, LoanRequest, LoanStep


@dataclass(frozen=True, slots=True)
class Decided:
    """A request as the minutes of one meeting quote it."""

    request: LoanRequest
    on: date

    @property
    def paid_out(self) -> Loan | None:
        """The loan, if the money went out on that day."""
        loan: Loan | None = getattr(self.request, "loan", None)
        return loan if loan and loan.disbursed_on == self.on else None

    @property
    def decided_now(self) -> bool:
        return self.request.decided_on in (self.on, None)

    @property
    def rejected(self) -> bool:
        return self.request.status == LoanRequest.Status.REJECTED


@dataclass(frozen=True, slots=True)
class DecidedStep:
    """A later step of a loan: waived, rescheduled, written off … `fresh` is the loan that took its rest over."""

    step: LoanStep
    fresh: Loan | None

    @property
    def later(self) -> bool:
        """Whether it was carried out after the meeting."""
        return self.step.on != self.step.decided_on


@dataclass
class Decisions:
    """What one meeting decided on loans, in order of number."""

    requests: list[Decided] = field(default_factory=list)
    steps: list[DecidedStep] = field(default_factory=list)
    leavings: list[Leaving] = field(default_factory=list)
    rules: list[LendingRules] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.requests or self.steps or self.leavings or self.rules)


def decided_on(group: Group, days: Sequence[date]) -> dict[date, Decisions]:
    """Return what the meetings of these days decided, or paid out, by day. Five queries, however many days.

    What settles the loans of a member who leaves is told once, with her leaving.
    """
    found = {day: Decisions() for day in days}
    asked = LoanRequest.objects.filter(group=group).filter(Q(decided_on__in=days) | Q(loan__disbursed_on__in=days))
    for request in asked.select_related("member", "loan__rules").order_by("no"):
        paid_on = request.loan.disbursed_on if hasattr(request, "loan") else None
        for day, decisions in found.items():
            if day in (request.decided_on, paid_on):
                decisions.requests.append(Decided(request, day))
    for rules in LendingRules.objects.filter(group=group, adopted_on__in=days).order_by("version"):
        found[rules.adopted_on].rules.append(rules)
    for leaving in Leaving.objects.filter(member__group=group, decided_on__in=days).select_related("member"):
        found[leaving.decided_on].leavings.append(leaving)
    for step, fresh in _steps(group, days):
        found[step.decided_on].steps.append(DecidedStep(step, fresh))
    return found


def _steps(group: Group, days: Sequence[date]) -> list[tuple[Any, Loan | None]]:
    """Return the steps decided on these days, each with the loan a reschedule made. Two queries."""
    made = Loan.objects.filter(replaces=OuterRef("loan"), receivable__postings__entry=OuterRef("entry"))
    steps = list(
        LoanStep.objects.filter(loan__group=group, decided_on__in=days, submission__leaving=None)
        .exclude(decision="")
        .select_related("loan__member")
        .annotate(made=Subquery(made.values("pk")[:1]))
        .order_by("loan__no", "no")
    )
    fresh = Loan.objects.in_bulk([step.made for step in steps if step.made])
    return [(step, fresh.get(step.made)) for step in steps]
