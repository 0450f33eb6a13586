"""Weeks off, of a group or of all groups of a BKM."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.dates import week_start as monday_of
from groups.models import Bkm, Group, Holiday
from groups.services.rows import save
from ledger.announce import announce, one_announcement


@transaction.atomic
def declare_holiday(
    *, week_start: date, reason: str, declared_on: date, group: Group | None = None, bkm: Bkm | None = None
) -> Holiday:
    """Declare the week of a day off, for one group or for all groups of a BKM.

    Refuses a week that has begun on `declared_on`, because the rules count only holidays declared before, and a
    week that is off already.
    """
    monday = monday_of(week_start)
    if declared_on >= monday:
        refusal = ValidationError(_("That week has begun. A holiday is written down before its week."), code="late")
        raise ValidationError({"week_start": refusal})
    if Holiday.objects.filter(group=group, bkm=bkm, week_start=monday).exists():
        refusal = ValidationError(_("That week is off already."), code="holiday_exists")
        raise ValidationError({"week_start": refusal})
    holiday = save(Holiday(group=group, bkm=bkm, week_start=monday, reason=reason, declared_on=declared_on))
    _announce_all(group, bkm, monday)
    return holiday


@transaction.atomic
def cancel_holiday(*, holiday: Holiday, on: date) -> None:
    """Take a holiday back. Refuses once its week has begun: what the rules counted stays counted."""
    if on >= holiday.week_start:
        raise ValidationError(_("That week has begun; its holiday stays."), code="late")
    group, bkm, monday = holiday.group, holiday.bkm, holiday.week_start
    holiday.delete()
    _announce_all(group, bkm, monday)


def _announce_all(group: Group | None, bkm: Bkm | None, from_on: date) -> None:
    books: Iterable[int] = [group.book_id] if group else Group.objects.filter(bkm=bkm).values_list("book", flat=True)
    with one_announcement():
        for book in books:
            announce(book, from_on)
