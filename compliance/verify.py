"""What is kept of each week beside the books: the figures of every dashboard, light and trend."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from compliance.models import GroupWeek
from compliance.services import rows_as_the_books_say
from groups.models import Group
from ledger import verify
from ledger.verify import Books, Problem


@verify.register_derived
def check_weeks(books: Books) -> Iterator[Problem]:
    """Every row of a week is what the books come to under the policies, holidays and agreements there are.

    So a row painted green is named, and so is what the rows were judged by when it was changed behind their back.
    """
    groups = Group.objects.order_by("book_id")
    if books is not None:
        groups = groups.filter(book__in=books)
    for group_id, book in groups.values_list("pk", "book_id"):
        stored = {row.week_start: row for row in GroupWeek.objects.filter(group=group_id).order_by("week_start")}
        if not stored:
            continue
        through = max(stored)
        for made in rows_as_the_books_say(book, through):
            row = stored.get(made.week_start)
            if row is None:
                if made.week_start <= through:
                    sentence = _("What is kept of the week of %(week)s is missing.")
                    yield Problem(book, "book", book, sentence % {"week": _written(made.week_start)})
            elif any(
                getattr(row, name) != _plain(getattr(made, name))
                for name in ("facts", "brief", "at_meeting", "at_close")
            ):
                sentence = _("What is kept of the week of %(week)s is not what the books come to.")
                yield Problem(book, "compliance_groupweek", row.pk, sentence % {"week": _written(row.week_start)})


def _plain(value: Any) -> Any:
    """As it is read back from where it is kept."""
    return json.loads(json.dumps(value, default=date.isoformat))


def _written(day: date) -> str:
    return day.strftime("%d-%m-%Y")
