"""Rows read as they are, all from one state of the books."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction
from psycopg2 import extensions

from ledger.verify.problem import Books


@contextmanager
def one_moment() -> Iterator[None]:
    """Show every statement inside the same state of the books, whoever posts meanwhile.

    Inside a transaction that somebody else opened, the view is that transaction's.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _or_first(cast: Callable[[Any, Any], Any], first: Any) -> Callable[[Any, Any], Any]:
    def cast_or_first(value: Any, cursor: Any) -> Any:
        try:
            return cast(value, cursor)
        except (ValueError, OverflowError):
            return first

    return cast_or_first


_CASTS = (
    extensions.new_type((1082,), "DATE", _or_first(extensions.PYDATE, date.min)),
    extensions.new_type((1184,), "TIMESTAMPTZ", _or_first(extensions.PYDATETIMETZ, datetime.min.replace(tzinfo=UTC))),
)

A_FEW = 10  # books whose rows fit into memory together


def stream(sql: str, books: Books, **params: Any) -> Iterator[tuple[Any, ...]]:
    """Yield rows; `sql` limits itself by the parameter `%(books)s`. All books come by and by, a few of them at once.

    A day or moment outside the calendar, which only a forger writes, comes as the first there is.
    """
    few = books is not None and len(books) <= A_FEW  # a server-side cursor is three statements instead of one
    with connection.cursor() if few else connection.chunked_cursor() as cursor:
        for cast in _CASTS:
            extensions.register_type(cast, cursor.cursor)
        cursor.execute(sql, {"books": None if books is None else list(books), **params})
        yield from cursor
