"""A closing that was forged, moved in the chain or taken away is named."""

from datetime import timedelta

import pytest

from ledger import verify
from ledger.models import Closing, Submission
from ledger.services import open_book
from tests.books import close_through
from tests.ledger.village import MEETING, NEXT_MEETING, deposit, mawar, opening, send, settle, sql

pytestmark = [pytest.mark.django_db, pytest.mark.tampers]


@pytest.fixture
def book():
    """Two sheets, the first closed."""
    book = mawar()
    send(book, opening(200_000), deposit(1, 2_000), content={"pekan": 1})
    close_through(book=book, on=MEETING)
    send(book, deposit(1, 2_000, NEXT_MEETING), content={"pekan": 2})
    send(book, content={"hadir": 0})
    settle()
    assert list(verify.problems([book.pk])) == []
    sql("SET LOCAL session_replication_role = replica")
    return book


def named(book) -> set[tuple[str, int]]:
    return {(one.table, one.row) for one in verify.problems([book.pk])}


def test_a_book_closed_further_than_its_closings_is_named(book):
    sql("UPDATE ledger_book SET closed_through = %s", NEXT_MEETING)
    assert named(book) == {("book", book.pk)}


def test_a_book_without_the_closings_it_had_is_named(book):
    closing = Submission.objects.get(book=book, content__contains="closing")
    sql("DELETE FROM ledger_closing")
    assert named(book) == {("book", book.pk), ("submission", closing.pk)}
    sql("UPDATE ledger_book SET closed_through = NULL")
    assert named(book) == {("submission", closing.pk)}, "closing and closed day taken away together"


def test_what_only_looks_like_a_closing_closes_nothing(book):
    sql("SET LOCAL session_replication_role = origin")
    send(book, content={"bank": "BRI", "closing": "mulai jam lima"})
    assert named(book) == set()


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_head_that_is_not_its_own_is_named(book, which):
    closing = Closing.objects.get(book=book)
    links = [*Submission.objects.filter(book=book).exclude(digest=closing.head_digest), book.entries.get(number=2)]
    sql("UPDATE ledger_closing SET head_digest = %s", links[which].digest)
    assert ("submission", Submission.objects.get(digest=closing.head_digest).pk) in named(book)


def test_a_closing_forged_whole_is_named(book):
    latest = book.entries.order_by("number").last()
    sql(
        "INSERT INTO ledger_closing (book_id, through, last_number, head_digest, cash, bank, closed_at)"
        " VALUES (%s, %s, %s, %s, 204000, 0, now())",
        *(book.pk, NEXT_MEETING, latest.number, latest.digest),
    )
    sql("UPDATE ledger_book SET closed_through = %s", NEXT_MEETING)
    assert named(book) == {("closing", Closing.objects.get(through=NEXT_MEETING).pk)}


def test_of_a_closing_older_than_their_seal_a_notice_says_so():
    book = mawar()
    sql("SET LOCAL session_replication_role = replica")
    sql(
        "INSERT INTO ledger_closing (book_id, through, last_number, head_digest, cash, bank, closed_at)"
        " VALUES (%s, %s, 4, %s, 156000, 0, now())",
        *(book.pk, MEETING, book.head_digest),
    )
    sql("UPDATE ledger_book SET closed_through = %s", MEETING)
    (notice,) = verify.problems([book.pk])
    assert (notice.table, notice.notice) == ("closing", True)


def test_a_closing_moved_to_an_earlier_head_or_a_later_day_is_named(book):
    closing, first = Closing.objects.get(book=book), book.entries.get(number=1)
    sql("UPDATE ledger_closing SET head_digest = %s, last_number = 1", first.digest)
    assert ("closing", closing.pk) in named(book)
    sql("UPDATE ledger_closing SET through = %s, head_digest = %s, last_number = 3, cash = 204000",
        MEETING + timedelta(3_650), book.entries.get(number=3).digest)  # fmt: skip
    assert ("closing", closing.pk) in named(book)


def test_a_closing_of_an_empty_book_is_in_order():
    book = open_book(name="KSM Kosong", kind="ksm")
    close_through(book=book, on=MEETING)
    send(book, content={"hadir": 0})
    close_through(book=book, on=NEXT_MEETING)
    assert list(verify.problems([book.pk])) == []
