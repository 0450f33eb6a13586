"""Hypothesis keeps a book in plain Python beside the real one and does whatever a treasurer might, in any order."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from ledger import chart, verify
from ledger.chart import CHART
from ledger.models import Account, Book, Entry
from ledger.services import AccountKey, Draft, Leg, Receipt, open_book, post, reversal_of
from tests.books import close_through
from tests.ledger.village import AT, deposit, lend, opening, repay, settle, spend, withdraw
from tests.properties import examples

FIRST_DAY = date(2026, 1, 5)
days = st.integers(0, 27).map(lambda n: FIRST_DAY + timedelta(n))
members = st.integers(1, 4)
loans = st.integers(1, 3)
amounts = st.integers(1, 30).map(lambda thousands: thousands * 1_000)


@dataclass
class PaperBook:
    """What a careful person would keep on paper: the entries as they came, and nothing else."""

    entries: list[Draft] = field(default_factory=list)
    reversed: set[int] = field(default_factory=set)
    closed_through: date | None = None
    sent: dict[UUID, tuple[tuple[Draft, ...], tuple[int, int] | None]] = field(default_factory=dict)

    def balances(self, more: tuple[Draft, ...] = ()) -> dict[AccountKey, int]:
        totals: dict[AccountKey, int] = {}
        for draft in (*self.entries, *more):
            for leg in draft.legs:
                totals[leg.key] = totals.get(leg.key, 0) + leg.amount
        return totals

    def refusal(self, drafts: tuple[Draft, ...]) -> str | None:
        """The code a submission of these would be refused with."""
        if self.closed_through and any(draft.on <= self.closed_through for draft in drafts):
            return "closed"
        for (code, *_), amount in self.balances(drafts).items():
            if CHART[code].floored and CHART[code].sign * amount < 0:
                return "below_zero"
        return None

    def write(self, key: UUID, drafts: tuple[Draft, ...]) -> tuple[int, int] | None:
        first = len(self.entries) + 1
        self.entries += drafts
        self.sent[key] = drafts, (first, len(self.entries)) if drafts else None
        return self.sent[key][1]


class Treasurer(RuleBasedStateMachine):
    """Everything that writes to a book, against the paper book."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.paper = PaperBook()
        self.book: Book = open_book(name="KSM Mawar", kind="ksm")

    def teardown(self) -> None:
        try:
            settle()
            assert [problem for problem in verify.problems([self.book.pk]) if not problem.notice] == []
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    def send(self, *drafts: Draft, key: UUID | None = None) -> Receipt | None:
        """Post, and expect what the paper book says."""
        key = key or uuid4()
        content = {"drafts": [repr(draft) for draft in drafts]}
        expected = self.paper.refusal(drafts)
        if expected:
            with pytest.raises(ValidationError) as refusal:
                post(book=self.book, key=key, content=content, drafts=drafts, by=None, at=AT)
            assert refusal.value.code == expected
            return None
        receipt = post(book=self.book, key=key, content=content, drafts=drafts, by=None, at=AT)
        numbers = self.paper.write(key, drafts)
        assert (receipt.submission.first_number, receipt.submission.last_number) == (numbers or (None, None))
        assert receipt.created
        return receipt

    @rule(amount=amounts, on=days)
    def open_with(self, amount: int, on: date) -> None:
        self.send(opening(amount, on))

    @rule(members=st.lists(members, min_size=1, max_size=4), amount=amounts, on=days)
    def meet(self, members: list[int], amount: int, on: date) -> None:
        self.send(*(deposit(member, amount, on) for member in members))

    @rule(member=members, amount=amounts, on=days)
    def pay_out(self, member: int, amount: int, on: date) -> None:
        self.send(withdraw(member, amount, on))

    @rule(member=members, loan=loans, amount=amounts, on=days)
    def lend(self, member: int, loan: int, amount: int, on: date) -> None:
        self.send(lend(member, loan, amount, on))

    @rule(member=members, loan=loans, amount=amounts, charge=st.integers(0, 900), on=days)
    def collect(self, member: int, loan: int, amount: int, charge: int, on: date) -> None:
        self.send(repay(member, loan, amount, charge, on))

    @rule(amount=amounts, on=days)
    def buy_snacks(self, amount: int, on: date) -> None:
        self.send(spend(amount, on))

    @rule()
    def meet_without_money(self) -> None:
        self.send()

    @precondition(lambda self: self.paper.entries)
    @rule(data=st.data(), replace=st.booleans(), amount=amounts)
    def correct(self, data: st.DataObject, replace: bool, amount: int) -> None:  # noqa: FBT001 - drawn by Hypothesis
        number = data.draw(st.integers(1, len(self.paper.entries)))
        entry = Entry.objects.get(book=self.book, number=number)
        original = self.paper.entries[number - 1]
        if number in self.paper.reversed or original.reverses:
            with pytest.raises(ValidationError) as refusal:
                reversal_of(entry, reason="salah")
            assert refusal.value.code == ("is_reversal" if original.reverses else "reversed")
            return
        drafts = [reversal_of(entry, reason="salah")]
        assert drafts[0].on == original.on
        if replace:
            drafts.append(deposit(1, amount, original.on))
        if self.send(*drafts):
            self.paper.reversed.add(number)

    @precondition(lambda self: self.paper.sent)
    @rule(data=st.data(), other=st.booleans())
    def send_again(self, data: st.DataObject, other: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
        key = data.draw(st.sampled_from(list(self.paper.sent)))
        drafts, numbers = self.paper.sent[key]
        content = {"drafts": [repr(draft) for draft in drafts] + (["lain"] if other else [])}
        if other:
            with pytest.raises(ValidationError) as refusal:
                post(book=self.book, key=key, content=content, drafts=drafts, by=None, at=AT)
            assert refusal.value.code == "key_reused"
            return
        receipt = post(book=self.book, key=key, content=content, drafts=drafts, by=None, at=AT)
        assert not receipt.created
        assert (receipt.submission.first_number, receipt.submission.last_number) == (numbers or (None, None))

    @rule(on=st.integers(0, 12).map(lambda n: FIRST_DAY + timedelta(n)))
    def close(self, on: date) -> None:
        if self.paper.closed_through and on < self.paper.closed_through:
            with pytest.raises(ValidationError):
                close_through(book=self.book, on=on)
        else:
            self.paper.closed_through = close_through(book=self.book, on=on).closed_through

    @invariant()
    def the_book_is_what_was_written_on_paper(self) -> None:
        expected = self.paper.balances()
        stored = {(a.code, a.member_no, a.loan_no): a.balance for a in Account.objects.filter(book=self.book)}
        assert {key: amount for key, amount in stored.items() if amount} == {k: v for k, v in expected.items() if v}
        assert sum(stored.values()) == 0
        assert stored.get((chart.CASH, 0, 0), 0) >= 0
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT last_number,"
                " (SELECT coalesce(sum(amount), 0) FROM ledger_posting WHERE book_id = %s AND amount > 0)"
                " FROM ledger_book WHERE id = %s",
                [self.book.pk, self.book.pk],
            )
            assert cursor.fetchone() == (
                len(self.paper.entries),
                sum(max(leg.amount, 0) for draft in self.paper.entries for leg in merged(draft)),
            )


def merged(draft: Draft) -> list[Leg]:
    totals: dict[AccountKey, int] = {}
    for leg in draft.legs:
        totals[leg.key] = totals.get(leg.key, 0) + leg.amount
    return [Leg(*key[:1], amount, *key[1:]) for key, amount in totals.items()]


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_any_order_of_work_leaves_the_book_as_on_paper():
    run_state_machine_as_test(
        Treasurer,
        settings=settings(max_examples=examples(20), stateful_step_count=20),
    )
