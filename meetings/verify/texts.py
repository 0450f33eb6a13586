"""Sealed texts of one kind, for what is told by several of them."""

from collections.abc import Callable, Iterator
from typing import Any

from ledger import verify
from ledger.sealed import Found, read
from ledger.verify import Books


def sealed_texts(books: Books, like: str, take: Callable[[Any], Found]) -> Iterator[tuple[int, Found]]:
    """Yield book and what was sealed of every submission whose text is `like` that and can be read, oldest first."""
    rows = verify.stream(
        """
        SELECT book_id, content FROM ledger_submission
         WHERE content LIKE %(like)s AND (%(books)s::bigint[] IS NULL OR book_id = ANY(%(books)s::bigint[]))
         ORDER BY book_id, id
        """,
        books,
        like=like,
    )
    for book, content in rows:
        if (told := read(content, take)) is not None:
            yield book, told
