"""Who may do what: one matrix. The gate in `groups/access.py` reads it; nothing else decides."""

from enum import Enum

from groups.models import Appointment

Role = Appointment.Role


class Permission(Enum):
    """Something a person may be allowed to do with one group or one BKM."""

    VIEW_GROUP = "view_group"  # its pages, findings, papers
    POST_SHEET = "post_sheet"  # fill in, check and post the weekly sheet
    KEEP_MINUTES = "keep_minutes"  # fill in attendance and minutes in a draft
    CORRECT = "correct"  # answer a posted hand-over with a reversal
    CORRECT_CLOSED = "correct_closed"  # the same of a closed day, in the current period
    REQUEST_LOAN = "request_loan"
    DECIDE_LOAN = "decide_loan"
    AGREE_RULES = "agree_rules"  # write the lending rules a meeting adopted
    SETTLE_LOAN = "settle_loan"  # pay off, waive, reschedule, write off; settle with a member who leaves
    MANAGE_MEMBERS = "manage_members"
    PRINT_PAPERS = "print_papers"  # forms to fill in by hand, sheets, minutes, receipts
    RESOLVE_DIFFERENCE = "resolve_difference"
    KEEP_CASH = "keep_cash"  # money outside the weekly sheet: bank, funds, savings paid out, count of the box
    CLOSE_MONTH = "close_month"
    SHARE_SURPLUS = "share_surplus"  # the year's end: agree how a surplus is split, decide on it
    MANAGE_GROUP = "manage_group"  # its master data, terms, holidays, officers' sign-ins
    VIEW_BKM = "view_bkm"  # dashboard of all its groups
    MANAGE_BKM = "manage_bkm"  # create groups, appoint people, import books
    IMPORT_BOOK = "import_book"
    EXPORT_BOOK = "export_book"  # take everything of the group away, as files
    VIEW_UPK = "view_upk"  # the UPK's book, its loans and indicators
    POST_UPK = "post_upk"  # write into the UPK's book: money, loans paid out, payments of KSM received
    REQUEST_UPK = "request_upk"  # ask the UPK for a loan in the KSM's name
    PAY_UPK = "pay_upk"  # announce money for the UPK
    DECIDE_UPK = "decide_upk"  # the UPK's word on a request of a KSM, and its rules
    RATIFY_UPK = "ratify_upk"  # the BKM's word, after the UPK's


P = Permission
_READ = frozenset({P.VIEW_GROUP, P.PRINT_PAPERS})

MATRIX: dict[str, frozenset[Permission]] = {
    Role.TREASURER: _READ
    | {P.POST_SHEET, P.KEEP_MINUTES, P.CORRECT, P.REQUEST_LOAN, P.DECIDE_LOAN, P.MANAGE_MEMBERS, P.RESOLVE_DIFFERENCE}
    | {P.KEEP_CASH, P.CLOSE_MONTH, P.SHARE_SURPLUS, P.EXPORT_BOOK, P.AGREE_RULES}
    | {P.REQUEST_UPK, P.PAY_UPK, P.SETTLE_LOAN},
    Role.SECRETARY: _READ | {P.KEEP_MINUTES, P.REQUEST_LOAN, P.MANAGE_MEMBERS},
    Role.CHAIR: _READ
    | {
        P.KEEP_MINUTES,
        P.REQUEST_LOAN,
        P.DECIDE_LOAN,
        P.SETTLE_LOAN,
        P.MANAGE_MEMBERS,
        P.RESOLVE_DIFFERENCE,
        P.EXPORT_BOOK,
        P.AGREE_RULES,
    }
    | {P.REQUEST_UPK},
    Role.UPK_STAFF: _READ | {P.VIEW_BKM, P.IMPORT_BOOK, P.VIEW_UPK, P.POST_UPK, P.DECIDE_UPK},
    Role.COORDINATOR: _READ
    | {P.VIEW_BKM, P.MANAGE_BKM, P.MANAGE_GROUP, P.MANAGE_MEMBERS, P.CORRECT, P.IMPORT_BOOK, P.RESOLVE_DIFFERENCE}
    | {P.CORRECT_CLOSED, P.CLOSE_MONTH, P.SHARE_SURPLUS, P.VIEW_UPK, P.EXPORT_BOOK, P.AGREE_RULES}
    | {P.RATIFY_UPK},
    Role.FACILITATOR: _READ | {P.VIEW_BKM, P.MANAGE_MEMBERS},
    Role.AUDITOR: _READ | {P.VIEW_BKM, P.VIEW_UPK},
}
ADMINISTRATOR = frozenset(Permission)
"""What a superuser may do: everything. She has no role of her own in any body."""


def permission_names(held: frozenset[Permission]) -> set[str]:
    """The permissions held somewhere, by their names: what templates ask for."""
    return {permission.value for permission in held}
