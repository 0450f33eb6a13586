"""Hypothesis leads a UPK's loan through a random life, beside a card kept by hand.

Members pay their shares and the KSM passes on, or pays off early; the UPK waives jasa, lends the rest anew, writes off
and recovers; any of these is taken back now and then. After every step both books agree, and what the UPK is owed, what
it earned and what lies in either cash box is what the card says. What the card forbids is refused and changes nothing.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from groups.models import Group
from ledger.models import Account
from loans import services
from loans.models import UpkLoan
from loans.schedule import Terms
from loans.selectors import open_loans, reconcile
from tests.books import objections
from tests.loans.cards import Event, Life
from tests.loans.lives import tried
from tests.loans.two_tiers import book, lend, line_of, monthly, rules, sheet, village
from tests.loans.upk_village import at
from tests.properties import examples

LENT = date(2018, 11, 15)
CAPITAL = 50_000_000
MEMBERS = 3


class Story:
    """A loan with its card, or the loan that goes on in its stead, and what both books must come to."""

    def __init__(self, data: st.DataObject, group: Group, loan: UpkLoan, terms: Terms) -> None:
        self.data, self.group, self.loan = data, group, loan
        self.life = Life(1, 0, terms, LENT)
        self.on = LENT
        self.in_box, self.in_upk = 0, CAPITAL - terms.principal
        self.lost = False
        self.jasa = self.recovered = 0  # what the UPK earned
        self.known = self.everything()

    # What is compared

    def everything(self) -> list[Any]:
        """Every balance of both books, and what is left of each share."""
        accounts = Account.objects.filter(book__in=[self.group.book_id, self.loan.upk.book_id]).exclude(balance=0)
        shares = [(one.loan.no, one.remaining) for one in open_loans(self.group)]
        return [*accounts.order_by("pk").values_list("pk", "balance"), *shares]

    def agrees(self) -> None:
        card, line = self.life.card(), line_of(self.loan, self.on)
        theirs, ours = book(self.loan.upk), book(self.group)
        assert reconcile() == []
        assert line.state.remaining == card.left
        assert theirs.get("1220", 0) == (0 if self.lost else card.owed)
        assert (theirs.get("4110", 0), theirs.get("4190", 0)) == (self.jasa, self.recovered)
        assert (theirs.get("1110", 0), ours.get("1110", 0)) == (self.in_upk, self.in_box)
        assert (ours.get("2220", 0), ours.get("2210", 0)) == (line.gap.amount, card.owed - line.gap.parts.principal)
        assert min(line.gap.parts.principal, line.gap.parts.charge) >= 0
        assert sum(one.outstanding for one in open_loans(self.group)) == ours.get("1210", 0)
        self.known = self.everything()

    def tell(self, act: Callable[[], Any], *, allowed: bool | None) -> Any:
        """Do it; refused exactly where the card forbids it (None: the books may), and then nothing changed."""
        return tried(act, allowed=allowed, everything=self.everything, known=self.known)

    def taken_back(self, undo: Callable[..., Any], **what: Any) -> bool:
        """Take back what was just done, now and then: all is as before."""
        if self.data.draw(st.integers(0, 3)):
            return False
        undo(**what, reason="Keliru", key=uuid4(), by=None, at=at(self.on))
        assert self.everything() == self.known
        return True

    def decided(self) -> dict[str, Any]:
        deed = {"on": self.on, "decided_on": self.on, "decision": "Musyawarah", "key": uuid4(), "by": None}
        return {"loan": self.loan, "at": at(self.on), **deed}

    # Steps

    def meeting(self) -> None:
        owed = {one.loan.member.no: one.remaining for one in open_loans(self.group)}
        pay = {no: self.data.draw(st.integers(0, left)) for no, left in owed.items()}
        weekly = self.data.draw(st.sampled_from([0, 50_000, 1_000_000]))  # of its own it can pay off early
        sheet(self.group, self.on, pay, weekly=weekly)
        self.in_box += sum(pay.values()) + MEMBERS * weekly

    def passing_on(self, *, payoff: bool = False) -> None:
        card = self.life.card()
        if payoff:
            event = Event("payoff", self.on)
            amount = card.owed + card.asked(self.on)
        else:
            amount = self.data.draw(st.integers(0, min(self.in_box, card.left) + 1))
            event = Event("payment", self.on, amount)
        allowed = self.life.allows(event) and amount <= self.in_box
        if self.lost and payoff:
            allowed = None  # what is left may be nothing but jasa, or paid as any other recovery
        said = {"loan": self.loan, "amount": amount, "on": self.on, "key": uuid4(), "by": None, "at": at(self.on)}
        made = self.tell(lambda: services.receive_upk_payment(**said, payoff=payoff), allowed=allowed)
        if made is None or self.taken_back(services.take_back_upk_payment, payment=made):
            return
        self.life.events.append(event)
        self.in_box, self.in_upk = self.in_box - amount, self.in_upk + amount
        if self.lost:
            self.recovered += amount
        else:
            self.jasa += self.life.card().charge - card.charge

    def payoff(self) -> None:
        self.passing_on(payoff=True)

    def waiver(self) -> None:
        left = sum(row[1] for row in self.life.card().rows)
        event = Event("waiver", self.on, self.data.draw(st.integers(0, left + 1)))
        allowed = self.life.allows(event) and not self.lost
        act = {"amount": event.amount, **self.decided()}
        made = self.tell(lambda: services.waive_upk_jasa(**act), allowed=allowed)
        if made and not self.taken_back(services.undo_upk_waiver, waiver=made):
            self.life.events.append(event)

    def reschedule(self) -> None:
        card = self.life.card()
        method = self.data.draw(st.sampled_from(["flat", "declining", "annuity"]))
        left = max(card.owed, 1)
        terms = monthly(left, self.data.draw(st.integers(1, min(12, left))), "1.5", method, 0)
        allowed: bool | None = not card.ended and card.owed > 0 and not self.lost and not card.due_charge(self.on)
        shares = [one.outstanding for one in open_loans(self.group)]
        if allowed and (line_of(self.loan, self.on).gap.parts.charge or min(shares, default=0) < 100):
            allowed = None  # more jasa held than the new loan asks for; a share too small to be cut into weeks
        act = {"terms": terms, **self.decided()}
        made = self.tell(lambda: services.reschedule_upk_loan(**act), allowed=allowed)
        if made and not self.taken_back(services.undo_upk_reschedule, reschedule=made):
            self.life.events.append(Event("moved", self.on, card.owed, 0))
            assert (line_of(self.loan, self.on).state.remaining, self.life.card().left) == (0, 0)
            self.loan, self.life = made.fresh, Life(made.fresh.no, 0, terms, self.on)

    def write_off(self) -> None:
        card = self.life.card()
        allowed = not card.ended and card.owed > 0 and not self.lost
        act = self.decided()
        made = self.tell(lambda: services.write_off_upk_loan(**act), allowed=allowed)
        if made and not self.taken_back(services.undo_upk_write_off, write_off=made):
            self.lost = True

    STEPS = (meeting, meeting, passing_on, passing_on, payoff, waiver, reschedule, write_off)


@settings(max_examples=examples(5))
@given(data=st.data())
@pytest.mark.django_db
def test_whatever_becomes_of_a_upk_loan_both_books_tell_what_its_card_tells(data):
    with transaction.atomic():
        group = village(members=MEMBERS, capital=CAPITAL)
        rules(group.bkm.upk, least_members=1, least_periods=1)
        amounts = data.draw(st.lists(st.integers(20_000, 900_000), min_size=1, max_size=MEMBERS))
        method = data.draw(st.sampled_from(["flat", "declining", "annuity"]))
        terms = monthly(
            sum(amounts), data.draw(st.integers(1, 6)), "1.5", method, data.draw(st.sampled_from([0, 1000]))
        )
        story = Story(data, group, lend(group, amounts, terms, LENT), terms)
        story.in_box = book(group).get("1110", 0)  # paid out to the members at once
        story.agrees()
        for _step in range(data.draw(st.integers(2, 8))):
            story.on += timedelta(days=data.draw(st.integers(1, 20)))
            data.draw(st.sampled_from(Story.STEPS))(story)
            story.agrees()
        assert objections({group.book_id, group.bkm.upk.book_id}) == []
        transaction.set_rollback(True)
