"""Every reckoning with a member who left is what was sealed then, and what its entries say."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ledger import chart, verify
from ledger.sealed import number, read, words
from ledger.verify import Books, Problem
from loans.verify.steps import BEFORE, sealed_undoing, undoing

_SAVED = [chart.PRINCIPAL_SAVINGS, chart.WEEKLY_SAVINGS, chart.VOLUNTARY_SAVINGS, chart.BLOCKED_SAVINGS]


@verify.register
def check_leavings(books: Books) -> Iterator[Problem]:
    """Every leaving is what was sealed and paid; she left the day after, unless it was taken back as was sealed."""
    rows = list(
        verify.stream(
            f"""
            SELECT s.book_id, t.id, s.id, s.first_number, s.content,
                   g.book_id = s.book_id AND (t.by_id IS NOT DISTINCT FROM s.posted_by_id) AND t.at = s.posted_at
                       AND t.after_number = {BEFORE}
                       AND (t.undone_at IS NOT NULL OR m.left_on = t."on" + 1)
                       AND (t.savings, t.principal, t.charge, t.written_off, t.paid_out)
                         = (p.saved, p.principal, p.charge, p.lost, p.cash),
                   m.no, t."on", t.decided_on, t.decision, t.reason, t.waived, t.undone_at, t.undone_by_id, t.undone_why
              FROM loans_leaving t JOIN groups_member m ON m.id = t.member_id JOIN groups_group g ON g.id = m.group_id
              JOIN ledger_submission s ON s.id = t.submission_id
             CROSS JOIN LATERAL (
                   SELECT coalesce(sum(q.amount) FILTER (WHERE a.code = ANY(%(saved)s) AND a.member_no = m.no), 0)
                              AS saved,
                          coalesce(-sum(q.amount) FILTER (WHERE a.code = %(lent)s AND e.kind = 'exit'), 0) AS principal,
                          coalesce(-sum(q.amount) FILTER (WHERE a.code = %(jasa)s), 0) AS charge,
                          coalesce(sum(q.amount) FILTER (WHERE a.code = %(lost)s), 0) AS lost,
                          coalesce(-sum(q.amount) FILTER (WHERE a.code = %(cash)s), 0) AS cash
                     FROM ledger_entry e JOIN ledger_posting q ON q.entry_id = e.id
                     JOIN ledger_account a ON a.id = q.account_id
                    WHERE e.submission_id = s.id) p
             WHERE %(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[])
             ORDER BY s.book_id, t.id
            """,  # noqa: S608 (parts of our own)
            books,
            saved=_SAVED,
            lent=chart.MEMBER_LOANS,
            jasa=chart.CHARGE_INCOME,
            lost=chart.WRITE_OFF,
            cash=chart.CASH,
        )
    )
    taken_back = sealed_undoing(books) if rows else {}
    for book, row, submission, entry, content, in_place, no, on, decided_on, decision, reason, waived, *undone in rows:
        told = read(
            content,
            lambda one: (
                number(one["leaving"]),
                one["on"],
                one["decided_on"] or one["on"],
                words(one["decision"])[:200],
                one["reason"],
                sum(map(number, one["waived"].values())),
            ),
        )
        said = no, on.isoformat(), decided_on.isoformat(), decision, reason, waived
        if not in_place or (content and told != said):
            sentence = _("The reckoning with who left is not what was sealed, or not what its entries say.")
            yield Problem(book, "loans_leaving", row, sentence, entry)
        elif tuple(undone) != undoing(taken_back, book, ("leaving", no, on.isoformat()), after=submission):
            sentence = _("Whether the leaving was taken back, when and why, is not what was sealed.")
            yield Problem(book, "loans_leaving", row, sentence, entry)


@verify.register
def check_lost_leavings(books: Books) -> Iterator[Problem]:
    """Every leaving that was sealed has its row."""
    rows = verify.stream(
        """
        SELECT s.book_id, s.id, s.first_number, s.content
          FROM ledger_submission s JOIN groups_group g ON g.book_id = s.book_id
         WHERE content LIKE '{"decided_on":%%' AND content LIKE '%%"leaving":%%'
           AND (%(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[]))
           AND NOT EXISTS (SELECT 1 FROM loans_leaving t WHERE t.submission_id = s.id)
         ORDER BY s.book_id, s.id
        """,
        books,
    )
    for book, submission, entry, content in rows:
        if read(content, lambda told: number(told["leaving"])) is not None:
            yield Problem(book, "ledger_submission", submission, _("A leaving has lost its row."), entry)
