"""What carries a digest: submissions, entries, and the head of a book."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ledger import digest
from ledger.verify.problem import Books, Problem
from ledger.verify.reading import stream


def _follows(previous: str | None, link: digest.Sealed | digest.SealedSubmission, seal: str) -> bool:
    """Whether this link's digest is the one that comes after `previous`; a digest somebody garbled fits nothing."""
    try:
        return previous is not None and digest.chain(previous, link) == seal
    except ValueError:
        return False


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


def check_heads(books: Books) -> Iterator[Problem]:
    """A book's head is its last submission or entry, its last number the last entry's."""
    rows = stream(
        """
        SELECT b.id, b.uid, b.head_digest, b.last_number, s.id IS NULL,
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
    for book, uid, head, last_number, is_empty, last_link, highest in rows:
        if last_number != highest:
            sentence = _("Its last number says %(stored)s, the last entry is %(found)s.")
            yield Problem(
                book, "book", book, sentence % {"stored": last_number, "found": highest}, min(last_number, highest) + 1
            )
        if head != (digest.genesis(uid) if is_empty else last_link):
            yield Problem(book, "book", book, _("Its head is not the digest of its last entry."))
