"""Hypothesis leads a group's loans through random lives, beside loan cards kept by hand.

Instalments of any size and lateness, waivers, payoffs, new terms, guarantees, losses and what comes back of them,
steps taken back, payments corrected, disbursements taken back. After every step, of every loan: the ledger's
receivable is what the card's schedule leaves, and every list of loans says the same. What the card forbids is refused
and changes nothing; what it allows is taken.
"""

import sys
from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from groups.models import Group
from ledger import verify
from ledger.services import Leg
from loans import services
from loans.arrears import State
from loans.models import Loan, LoanRequest, LoanStep
from loans.schedule import Terms
from loans.selectors import arrears_of, debts, loan_card, loans_by_no, open_loans
from meetings.models import HandOver
from meetings.services import correct_hand_over
from meetings.sheet import Payment, Row
from tests.compliance.village import assert_rows_are_what_the_books_say, day, found_group, noon, post
from tests.ledger.village import settle
from tests.loans.cards import Card, Event, Forbidden, Life, full_rows
from tests.loans.lives import deed, tried
from tests.loans.test_services import asks, sheet
from tests.properties import Pace, parts, sequences
from tests.reports.footing import keeper_of, read
from tests.reports.round_trip import fresh

MEMBERS = (1, 2, 3)
CAPITAL = 50_000_000
few = st.integers(0, 3)


def a_terms(data: st.DataObject, principal: int) -> Terms:
    return Terms(
        principal,
        min(principal, data.draw(st.integers(1, 6))),
        data.draw(st.sampled_from(["week", "month"])),
        data.draw(st.sampled_from([Decimal(0), Decimal("1.25"), Decimal(2)])),
        "month",
        data.draw(st.sampled_from(["flat", "declining", "annuity"])),
        data.draw(st.sampled_from([0, 0, 500, 1000])),
    )


_EVERYTHING = """
SELECT 'account', code, member_no, loan_no, balance FROM ledger_account WHERE book_id = %(book)s AND balance <> 0
UNION ALL SELECT 'loans', NULL, count(*), 0, 0 FROM loans_loan WHERE group_id = %(group)s
UNION ALL SELECT 'step', s.undone_at::text, s.id, 0, 0
            FROM loans_loanstep s JOIN loans_loan l ON l.id = s.loan_id WHERE l.group_id = %(group)s
UNION ALL SELECT 'request', status, id, 0, 0 FROM loans_loanrequest WHERE group_id = %(group)s
ORDER BY 1, 3, 4, 2
"""


class Lives(RuleBasedStateMachine):
    """A group of three that lends its capital. What a sequence does is one transaction, rolled back at its end."""

    founded: ClassVar[int]  # the group
    pace: ClassVar[Pace]

    def __init__(self) -> None:
        super().__init__()
        self.work = transaction.atomic()
        self.work.__enter__()
        self.group = fresh(Group(pk=self.founded))
        self.lives: dict[int, Life] = {}
        self.waiting: list[LoanRequest] = []  # taken back, so that they can be paid out again
        self.guarded = False  # money was blocked: what else it backs may forbid to take a step back
        self.on = day(1)
        self.steps = 0
        self.known: list[tuple[Any, ...]] = []  # everything, as the invariant saw it last
        self.seen: dict[int, int] = {}  # how many events each loan's card was last compared with

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                settle()
                assert [problem for problem in verify.problems([self.group.book_id]) if not problem.notice] == []
                assert_rows_are_what_the_books_say(self.group)
                self.every_card_and_the_balance_sheet_agree()
                self.pace.ended(self.steps)
        finally:
            transaction.set_rollback(True)
            self.work.__exit__(None, None, None)

    # How a step is tried

    def tell(self, act: Callable[[], Any], *, allowed: bool | None) -> Any:
        """Do it; refused exactly where it is not allowed (None: it may be), and then nothing changed."""
        self.steps += 1
        return tried(act, allowed=allowed, everything=self.everything, known=self.known)

    def everything(self) -> list[tuple[Any, ...]]:
        """Every balance, how many loans there are, every step and every request, as rows. One query."""
        with connection.cursor() as cursor:
            cursor.execute(_EVERYTHING, {"book": self.group.book_id, "group": self.group.pk})
            return cursor.fetchall()

    def balances(self) -> dict[tuple[str, int, int], int]:
        return {(code, member, loan): held for what, code, member, loan, held in self.known if what == "account"}

    def later(self, data: st.DataObject, least: int = 0) -> date:
        return self.on + timedelta(days=data.draw(st.sampled_from([least, 1, 5, 7, 20])))

    def one(self, data: st.DataObject, *, ended: bool = False) -> Life:
        """A loan that goes on, or rarely one that does not."""
        going = [life for life in self.lives.values() if life.card().left]
        return data.draw(st.sampled_from((not ended and going) or list(self.lives.values())))

    def loan(self, life: Life) -> Loan:
        return Loan.objects.select_related("member", "group").get(group=self.group, no=life.no)

    def step(self, life: Life, event: Event, act: Callable[[Loan], Any], *, allowed: bool = True) -> Any:
        """Take a step on a loan, in the book and on the card."""
        loan = self.loan(life)
        made = self.tell(lambda: act(loan), allowed=allowed and life.allows(event))
        if made:
            event.step = LoanStep.objects.filter(loan=loan).latest("no").pk
            life.events.append(event)
            self.on = event.on
        return made

    # What happens

    @rule(data=st.data(), lend=few)
    def meet(self, data: st.DataObject, lend: int) -> None:
        on = self.later(data, least=7)
        paid: dict[int, list[tuple[int, int]]] = {}
        for life in self.lives.values():
            card = life.card()
            if card.left and data.draw(st.booleans()):
                due = card.standing(on)["arrears"]
                each = card.full[0][1]
                amounts = {due, card.left, min(each, card.left), min(3 * each, card.left), (due + 1) // 2, 1}
                amount = data.draw(st.sampled_from(sorted(amounts - {0})))
                paid.setdefault(life.member, []).append((life.no, amount))
        if paid and data.draw(st.integers(0, 7)) == 7:  # somebody writes a rupiah more than is left
            lines = paid[data.draw(st.sampled_from(sorted(paid)))]
            lines[0] = lines[0][0], self.lives[lines[0][0]].card().left + 1
        requests = []
        for _ in range(lend):
            if self.waiting and data.draw(st.booleans()):
                requests.append(self.waiting.pop())
                continue
            terms = a_terms(data, data.draw(st.integers(1, 40)) * 12_500)
            request = asks(
                self.group, data.draw(st.sampled_from(MEMBERS)), terms.principal, self.on, periods=terms.periods,
                unit=terms.unit, rate=terms.rate, method=terms.method, round_to=terms.round_to,
            )  # fmt: skip
            if request not in requests:  # the same question on one day is one request
                requests.append(request)
        events = [(self.lives[no], Event("payment", on, amount)) for lines in paid.values() for no, amount in lines]
        allowed = all(life.allows(event) for life, event in events)
        self.known = self.everything()  # with what was asked for
        if not self.tell(lambda: sheet(self.group, on, paid, requests), allowed=allowed):
            self.waiting += requests
            return
        for life, event in events:
            life.events.append(event)
        for no, request in enumerate(requests, start=len(self.lives) + 1):
            lent = services.terms_of(request, request.amount)
            self.lives[no] = Life(no, request.member.no, lent, on)
        self.on = on

    @precondition(lambda self: self.lives)
    @rule(data=st.data(), part=few)
    def waive(self, data: st.DataObject, part: int) -> None:
        life, on = self.one(data), self.later(data)
        charge = sum(row[1] for row in life.card().rows)
        amount = [charge // 3, charge, charge + 1, 1][part]
        act = deed(on)
        self.step(life, Event("waiver", on, amount), lambda loan: services.waive(loan=loan, deed=act, amount=amount))

    @precondition(lambda self: self.lives)
    @rule(data=st.data(), part=few)
    def pay_off(self, data: st.DataObject, part: int) -> None:
        life, on = self.one(data), self.later(data)
        asked = life.card().asked(on)
        waived = [0, asked // 2, asked, asked + 1][part]
        act = deed(on)
        self.step(
            life, Event("payoff", on, waived=waived), lambda loan: services.pay_off(loan=loan, deed=act, waived=waived)
        )

    @precondition(lambda self: self.lives)
    @rule(data=st.data(), wrong=st.sampled_from([(0, 0), (0, 0), (0, 0), (1, 0), (0, 1)]))
    def lend_anew(self, data: st.DataObject, wrong: tuple[int, int]) -> None:
        life, on = self.one(data), self.later(data)
        card = life.card()
        terms = a_terms(data, max(1, card.owed + wrong[0]))
        waived = card.due_charge(on) + wrong[1]
        act = deed(on)
        fresh = self.step(
            life,
            Event("moved", on, terms.principal, waived),
            lambda loan: services.reschedule(loan=loan, deed=act, terms=terms, waived=waived),
        )
        if fresh:
            self.lives[fresh.no] = Life(fresh.no, life.member, terms, on, replaces=life.no)

    @precondition(lambda self: self.lives)
    @rule(data=st.data(), amount=st.integers(1, 60).map(lambda n: n * 1_000))
    def set_aside(self, data: st.DataObject, amount: int) -> None:
        """She brings money that is blocked behind her loan."""
        life = self.one(data)
        legs = services.block(member_no=life.member, loan_no=life.no, amount=amount)
        post(self.group, self.on, "income", Leg("1110", amount), *legs)
        self.guarded = True

    def blocked(self) -> dict[tuple[int, int], int]:
        return {(no, loan): -held for (code, no, loan), held in self.balances().items() if code == "2130"}

    @precondition(lambda self: self.guarded and self.lives)
    @rule(data=st.data(), extra=st.sampled_from([0, 0, 0, 1]))
    def call_guarantee(self, data: st.DataObject, extra: int) -> None:
        life, on, blocked = self.one(data), self.later(data), self.blocked()
        own = [whose for whose in blocked if whose == (life.member, life.no)]
        if not blocked:
            return
        whose = data.draw(st.sampled_from(own or sorted(blocked)))
        amount = min(blocked[whose], life.card().left or 1) + extra
        act = deed(on)
        self.step(
            life,
            Event("guarantee", on, amount),
            lambda loan: services.call_guarantee(loan=loan, deed=act, parts={whose: amount}),
            allowed=amount <= blocked[whose],
        )

    @precondition(lambda self: self.lives)
    @rule(data=st.data())
    def write_off(self, data: st.DataObject) -> None:
        life, on = self.one(data), self.later(data)
        act = deed(on)
        self.step(
            life,
            Event("written_off", on),
            lambda loan: services.write_off(loan=loan, deed=act),
            allowed=(life.member, life.no) not in self.blocked(),
        )

    @precondition(lambda self: any(life.card().debt for life in self.lives.values()))
    @rule(data=st.data(), part=few)
    def recover(self, data: st.DataObject, part: int) -> None:
        life = data.draw(st.sampled_from([one for one in self.lives.values() if one.card().debt]))
        on, debt = self.later(data), life.card().debt
        amount = [1, (debt + 1) // 2, debt, debt + 1][part]
        act = deed(on)
        self.step(
            life, Event("recovery", on, amount), lambda loan: services.recover(loan=loan, deed=act, amount=amount)
        )

    @precondition(lambda self: any(event.step for life in self.lives.values() for event in life.events))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """Any step is tried; only the last thing that happened to its loan, and to what it made, is taken back."""
        steps = [(life, event) for life in self.lives.values() for event in life.events if event.step]
        last = [(life, event) for life, event in steps if life.events[-1] is event]
        life, event = data.draw(st.sampled_from(last if last and data.draw(st.integers(0, 3)) else steps))
        step = LoanStep.objects.select_related("loan__group").get(pk=event.step)
        made = [one for one in self.lives.values() if one.replaces == life.no and one.card().ended != "taken_back"]
        made = made if event.kind == "moved" else []
        allowed: bool | None = life.events[-1] is event and event.kind != "taken_back"
        allowed = allowed and not any(one.events for one in made)
        if allowed and self.guarded:
            allowed = None
        at = noon(self.on)
        if self.tell(lambda: services.undo(step=step, key=uuid4(), reason="Keliru", by=None, at=at), allowed=allowed):
            life.events.remove(event)
            for one in made:
                taken = LoanStep.objects.get(loan=self.loan(one), kind=LoanStep.Kind.TAKEN_BACK)
                one.events.append(Event("taken_back", event.on, step=taken.pk))

    @precondition(lambda self: any(event.kind == "payment" for life in self.lives.values() for event in life.events))
    @rule(data=st.data(), part=few)
    def correct(self, data: st.DataObject, part: int) -> None:
        """One payment of a hand-over was another amount, or none; the later ones are split anew."""
        paid = [(no, event) for no, life in self.lives.items() for event in life.events if event.kind == "payment"]
        no, event = data.draw(st.sampled_from(paid))
        member, on = self.lives[no].member, event.on
        lives = deepcopy(self.lives)
        told = {
            loan_no: one
            for loan_no, life in lives.items()
            for one in life.events
            if (life.member, one.kind, one.on) == (member, "payment", on)
        }
        told[no].amount = [0, event.amount - 1, event.amount + 1, event.amount * 2][part]
        row = Row(member, "H", payments=tuple(Payment(one.amount, nr) for nr, one in told.items() if one.amount))
        for life in lives.values():
            life.events = [one for one in life.events if one.kind != "payment" or one.amount]
        hand_over = HandOver.objects.select_related("meeting__group", "entry", "member").get(
            meeting__group=self.group, meeting__on=on, member__no=member, entry__kind="handover",
            entry__reverses=None, entry__reversed_by=None,
        )  # fmt: skip
        self.tell_corrected(hand_over, row, told, lives)

    def tell_corrected(self, hand_over: HandOver, row: Row, told: Iterable[int], lives: dict[int, Life]) -> None:
        hers = [life for life in self.lives.values() if life.member == row.member_no]
        allowed: bool | None = None if any(event.step for life in hers for event in life.events) else True
        for no in told:  # a step was decided upon it
            kinds = [event.kind for event in self.lives[no].events if event.on >= hand_over.meeting.on]
            if any(kind != "payment" for kind in kinds[kinds.index("payment") :]):
                allowed = False
        try:
            for life in lives.values():
                life.card()
        except Forbidden:
            allowed = False
        at = noon(self.on)
        if self.tell(
            lambda: correct_hand_over(hand_over=hand_over, row=row, reason="Salah", key=uuid4(), by=None, at=at),
            allowed=allowed,
        ):
            self.lives = lives

    @precondition(lambda self: self.lives)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        untouched = [life for life in self.lives.values() if not life.events]
        life = data.draw(st.sampled_from(untouched or list(self.lives.values())))
        loan = self.loan(life)
        request = loan.request
        key, at = uuid4(), noon(self.on)
        step = self.tell(
            lambda: services.take_back_disbursement(loan=loan, key=key, reason="Salah orang", by=None, at=at),
            allowed=not life.events and not life.replaces,
        )
        if step:
            life.events.append(Event("taken_back", life.on, step=step.pk))
            self.waiting.append(LoanRequest.objects.select_related("member").get(pk=request.pk))

    # What holds after every step

    @invariant()
    def every_loan_is_what_its_schedule_leaves(self) -> None:
        self.known = self.everything()
        book = self.balances()
        cards = {no: life.card() for no, life in self.lives.items()}
        owed = {("1210", card.member, no): card.owed for no, card in cards.items() if card.owed}
        assert {key: amount for key, amount in book.items() if key[0] == "1210"} == owed
        earned = {("4110", card.member, no): -card.charge for no, card in cards.items() if card.charge}
        assert {key: amount for key, amount in book.items() if key[0] == "4110"} == earned
        for no, card in cards.items():
            whole = sum(row.charge for row in full_rows(self.lives[no].terms, self.lives[no].on))
            assert 0 <= card.charge <= whole
        self.lists_agree(cards)
        lost = {no: card.debt for no, card in cards.items() if card.ended == "written_off"}
        assert {debt.loan.no: debt.left for debt in debts(self.group)} == lost

    def lists_agree(self, cards: dict[int, Card]) -> None:
        """Every list of loans, and the card of each loan to which something happened."""
        expected = {no: card.standing(self.on) for no, card in cards.items()}
        known = loans_by_no(self.group, list(cards))
        for no, card in cards.items():
            now, says = known[no].state(self.on), expected[no]
            assert (known[no].remaining, now.remaining) == (card.left, card.left)
            found = (now.outstanding, now.charge_due, now.arrears, now.instalments_late)
            assert found == tuple(says[key] for key in ("outstanding", "charge_due", "arrears", "instalments_late"))
            if self.seen.get(no) != len(self.lives[no].events):
                self.seen[no] = len(self.lives[no].events)
                self.card_agrees(no, card, now)
        going = {no: card.left for no, card in cards.items() if card.left}
        assert {one.loan.no: one.remaining for one in open_loans(self.group)} == going
        aged = arrears_of([self.group.pk], self.on)[self.group.pk]
        assert {one.no: (one.age.outstanding, one.age.arrears, one.age.instalments_late) for one in aged} == {
            no: (expected[no]["outstanding"], expected[no]["arrears"], expected[no]["instalments_late"]) for no in going
        }

    def card_agrees(self, no: int, card: Card, state: State) -> None:
        seen = loan_card(self.group, no, self.on)
        assert seen.state == state
        if not card.ended:
            left = seen.payments[-1].balance if seen.payments else seen.loan.principal
            assert left == card.owed
            assert sum(row.coverage.lacking for row in seen.rows) == card.left

    def every_card_and_the_balance_sheet_agree(self) -> None:
        known = loans_by_no(self.group, list(self.lives))
        for no, life in self.lives.items():
            self.card_agrees(no, life.card(), known[no].state(self.on))
        sheet_rows = read(keeper_of(self.group), "balance", day(1), self.on).tables[0].rows
        owed = sum(life.card().owed for life in self.lives.values())
        assert sum(row.cells[-1] for row in sheet_rows if row.cells[0] == "1210") == owed


@pytest.mark.hypothesis
@pytest.mark.usefixtures("fresh_database")
@pytest.mark.parametrize("part", parts())
def test_whatever_becomes_of_loans_the_ledger_holds_what_their_schedules_leave(part):
    Lives.founded = found_group(names=("Sari", "Wati", "Budi"), opening=CAPITAL).pk
    Lives.pace = Pace(f"lives-{part}")
    run_state_machine_as_test(Lives, settings=settings(max_examples=sequences(4), stateful_step_count=12))
