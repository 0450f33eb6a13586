"""Sheets that are being filled in: what she typed, as typed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from groups.models import Group
from meetings.models import SheetDraft

if TYPE_CHECKING:
    from users.models import User


def save_draft(*, group: Group, on: date, by: "User", key: UUID, data: Mapping[str, str], at: datetime) -> SheetDraft:
    """Keep what she typed, as typed. Her key stays the one minted when the form was first opened."""
    draft, _created = SheetDraft.objects.update_or_create(
        group=group,
        on=on,
        by=by,
        defaults={"data": dict(data), "saved_at": at},
        create_defaults={"key": key, "data": dict(data), "saved_at": at},
    )
    return draft


def discard_draft(*, group: Group, on: date, by: "User") -> None:
    """Throw one's own draft away, on one's own word."""
    SheetDraft.objects.filter(group=group, on=on, by=by).delete()
