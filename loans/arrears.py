"""What a payment pays, and what is late: a loan's schedule held against the rupiah paid so far.

Two sums say all that was paid: charge (jasa) and principal (pokok), each covering its instalments oldest first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class Instalment(Protocol):
    """One row of a schedule, in due order: `loans.schedule.Row` or the stored instalment."""

    @property
    def due_on(self) -> date: ...
    @property
    def principal(self) -> int: ...
    @property
    def charge(self) -> int: ...


class InvalidPayment(ValueError):
    """An amount that a loan cannot take; `code` says why, `remaining` is what the schedule still asks (rupiah)."""

    def __init__(self, code: str, message: str, remaining: int) -> None:
        super().__init__(message)
        self.code = code
        self.remaining = remaining


@dataclass(frozen=True, slots=True)
class Split:
    """A payment cut into charge and principal, in rupiah."""

    charge: int
    principal: int

    @property
    def total(self) -> int:
        """The payment."""
        return self.charge + self.principal


@dataclass(frozen=True, slots=True)
class State:
    """A loan as at the end of a day, in rupiah.

    outstanding       principal not yet paid
    charge_due        charge of the instalments due by that day, not yet paid under the split
    arrears           what the instalments due by that day lack, all payments laid oldest first over principal + charge
    instalments_late  how many of them are not fully covered
    remaining         principal and charge of the whole schedule, not yet paid
    next_due          due date of the first coming instalment not yet fully covered, if any
    """

    outstanding: int
    charge_due: int
    arrears: int
    instalments_late: int
    remaining: int
    next_due: date | None


def split(rows: Sequence[Instalment], paid_charge: int, paid_principal: int, amount: int, on: date) -> Split:
    """Return how a payment of `amount` on day `on` divides, after what was paid before.

    First the charge of all instalments due by `on`, then their principal, then the coming instalments in order, each
    its charge and then its principal. Refuses (`InvalidPayment`) a negative amount and one beyond what remains.
    """
    left = remaining(rows, paid_charge, paid_principal)
    if amount < 0:
        raise InvalidPayment("negative_payment", "Angsuran tidak bisa kurang dari 0.", left)
    if amount > left:
        raise InvalidPayment("overpaid", f"Angsuran melebihi sisa pinjaman: sisa {left}.", left)
    steps = _steps(rows, on)
    charge = principal = 0
    while charge + principal < amount:  # the last step reaches all that remains
        charge_reach, principal_reach = next(steps)
        charge += min(amount - charge - principal, max(0, charge_reach - paid_charge - charge))
        principal += min(amount - charge - principal, max(0, principal_reach - paid_principal - principal))
    return Split(charge, principal)


def _steps(rows: Sequence[Instalment], on: date) -> Iterator[tuple[int, int]]:
    """Return how far charge and principal reach after every step; a sum already further ahead takes nothing."""
    due = [row for row in rows if row.due_on <= on]
    charge, principal = sum([row.charge for row in due]), sum([row.principal for row in due])
    steps = [(charge, 0), (charge, principal)]
    for row in rows:
        if row.due_on > on:
            charge += row.charge
            steps.append((charge, principal))
            principal += row.principal
            steps.append((charge, principal))
    return iter(steps)


def remaining(rows: Sequence[Instalment], paid_charge: int, paid_principal: int) -> int:
    """Return what the schedule still asks: no surplus of one sum pays for the other."""
    charge, principal = sum([row.charge for row in rows]), sum([row.principal for row in rows])
    return max(0, charge - paid_charge) + max(0, principal - paid_principal)


def state(rows: Sequence[Instalment], paid_charge: int, paid_principal: int, on: date) -> State:
    """Return how the loan stands at the end of day `on`; an instalment due that day and unpaid is late."""
    paid = paid_charge + paid_principal
    charge_due = reached = due = late = 0
    next_due: date | None = None
    for row in rows:
        reached += row.principal + row.charge
        if row.due_on <= on:
            due = reached
            charge_due += row.charge
            late += reached > paid
        elif next_due is None and reached > paid:
            next_due = row.due_on
    return State(
        outstanding=sum(row.principal for row in rows) - paid_principal,
        charge_due=max(0, charge_due - paid_charge),
        arrears=max(0, due - paid),
        instalments_late=late,
        remaining=remaining(rows, paid_charge, paid_principal),
        next_due=next_due,
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far all payments, laid oldest first over principal + charge, reach into one instalment (rupiah).

    `covered_on` is the day of the payment that filled it; None while it lacks something, and for one that counted as
    paid before the payments told of.
    """

    lacking: int
    covered_on: date | None


def coverage(rows: Sequence[Instalment], paid_before: int, payments: Sequence[tuple[date, int]]) -> list[Coverage]:
    """Return each instalment's coverage by what was paid before and by payments (day, rupiah) in their order."""
    found: list[Coverage] = []
    waiting = iter(payments)
    paid, paid_on = paid_before, None
    reached = 0
    for row in rows:
        reached += row.principal + row.charge
        while paid < reached and (payment := next(waiting, None)):
            paid_on = payment[0]
            paid += payment[1]
        lacking = min(row.principal + row.charge, max(0, reached - paid))
        found.append(Coverage(lacking, None if lacking else paid_on))
    return found


def due_now(rows: Sequence[Instalment], paid_charge: int, paid_principal: int, on: date) -> int:
    """Return what the weekly sheet suggests on day `on`: everything due by then and not yet covered, in rupiah.

    A meeting that wants its whole week's instalments passes that week's Sunday.
    """
    return state(rows, paid_charge, paid_principal, on).arrears


def prior_credit(rows: Sequence[Instalment], returned_principal: int) -> tuple[int, int]:
    """Return the (charge, principal) that counts as paid before a book's opening date.

    Whole instalments, their charge included, count as paid while their cumulative principal is within the principal
    already returned; the rest is part-payment of the next one's principal. Refuses (`InvalidPayment`) more principal
    than was lent, and less than nothing.
    """
    lent = sum(row.principal for row in rows)
    if returned_principal < 0:
        raise InvalidPayment("negative_payment", "Pokok yang sudah kembali tidak bisa kurang dari 0.", lent)
    if returned_principal > lent:
        raise InvalidPayment("overpaid", f"Pokok yang sudah kembali melebihi pokok pinjaman {lent}.", lent)
    charge = reached = 0
    for row in rows:
        reached += row.principal
        if reached > returned_principal:
            break
        charge += row.charge
    return charge, returned_principal
