"""What only meetings know of the books: who came, what was decided and why it was corrected is what was sealed."""

import json
from collections.abc import Iterator

from django.utils.translation import gettext as _

from ledger import verify
from ledger.verify import Books, Problem
from meetings.models import Correction


@verify.register
def check_meetings(books: Books) -> Iterator[Problem]:
    """Attendance, minutes, place and cash count of every meeting are those of its submission, attendance as corrected.

    A correction of attendance is a submission of its own that names old and new; each starts from the one before it.
    """
    put_right = _attendance_corrections(books)
    rows = verify.stream(
        """
        SELECT s.book_id, m.id, s.first_number, s.content, m."on", m.place, m.agenda, m.discussion, m.decisions,
               m.cash_counted, m.count,
               (SELECT coalesce(json_object_agg(p.no, a.status), '{}') FROM meetings_attendance a
                  JOIN groups_member p ON p.id = a.member_id WHERE a.meeting_id = m.id),
               (SELECT coalesce(json_agg(p.no), '[]') FROM groups_member p WHERE p.group_id = m.group_id
                  AND p.joined_on <= m."on" AND (p.left_on IS NULL OR p.left_on > m."on"))
          FROM meetings_meeting m JOIN ledger_submission s ON s.id = m.submission_id
         WHERE %(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[])
         ORDER BY s.book_id, m."on"
        """,
        books,
    )
    for book, meeting, number, content, on, *held, count, came, active in rows:
        if not content:
            continue  # erased; its hash still stands in the chain
        sealed = json.loads(content)
        minutes, counted = sealed["minutes"], sealed["count"]
        sent = [sealed["place"], minutes["agenda"], minutes["discussion"], minutes["decisions"], counted["counted"]]
        said = {str(row["member_no"]): row["attendance"] for row in sealed["rows"] if row["attendance"]}
        if sealed["on"] != on.isoformat() or sent != held or _plain(count) != counted["pieces"]:
            text = _("Minutes, place or cash count are not what was sent.")
            yield Problem(book, "meetings_meeting", meeting, text, number)
        for changes in put_right.get((book, on.isoformat()), []):
            if any(said.get(no, "") != old for no, (old, _new) in changes.items()):
                text = _("A correction of attendance does not start from what was sent before it.")
                yield Problem(book, "meetings_meeting", meeting, text, number)
            said |= {no: new for no, (_old, new) in changes.items()}
        missing = [no for no in said if no not in came and int(no) in active]
        if missing or any(said.get(no) != status for no, status in came.items()):
            text = _("The attendance is not what was sent.")
            yield Problem(book, "meetings_meeting", meeting, text, number)


def _attendance_corrections(books: Books) -> dict[tuple[int, str], list[dict[str, list[str]]]]:
    """Return what was put right of each meeting, by book and day, oldest first. Few are ever written."""
    rows = verify.stream(
        """
        SELECT book_id, content FROM ledger_submission
         WHERE content LIKE '{"attendance_correction":%%'
           AND (%(books)s::bigint[] IS NULL OR book_id = ANY(%(books)s::bigint[]))
         ORDER BY book_id, id
        """,
        books,
    )
    found: dict[tuple[int, str], list[dict[str, list[str]]]] = {}
    for book, content in rows:
        sealed = json.loads(content)
        found.setdefault((book, sealed["meeting"]), []).append(sealed["attendance_correction"])
    return found


@verify.register
def check_corrections(books: Books) -> Iterator[Problem]:
    """Every correction gives the reason that was sealed with it, and every sealed one has its row."""
    rows = verify.stream(
        """
        SELECT s.book_id, c.id, s.first_number, s.content, c.reason, c.kind, m."on"
          FROM meetings_correction c JOIN ledger_submission s ON s.id = c.submission_id
          LEFT JOIN meetings_meeting m ON m.id = c.meeting_id
         WHERE %(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[])
         ORDER BY s.book_id, c.id
        """,
        books,
    )
    for book, row, number, content, reason, kind, on in rows:
        sealed = json.loads(content) if content else {}
        is_of_day = kind != Correction.Kind.ATTENDANCE or sealed.get("meeting") == on.isoformat()
        if content and (sealed["reason"].strip()[:200] != reason or not is_of_day):
            yield Problem(book, "meetings_correction", row, _("The correction is not what was sent."), number)
    rows = verify.stream(
        """
        SELECT s.book_id, s.id, s.first_number FROM ledger_submission s
         WHERE content LIKE ANY(ARRAY['{"attendance_correction":%%', '{"added":%%', '{"decided_year_back":%%'])
           AND (%(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[]))
           AND NOT EXISTS (SELECT 1 FROM meetings_correction c WHERE c.submission_id = s.id)
         ORDER BY s.book_id, s.id
        """,
        books,
    )
    for book, submission, number in rows:
        yield Problem(book, "ledger_submission", submission, _("A correction has lost its row."), number)


@verify.register
def check_contributions(books: Books) -> Iterator[Problem]:
    """Who gave money outside a sheet is who was sealed with it, and nobody sealed has lost her row."""
    rows = verify.stream(
        """
        SELECT e.book_id, e.number, s.content, m.no
          FROM ledger_submission s JOIN ledger_entry e ON e.submission_id = s.id
          LEFT JOIN meetings_contribution c ON c.entry_id = e.id LEFT JOIN groups_member m ON m.id = c.member_id
         WHERE s.content LIKE '{"act":"receive",%%'
           AND (%(books)s::bigint[] IS NULL OR e.book_id = ANY(%(books)s::bigint[]))
         ORDER BY e.book_id, e.number
        """,
        books,
    )
    for book, number, content, no in rows:
        if json.loads(content).get("member") != no:
            yield Problem(book, "entry", number, _("Who gave this money is not who was sealed with it."), number)


@verify.register
def check_differences(books: Books) -> Iterator[Problem]:
    """What is settled of a cash difference is what its standing settlements moved on 1290; all of it, once resolved."""
    rows = verify.stream(
        """
        SELECT g.book_id, d.id, e.number, d.settled, abs(d.amount), d.resolved_on IS NOT NULL,
               coalesce((SELECT sum(abs(p.amount)) FROM meetings_settlement s
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


@verify.register
def check_readings(books: Books) -> Iterator[Problem]:
    """The digest a balance reading names lies in its book, at the number it names."""
    rows = verify.stream(
        """
        SELECT g.book_id, r.id, r.number
          FROM meetings_balancereading r JOIN groups_group g ON g.id = r.group_id
         WHERE (%(books)s::bigint[] IS NULL OR g.book_id = ANY(%(books)s::bigint[]))
           AND NOT EXISTS (SELECT 1 FROM ledger_entry e
                            WHERE e.book_id = g.book_id AND e.number = r.number AND e.digest = r.digest)
           AND NOT EXISTS (SELECT 1 FROM ledger_submission s
                            WHERE s.book_id = g.book_id AND s.digest = r.digest
                              AND s.first_number IS NULL)
           AND NOT EXISTS (SELECT 1 FROM ledger_book b
                            WHERE b.id = g.book_id AND r.number = 0 AND r.digest = ledger_genesis(b.uid))
         ORDER BY g.book_id, r.id
        """,
        books,
    )
    for book, reading, number in rows:
        yield Problem(
            book, "meetings_balancereading", reading, _("The digest that was read is none of this book."), number
        )


def _plain(count: object) -> object:
    """A JSON column read through a bare cursor comes as text."""
    return json.loads(count) if isinstance(count, str) else count
