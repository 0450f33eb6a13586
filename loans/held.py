"""What a group collected from its members for the UPK and still holds: how much of it is what, and since when.

Three sums of one UPK loan in the group's book, whole rupiah: `owed` (2210) is principal not yet collected, `cost`
(5110) the jasa collected or paid so far, `held` (2220) what was collected and not passed on. What is held is principal
and jasa together; the jasa in it is `cost` less the jasa passed on so far.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Parts:
    """Principal and jasa of one sum."""

    principal: int
    charge: int

    @property
    def total(self) -> int:
        return self.principal + self.charge


def collect(paid: Parts, *, owed: int, charge_left: int) -> Parts:
    """Return what of a member's instalment is collected for the UPK, never beyond what is not yet collected.

    Principal goes to principal and jasa to jasa first; what finds no room there takes the room the other leaves.
    """
    principal, charge = min(paid.principal, owed), min(paid.charge, charge_left)
    charge_more = min(paid.principal - principal, charge_left - charge)
    principal_more = min(paid.charge - charge, owed - principal)
    return Parts(principal + principal_more, charge + charge_more)


def pass_on(held: Parts, payment: Parts) -> Parts:
    """Return what is still held after a payment to the UPK, which its schedule split into principal and jasa.

    What one part holds too little of comes out of the other, so that the whole payment leaves what is held first.
    """
    left = max(0, held.total - payment.total)
    charge = min(max(0, held.charge - payment.charge), left)
    return Parts(left - charge, charge)


def held_since(days: Iterable[tuple[date, int]]) -> date | None:
    """Return the day the oldest rupiah still held came in, first in first out; None when nothing is held.

    `days` are the net movements of what is held, oldest first: what came in positive, what went out negative.
    """
    days = list(days)
    gone = -sum(amount for _on, amount in days if amount < 0)
    for on, amount in days:
        if amount > 0:
            gone -= amount
            if gone < 0:
                return on
    return None
