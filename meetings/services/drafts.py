"""Sheets that are being filled in: what she typed, as typed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from groups.models import Group
from meetings.models import SheetDraft

if TYPE_CHECKING:
    from users.models import User


@contextmanager
def filling_in(*, group: Group, on: date, by: "User", key: UUID, at: datetime) -> Iterator[SheetDraft]:
    """Hold her draft while a page writes into it, and save it as its next revision.

    Of two pages at once the second sees what the first one wrote. The draft's key stays the one minted when the form
    was first opened.
    """
    mine = SheetDraft.objects.select_for_update().filter(group=group, on=on, by=by)
    with transaction.atomic():
        draft = mine.first()
        if draft is None:
            fresh = SheetDraft(group=group, on=on, by=by, key=key, saved_at=at)
            SheetDraft.objects.bulk_create([fresh], ignore_conflicts=True)
            draft = mine.get()
        draft.revision, draft.saved_at = draft.revision + 1, at
        yield draft
        draft.save()


def discard_draft(*, group: Group, on: date, by: "User") -> None:
    """Throw one's own draft away, on one's own word."""
    SheetDraft.objects.filter(group=group, on=on, by=by).delete()
