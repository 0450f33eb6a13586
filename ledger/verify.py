"""Reads the books again from the first line and says what does not fit, as data; it changes nothing.

Each check is a small function from books to problems. It trusts no trigger and no stored figure: digests are derived in
Python from what the rows hold, the rest by SQL over the rows themselves. Results stream, so memory does not grow with
the books. Apps above the ledger add checks of what only they know: `verify.register(check)` in their `ready()`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg2 import extensions

from ledger import digest, sealed
from ledger.chart import CHART, rupiah

Books = Collection[int] | None  # primary keys; None for all books


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not fit.

    `row` is the number of an entry, the primary key of anything else. `number` is the entry number from which on it
    matters, None where that cannot be said. A `notice` is worth reading but no error.
    """

    book: int
    table: str
    row: int
    sentence: str
    number: int | None = None
    notice: bool = False


Check = Callable[[Books], Iterable[Problem]]
_checks: list[Check] = []
_derived: list[Check] = []


def register(check: Check) -> Check:
    """Add a check to every later verification; also a decorator. Adding one twice does nothing."""
    if check not in _checks:
        _checks.append(check)
    return check


def register_derived(check: Check) -> Check:
    """Add a check of what is only derived from the books, and takes as long as deriving it again; also a decorator."""
    _derived.append(check)
    return check


def problems(books: Books = None, *, derived: bool = False) -> Iterator[Problem]:
    """Run every check over these books, or all of them; with `derived` also those of what is derived from them."""
    with one_moment():
        for check in [*_checks, *(_derived if derived else ())]:
            yield from check(books)


@contextmanager
def one_moment() -> Iterator[None]:
    """Show every statement inside the same state of the books, whoever posts meanwhile.

    Inside a transaction that somebody else opened, the view is that transaction's.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _or_first(cast: Callable[[Any, Any], Any], first: Any) -> Callable[[Any, Any], Any]:
    def cast_or_first(value: Any, cursor: Any) -> Any:
        try:
            return cast(value, cursor)
        except (ValueError, OverflowError):
            return first

    return cast_or_first


_CASTS = (
    extensions.new_type((1082,), "DATE", _or_first(extensions.PYDATE, date.min)),
    extensions.new_type((1184,), "TIMESTAMPTZ", _or_first(extensions.PYDATETIMETZ, datetime.min.replace(tzinfo=UTC))),
)

A_FEW = 10  # books whose rows fit into memory together


def stream(sql: str, books: Books, **params: Any) -> Iterator[tuple[Any, ...]]:
    """Yield rows; `sql` limits itself by the parameter `%(books)s`. All books come by and by, a few of them at once.

    A day or moment outside the calendar, which only a forger writes, comes as the first there is.
    """
    few = books is not None and len(books) <= A_FEW  # a server-side cursor is three statements instead of one
    with connection.cursor() if few else connection.chunked_cursor() as cursor:
        for cast in _CASTS:
            extensions.register_type(cast, cursor.cursor)
        cursor.execute(sql, {"books": None if books is None else list(books), **params})
        yield from cursor


def _follows(previous: str | None, link: digest.Sealed | digest.SealedSubmission, seal: str) -> bool:
    """Whether this link's digest is the one that comes after `previous`; a digest somebody garbled fits nothing."""
    try:
        return previous is not None and digest.chain(previous, link) == seal
    except ValueError:
        return False


@register
def check_submissions(books: Books) -> Iterator[Problem]:
    """What was sent matches its hash, carries its digest, and holds exactly the next entries of its book."""
    rows = stream(
        """
        SELECT s.book_id, b.uid, s.id, s.first_number, s.last_number, s.posted_at, coalesce(s.posted_by_id, 0), s.key,
               s.content_hash, s.content_hash = encode(sha256(convert_to(s.content, 'UTF8')), 'hex'), s.digest,
               s.before_id, CASE WHEN s.before_number IS NULL THEN s.before_digest ELSE v.digest END,
               coalesce(s.highest, 0), e.n, e.low, e.high,
               s.last_number IS NOT NULL AND NOT EXISTS (
                   SELECT 1 FROM ledger_entry WHERE book_id = s.book_id AND number = s.last_number)
          FROM (SELECT *, lag(id) OVER w AS before_id, lag(last_number) OVER w AS before_number,
                       lag(digest) OVER w AS before_digest,
                       max(last_number) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest
                  FROM ledger_submission WHERE %(books)s::bigint[] IS NULL OR book_id = ANY(%(books)s::bigint[])
                WINDOW w AS (PARTITION BY book_id ORDER BY id)) s
          JOIN ledger_book b ON b.id = s.book_id
          LEFT JOIN ledger_entry v ON v.book_id = s.book_id AND v.number = s.before_number
          LEFT JOIN LATERAL (SELECT count(*) AS n, min(number) AS low, max(number) AS high
                               FROM ledger_entry WHERE submission_id = s.id) e ON true
         ORDER BY s.book_id, s.id
        """,
        books,
    )
    for (
        book, uid, row, first, last, posted_at, posted_by, key, content_hash, content_fits, seal,
        before, previous, highest, n, low, high, last_is_missing,
    ) in rows:  # fmt: skip
        number = highest + 1

        def wrong(sentence: str, number: int | None = number, row: int = row, book: int = book) -> Problem:
            return Problem(book, "submission", row, sentence, number)

        if not content_fits:
            yield wrong(_("What was sent is not what was posted: its text does not match its fingerprint."))
        if (first, last) != (low, high) or n != (last - first + 1 if first and last else 0):
            yield wrong(_("It does not hold the entries it announced."), None)  # which, the entries themselves say
        if last_is_missing:
            yield Problem(book, "entry", last, _("It is missing, though its submission announced it."), last)
        if first and first != number:
            yield wrong(_("Its entries do not follow those before it."))
        link = digest.SealedSubmission(first or 0, last or 0, posted_at, posted_by, key, content_hash)
        if not _follows(digest.genesis(uid) if before is None else previous, link, seal):
            yield wrong(_("Its digest does not match what it holds and what came before it."))


@register
def check_entries(books: Books) -> Iterator[Problem]:
    """Numbers run without a gap; each entry is whole, in balance, in its submission, and carries its digest."""
    rows = stream(
        """
        SELECT e.book_id, e.number, coalesce(e.before, 0), e."on", e.kind, e.posted_at, coalesce(e.posted_by_id, 0),
               coalesce(r.number, 0), e.memo_hash,
               e.memo_hash = encode(sha256(convert_to(e.memo, 'UTF8')), 'hex'), e.legs, e.digest,
               e.submission_id, s.id IS NOT NULL, coalesce(s.book_id = e.book_id, false), s.key, s.content_hash,
               (s.posted_by_id, s.posted_at) IS NOT DISTINCT FROM (e.posted_by_id, e.posted_at),
               CASE WHEN e.number = s.first_number THEN s.digest
                    WHEN e.number = e.before + 1 THEN e.before_digest END,
               coalesce(p.codes, '{}'), p.members, p.loans, p.amounts, coalesce(p.strays, '{}'),
               coalesce(p.accounts, '{}')
          FROM (SELECT *, lag(number) OVER w AS before, lag(digest) OVER w AS before_digest
                  FROM ledger_entry WHERE %(books)s::bigint[] IS NULL OR book_id = ANY(%(books)s::bigint[])
                WINDOW w AS (PARTITION BY book_id ORDER BY number)) e
          LEFT JOIN ledger_submission s ON s.id = e.submission_id
          LEFT JOIN ledger_entry r ON r.id = e.reverses_id
          LEFT JOIN LATERAL (
                SELECT array_agg(coalesce(a.code, '?')::text) AS codes, array_agg(coalesce(a.member_no, 0)) AS members,
                       array_agg(coalesce(a.loan_no, 0)) AS loans, array_agg(q.amount) AS amounts,
                       array_agg(a.id) FILTER (WHERE a.id IS NOT NULL) AS accounts,
                       array_agg(q.id) FILTER (WHERE q.book_id <> e.book_id OR q."on" <> e."on"
                                                  OR a.book_id IS DISTINCT FROM e.book_id) AS strays
                  FROM ledger_posting q LEFT JOIN ledger_account a ON a.id = q.account_id
                 WHERE q.entry_id = e.id) p ON true
         ORDER BY e.book_id, e.number
        """,
        books,
    )
    unsealed = dict[int, list[set[int]]]()  # by book, the accounts of each entry that its digest does not fit
    for (
        book, number, before, on, kind, posted_at, posted_by, reverses, memo_hash, memo_fits, legs, seal,
        submission, submitted, same_book, key, content_hash, poster_fits, previous,
        codes, members, loans, amounts, strays, accounts,
    ) in rows:  # fmt: skip

        def wrong(sentence: str, book: int = book, number: int = number) -> Problem:
            return Problem(book, "entry", number, sentence, number)

        if number != before + 1:
            yield Problem(book, "entry", before + 1, _("It is missing: the numbers leave a gap."), before + 1)
        for stray in strays:
            yield Problem(book, "posting", stray, _("It does not belong to its entry's book and day."), number)
        if len(codes) != legs:
            yield wrong(_("Postings of it are missing, or were added."))
        elif sum(amounts) != 0:
            yield wrong(_("Its postings do not sum to 0."))
        if not memo_fits:
            yield wrong(_("Its text does not match its fingerprint."))
        if not submitted:
            yield Problem(book, "submission", submission, _("It is missing, but entries belong to it."), number)
            yield wrong(_("Its submission is missing."))
            continue
        if not same_book:
            yield wrong(_("It lies in another book than its submission."))
            yield Problem(book, "submission", submission, _("Entries of another book belong to it."))
        if not poster_fits:
            yield wrong(_("Who posted it, or when, is not what its submission says."))
        link = digest.Sealed(
            number=number,
            on=on,
            kind=kind,
            posted_at=posted_at,
            posted_by=posted_by,
            reverses=reverses,
            key=key,
            content_hash=content_hash,
            memo_hash=memo_hash,
            legs=tuple(zip(codes, members or (), loans or (), amounts or (), strict=True)),
        )
        if not _follows(previous, link, seal):
            yield wrong(_("Its digest does not match what it holds and what came before it."))
            unsealed.setdefault(book, []).append(set(accounts))
    yield from _renamed(unsealed)


def _renamed(unsealed: dict[int, list[set[int]]]) -> Iterator[Problem]:
    """Name the accounts on which all these entries lie and no other: whoever changes what an account is breaks those.

    Where it is a single entry, that may have been changed itself; so the account is only pointed at.
    """
    for book, entries in unsealed.items():
        common = set.intersection(*entries)
        rows = stream(
            """
            SELECT account_id FROM ledger_posting WHERE account_id = ANY(%(common)s)
             GROUP BY account_id HAVING count(DISTINCT entry_id) = %(many)s ORDER BY account_id
            """,
            [book],
            common=list(common),
            many=len(entries),
        )
        for (account,) in rows:
            sentence = _(
                "Just the entries on it do not match their digests: its code, member or loan may be another's."
            )
            yield Problem(book, "account", account, sentence, notice=len(entries) == 1)


@register
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


@register
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


@register
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


@register
def check_balances(books: Books) -> Iterator[Problem]:
    """Every account's balance is the sum of its postings."""
    rows = stream(
        """
        SELECT a.book_id, a.id, a.balance, coalesce(p.total, 0)
          FROM ledger_account a LEFT JOIN LATERAL (
               SELECT sum(amount) AS total FROM ledger_posting WHERE account_id = a.id) p ON true
         WHERE a.balance <> coalesce(p.total, 0)
           AND (%(books)s::bigint[] IS NULL OR a.book_id = ANY(%(books)s::bigint[]))
         ORDER BY a.book_id, a.id
        """,
        books,
    )
    for book, row, balance, total in rows:
        sentence = _("The balance says %(balance)s, the postings come to %(total)s.")
        yield Problem(book, "account", row, sentence % {"balance": rupiah(balance), "total": rupiah(int(total))})


@register
def check_heads(books: Books) -> Iterator[Problem]:
    """A book's head is its last submission or entry, its last number the last entry's, and nothing is left empty."""
    rows = stream(
        """
        SELECT b.id, b.uid, b.head_digest, b.last_number, b.open_legs, s.id IS NULL,
               CASE WHEN s.last_number IS NULL THEN s.digest ELSE e.digest END,
               coalesce((SELECT max(number) FROM ledger_entry WHERE book_id = b.id), 0)
          FROM ledger_book b
          LEFT JOIN LATERAL (SELECT * FROM ledger_submission WHERE book_id = b.id ORDER BY id DESC LIMIT 1) s ON true
          LEFT JOIN ledger_entry e ON e.book_id = b.id AND e.number = s.last_number
         WHERE %(books)s::bigint[] IS NULL OR b.id = ANY(%(books)s::bigint[])
         ORDER BY b.id
        """,
        books,
    )
    for book, uid, head, last_number, open_legs, is_empty, last_link, highest in rows:
        if last_number != highest:
            sentence = _("Its last number says %(stored)s, the last entry is %(found)s.")
            yield Problem(
                book, "book", book, sentence % {"stored": last_number, "found": highest}, min(last_number, highest) + 1
            )
        if open_legs:
            yield Problem(book, "book", book, _("An entry was left empty."))
        if head != (digest.genesis(uid) if is_empty else last_link):
            yield Problem(book, "book", book, _("Its head is not the digest of its last entry."))


@register
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


@register
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
