"""Balances, now and at the end of each day."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ledger.chart import CHART, rupiah
from ledger.verify.problem import Books, Problem
from ledger.verify.reading import stream


def check_balances(books: Books) -> Iterator[Problem]:
    """Every account's balance is the sum of its postings, and the last one that it counted is the last there is."""
    rows = stream(
        """
        SELECT a.book_id, a.id, a.balance, coalesce(p.total, 0)
          FROM ledger_account a LEFT JOIN LATERAL (
               SELECT sum(amount) AS total, max(id) AS last FROM ledger_posting WHERE account_id = a.id) p ON true
         WHERE (a.balance, a.counted) IS DISTINCT FROM (coalesce(p.total, 0), coalesce(p.last, 0))
           AND (%(books)s::bigint[] IS NULL OR a.book_id = ANY(%(books)s::bigint[]))
         ORDER BY a.book_id, a.id
        """,
        books,
    )
    for book, row, balance, total in rows:
        sentence = _("The balance says %(balance)s, the postings come to %(total)s.")
        if balance == total:
            sentence = _("The balance is not counted up to the last posting.")
        yield Problem(book, "account", row, sentence % {"balance": rupiah(balance), "total": rupiah(int(total))})


def check_days(books: Books) -> Iterator[Problem]:
    """Notices of accounts that may not fall below 0 and, in the order of dates, did at the end of some day."""
    floored = [line for line in CHART.values() if line.floored]
    rows = stream(
        """
        SELECT book_id, id, code, min("on"), count(*), min(running)
          FROM (SELECT a.book_id, a.id, a.code, p."on",
                       CASE WHEN a.code = ANY(%(debit)s) THEN 1 ELSE -1 END
                       * sum(sum(p.amount)) OVER (PARTITION BY a.id ORDER BY p."on") AS running
                  FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
                 WHERE a.code = ANY(%(floored)s)
                   AND (%(books)s::bigint[] IS NULL OR a.book_id = ANY(%(books)s::bigint[]))
                 GROUP BY a.id, p."on") d
         WHERE running < 0
         GROUP BY book_id, id, code ORDER BY book_id, id
        """,
        books,
        debit=[line.code for line in floored if line.sign == 1],
        floored=[line.code for line in floored],
    )
    for book, row, code, first_on, days, lowest in rows:
        sentence = _("%(account)s ends %(days)s day(s) below 0, first on %(on)s, at worst at %(amount)s.") % {
            "account": CHART[code].name,
            "days": days,
            "on": first_on.strftime("%d-%m-%Y"),
            "amount": rupiah(int(lowest)),
        }
        yield Problem(book, "account", row, sentence, notice=True)
