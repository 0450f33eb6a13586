"""A KSM with its book."""

from datetime import date, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Bkm, Group, Programme
from groups.services.rows import refuse_unknown, rename_book, save, suggest_code
from ledger import services as ledger
from ledger.announce import announce
from ledger.models import Book, Entry


@transaction.atomic
def create_group(
    *,
    bkm: Bkm,
    name: str,
    start_on: date,
    code: str = "",
    region: str = "",
    programme: Programme | None = None,
    origin: str = Group.Origin.NEW,
    founded_on: date | None = None,
    meeting_weekday: int = 2,
    meeting_time: time | None = None,
    place: str = "",
    timezone: str = "WIB",
) -> Group:
    """Enter a KSM with its empty book; without a code one is made from its name. Refuses a code that is taken."""
    return save(
        Group(
            code=code or suggest_code(name, kind=Group),
            name=name,
            bkm=bkm,
            region=region,
            programme=programme,
            origin=origin,
            founded_on=founded_on,
            start_on=start_on,
            meeting_weekday=meeting_weekday,
            meeting_time=meeting_time,
            place=place,
            timezone=timezone,
            book=ledger.open_book(name=name, kind=Book.Kind.GROUP),
        )
    )


GROUP_FIELDS = frozenset(
    "name region programme origin founded_on start_on end_on meeting_weekday meeting_time place timezone".split()  # noqa: SIM905 (reads as spoken)
)


@transaction.atomic
def update_group(*, group: Group, **changes: Any) -> Group:
    """Correct what is known of a KSM (`GROUP_FIELDS`); its code, BKM and book stay.

    Refuses to begin its books after the first entry in them, and to end them before they begin.
    """
    refuse_unknown(changes, GROUP_FIELDS)
    before = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    for field, value in changes.items():
        setattr(group, field, value)
    if group.start_on > before.start_on and Entry.objects.filter(book=group.book_id, on__lt=group.start_on).exists():
        refusal = ValidationError(_("There are entries before this day."), code="has_entries")
        raise ValidationError({"start_on": refusal})
    if group.end_on and group.end_on <= group.start_on:
        raise ValidationError({"end_on": ValidationError(_("The end comes after the start."), code="dates")})
    if group.name != before.name:
        rename_book(group.book, group.name)
    save(group)
    moved = [
        day
        for field in ("start_on", "end_on")
        for day in (getattr(before, field), getattr(group, field))
        if getattr(before, field) != getattr(group, field) and day
    ]
    if before.timezone != group.timezone:
        moved.append(group.start_on)
    if moved:
        announce(group.book_id, min(moved))
    return group
