"""What a loan went through, and the debts that were written off and are still remembered."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from groups.models import Group
from loans.models import Loan, LoanStep

Kind = LoanStep.Kind


def steps_of(loan: Loan) -> QuerySet[LoanStep]:
    """Return the steps of a loan in order, taken back ones too, each with its entry."""
    return LoanStep.objects.filter(loan=loan).select_related("entry", "submission", "by").order_by("no")


@dataclass
class Debt:
    """A debt on the memorandum list: no longer in the balance sheet, still owed. Amounts in rupiah."""

    written_off: LoanStep
    recoveries: list[LoanStep] = field(default_factory=list)

    @property
    def loan(self) -> Loan:
        return self.written_off.loan

    @property
    def whole(self) -> int:
        """Principal written off and the jasa that was due then."""
        return self.written_off.total

    @property
    def recovered(self) -> int:
        return sum(step.principal for step in self.recoveries)

    @property
    def left(self) -> int:
        return self.whole - self.recovered


def debts(group: Group, *, loan: Loan | None = None, on: date | None = None) -> list[Debt]:
    """Return the debts of a group written off by a day, or that of one loan, with what was recovered. One query."""
    steps = LoanStep.objects.standing().filter(loan__group=group, kind__in=[Kind.WRITE_OFF, Kind.RECOVERY])
    if loan:
        steps = steps.filter(loan=loan)
    if on:
        steps = steps.filter(on__lte=on)
    found: dict[int, Debt] = {}
    for step in steps.select_related("loan__member", "entry").order_by("loan__no", "no"):
        if step.kind == Kind.WRITE_OFF:
            found[step.loan_id] = Debt(step)
        else:
            found[step.loan_id].recoveries.append(step)
    return list(found.values())
