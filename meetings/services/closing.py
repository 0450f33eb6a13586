"""Closes a month, once everything that belongs to it is in."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups import clock
from groups.models import Group
from ledger import services as ledger
from ledger.models import Closing
from meetings.closing import check_month, month_end, month_to_close

if TYPE_CHECKING:
    from users.models import User


def close_month(*, group: Group, month: date, by: "User | None", at: datetime) -> Closing:
    """Close the month that a day lies in; closing it again answers with the closing there is.

    Refused (`ValidationError`, all reasons at once): a month that is not the next one (`not_next`) or not over
    (`not_over`), weeks without a sheet (`weeks_missing`), a last count that is not the book or a difference nobody
    looks after (`cash`), a book that `verify_books` objects to (`books`).
    """
    with transaction.atomic():
        book = ledger.lock_book(group.book_id)
        if earlier := Closing.objects.filter(book=book, through=month_end(month)).first():
            return earlier
        if month.replace(day=1) != month_to_close(group, book):
            raise ValidationError(_("Months are closed one after the other."), code="not_next")
        found = check_month(group, book, month, clock.local(at, group).date())
        refusals = []
        if not found.over:
            refusals.append(ValidationError(_("This month is not over."), code="not_over"))
        if found.missing:
            days = ", ".join(day.strftime("%d-%m-%Y") for day in found.missing)
            text = _("The sheets of these meetings are missing: %(days)s.")
            refusals.append(ValidationError(text, code="weeks_missing", params={"days": days}))
        if not found.cash.agrees:
            text = _("The last cash count is not the book, or its difference has no owner.")
            refusals.append(ValidationError(text, code="cash"))
        if found.problems:
            text = _("The book does not verify: %(what)s")
            refusals.append(ValidationError(text, code="books", params={"what": found.problems[0].sentence}))
        if refusals:
            raise ValidationError(refusals)
        return ledger.close(book=book, on=found.through, by=by, at=at)
