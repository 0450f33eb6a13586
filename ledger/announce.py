"""One word to whoever keeps derived facts: this book changed from that day on, said once per piece of work.

A service that posts and then writes more wraps both in `one_announcement`; the announcement comes when the outermost
one ends, inside the same transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from django.dispatch import Signal

book_changed = Signal()
"""Sent with `book_id` (int) and `from_on` (date): the earliest business date that something changed on."""

_pending: ContextVar[dict[int, date] | None] = ContextVar("ledger_pending_announcements", default=None)


def announce(book_id: int, from_on: date) -> None:
    """Say that a book changed from `from_on` on; joins the announcement under way, if there is one."""
    pending = _pending.get()
    if pending is None:
        book_changed.send(sender=None, book_id=book_id, from_on=from_on)
    else:
        pending[book_id] = min(from_on, pending.get(book_id, from_on))


@contextmanager
def one_announcement() -> Iterator[None]:
    """Gather everything announced inside and say it once, when the outermost block ends without an error."""
    if _pending.get() is not None:
        yield
        return
    pending: dict[int, date] = {}
    token = _pending.set(pending)
    try:
        yield
    finally:
        _pending.reset(token)
    for book_id, from_on in pending.items():
        book_changed.send(sender=None, book_id=book_id, from_on=from_on)
