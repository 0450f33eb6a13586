"""Whoever keeps derived facts hears of a book once per piece of work, with the earliest day that changed."""

from datetime import timedelta

import pytest

from ledger.announce import announce, book_changed, one_announcement
from ledger.services import open_book
from tests.ledger.village import MEETING, NEXT_MEETING, deposit, mawar, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def book() -> int:
    return open_book(name="KSM Mawar", kind="ksm").pk


@pytest.fixture
def heard():
    """What was announced, as (book, day)."""
    said = []

    def listen(book_id, from_on, **_signal):
        said.append((book_id, from_on))

    book_changed.connect(listen)
    yield said
    book_changed.disconnect(listen)


def test_a_change_is_announced_at_once(book, heard):
    announce(book, MEETING)
    assert heard == [(book, MEETING)]


def test_changes_of_one_piece_of_work_are_announced_once_from_the_earliest_day(book, heard):
    melati = open_book(name="KSM Melati", kind="ksm").pk
    with one_announcement():
        announce(book, NEXT_MEETING)
        with one_announcement():
            announce(book, MEETING)
            announce(melati, NEXT_MEETING)
        announce(book, NEXT_MEETING + timedelta(7))
        assert heard == []
    assert heard == [(book, MEETING), (melati, NEXT_MEETING)]


def test_work_that_fails_announces_nothing(book, heard):
    def fail() -> None:
        with one_announcement():
            announce(book, MEETING)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail()
    assert heard == []
    announce(book, MEETING)
    assert heard == [(book, MEETING)]


def test_posting_announces_the_earliest_of_its_days_and_a_quiet_meeting_nothing(heard):
    book = mawar()
    send(book, deposit(1, 1_000, NEXT_MEETING), deposit(2, 1_000, MEETING + timedelta(1)))
    send(book)
    assert heard == [(book.pk, MEETING), (book.pk, MEETING + timedelta(1))]
