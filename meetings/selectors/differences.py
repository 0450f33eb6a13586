"""Cash differences nobody has settled wholly, with what is left of each and how old it is."""

from dataclasses import dataclass
from datetime import date

from groups.models import Bkm, Group
from meetings.models import CashDifference, Settlement


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """A difference and how many days it was open, or is."""

    difference: CashDifference
    days: int


def open_differences(today: date, *, group: Group | None = None, bkm: Bkm | None = None) -> list[DifferenceLine]:
    """Return the open differences of a group, or of a board's groups, the oldest first. One query."""
    found = CashDifference.objects.filter(resolved_on=None).select_related("group", "owner", "entry")
    found = found.filter(group=group) if group is not None else found.filter(group__bkm=bkm)
    return [DifferenceLine(one, one.age(today)) for one in found.order_by("on", "pk")]


def settlements_of(difference: CashDifference) -> list[Settlement]:
    """Return the parts a difference was settled in, those that were taken back too, the oldest first. One query."""
    found = Settlement.objects.filter(difference=difference).select_related("entry__reversed_by", "entry__posted_by")
    return list(found.order_by("pk"))
