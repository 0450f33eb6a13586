"""Loan cards kept by hand: what a loan's events leave of it, and what they forbid. Amounts are whole rupiah."""

from dataclasses import dataclass, field
from datetime import date
from functools import cache

from loans.schedule import Row, Terms, schedule
from tests.meetings.test_importing_any_book import PaperLoan


class Forbidden(Exception):
    """The card does not allow it."""


@dataclass
class Event:
    """One line on a loan's card: `payment`, `waiver`, `guarantee`, `recovery`, or how it ended. Rupiah.

    `step` is the loan step behind it; a payment has none.
    """

    kind: str
    on: date
    amount: int = 0
    waived: int = 0
    step: int = 0


class Card(PaperLoan):
    """What a loan's events leave of it."""

    method: str
    charge = 0  # jasa received
    debt = 0  # written off and not yet recovered
    ended = ""

    def waive(self, amount: int) -> None:
        if not 1 <= amount <= sum(row[1] for row in self.rows):
            raise Forbidden
        for at, row in enumerate(self.rows):
            part = min(amount, row[1])
            row[1] -= part
            due, total = self.full[at]
            self.full[at] = due, total - part
            amount -= part

    def due_charge(self, on: date) -> int:
        return sum(row[1] for row in self.rows if row[0] <= on)

    def asked(self, on: date) -> int:
        """The jasa a payoff takes: all of a flat loan, otherwise up to the end of the period in progress."""
        if self.method == "flat":
            return sum(row[1] for row in self.rows)
        coming = [] if any(row[0] == on for row in self.rows) else [row[1] for row in self.rows if row[0] > on][:1]
        return self.due_charge(on) + sum(coming)

    def strike(self, event: Event) -> None:
        """Take an event down, or say that it cannot be."""
        if event.kind == "recovery":
            if not 0 < event.amount <= self.debt:
                raise Forbidden
            self.debt -= event.amount
            return
        if self.ended or not self.owed:
            raise Forbidden
        if event.kind in ("payment", "guarantee"):
            if not 0 < event.amount <= self.left:
                raise Forbidden
            self.charge += self.pay(event.amount, event.on)
        elif event.kind == "waiver":
            self.waive(event.amount)
        else:
            self.end(event)

    def end(self, event: Event) -> None:
        if event.kind == "payoff":
            asked = self.asked(event.on)
            if event.waived > asked:
                raise Forbidden
            self.charge += asked - event.waived
        elif event.kind == "moved" and (event.amount, event.waived) != (self.owed, self.due_charge(event.on)):
            raise Forbidden
        elif event.kind == "written_off":
            self.debt = self.owed + self.due_charge(event.on)
        self.ended = event.kind
        for row in self.rows:
            row[1] = row[2] = 0
        self.full = []


@cache
def full_rows(terms: Terms, on: date) -> list[Row]:
    return schedule(terms, disbursed_on=on)


@dataclass
class Life:
    """A loan as it was lent, and its events in order."""

    no: int
    member: int
    terms: Terms
    on: date
    replaces: int = 0
    events: list[Event] = field(default_factory=list)

    def card(self, *more: Event) -> Card:
        """Its card after these events too."""
        rows = full_rows(self.terms, self.on)
        lines = [[row.due_on, row.charge, row.principal] for row in rows]
        card = Card(self.no, self.member, lines, [(row.due_on, row.total) for row in rows])
        card.method = self.terms.method
        for event in (*self.events, *more):
            card.strike(event)
        return card

    def allows(self, event: Event) -> bool:
        try:
            self.card(event)
        except Forbidden:
            return False
        return True
