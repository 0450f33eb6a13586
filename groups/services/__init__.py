"""Writing down who is who: boards, units, programmes, groups, members, holidays, and who acts for whom.

A file per noun; the verbs are called from here.
Whatever the five rules depend on is announced from the first day it matters on. Rows are judged by their model
(`full_clean`), so a refusal names its field.
"""

from groups.services.accounts import change_account, may_reset_password, reset_password
from groups.services.appointments import appoint, change_appointment, end_appointment
from groups.services.bodies import create_bkm, create_programme, open_upk, rename_upk, update_bkm, update_programme
from groups.services.groups import GROUP_FIELDS, create_group, update_group
from groups.services.holidays import cancel_holiday, declare_holiday
from groups.services.members import MEMBER_FIELDS, MOST_NAMES, add_member, add_members, readmit, take_in, update_member
from groups.services.rows import suggest_code

__all__ = [
    "GROUP_FIELDS",
    "MEMBER_FIELDS",
    "MOST_NAMES",
    "add_member",
    "add_members",
    "appoint",
    "cancel_holiday",
    "change_account",
    "change_appointment",
    "create_bkm",
    "create_group",
    "create_programme",
    "declare_holiday",
    "end_appointment",
    "may_reset_password",
    "open_upk",
    "readmit",
    "rename_upk",
    "reset_password",
    "suggest_code",
    "take_in",
    "update_bkm",
    "update_group",
    "update_member",
    "update_programme",
]
