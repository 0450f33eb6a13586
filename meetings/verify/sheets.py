"""Every sheet has its meeting, and every meeting is what its sheet sealed."""

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from ledger import verify
from ledger.kinds import DIFFERENCE
from ledger.sealed import read
from ledger.verify import Books, Problem
from meetings import sealed
from meetings.sealed import SealedSheet
from meetings.verify.texts import sealed_texts

_DISBURSEMENT = "disbursement"


@verify.register
def check_meetings(books: Books) -> Iterator[Problem]:
    """Every meeting is that of its submission: attendance as corrected, minutes, count, who wrote it, when, and where.

    A correction of attendance is a submission of its own that names old and new; each starts from the one before it.
    """
    put_right = _attendance_corrections(books)
    brought_in = _imported_books(books)
    rows = verify.stream(
        """
        SELECT coalesce(s.book_id, g.book_id), m.id, s.first_number, s.content, s.key, m.imported,
               s.book_id IS NOT DISTINCT FROM g.book_id,
               (m.posted_by_id, m.posted_at) IS NOT DISTINCT FROM (s.posted_by_id, s.posted_at),
               m.week_start, m."on", m.place, m.agenda, m.discussion, m.decisions, m.manner,
               m.cash_counted, m.counted_by,
               m.count,
               (SELECT coalesce(json_object_agg(CASE WHEN p.group_id = m.group_id THEN p.no ELSE -p.id END, a.status),
                                '{}') FROM meetings_attendance a
                  JOIN groups_member p ON p.id = a.member_id WHERE a.meeting_id = m.id),
               (SELECT coalesce(json_agg(json_build_array(f.what, p.no, f.due_on) ORDER BY f.id), '[]')
                  FROM meetings_followup f LEFT JOIN groups_member p ON p.id = f.owner_id WHERE f.meeting_id = m.id),
               (SELECT coalesce(json_agg(p.no), '[]') FROM groups_member p WHERE p.group_id = m.group_id
                  AND p.joined_on <= m."on" AND (p.left_on IS NULL OR p.left_on > m."on"))
          FROM meetings_meeting m JOIN groups_group g ON g.id = m.group_id
          LEFT JOIN ledger_submission s ON s.id = m.submission_id
         WHERE %(books)s::bigint[] IS NULL
            OR s.book_id = ANY(%(books)s::bigint[]) OR g.book_id = ANY(%(books)s::bigint[])
         ORDER BY 1, m."on", m.id
        """,
        books,
    )
    for (
        book, meeting, number, content, key, imported, in_its_book, posted, week_start, on, *minutes, counted,
        counted_by, count, came, follow_ups, active,
    ) in rows:  # fmt: skip

        def wrong(sentence: str, book: int = book, meeting: int = meeting, number: int | None = number) -> Problem:
            return Problem(book, "meetings_meeting", meeting, sentence, number)

        if not in_its_book:
            yield wrong(_("Its sheet lies in another group's book, or is missing."))
        if content == "":
            continue  # erased; its hash still stands in the chain
        sheet = read(content or "", sealed.sheet)
        if sheet is None:
            yield wrong(_("What was sent cannot be read as a sheet."))
            continue
        held = (on, tuple(minutes), counted, counted_by, _plain(count))
        if held != (sheet.on, sheet.minutes, sheet.counted, sheet.counted_by, sheet.pieces):
            yield wrong(_("Minutes, place or cash count are not what was sent."))
        if sorted(map(_words, _plain(follow_ups))) != sorted(map(_words, sheet.follow_ups)):
            yield wrong(_("Who is to do what is not what was sent."))
        if not posted or week_start != sheet.week_start:
            yield wrong(_("Its week, who wrote it, or when, is not what was sent."))
        if imported != (str(key) in {str(one(sheet.on.isoformat())) for one in brought_in.get(book, [])}):
            yield wrong(_("Whether it comes from an old book is not what was sent."))
        yield from map(wrong, _attendance(sheet, put_right, book, _plain(came), _plain(active)))


def _attendance(
    sheet: SealedSheet, put_right: dict[tuple[int, str], list[Any]], book: int, came: Any, active: Any
) -> Iterator[str]:
    """Say what is wrong with the attendance `came` of a meeting, given what was put right since."""
    said, came = dict(sheet.came), {int(no): status for no, status in came.items()}
    for changes in put_right.get((book, sheet.on.isoformat()), []):
        if any(said.get(no, "") != old for no, (old, _new) in changes.items()):
            yield _("A correction of attendance does not start from what was sent before it.")
        said |= {no: new for no, (_old, new) in changes.items()}
    missing = [no for no in said if no not in came and no in active]
    if missing or any(said.get(no) != status for no, status in came.items()):
        yield _("The attendance is not what was sent.")


def _attendance_corrections(books: Books) -> dict[tuple[int, str], list[Any]]:
    """Return what was put right of each meeting, by book and day, oldest first. Few are ever written.

    One that cannot be read is named with its correction.
    """
    found: dict[tuple[int, str], list[Any]] = {}
    for book, (on, changes) in sealed_texts(books, '{"attendance_correction":%', sealed.put_right):
        found.setdefault((book, on), []).append(changes)
    return found


def _imported_books(books: Books) -> dict[int, list[Any]]:
    """Return, by book, what gives the key of a sheet of an old book that was brought in. One at most, mostly none."""
    found: dict[int, list[Any]] = {}
    for book, told in sealed_texts(books, '{"book":%,"import":1}', sealed.imported_book):
        found.setdefault(book, []).append(lambda what, told=told: sealed.imported_key(*told, what))
    return found


@verify.register
def check_sheets(books: Books) -> Iterator[Problem]:
    """Every sheet that was sent has its meeting."""
    rows = verify.stream(
        """
        SELECT s.book_id, s.id, s.first_number FROM ledger_submission s
         WHERE s.content LIKE '{"count":{%%,"sheet":1}'
           AND (%(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[]))
           AND NOT EXISTS (SELECT 1 FROM meetings_meeting m WHERE m.submission_id = s.id)
         ORDER BY s.book_id, s.id
        """,
        books,
    )
    for book, submission, number in rows:
        yield Problem(book, "submission", submission, _("A sheet was sent, but its meeting is missing."), number)


@verify.register
def check_hand_overs(books: Books) -> Iterator[Problem]:
    """Every entry of a sheet has its hand-over, of the member who was sealed with it."""
    rows = verify.stream(
        """
        SELECT s.book_id, m.id, s.first_number, s.content, e.numbers, e.kinds, e.whose, e.hand_overs, e.members
          FROM meetings_meeting m JOIN ledger_submission s ON s.id = m.submission_id
          JOIN LATERAL (
               SELECT array_agg(e.number ORDER BY e.number) AS numbers,
                      array_agg(e.kind::text ORDER BY e.number) AS kinds,
                      array_agg((SELECT max(a.member_no) FROM ledger_posting p
                                   JOIN ledger_account a ON a.id = p.account_id WHERE p.entry_id = e.id)
                                ORDER BY e.number) AS whose,
                      array_agg(h.id ORDER BY e.number) AS hand_overs,
                      array_agg(CASE WHEN w.group_id = m.group_id THEN w.no ELSE -w.id END ORDER BY e.number) AS members
                 FROM ledger_entry e
                 LEFT JOIN meetings_handover h ON h.entry_id = e.id AND h.meeting_id = m.id
                 LEFT JOIN groups_member w ON w.id = h.member_id
                WHERE e.submission_id = s.id) e ON true
         WHERE s.content <> '' AND (%(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[]))
         ORDER BY s.book_id, m."on", m.id
        """,
        books,
    )
    for book, meeting, first, content, numbers, kinds, whose, hand_overs, members in rows:
        sheet = read(content, sealed.sheet)
        if sheet is None:
            continue  # named with its meeting
        told = _told(sheet, kinds or [], whose or [])
        if [kind for kind, _no in told] != (kinds or []):
            yield Problem(book, "meetings_meeting", meeting, _("Its entries are not what was sent."), first)
            continue
        for number, (_kind, no), hand_over, member in zip(
            numbers or [], told, hand_overs or [], members or [], strict=True
        ):
            if hand_over is None:
                yield Problem(book, "entry", number, _("Its hand-over is missing, or lies at another meeting."), number)
            elif member != no:
                text = _("Whose hand-over it is, is not what was sent.")
                yield Problem(book, "meetings_handover", hand_over, text, number)


def _told(sheet: SealedSheet, kinds: list[str], whose: list[int | None]) -> list[tuple[str, int | None]]:
    """Return kind and member of every entry a sheet makes; whom it lent to, and a difference, its entries say."""
    start = len(sheet.before)
    lent = [(kind, no) for kind, no in zip(kinds[start:], whose[start:], strict=True) if kind == _DISBURSEMENT]
    difference = [(DIFFERENCE, None)] if kinds and kinds[-1] == DIFFERENCE and sheet.counted is not None else []
    return [*sheet.before, *lent, *sheet.after, *difference]


def _plain(value: Any) -> Any:
    """A JSON column read through a bare cursor comes as text."""
    return json.loads(value) if isinstance(value, str) else value


def _words(one: Any) -> list[str]:
    """What somebody is to do, in an order that even forged rows have."""
    return [str(part) for part in one]
