"""Every correction is what was sealed with it, and what it wrote again stands where it belongs."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from ledger import verify
from ledger.kinds import DIFFERENCE, EXPENSE, HANDOVER, INCOME, WITHDRAWAL
from ledger.sealed import read
from ledger.verify import Books, Problem
from meetings import sealed
from meetings.models import Correction

_OF_SHEETS = (HANDOVER, WITHDRAWAL, INCOME, EXPENSE, DIFFERENCE, "disbursement")


@verify.register
def check_corrections(books: Books) -> Iterator[Problem]:
    """Every correction gives the reason that was sealed with it, and every sealed one has its row."""
    rows = verify.stream(
        """
        SELECT coalesce(s.book_id, g.book_id), c.id, s.first_number, s.content, c.reason, c.kind, m."on",
               s.book_id = g.book_id AND (m.id IS NULL OR m.group_id = g.id)
                   AND (h.id IS NULL OR (h.meeting_id, e.kind) = (m.id, c.kind))
          FROM meetings_correction c JOIN groups_group g ON g.id = c.group_id
          LEFT JOIN ledger_submission s ON s.id = c.submission_id
          LEFT JOIN meetings_meeting m ON m.id = c.meeting_id
          LEFT JOIN ledger_entry e ON e.book_id = s.book_id
               AND e.number = substring(s.content FROM '"correction":([0-9]{1,9})[,}]')::int
          LEFT JOIN meetings_handover h ON h.entry_id = e.id
         WHERE %(books)s::bigint[] IS NULL
            OR s.book_id = ANY(%(books)s::bigint[]) OR g.book_id = ANY(%(books)s::bigint[])
         ORDER BY 1, c.id
        """,
        books,
    )
    for book, row, number, content, reason, kind, on, in_place in rows:
        if content == "":
            continue  # erased; its hash still stands in the chain
        if not in_place or read(content or "", sealed.reason) != reason or not _is_of_day(content, kind, on):
            yield Problem(book, "meetings_correction", row, _("The correction is not what was sent."), number)
    rows = verify.stream(
        """
        SELECT s.book_id, s.id, s.first_number FROM ledger_submission s JOIN groups_group g ON g.book_id = s.book_id
         WHERE (content LIKE ANY(ARRAY['{"attendance_correction":%%', '{"added":%%', '{"correction":%%',
                                       '{"decided_year_back":%%'])
                OR content ~ '^[{]"amount":[0-9]+,"code":"[0-9]*","correction":')
           AND (%(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[]))
           AND NOT EXISTS (SELECT 1 FROM meetings_correction c WHERE c.submission_id = s.id)
         ORDER BY s.book_id, s.id
        """,
        books,
    )
    for book, submission, number in rows:
        yield Problem(book, "ledger_submission", submission, _("A correction has lost its row."), number)


@verify.register
def check_written_again(books: Books) -> Iterator[Problem]:
    """Every hand-over outside a sheet's own entries belongs to a correction, and lies where what it answers lay.

    What a correction writes again is of the meeting and member of what it reverses; what it adds, of its own meeting
    and of the member who was sealed with it.
    """
    rows = verify.stream(
        """
        SELECT e.book_id, e.number, h.id, s.content, e.reverses_id IS NULL AND c.meeting_id IS NOT NULL,
               CASE WHEN w.group_id = g.id THEN w.no ELSE -w.id END,
               (SELECT nullif(max(a.member_no), 0) FROM ledger_posting p
                  JOIN ledger_account a ON a.id = p.account_id WHERE p.entry_id = e.id),
               h.meeting_id = c.meeting_id,
               EXISTS (SELECT 1 FROM ledger_entry r JOIN meetings_handover o ON o.entry_id = r.reverses_id
                        WHERE r.submission_id = s.id AND o.meeting_id = h.meeting_id
                          AND o.member_id IS NOT DISTINCT FROM h.member_id AND r."on" = e."on")
          FROM ledger_entry e JOIN groups_group g ON g.book_id = e.book_id
          JOIN ledger_submission s ON s.id = e.submission_id
          LEFT JOIN meetings_handover h ON h.entry_id = e.id LEFT JOIN groups_member w ON w.id = h.member_id
          LEFT JOIN meetings_correction c ON c.submission_id = s.id
         WHERE (h.id IS NOT NULL
                OR (c.meeting_id IS NOT NULL AND e.reverses_id IS NULL AND e.kind = ANY(%(kinds)s)))
           AND NOT EXISTS (SELECT 1 FROM meetings_meeting m WHERE m.submission_id = s.id)
           AND (%(books)s::bigint[] IS NULL OR e.book_id = ANY(%(books)s::bigint[]))
         ORDER BY e.book_id, e.number
        """,
        books,
        kinds=list(_OF_SHEETS),
    )
    for book, number, row, content, may_have, member, whose, in_its_meeting, answers in rows:
        if row is None:
            yield Problem(book, "entry", number, _("Its hand-over is missing, or lies at another meeting."), number)
            continue
        added = in_its_meeting and content.startswith('{"added":')
        told = read(content, sealed.added_member) if added and not answers else member
        if not may_have or not (answers or added) or member != (whose or told):
            text = _("Whose hand-over it is, is not what was sent.")
            yield Problem(book, "meetings_handover", row, text, number)


def _is_of_day(content: str, kind: str, on: date | None) -> bool:
    """Whether a correction of attendance is of the meeting that was sealed; of another kind its entries say so."""
    if kind != Correction.Kind.ATTENDANCE:
        return True
    told = read(content, sealed.put_right)
    return told is not None and on is not None and told[0] == on.isoformat()
