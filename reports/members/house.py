"""Buku tamu, buku inventaris and buku pengurus on paper; the guest book also blank, to be signed by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from groups.models import Group, Guest, InventoryItem, Member, OfficeTerm
from groups.offices import terms_between
from reports.members.period import Period
from reports.papers import Head, active_members, officer

BLANK_ROWS = 18


@dataclass(frozen=True, slots=True)
class SmallBook:
    """One of the small books of a period: its lines, empty lines to write on, and who signs."""

    head: Head
    period: Period
    lines: Sequence[Guest | InventoryItem | OfficeTerm]
    chair: str
    secretary: str
    blank: int = 0

    @property
    def spare(self) -> range:
        return range(self.blank)

    @property
    def total(self) -> int:
        """Of the inventory: what the items still held cost, in rupiah."""
        held = [one for one in self.lines if isinstance(one, InventoryItem)]
        return sum(one.value for one in held if one.written_off_on is None or one.written_off_on > self.period.until)


def _book(
    group: Group,
    period: Period,
    printed_at: datetime,
    lines: Sequence[Guest | InventoryItem | OfficeTerm],
    blank: int = 0,
) -> SmallBook:
    head = period.head(group, printed_at)
    members = active_members(group, period.until)
    chair, secretary = officer(members, Member.Office.CHAIR), officer(members, Member.Office.SECRETARY)
    return SmallBook(head, period, lines, chair, secretary, blank)


def guest_book(group: Group, period: Period, printed_at: datetime, *, blank: bool) -> SmallBook:
    """Return the guests of a period, or an empty page to be filled in by hand. Three queries."""
    found = Guest.objects.filter(group=group, on__gte=period.since, on__lte=period.until).order_by("on", "no")
    return _book(group, period, printed_at, [] if blank else list(found), BLANK_ROWS if blank else 0)


def inventory_book(group: Group, on: date, printed_at: datetime) -> SmallBook:
    """Return what the group owned by a day, with what it wrote off by then. Three queries."""
    found = InventoryItem.objects.filter(group=group, acquired_on__lte=on).order_by("no")
    return _book(group, Period(group.start_on, on), printed_at, list(found))


def officers_book(group: Group, period: Period, printed_at: datetime) -> SmallBook:
    """Return who held which office in a period. Three queries."""
    return _book(group, period, printed_at, terms_between(group, period.since, period.until))
