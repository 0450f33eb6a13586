"""What statements ask the database: sums over the postings of a period, and balances on its eve.

A balance of a day is summed from the nearer end of the book: from its first posting, or back from what the accounts
hold now. So the cost of a statement does not follow what lies outside its period.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from ledger.chart import BANK, CASH, CHARGE_TO_UPK, HELD_FOR_UPK, OWED_TO_UPK
from ledger.kinds import YEAR_END
from ledger.services import AccountKey
from reports.statements.figures import INCOME, OPENING, UPK, Flow, Results, Turnover
from reports.statements.period import Period

OPENING_KIND = "opening"
CASH_CODES = (CASH, BANK)
UPK_CODES = (OWED_TO_UPK, HELD_FOR_UPK, CHARGE_TO_UPK)


def _rows(sql: str, parameters: Sequence[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def span(book_id: int) -> tuple[date, date] | None:
    """Return the first and the last day an entry of the book bears; None while it is empty. One query."""
    ((first, last),) = _rows('SELECT min("on"), max("on") FROM ledger_entry WHERE book_id = %s', [book_id])
    return (first, last) if first else None


def balances(
    book_id: int, before: date, days: tuple[date, date] | None, codes: Collection[str] = ()
) -> dict[AccountKey, int]:
    """Return what each account held on the eve of a day, in rupiah, debit positive, zeros left out. One query.

    `days` is the book's span; `codes` asks for these accounts alone.
    """
    if days is None:
        return {}
    of_codes = "AND a.code = ANY(%(codes)s)" if codes else ""
    values: dict[str, Any] = {"book": book_id, "before": before, "codes": list(codes)}
    if before - days[0] < days[1] - before:
        sql = f"""
            SELECT a.code, a.member_no, a.loan_no, sum(p.amount)::bigint
              FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id AND a.book_id = %(book)s
             WHERE p.book_id = %(book)s AND p."on" < %(before)s {of_codes}
             GROUP BY a.id HAVING sum(p.amount) <> 0"""  # noqa: S608 (our own)
    else:
        sql = f"""
            SELECT a.code, a.member_no, a.loan_no, (a.balance - coalesce(l.total, 0))::bigint
              FROM ledger_account a
              LEFT JOIN (SELECT p.account_id, sum(p.amount) AS total FROM ledger_posting p
                          WHERE p.book_id = %(book)s AND p."on" >= %(before)s GROUP BY p.account_id) l
                ON l.account_id = a.id
             WHERE a.book_id = %(book)s AND a.balance <> coalesce(l.total, 0) {of_codes}"""  # noqa: S608 (our own)
    return {(code, member, loan): total for code, member, loan, total in _rows(sql, values)}


def by_code(found: dict[AccountKey, int]) -> dict[str, int]:
    """Add balances up by chart code."""
    totals: dict[str, int] = {}
    for (code, _member, _loan), amount in found.items():
        totals[code] = totals.get(code, 0) + amount
    return totals


def turnovers(book_id: int, period: Period) -> dict[str, Turnover]:
    """Return what was debited and credited in the period by chart code, in rupiah, as posted. One query."""
    rows = _rows(
        """SELECT a.code, coalesce(sum(p.amount) FILTER (WHERE p.amount > 0), 0)::bigint,
                  coalesce(-sum(p.amount) FILTER (WHERE p.amount < 0), 0)::bigint
             FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
            WHERE p.book_id = %s AND p."on" BETWEEN %s AND %s GROUP BY a.code""",
        [book_id, period.start, period.end],
    )
    return {code: Turnover(debit, credit) for code, debit, credit in rows}


def results(book_id: int, period: Period) -> Results:
    """Return what income and cost accounts gained in the period, the year-end closing apart. One query."""
    rows = _rows(
        """SELECT a.code, coalesce(-sum(p.amount) FILTER (WHERE e.kind <> %s), 0)::bigint,
                  coalesce(-sum(p.amount) FILTER (WHERE e.kind = %s), 0)::bigint
             FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id JOIN ledger_entry e ON e.id = p.entry_id
            WHERE p.book_id = %s AND p."on" BETWEEN %s AND %s AND a.code >= %s GROUP BY a.code""",
        [YEAR_END, YEAR_END, book_id, period.start, period.end, INCOME],
    )
    gained = {code: amount if code[0] == INCOME else -amount for code, amount, _closed in rows if amount}
    return Results(gained, closed=sum(closed for _code, _amount, closed in rows))


def flows(book_id: int, period: Period) -> list[Flow]:
    """Return where cash and bank came from and went to in the period. One query.

    Each entry counts by what stands against its cash, per chart code; what is taken back is taken off the side it had
    been counted on. What concerns the UPK counts as one, so that money only set aside for it has not moved yet.
    """
    rows = _rows(
        """SELECT bucket, incoming, sum(net)::bigint
             FROM (SELECT bucket, net, (net > 0) <> taken_back AS incoming
                     FROM (SELECT p.entry_id, e.reverses_id IS NOT NULL AS taken_back, -sum(p.amount) AS net,
                                  CASE WHEN e.kind = %s THEN %s WHEN a.code = ANY(%s) THEN %s ELSE a.code END AS bucket
                             FROM ledger_posting p
                             JOIN ledger_account a ON a.id = p.account_id
                             JOIN ledger_entry e ON e.id = p.entry_id
                            WHERE p.book_id = %s AND p."on" BETWEEN %s AND %s AND a.code <> ALL(%s)
                              AND p.entry_id IN (
                                SELECT q.entry_id FROM ledger_posting q JOIN ledger_account c ON c.id = q.account_id
                                 WHERE q.book_id = %s AND q."on" BETWEEN %s AND %s AND c.code = ANY(%s))
                            GROUP BY 1, 2, 4) entry) counted
            WHERE net <> 0 GROUP BY bucket, incoming ORDER BY bucket, incoming DESC""",
        [
            *(OPENING_KIND, OPENING, list(UPK_CODES), UPK),
            *(book_id, period.start, period.end, list(CASH_CODES)),
            *(book_id, period.start, period.end, list(CASH_CODES)),
        ],
    )
    return [Flow(bucket, into=net if incoming else 0, out=0 if incoming else -net) for bucket, incoming, net in rows]


def movements(book_id: int, period: Period, codes: Collection[str]) -> dict[tuple[str, int], tuple[int, int]]:
    """Return what each member put in and took out in the period, by (chart code, member number). One query.

    What is taken back is taken off the side it had been counted on.
    """
    rows = _rows(
        """SELECT code, member_no, coalesce(-sum(amount) FILTER (WHERE incoming), 0)::bigint,
                  coalesce(sum(amount) FILTER (WHERE NOT incoming), 0)::bigint
             FROM (SELECT a.code, a.member_no, p.amount, (p.amount < 0) <> (e.reverses_id IS NOT NULL) AS incoming
                     FROM ledger_posting p
                     JOIN ledger_account a ON a.id = p.account_id
                     JOIN ledger_entry e ON e.id = p.entry_id
                    WHERE p.book_id = %s AND p."on" BETWEEN %s AND %s AND a.code = ANY(%s)) moved
            GROUP BY code, member_no""",
        [book_id, period.start, period.end, list(codes)],
    )
    return {(code, member): (into, out) for code, member, into, out in rows}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The accounts a ledger is about: their ids, and what they hold together now (rupiah, debit positive)."""

    ids: list[int]
    balance: int


def choose(book_id: int, code: str, member_no: int | None, loan_no: int | None) -> Chosen:
    """Return the accounts of a code, of one member or loan where a number is given. One query."""
    rows = _rows(
        """SELECT id, balance FROM ledger_account WHERE book_id = %s AND code = %s
              AND (%s::int IS NULL OR member_no = %s) AND (%s::int IS NULL OR loan_no = %s)""",
        [book_id, code, member_no, member_no, loan_no, loan_no],
    )
    return Chosen([pk for pk, _balance in rows], sum(balance for _pk, balance in rows))


def opening(chosen: Chosen, before: date, days: tuple[date, date] | None) -> int:
    """Return what these accounts held together on the eve of a day. One query."""
    if days is None:
        return 0
    if before - days[0] < days[1] - before:
        sql = 'SELECT coalesce(sum(amount), 0)::bigint FROM ledger_posting WHERE account_id = ANY(%s) AND "on" < %s'
        return _rows(sql, [chosen.ids, before])[0][0]
    sql = 'SELECT coalesce(sum(amount), 0)::bigint FROM ledger_posting WHERE account_id = ANY(%s) AND "on" >= %s'
    return chosen.balance - _rows(sql, [chosen.ids, before])[0][0]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many lines a ledger has in the period, and what they debit and credit."""

    lines: int
    debit: int
    credit: int


def totals(chosen: Chosen, period: Period, first: int | None = None) -> Totals:
    """Add up a ledger's lines of the period, or only so many of its first. One query."""
    limit = "" if first is None else f'ORDER BY "on", entry_id, id LIMIT {first:d}'
    (row,) = _rows(
        f"""SELECT count(*), coalesce(sum(amount) FILTER (WHERE amount > 0), 0)::bigint,
                   coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)::bigint
              FROM (SELECT amount FROM ledger_posting
                     WHERE account_id = ANY(%s) AND "on" BETWEEN %s AND %s {limit}) line""",  # noqa: S608 (our own)
        [chosen.ids, period.start, period.end],
    )
    return Totals(*row)


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of an entry, by the key of its account."""

    code: str
    member_no: int
    loan_no: int
    amount: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a ledger: what it moved the accounts by, and the entry it belongs to with its other legs."""

    on: date
    amount: int
    number: int
    kind: str
    memo: str
    reverses: int | None
    reversed_by: int | None
    member_no: int  # of the account it moved, 0 where that is nobody's
    others: list[Leg]


def lines(chosen: Chosen, period: Period, skip: int = 0, most: int | None = None) -> list[Line]:
    """Return a ledger's lines of the period in the order of the book. Two queries."""
    rows = _rows(
        """SELECT p."on", p.amount, e.id, e.number, e.kind, e.memo, r.number, v.number, a.member_no
             FROM (SELECT id, "on", entry_id, amount, account_id FROM ledger_posting
                    WHERE account_id = ANY(%s) AND "on" BETWEEN %s AND %s
                    ORDER BY "on", entry_id, id OFFSET %s LIMIT %s) p
             JOIN ledger_entry e ON e.id = p.entry_id
             JOIN ledger_account a ON a.id = p.account_id
             LEFT JOIN ledger_entry r ON r.id = e.reverses_id
             LEFT JOIN ledger_entry v ON v.reverses_id = e.id
            ORDER BY p."on", p.entry_id, p.id""",
        [chosen.ids, period.start, period.end, skip, most],
    )
    others = _others({row[2] for row in rows}, chosen.ids)
    return [
        Line(on, amount, number, kind, memo, reverses, reversed_by, member_no, others.get(entry, []))
        for on, amount, entry, number, kind, memo, reverses, reversed_by, member_no in rows
    ]


def _others(entries: Iterable[int], ids: list[int]) -> dict[int, list[Leg]]:
    """Return the legs of these entries on accounts other than these."""
    rows = _rows(
        """SELECT p.entry_id, a.code, a.member_no, a.loan_no, p.amount
             FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
            WHERE p.entry_id = ANY(%s) AND p.account_id <> ALL(%s)
            ORDER BY p.entry_id, a.code, a.member_no, a.loan_no""",
        [list(entries), ids],
    )
    found: dict[int, list[Leg]] = {}
    for entry, *leg in rows:
        found.setdefault(entry, []).append(Leg(*leg))
    return found
