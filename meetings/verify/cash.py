"""The box as it was counted, what members gave outside a sheet, and what became of a difference."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ledger import verify
from ledger.chart import CASH, rupiah
from ledger.kinds import DIFFERENCE, SETTLEMENT
from ledger.sealed import read, words
from ledger.verify import Books, Problem
from meetings import sealed
from meetings.sealed import SealedCount
from meetings.verify.texts import sealed_texts


@verify.register
def check_boxes(books: Books) -> Iterator[Problem]:
    """What the book said the box held, at every sheet and every other count of it, is what its entries come to.

    That is what stood in the book then, of that day and before: what was dated later, or written later, is no part.
    """
    rows = verify.stream(
        """
        SELECT s.book_id, s.first_number, m.id, m."on"::text, m.cash_before, m.cash_expected, c.id, c.expected,
               (SELECT coalesce(json_agg(json_build_array(d."on"::text, d.moved, d.difference)), '[]')
                  FROM (SELECT p."on", sum(p.amount) AS moved,
                               coalesce(sum(p.amount) FILTER (WHERE e.kind = %(difference)s), 0) AS difference
                          FROM ledger_entry e CROSS JOIN LATERAL (
                               SELECT q."on", q.amount
                                 FROM ledger_posting q JOIN ledger_account a ON a.id = q.account_id
                                WHERE q.entry_id = e.id AND a.code = %(cash)s AND a.member_no = 0 AND a.loan_no = 0
                               OFFSET 0) p  -- else all that ever moved cash is read anew for each submission
                         WHERE e.submission_id = s.id GROUP BY p."on") d)
          FROM ledger_submission s JOIN groups_group g ON g.book_id = s.book_id
          LEFT JOIN meetings_meeting m ON m.submission_id = s.id
          LEFT JOIN meetings_boxcount c ON c.submission_id = s.id
         WHERE %(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[])
         ORDER BY s.book_id, s.id
        """,
        books,
        cash=CASH,
        difference=DIFFERENCE,
    )
    of, held = 0, dict[str, int]()
    for book, number, meeting, on, before, expected, count, counted_against, moved in rows:
        if book != of:
            of, held = book, {}
        if meeting is not None:
            found = sum(amount for day, amount in held.items() if day <= on)
            by_the_book = found + sum(amount - difference for _day, amount, difference in moved)
            if (before, expected) != (found, by_the_book):
                sentence = _("The cash by the book says %(said)s, the entries come to %(found)s.")
                said = {"said": rupiah(expected), "found": rupiah(by_the_book)}
                yield Problem(book, "meetings_meeting", meeting, sentence % said, number)
        if count is not None and counted_against != (found := sum(held.values())):
            sentence = _("The cash by the book says %(said)s, the entries come to %(found)s.")
            said = {"said": rupiah(counted_against), "found": rupiah(found)}
            yield Problem(book, "meetings_boxcount", count, sentence % said, number)
        for day, amount, _difference in moved:
            held[day] = held.get(day, 0) + amount


@verify.register
def check_counts(books: Books) -> Iterator[Problem]:
    """Every count of the box outside a sheet is what was sealed, and every sealed one has its row."""
    rows = verify.stream(
        """
        SELECT coalesce(s.book_id, g.book_id), c.id, s.id, s.first_number, s.content,
               s.book_id IS NOT DISTINCT FROM g.book_id, c."on", c.counted, c.counted_by, c.counted_with,
               c.before_meeting
          FROM (SELECT * FROM ledger_submission WHERE content LIKE '{"count":{"before_meeting":%%') s
          FULL JOIN (meetings_boxcount c JOIN groups_group g ON g.id = c.group_id) ON c.submission_id = s.id
         WHERE %(books)s::bigint[] IS NULL
            OR s.book_id = ANY(%(books)s::bigint[]) OR g.book_id = ANY(%(books)s::bigint[])
         ORDER BY 1, s.id, c.id
        """,
        books,
    )
    for book, row, submission, number, content, in_its_book, on, counted, one, other, before_meeting in rows:
        if row is None:
            text = _("A count of the box was sent, but its row is missing.")
            yield Problem(book, "submission", submission, text, number)
        elif not in_its_book or read(content, sealed.count) != SealedCount(on, counted, (one, other), before_meeting):
            yield Problem(book, "meetings_boxcount", row, _("The count of the box is not what was sent."), number)


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
    """A cash difference is what its entry moved, and what is settled of it what its standing settlements moved on 1290.

    All of it is settled once it is resolved, or nothing where it was none after all.
    """
    rows = verify.stream(
        """
        SELECT g.book_id, d.id, e.number, d.amount, d.settled, abs(d.amount::numeric), d.resolved_on IS NOT NULL,
               (SELECT -sum(p.amount) FROM ledger_posting p
                  JOIN ledger_account a ON a.id = p.account_id AND a.code = '1290' AND a.book_id = g.book_id
                 WHERE p.entry_id = d.entry_id AND d."on" = e."on"),
               coalesce((SELECT sum(abs(p.amount::numeric)) FROM meetings_settlement s
                           JOIN ledger_posting p ON p.entry_id = s.entry_id
                           JOIN ledger_account a ON a.id = p.account_id AND a.code = '1290'
                          WHERE s.difference_id = d.id
                            AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = s.entry_id)), 0)
          FROM meetings_cashdifference d
          JOIN groups_group g ON g.id = d.group_id LEFT JOIN ledger_entry e ON e.id = d.entry_id
         WHERE %(books)s::bigint[] IS NULL OR g.book_id = ANY(%(books)s::bigint[])
         ORDER BY g.book_id, d.id
        """,
        books,
    )
    for book, row, number, amount, settled, size, resolved, found, moved in rows:
        whole = resolved == (settled == size) or (resolved and not settled)  # or it was none after all
        if settled != moved or not whole:
            text = _("What is settled of the cash difference is not what the book says.")
            yield Problem(book, "meetings_cashdifference", row, text, number)
        if amount != found:
            text = _("The cash difference is not what its entry moved.")
            yield Problem(book, "meetings_cashdifference", row, text, number)


@verify.register
def check_difference_owners(books: Books) -> Iterator[Problem]:
    """Why a cash difference arose and who looks after it is what was sealed with the count, or of the owner since.

    That a later owner is sealed too is said in the count; of an older one another owner is told by a notice.
    """
    since = dict[tuple[int, int], int]()
    for book, (arose, no) in sealed_texts(books, '{"of_difference":%', sealed.owned):
        since[book, arose] = no
    rows = verify.stream(
        """
        SELECT g.book_id, d.id, e.number, s.content, s.last_number, d.reason,
               CASE WHEN o.group_id = g.id THEN o.no ELSE -o.id END
          FROM meetings_cashdifference d JOIN groups_group g ON g.id = d.group_id
          LEFT JOIN meetings_meeting m ON m.id = d.meeting_id LEFT JOIN meetings_boxcount c ON c.id = d.count_id
          LEFT JOIN ledger_submission s ON s.id = coalesce(m.submission_id, c.submission_id)
          LEFT JOIN groups_member o ON o.id = d.owner_id LEFT JOIN ledger_entry e ON e.id = d.entry_id
         WHERE %(books)s::bigint[] IS NULL OR g.book_id = ANY(%(books)s::bigint[])
         ORDER BY g.book_id, d.id
        """,
        books,
    )
    for book, row, entry, content, arose, reason, owner in rows:
        told = read(content or "", sealed.difference)
        if told is None:
            continue  # the text is erased, or named with its sheet or count
        if reason != told.reason:
            text = _("Why the cash difference arose is not what was sealed.")
            yield Problem(book, "meetings_cashdifference", row, text, entry)
        if owner != since.get((book, arose), told.owner_no):
            text = _("Who looks after the cash difference is not who was sealed.")
            notice = not told.owner_changes and (book, arose) not in since
            yield Problem(book, "meetings_cashdifference", row, text, entry, notice=notice)


@verify.register
def check_settlements(books: Books) -> Iterator[Problem]:
    """How a cash difference ended is what was sealed, and what its entry moved; it was over on the day of the last."""
    rows = verify.stream(
        """
        SELECT g.book_id, t.id, e.number, s.content, t.ending, t.words,
               (e.book_id, t."on") = (g.book_id, e."on")
                   AND t.amount = (SELECT abs(sum(p.amount)) FROM ledger_posting p
                                     JOIN ledger_account a ON a.id = p.account_id AND a.code = '1290'
                                    WHERE p.entry_id = e.id)
                   AND (d.resolved_on IS NULL OR d.settled = 0 OR d.resolved_on = (
                        SELECT l."on" FROM meetings_settlement o JOIN ledger_entry l ON l.id = o.entry_id
                         WHERE o.difference_id = d.id
                           AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = l.id)
                         ORDER BY l.number DESC LIMIT 1))
          FROM meetings_settlement t JOIN meetings_cashdifference d ON d.id = t.difference_id
          JOIN groups_group g ON g.id = d.group_id
          JOIN ledger_entry e ON e.id = t.entry_id JOIN ledger_submission s ON s.id = e.submission_id
         WHERE %(books)s::bigint[] IS NULL OR g.book_id = ANY(%(books)s::bigint[])
         ORDER BY g.book_id, t.id
        """,
        books,
    )
    for book, row, number, content, ending, ended, in_place in rows:
        told = read(content, lambda one: (one["ending"], words(one["words"]).strip()[:300]))
        if not in_place or (content and told != (ending, ended)):
            text = _("How the cash difference ended is not what was sealed.")
            yield Problem(book, "meetings_settlement", row, text, number)


@verify.register
def check_difference_entries(books: Books) -> Iterator[Problem]:
    """Every entry of a cash difference or of its settlement that stands has its row."""
    rows = verify.stream(
        """
        SELECT e.book_id, e.number FROM ledger_entry e JOIN groups_group g ON g.book_id = e.book_id
         WHERE e.kind IN (%(difference)s, %(settlement)s) AND e.reverses_id IS NULL
           AND (%(books)s::bigint[] IS NULL OR e.book_id = ANY(%(books)s::bigint[]))
           AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id)
           AND NOT EXISTS (SELECT 1 FROM meetings_cashdifference d
                            WHERE d.entry_id = e.id AND e.kind = %(difference)s)
           AND NOT EXISTS (SELECT 1 FROM meetings_settlement t WHERE t.entry_id = e.id AND e.kind = %(settlement)s)
         ORDER BY e.book_id, e.number
        """,
        books,
        difference=DIFFERENCE,
        settlement=SETTLEMENT,
    )
    for book, number in rows:
        yield Problem(book, "entry", number, _("The cash difference it belongs to is missing."), number)
