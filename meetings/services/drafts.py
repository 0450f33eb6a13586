"""Sheets that are being filled in: what she typed, as typed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction

from groups.models import Group
from meetings.merging import new_notes, remember
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


def take_notes(*, group: Group, on: date, by: "User", at: datetime, notes: Mapping[str, str]) -> int:
    """Put the notes of the others who write on this meeting into one's own draft, where it says nothing; how many.

    `notes` are the fields that hold attendance and minutes, never money, each with what every page proposes for it.
    """
    others = SheetDraft.objects.filter(group=group, on=on).exclude(by=by).order_by("saved_at")
    with filling_in(group=group, on=on, by=by, key=uuid4(), at=at) as draft:
        taken = new_notes(draft.data, [one.data for one in others], notes)
        before = {name: draft.data.get(name, "") for name in taken}
        draft.changes = remember(draft.changes, before, taken, revision=draft.revision, page="")
        draft.data |= taken
    return len(taken)


def discard_draft(*, group: Group, on: date, by: "User") -> None:
    """Throw one's own draft away, on one's own word."""
    SheetDraft.objects.filter(group=group, on=on, by=by).delete()
