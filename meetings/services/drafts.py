"""Sheets that are being filled in: what she typed, as typed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from groups.models import Group
from meetings.merging import remember
from meetings.models import SheetDraft

if TYPE_CHECKING:
    from users.models import User


@dataclass(frozen=True)
class Filled:
    """What a draft is to hold from now on, and every field as a page shows it before and after."""

    data: Mapping[str, str]
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)


def save_draft(
    *,
    group: Group,
    on: date,
    by: "User",
    key: UUID,
    fill: Callable[[SheetDraft], Filled],
    at: datetime,
    page: str = "",
) -> SheetDraft:
    """Let a page write into her draft, as typed. Of two pages at once the second sees what the first one wrote.

    Her key stays the one minted when the form was first opened; `page` is the token of the page that writes.
    """
    mine = SheetDraft.objects.select_for_update().filter(group=group, on=on, by=by)
    with transaction.atomic():
        draft = mine.first()
        if draft is None:
            fresh = SheetDraft(group=group, on=on, by=by, key=key, saved_at=at)
            SheetDraft.objects.bulk_create([fresh], ignore_conflicts=True)
            draft = mine.get()
        filled = fill(draft)
        draft.revision += 1
        draft.changes = remember(draft.changes, filled.before, filled.after, revision=draft.revision, page=page)
        draft.data, draft.saved_at = dict(filled.data), at
        draft.save()
        return draft


def discard_draft(*, group: Group, on: date, by: "User") -> None:
    """Throw one's own draft away, on one's own word."""
    SheetDraft.objects.filter(group=group, on=on, by=by).delete()
