"""What it takes to be done with a loan early, and which jasa a waiver forgives. Whole rupiah, no Django.

`rows` are the instalments as they stand: jasa forgiven before is left out of them (`lessened`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from loans.arrears import State
from loans.schedule import Row

CLOSED = State(outstanding=0, charge_due=0, arrears=0, instalments_late=0, remaining=0, next_due=None)
"""How a loan stands once a step has closed it."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a borrower owes who pays everything back on day `on`.

    principal    principal not yet paid
    overdue      charge of the instalments due by that day, not yet paid
    running      charge of the period in progress, not yet paid; 0 on a due date, when that period is over
    ahead        charge of the periods after it: owed in a flat loan alone
    spared       charge of the periods after it that the method does not ask for
    """

    on: date
    principal: int
    overdue: int
    running: int
    ahead: int
    spared: int

    @property
    def charge(self) -> int:
        """All charge owed; what a meeting may waive."""
        return self.overdue + self.running + self.ahead

    @property
    def total(self) -> int:
        """Principal and charge."""
        return self.principal + self.charge


def quote(rows: Sequence[Row], paid_charge: int, paid_principal: int, method: str, on: date) -> Quote:
    """Return the quote of a payoff on day `on`, after what was paid before.

    Periods run from the day after one due date to the next. Declining and annuity loans owe the charge of the period
    in progress and none beyond; a flat loan owes all of it. Charge paid ahead counts for the oldest period.
    """
    coming = [row.charge for row in rows if row.due_on > on]
    due = sum(row.charge for row in rows if row.due_on <= on)
    begun = _between_due_dates(rows, on) and bool(coming)
    running = coming[0] if begun else 0
    whole = due + sum(coming)
    reached = [due, due + running, whole]
    left = [max(0, reach - max(paid_charge, before)) for before, reach in zip([0, *reached], reached, strict=False)]
    flat = method == "flat"
    return Quote(
        on=on,
        principal=sum(row.principal for row in rows) - paid_principal,
        overdue=left[0],
        running=left[1],
        ahead=left[2] if flat else 0,
        spared=0 if flat else left[2],
    )


def eased(asked: Quote, percent: int) -> Quote:
    """Return a quote that spares so many per cent of the charge ahead, in whole rupiah: what is asked rounds up."""
    spared = asked.ahead * percent // 100
    return replace(asked, ahead=asked.ahead - spared, spared=asked.spared + spared)


def spared(rows: Sequence[Row], paid_charge: int, asked: Quote) -> dict[int, int]:
    """Return instalment number → charge that a payoff at this quote never asks for: the last ones."""
    return forgiven(rows, paid_charge + asked.charge, asked.spared) if asked.spared else {}


def _between_due_dates(rows: Sequence[Row], on: date) -> bool:
    return all(row.due_on != on for row in rows)


def forgiven(rows: Sequence[Row], paid_charge: int, amount: int) -> dict[int, int]:
    """Return instalment number → charge forgiven when a meeting waives `amount`, the oldest unpaid charge first.

    Refuses (`ValueError`) an amount below 1 or beyond the charge not yet paid.
    """
    found: dict[int, int] = {}
    paid, left = paid_charge, amount
    for row in rows:
        unpaid = max(0, row.charge - paid)
        paid = max(0, paid - row.charge)
        if part := min(unpaid, left):
            found[row.no] = part
            left -= part
    if amount < 1 or left:
        raise ValueError(f"{amount} cannot be waived: {amount - left} of charge is unpaid")
    return found


def lessened(rows: Sequence[Row], waivers: Sequence[Mapping[int, int]]) -> list[Row]:
    """Return the instalments without the charge that waivers (instalment number → rupiah) forgave."""
    if not waivers:
        return list(rows)
    return [row._replace(charge=row.charge - sum(one.get(row.no, 0) for one in waivers)) for row in rows]
