"""What a group owes its UPK on one loan, as the weekly sheet needs it: members' instalments are collected for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ledger import chart
from ledger.kinds import UPK_COVER
from ledger.services import Draft, Leg
from loans.held import Parts, collect

UPK_CODES = frozenset({chart.OWED_TO_UPK, chart.HELD_FOR_UPK, chart.CHARGE_TO_UPK})


@dataclass(slots=True)
class UpkDebt:
    """A UPK loan in the group's book, in rupiah: one object for all members' shares of it.

    owed    principal not yet collected (2210)
    cost    jasa collected or paid so far (5110), of `charge` in all: what the UPK asks for
    held    collected and not passed on (2220); below 0 only while a correction is under way
    passed  jasa the UPK received so far
    """

    no: int
    charge: int
    owed: int
    cost: int
    held: int
    passed: int

    @property
    def parts(self) -> Parts:
        """What is held, as principal and jasa."""
        charge = self.cost - self.passed
        return Parts(self.held - charge, charge)

    def collect(self, *, principal: int, charge: int) -> tuple[Leg, ...]:
        """Return the legs that lay a member's instalment aside for the UPK, and remember them."""
        return self._lay_aside(collect(Parts(principal, charge), owed=self.owed, charge_left=self.charge - self.cost))

    def cover(self) -> tuple[Leg, ...]:
        """Return the legs that a correction needs when the UPK has money already that now was never collected.

        The group's own money then stands for it; and no part of what is held may lack what the other has too much of.
        """
        held, charge = max(0, self.held), self.parts.charge
        added = min(max(0, charge), held) - charge
        return self._lay_aside(Parts(held - self.held - added, added))

    def _lay_aside(self, part: Parts) -> tuple[Leg, ...]:
        self.owed -= part.principal
        self.cost += part.charge
        self.held += part.total
        legs = (
            Leg(chart.OWED_TO_UPK, part.principal, loan_no=self.no),
            Leg(chart.CHARGE_TO_UPK, part.charge, loan_no=self.no),
            Leg(chart.HELD_FOR_UPK, -part.total, loan_no=self.no),
        )
        return tuple(leg for leg in legs if leg.amount)

    def take_back(self, legs: Iterable[Leg]) -> None:
        """Forget what posted legs laid aside: a correction is about to reverse them."""
        for leg in legs:
            if leg.loan_no != self.no:
                continue
            if leg.code == chart.OWED_TO_UPK:
                self.owed += leg.amount
            elif leg.code == chart.CHARGE_TO_UPK:
                self.cost -= leg.amount
            elif leg.code == chart.HELD_FOR_UPK:
                self.held += leg.amount


def covers(debts: Iterable[UpkDebt | None], on: date, reason: str) -> list[Draft]:
    """Return what is to be written beside a reversal when the UPK has money that now was never collected for it."""
    legs = [debt.cover() for debt in {one.no: one for one in debts if one}.values()]
    return [Draft(on=on, kind=UPK_COVER, legs=one, memo=reason[:200]) for one in legs if one]
