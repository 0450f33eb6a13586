"""What was read aloud to members."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ledger import verify
from ledger.verify import Books, Problem


@verify.register
def check_readings(books: Books) -> Iterator[Problem]:
    """The digest a balance reading names lies in its book, at the number it names."""
    rows = verify.stream(
        """
        SELECT g.book_id, r.id, r.number
          FROM meetings_balancereading r JOIN groups_group g ON g.id = r.group_id
         WHERE (%(books)s::bigint[] IS NULL OR g.book_id = ANY(%(books)s::bigint[]))
           AND NOT EXISTS (SELECT 1 FROM ledger_entry e
                            WHERE e.book_id = g.book_id AND e.number = r.number AND e.digest = r.digest)
           AND NOT EXISTS (SELECT 1 FROM ledger_submission s
                            WHERE s.book_id = g.book_id AND s.digest = r.digest
                              AND s.first_number IS NULL)
           AND NOT EXISTS (SELECT 1 FROM ledger_book b
                            WHERE b.id = g.book_id AND r.number = 0 AND r.digest = ledger_genesis(b.uid))
         ORDER BY g.book_id, r.id
        """,
        books,
    )
    for book, reading, number in rows:
        yield Problem(
            book, "meetings_balancereading", reading, _("The digest that was read is none of this book."), number
        )
