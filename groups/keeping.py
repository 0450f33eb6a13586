"""The small books of a group's house: who visited, and what the group owns."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from groups.models import Group, Guest, InventoryChange, InventoryItem

if TYPE_CHECKING:
    from users.models import User

ITEM_FIELDS = ("name", "acquired_on", "source", "quantity", "value", "condition", "place")


@transaction.atomic
def write_guest(*, group: Group, on: date, name: str, origin: str, purpose: str, by: "User | None") -> Guest:
    """Write a visitor into the guest book, under the next number. Refuses what does not fit its columns."""
    guest = Guest(group=group, no=_next(Guest, group), on=on, name=name, origin=origin, purpose=purpose, by=by)
    return _judged(guest)


@transaction.atomic
def correct_guest(*, guest: Guest, on: date, name: str, origin: str, purpose: str) -> Guest:
    """Put a line of the guest book right."""
    guest.on, guest.name, guest.origin, guest.purpose = on, name, origin, purpose
    return _judged(guest)


@transaction.atomic
def take_in_item(*, group: Group, **fields: Any) -> InventoryItem:
    """Write something the group owns into its inventory (`ITEM_FIELDS`; `value` in rupiah for all together)."""
    return _judged(InventoryItem(group=group, no=_next(InventoryItem, group), **_known(fields)))


@transaction.atomic
def change_item(*, item: InventoryItem, on: date, by: "User | None", **fields: Any) -> InventoryItem:
    """Change an item's line; what it said before is kept. Refuses an item that is written off."""
    item = _held(item)
    before = {name: getattr(item, name) for name in ITEM_FIELDS}
    for name, value in _known(fields).items():
        setattr(item, name, value)
    if old := {name: str(value) for name, value in before.items() if value != getattr(item, name)}:
        _judged(item)
        InventoryChange.objects.create(item=item, on=on, by=by, before=old)
    return item


@transaction.atomic
def write_off_item(*, item: InventoryItem, on: date, why: str) -> InventoryItem:
    """Write an item off: it stays in the book, with the day and the reason. Refuses a day before it came."""
    item = _held(item)
    if on < item.acquired_on:
        raise ValidationError({"on": ValidationError(_("It was acquired later."), code="dates")})
    if not why.strip():
        raise ValidationError({"why": ValidationError(_("Write why it is written off."), code="required")})
    item.written_off_on, item.written_off_why = on, why.strip()
    return _judged(item)


def _held(item: InventoryItem) -> InventoryItem:
    """Return an item as it is now, under lock; one that is written off is not changed any more."""
    item = InventoryItem.objects.select_for_update().get(pk=item.pk)
    if item.written_off_on:
        raise ValidationError(_("This item is written off."), code="written_off")
    return item


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    if unknown := sorted(fields.keys() - set(ITEM_FIELDS)):
        raise TypeError(f"an item has no {', '.join(unknown)}")
    return fields


def _next(kind: type[models.Model], group: Group) -> int:
    """Return the number after the highest; two who write at once wait for each other."""
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    return (kind._default_manager.filter(group=group).aggregate(last=Max("no"))["last"] or 0) + 1


def _judged(row: Any) -> Any:
    row.full_clean(exclude=["by"])  # a guest that was brought in has no writer
    row.save()
    return row
