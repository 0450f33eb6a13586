"""Who is who: regions, boards, finance units, programmes, groups, members, and who acts for whom."""

from groups.models.bodies import Bkm, Group, Holiday, Programme, Upk, without_ksm
from groups.models.house import Guest, InventoryChange, InventoryItem, OfficeTerm
from groups.models.people import Appointment, Member
from groups.models.places import Region

__all__ = [
    "Appointment",
    "Bkm",
    "Group",
    "Guest",
    "Holiday",
    "InventoryChange",
    "InventoryItem",
    "Member",
    "OfficeTerm",
    "Programme",
    "Region",
    "Upk",
    "without_ksm",
]
