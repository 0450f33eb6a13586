"""Closings, and the days a book is closed through."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from ledger import sealed
from ledger.chart import rupiah
from ledger.verify.problem import Books, Problem
from ledger.verify.reading import stream


def check_closings(books: Books) -> Iterator[Problem]:
    """A closing is what was sealed of it, and still so: what was opened with is what was closed with.

    Later entries lie after it, and a book is closed through its latest closing. Of one that was made before closings
    were sealed, a notice says so; none follows one that is.
    """
    rows = stream(
        """
        SELECT c.book_id, c.id, c.last_number, c.cash, c.bank, coalesce(m.cash, 0), coalesce(m.bank, 0),
               b.closed_through IS NULL OR b.closed_through < c.through,
               (c.last_number = 0 AND c.head_digest = ledger_genesis(b.uid))
               OR EXISTS (SELECT 1 FROM ledger_entry e WHERE e.book_id = c.book_id AND e.number = c.last_number
                                                         AND e.digest = c.head_digest)
               OR EXISTS (SELECT 1 FROM ledger_submission s
                           WHERE s.book_id = c.book_id AND s.digest = c.head_digest AND s.first_number IS NULL
                             AND c.last_number = coalesce((SELECT max(v.last_number) FROM ledger_submission v
                                                            WHERE v.book_id = c.book_id AND v.id < s.id), 0)),
               (SELECT min(e.number) FROM ledger_entry e
                 WHERE e.book_id = c.book_id AND e.number > c.last_number AND e."on" <= c.through),
               c.through, c.closed_by_id IS NOT DISTINCT FROM s.posted_by_id AND c.closed_at = s.posted_at,
               coalesce(s.content, '')
          FROM ledger_closing c
          JOIN ledger_book b ON b.id = c.book_id
          LEFT JOIN ledger_submission s ON s.book_id = c.book_id AND s.digest = c.head_digest
          LEFT JOIN LATERAL (
               SELECT sum(p.amount) FILTER (WHERE a.code = '1110') AS cash,
                      sum(p.amount) FILTER (WHERE a.code = '1120') AS bank
                 FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
                WHERE a.book_id = c.book_id AND a.code IN ('1110', '1120') AND p."on" <= c.through) m ON true
         WHERE %(books)s::bigint[] IS NULL OR c.book_id = ANY(%(books)s::bigint[])
         ORDER BY c.book_id, c.through
        """,
        books,
    )
    sealed_before: set[int] = set()
    for (
        book, row, number, cash, bank, held_cash, held_bank, reopened, has_head, written_since, through, as_posted,
        content,
    ) in rows:  # fmt: skip
        told = sealed.read(content, _closing)
        if told is not None:
            sealed_before.add(book)
            if told != (through.isoformat(), cash, bank) or not as_posted:
                sentence = _("Its day, its figures, who closed it or when are not what was sealed.")
                yield Problem(book, "closing", row, sentence, number)
        elif has_head:
            sentence = _("Nothing was sealed of it in the chain.")
            yield Problem(book, "closing", row, sentence, number, notice=book not in sealed_before)
        if (cash, bank) != (held_cash, held_bank):
            sentence = _("It was closed with %(closed)s in box and bank, the postings come to %(found)s.") % {
                "closed": rupiah(cash + bank),
                "found": rupiah(int(held_cash + held_bank)),
            }
            yield Problem(book, "closing", row, sentence, number)
        if reopened:
            yield Problem(book, "closing", row, _("The book is no longer closed through that day."), number)
        if not has_head:
            yield Problem(book, "closing", row, _("The head it was closed with no longer lies in the chain."), number)
        if written_since:
            sentence = _("Entry %(number)s was written after it, into the period it closed.")
            yield Problem(book, "closing", row, sentence % {"number": written_since}, written_since)
    rows = stream(
        """
        SELECT b.id FROM ledger_book b
         WHERE b.closed_through IS NOT NULL AND (%(books)s::bigint[] IS NULL OR b.id = ANY(%(books)s::bigint[]))
           AND NOT EXISTS (SELECT 1 FROM ledger_closing c WHERE c.book_id = b.id AND c.through >= b.closed_through)
         ORDER BY b.id
        """,
        books,
    )
    for (book,) in rows:
        yield Problem(book, "book", book, _("It is closed through a day that no closing speaks of."))
    rows = stream(
        """
        SELECT s.book_id, s.id, s.content FROM ledger_submission s
         WHERE s.content LIKE '{"bank":%%,"closing":"%%"}' AND s.first_number IS NULL
           AND (%(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[]))
           AND NOT EXISTS (SELECT 1 FROM ledger_closing c WHERE c.book_id = s.book_id AND c.head_digest = s.digest)
         ORDER BY s.book_id, s.id
        """,
        books,
    )
    for book, row, content in rows:
        if sealed.read(content, _closing):
            yield Problem(book, "submission", row, _("A period was closed by it, but the closing is missing."))


def _closing(content: Any) -> tuple[str, int, int]:
    """What `services.close` sealed: day, rupiah in the box and in the bank."""
    return sealed.words(content["closing"]), sealed.number(content["cash"]), sealed.number(content["bank"])
