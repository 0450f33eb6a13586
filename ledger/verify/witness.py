"""A digest printed earlier, found again in the chain."""

from dataclasses import dataclass
from datetime import date

from ledger.verify.problem import Books
from ledger.verify.reading import one_moment, stream


@dataclass(frozen=True, slots=True)
class Witness:
    """Where a digest printed earlier lies: `number` and `on` are None at a submission without entries or the start."""

    book: int
    number: int | None
    on: date | None
    digest: str


def find_witness(printed: str, books: Books = None) -> list[Witness]:
    """Return every link whose digest begins with these 8 or more small hex digits, in the books asked for.

    That it lies there proves something only when the same run of `problems` found the chain whole.
    """
    rows = stream(
        """
        SELECT * FROM (
            SELECT book_id, number, "on", digest FROM ledger_entry
            UNION ALL SELECT book_id, NULL, NULL, digest FROM ledger_submission
            UNION ALL SELECT id, NULL, NULL, encode(sha256(convert_to(E'buku-ksm book 1\\n' || uid, 'UTF8')), 'hex')
                        FROM ledger_book) l
         WHERE digest LIKE %(prefix)s AND (%(books)s::bigint[] IS NULL OR book_id = ANY(%(books)s::bigint[]))
         ORDER BY book_id, number
        """,
        books,
        prefix=f"{printed}%",
    )
    with one_moment():
        return [Witness(*row) for row in rows]
