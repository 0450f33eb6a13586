"""Postings with their accounts and entries, and the reversals that mirror them."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ledger.verify.problem import Books, Problem
from ledger.verify.reading import stream


def check_accounts(books: Books) -> Iterator[Problem]:
    """An account lies in the book of its postings."""
    rows = stream(
        """
        SELECT min(p.book_id), a.id, min(e.number)
          FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id JOIN ledger_entry e ON e.id = p.entry_id
         WHERE %(books)s::bigint[] IS NULL OR p.book_id = ANY(%(books)s::bigint[])
         GROUP BY a.id, a.book_id HAVING bool_and(p.book_id <> a.book_id)
         ORDER BY 1, 2
        """,
        books,
    )
    for book, account, number in rows:
        yield Problem(book, "account", account, _("Its postings lie in another book."), number)


def check_lone_postings(books: Books) -> Iterator[Problem]:
    """Every posting has its entry."""
    rows = stream(
        """
        SELECT p.book_id, p.id FROM ledger_posting p LEFT JOIN ledger_entry e ON e.id = p.entry_id
         WHERE e.id IS NULL AND (%(books)s::bigint[] IS NULL OR p.book_id = ANY(%(books)s::bigint[]))
         ORDER BY p.book_id, p.id
        """,
        books,
    )
    for book, row in rows:
        yield Problem(book, "posting", row, _("Its entry is missing."))


def check_reversals(books: Books) -> Iterator[Problem]:
    """A reversal gives its reason and mirrors one earlier entry that is no reversal, on its day while that was open."""
    rows = stream(
        """
        SELECT e.book_id, e.number
          FROM ledger_entry e
          JOIN ledger_book b ON b.id = e.book_id
          LEFT JOIN ledger_entry o ON o.id = e.reverses_id AND o.book_id = e.book_id
         WHERE e.reverses_id IS NOT NULL AND (%(books)s::bigint[] IS NULL OR e.book_id = ANY(%(books)s::bigint[]))
           AND (o.id IS NULL OR o.reverses_id IS NOT NULL OR o.number >= e.number OR o.kind <> e.kind
                OR btrim(e.memo) = ''
                OR (o."on" <> e."on" AND (b.closed_through IS NULL OR o."on" > b.closed_through))
                OR (SELECT array_agg((account_id, amount::numeric) ORDER BY account_id, amount)
                      FROM ledger_posting WHERE entry_id = e.id)
                   IS DISTINCT FROM
                   (SELECT array_agg((account_id, -amount::numeric) ORDER BY account_id, amount DESC)
                      FROM ledger_posting WHERE entry_id = o.id))
         ORDER BY e.book_id, e.number
        """,
        books,
    )
    for book, number in rows:
        yield Problem(book, "entry", number, _("It does not mirror the entry it corrects."), number)
