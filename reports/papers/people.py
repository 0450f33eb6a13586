"""Who belongs to the group, and who signs."""

from collections.abc import Iterable
from datetime import date

from groups.models import Group, Member


def officer(members: Iterable[Member], office: str) -> str:
    """Return the name of who holds an office; empty when nobody does."""
    return next((member.name for member in members if member.office == office), "")


def active_members(group: Group, on: date) -> list[Member]:
    """Return who belonged to a group on a day, in order of number. One query."""
    return list(Member.objects.filter(group=group).active_on(on).order_by("no"))
