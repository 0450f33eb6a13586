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
        SELECT coalesce(s.book_id, g.book_id), c.id, s.first_number, s.content, c.reason, c.kind, m."on"
          FROM meetings_correction c JOIN groups_group g ON g.id = c.group_id
          LEFT JOIN ledger_submission s ON s.id = c.submission_id
          LEFT JOIN meetings_meeting m ON m.id = c.meeting_id
         WHERE %(books)s::bigint[] IS NULL
            OR s.book_id = ANY(%(books)s::bigint[]) OR g.book_id = ANY(%(books)s::bigint[])
         ORDER BY 1, c.id
        """,
        books,
    )
    for book, row, number, content, reason, kind, on in rows:
        if content == "":
            continue  # erased; its hash still stands in the chain
        if read(content or "", sealed.reason) != reason or not _is_of_day(content, kind, on):
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


def _is_of_day(content: str, kind: str, on: date | None) -> bool:
    """Whether a correction of attendance is of the meeting that was sealed; of another kind its entries say so."""
    if kind != Correction.Kind.ATTENDANCE:
        return True
    told = read(content, sealed.put_right)
    return told is not None and on is not None and told[0] == on.isoformat()
