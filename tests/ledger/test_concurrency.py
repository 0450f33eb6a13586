"""Many people at one book at once, with real commits: everybody waits her turn, and the sums are exact."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from ledger import chart, verify
from ledger.models import Account, Book, Submission
from ledger.services import accounts_for, lock_book, open_book, reversal_of
from tests.books import close_through
from tests.ledger.village import MEETING, balance, deposit, entry, lend, mawar, now, opening, send, spend

AT_ONCE = 50  # connections, each a person of her own


@pytest.fixture
def book(fresh_database) -> Book:
    return mawar()


def crowd(times: int, work: Callable[[int], Any]) -> list[Any]:
    """Do the work `times` times from up to fifty threads that start together; return answers, refusals among them."""
    many = min(times, AT_ONCE)
    start = Barrier(many)

    def person(own: range) -> list[Any]:
        answers = []
        try:
            connection.ensure_connection()
            start.wait(timeout=60)
            for turn in own:
                try:
                    answers.append(work(turn))
                except ValidationError as refusal:
                    answers.append(refusal)
        finally:
            connection.close()
        return answers

    with ThreadPoolExecutor(many) as people:
        turns = [range(first, times, many) for first in range(many)]
        return [answer for answers in people.map(person, turns) for answer in answers]


def codes(answers: list[Any]) -> Counter[str]:
    return Counter(answer.code if isinstance(answer, ValidationError) else "done" for answer in answers)


def test_two_treasurers_at_once_take_turns(book):
    crowd(20, lambda turn: send(book, deposit(1 + turn % 2, 1_000), spend(500)))

    assert now(book).last_number == 4 + 40
    assert balance(book, chart.CASH) == 156_000 + 20 * 500
    assert balance(book, chart.WEEKLY_SAVINGS, 1) == -(3_000 + 10_000)


def test_one_reversal_raced_50_ways_is_posted_once(book):
    draft = reversal_of(entry(book, 3), reason="salah orang")

    answers = crowd(50, lambda _turn: send(book, draft))

    assert codes(answers) == {"done": 1, "reversed": 49}
    assert balance(book, chart.CASH) == 151_000
    assert balance(book, chart.WEEKLY_SAVINGS, 2) == 0
    assert now(book).last_number == 5


def test_one_key_sent_50_ways_is_one_posting_and_50_identical_receipts(book):
    key = uuid4()

    answers = crowd(50, lambda _turn: send(book, deposit(1, 1_000), key=key, content={"setoran": 1_000}))

    assert codes(answers) == {"done": 50}
    assert Counter(answer.created for answer in answers) == {True: 1, False: 49}
    receipts = {
        (s.pk, s.key, s.first_number, s.last_number, s.content_hash, s.posted_at, s.digest)
        for s in (answer.submission for answer in answers)
    }
    assert len(receipts) == 1
    assert Submission.objects.filter(book=book).count() == 2
    assert balance(book, chart.CASH) == 157_000


def test_80_parallel_deposits_of_5_000_are_exactly_400_000(fresh_database):
    book = open_book(name="KSM Melati", kind="ksm")

    answers = crowd(80, lambda _turn: send(book, deposit(1, 5_000)))

    assert codes(answers) == {"done": 80}
    assert balance(book, chart.CASH) == 400_000
    assert balance(book, chart.WEEKLY_SAVINGS, 1) == -400_000
    assert Account.objects.filter(book=book).count() == 2
    assert now(book).last_number == 80
    assert list(verify.problems([book.pk])) == []


def test_cash_for_three_is_not_lent_four_times(book):
    answers = crowd(10, lambda turn: send(book, lend(1, turn + 1, 50_000)))

    assert codes(answers) == {"done": 3, "below_zero": 7}
    assert balance(book, chart.CASH) == 6_000


def test_posting_and_closing_at_once_leaves_nothing_behind_the_door(book):
    answers = crowd(20, lambda turn: close_through(book=book, on=MEETING) if turn == 10 else send(book, spend(100)))

    posted = codes(answers)["done"] - 1
    assert codes(answers)["closed"] == 19 - posted
    assert balance(book, chart.CASH) == 156_000 - 100 * posted
    assert now(book).closed_through == MEETING


def test_opening_accounts_before_the_lock_is_no_deadlock(book):
    """Each opens accounts, a new member's and one that all want, before she asks for the book itself."""

    def join(turn: int) -> None:
        with transaction.atomic():
            accounts_for(book, [(chart.WEEKLY_SAVINGS, 10 + turn, 0), (chart.SOCIAL_FUND, 0, 0)])
            send(book, deposit(10 + turn, 2_000))

    assert codes(crowd(30, join)) == {"done": 30}
    assert balance(book, chart.CASH) == 156_000 + 60_000


def test_books_do_not_wait_for_each_other(book):
    melati = open_book(name="KSM Melati", kind="ksm")
    with transaction.atomic():
        lock_book(book.pk)

        def elsewhere(_turn: int) -> None:
            send(melati, opening(1_000))

        with ThreadPoolExecutor(1) as other:

            def post_and_leave() -> None:
                try:
                    elsewhere(0)
                finally:
                    connection.close()

            other.submit(post_and_leave).result(timeout=60)
    assert balance(melati, chart.CASH) == 1_000


def test_verification_sees_one_moment_while_others_post(book):
    """Posting goes on during the checks; none of it looks like a half-written book."""

    def work(turn: int) -> list[verify.Problem]:
        if turn % 10 == 0:
            return list(verify.problems())
        send(book, deposit(1, 1_000), deposit(2, 1_000))
        return []

    assert [problem for found in crowd(60, work) for problem in found] == []
    assert now(book).last_number == 4 + 2 * 54


def test_a_service_that_fails_half_way_leaves_nothing(book):
    def fail_after_posting() -> None:
        with transaction.atomic():
            send(book, deposit(1, 1_000, date(2026, 1, 21)))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail_after_posting()

    assert now(book) == book
    assert now(book).head_digest == book.head_digest
    assert balance(book, chart.CASH) == 156_000
