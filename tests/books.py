"""After any test that touched a book, the books are proved again; a test that forges them says `tampers`."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.db.models.signals import post_save

from groups.models import Group
from ledger import services, verify
from ledger.announce import book_changed
from ledger.models import Book, Closing
from ledger.services import close, post
from meetings.sealed import imported_key

OLD_BOOK = "0" * 64


def old_sheet(group: Group, on: date, at: datetime) -> UUID:
    """Return the key of a sheet of the group's old book, and seal that this book was brought in."""
    content = {"import": 1, "group": group.code, "book": OLD_BOOK}
    key = imported_key(group.code, OLD_BOOK, "book")
    post(book=group.book, key=key, content=content, drafts=[], by=None, at=at)
    return imported_key(group.code, OLD_BOOK, on.isoformat())


def close_through(*, book: Book, on: date) -> Book:
    """Close a book through a day, the day after at noon."""
    if not Closing.objects.filter(book=book, through=on).exists():
        close(book=book, on=on, by=None, at=datetime.combine(on, time(12), UTC) + timedelta(1))
    return services.close_through(book=book, on=on)


@pytest.fixture(autouse=True)
def books_stay_in_order(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test that leaves a book which `verify_books` objects to."""
    if "fresh_database" in request.fixturenames:
        request.getfixturevalue("fresh_database")  # so that this ends before the database does
    elif "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
    else:
        yield
        return

    touched: set[int] = set()

    def changed(book_id: int, **_signal: object) -> None:
        touched.add(book_id)

    def saved(instance: Book, **_signal: object) -> None:
        touched.add(instance.pk)

    book_changed.connect(changed)
    post_save.connect(saved, sender=Book)
    try:
        yield
    finally:
        book_changed.disconnect(changed)
        post_save.disconnect(saved, sender=Book)
    if touched and not connection.needs_rollback and not request.node.get_closest_marker("tampers"):
        assert objections(touched) == []


def objections(books: set[int] | None = None) -> list[verify.Problem]:
    """What `verify_books` says of these books, or of all; notices are no objection."""
    return [problem for problem in verify.problems(books) if not problem.notice]
