"""The box as it was counted, what members gave outside a sheet, and what became of a difference."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ledger import verify
from ledger.sealed import read
from ledger.verify import Books, Problem
from meetings import sealed


@verify.register
def check_contributions(books: Books) -> Iterator[Problem]:
    """Who gave money outside a sheet is who was sealed with it, and nobody sealed has lost her row."""
    rows = verify.stream(
        """
        SELECT e.book_id, e.number, s.content, m.no
          FROM ledger_submission s JOIN ledger_entry e ON e.submission_id = s.id
          LEFT JOIN meetings_contribution c ON c.entry_id = e.id LEFT JOIN groups_member m ON m.id = c.member_id
         WHERE (c.id IS NOT NULL OR s.content LIKE '{"act":"receive",%%')
           AND (%(books)s::bigint[] IS NULL OR e.book_id = ANY(%(books)s::bigint[]))
         ORDER BY e.book_id, e.number
        """,
        books,
    )
    for book, number, content, no in rows:
        if content == "":
            continue  # erased; its hash still stands in the chain
        told = read(content, lambda one: (sealed.giver(one),))
        if told != (no,):
            yield Problem(book, "entry", number, _("Who gave this money is not who was sealed with it."), number)


@verify.register
def check_differences(books: Books) -> Iterator[Problem]:
    """What is settled of a cash difference is what its standing settlements moved on 1290; all of it, once resolved."""
    rows = verify.stream(
        """
        SELECT g.book_id, d.id, e.number, d.settled, abs(d.amount), d.resolved_on IS NOT NULL,
               coalesce((SELECT sum(abs(p.amount::numeric)) FROM meetings_settlement s
                           JOIN ledger_posting p ON p.entry_id = s.entry_id
                           JOIN ledger_account a ON a.id = p.account_id AND a.code = '1290'
                          WHERE s.difference_id = d.id
                            AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = s.entry_id)), 0)
          FROM meetings_cashdifference d
          JOIN groups_group g ON g.id = d.group_id JOIN ledger_entry e ON e.id = d.entry_id
         WHERE %(books)s::bigint[] IS NULL OR g.book_id = ANY(%(books)s::bigint[])
         ORDER BY g.book_id, d.id
        """,
        books,
    )
    for book, row, number, settled, size, resolved, moved in rows:
        whole = resolved == (settled == size) or (resolved and not settled)  # or it was none after all
        if settled != moved or not whole:
            text = _("What is settled of the cash difference is not what the book says.")
            yield Problem(book, "meetings_cashdifference", row, text, number)
