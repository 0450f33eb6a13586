"""Who is who: regions, boards, finance units, programmes, groups, members, and who acts for whom."""

from groups.models.bodies import Bkm, Group, Holiday, Programme, Upk, without_ksm
from groups.models.people import Appointment, Member
from groups.models.places import Region

__all__ = ["Appointment", "Bkm", "Group", "Holiday", "Member", "Programme", "Region", "Upk", "without_ksm"]
