"""What bodies know of the books: whose each is, and what it is called."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ledger import verify
from ledger.verify import Books, Problem


@verify.register
def check_lost_books(books: Books) -> Iterator[Problem]:
    """Every body has its book, and whatever was written stands in one."""
    rows = verify.stream(
        """
        SELECT DISTINCT o.book_id
          FROM (SELECT book_id FROM groups_group UNION ALL SELECT book_id FROM groups_upk
                UNION ALL SELECT book_id FROM ledger_submission UNION ALL SELECT book_id FROM ledger_account) o
         WHERE NOT EXISTS (SELECT 1 FROM ledger_book k WHERE k.id = o.book_id)
           AND o.book_id IS NOT NULL
           AND (%(books)s::bigint[] IS NULL OR o.book_id = ANY(%(books)s::bigint[]))
         ORDER BY 1
        """,
        books,
    )
    for (book,) in rows:
        yield Problem(book, "book", book, _("The book is missing."))


@verify.register
def check_owners(books: Books) -> Iterator[Problem]:
    """A book is of the kind of the body that keeps it, and carries its name."""
    rows = verify.stream(
        """
        SELECT k.id, k.kind <> o.kind, k.name <> o.name, k.name, o.name
          FROM ledger_book k
          JOIN (SELECT book_id, name, 'ksm' AS kind FROM groups_group
                UNION ALL SELECT book_id, name, 'upk' FROM groups_upk) o ON o.book_id = k.id
         WHERE (k.kind, k.name) <> (o.kind, o.name)
           AND (%(books)s::bigint[] IS NULL OR k.id = ANY(%(books)s::bigint[]))
         ORDER BY k.id
        """,
        books,
    )
    for book, other_kind, other_name, name, owner in rows:
        if other_kind:
            yield Problem(book, "book", book, _("It says it is a book of another kind of body."))
        if other_name:
            sentence = _("It is called %(name)s, but the book is that of %(owner)s.")
            yield Problem(book, "book", book, sentence % {"name": name, "owner": owner})
