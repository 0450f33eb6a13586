"""What only meetings know of the books: who came and what was decided is still what the sheet sealed."""

import json
from collections.abc import Iterator

from django.utils.translation import gettext as _

from ledger import verify
from ledger.verify import Books, Problem


@verify.register
def check_meetings(books: Books) -> Iterator[Problem]:
    """Attendance, minutes, place and cash count of every meeting are those of its submission."""
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
        missing = [no for no in said if no not in came and int(no) in active]
        if sealed["on"] != on.isoformat() or sent != held or _plain(count) != counted["pieces"]:
            text = _("Minutes, place or cash count are not what was sent.")
            yield Problem(book, "meetings_meeting", meeting, text, number)
        if missing or any(said.get(no) != status for no, status in came.items()):
            text = _("The attendance is not what was sent.")
            yield Problem(book, "meetings_meeting", meeting, text, number)


def _plain(count: object) -> object:
    """A JSON column read through a bare cursor comes as text."""
    return json.loads(count) if isinstance(count, str) else count
