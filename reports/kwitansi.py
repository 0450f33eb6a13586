"""Each member's own receipt for what she handed over, and the pay-out receipt for what she took home.

Its number is the entry's number, and the balances beside its lines are those right after that entry was written:
the sum of what the account was moved by up to that number, whatever came later.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery, Sum
from django.utils.translation import gettext as _

from groups.models import Member
from ledger import chart
from ledger.models import Entry, Posting
from loans.models import Loan
from meetings import selectors as meetings
from meetings.models import Meeting
from meetings.selectors import PostedLine
from reports.papers import Correction, Head, active_members, corrections, heads, officer

PAY_OUT = ("withdrawal", "disbursement")

# In the order of the sheet; a charge stands before the principal it goes with.
_ORDER = (
    chart.PRINCIPAL_SAVINGS,
    chart.WEEKLY_SAVINGS,
    chart.VOLUNTARY_SAVINGS,
    chart.CHARGE_INCOME,
    chart.MEMBER_LOANS,
    chart.FINES,
    chart.SOCIAL_FUND,
    chart.BLOCKED_SAVINGS,
)
# The other side of her money, and what the group lays aside of it for the UPK.
_NOT_HERS = (chart.CASH, chart.OWED_TO_UPK, chart.HELD_FOR_UPK, chart.CHARGE_TO_UPK)
_KEPT = {
    chart.PRINCIPAL_SAVINGS,
    chart.WEEKLY_SAVINGS,
    chart.VOLUNTARY_SAVINGS,
    chart.MEMBER_LOANS,
    chart.BLOCKED_SAVINGS,
}


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What a part of the money is for, in rupiah; `balance` is her savings, or what she owes, right after it."""

    label: str
    amount: int
    balance: int | None = None
    owed: bool = False


@dataclass(frozen=True, slots=True)
class Kwitansi:
    """One receipt of one member."""

    head: Head
    entry: Entry
    member: Member
    lines: list[ReceiptLine]
    amount: int
    treasurer: str
    correction: Correction | None = None  # set on a receipt that no longer stands
    replaces: int | None = None  # number of the entry this one stands in for

    @property
    def pay_out(self) -> bool:
        return self.entry.kind in PAY_OUT


def kwitansi_of(meeting: Meeting, printed_at: datetime) -> list[Kwitansi]:
    """Return the receipts of all members at a meeting, corrected ones too, in order of number. Nine queries."""
    book = meetings.posted_sheet(meeting)
    every = [*book.lines, *book.withdrawals, *book.disbursements, *book.corrected, *book.later]
    lines = list({one.hand_over.pk: one for one in every}.values())
    lines = sorted((one for one in lines if one.member), key=lambda one: one.hand_over.entry.number)
    postings = _postings(lines)
    loan_numbers = {p.account.loan_no for own in postings.values() for p in own if p.account.loan_no}
    loans = {loan.no: loan for loan in Loan.objects.filter(group=meeting.group_id, no__in=loan_numbers)}
    answered = {one.line.hand_over.entry.number: one for one in corrections(book)}
    replaced = {
        one.replacement.hand_over.entry.number: one.line.hand_over.entry.number
        for one in answered.values()
        if one.replacement
    }
    (head,) = heads([(meeting.group, meeting.on)], printed_at)
    treasurer = officer(active_members(meeting.group, meeting.on), Member.Office.TREASURER)
    return [
        Kwitansi(
            head=head,
            entry=one.hand_over.entry,
            member=one.member,
            lines=[_line(p, one.hand_over.entry, loans) for p in postings.get(one.hand_over.entry_id, [])],
            amount=abs(one.total),
            treasurer=treasurer,
            correction=answered.get(one.hand_over.entry.number),
            replaces=replaced.get(one.hand_over.entry.number),
        )
        for one in lines
        if one.member
    ]


def _postings(lines: list[PostedLine]) -> dict[int, list[Posting]]:
    """Return the legs beside cash, by entry, each with `after`: its account's balance right after that entry."""
    so_far = (
        Posting.objects.filter(account=OuterRef("account"), entry__number__lte=OuterRef("entry__number"))
        .order_by()
        .values("account")
        .annotate(after=Sum("amount"))
        .values("after")
    )
    found: dict[int, list[Posting]] = {}
    for posting in (
        Posting.objects.filter(entry__in=[one.hand_over.entry_id for one in lines])
        .exclude(account__code__in=_NOT_HERS)
        .select_related("account")
        .annotate(after=Subquery(so_far))
    ):
        found.setdefault(posting.entry_id, []).append(posting)
    for own in found.values():
        own.sort(key=_in_order)
    return found


def _in_order(posting: Posting) -> tuple[bool, int, int]:
    account = posting.account
    return account.code in (chart.FINES, chart.SOCIAL_FUND), account.loan_no, _ORDER.index(account.code)


def _line(posting: Posting, entry: Entry, loans: dict[int, Loan]) -> ReceiptLine:
    account = posting.account
    label = chart.CHART[account.code].name
    amount = abs(posting.amount)
    if account.code == chart.BLOCKED_SAVINGS:
        label = _("stays behind: tabungan tanggung renteng, loan no. %(no)s") % {"no": account.loan_no}
        amount = posting.amount if entry.kind == "disbursement" else -posting.amount
    elif account.loan_no and entry.kind == "disbursement":
        loan = loans[account.loan_no]
        words = {"no": loan.no, "periods": loan.periods, "unit": loan.get_unit_display()}
        label = _("Loan no. %(no)s, %(periods)s %(unit)s") % words
    elif account.code == chart.CHARGE_INCOME:
        label = _("Loan no. %(no)s, jasa") % {"no": account.loan_no}
    elif account.code == chart.MEMBER_LOANS:
        label = _("Loan no. %(no)s, pokok") % {"no": account.loan_no}
    if account.loan_no in loans and loans[account.loan_no].upk_loan_id:
        label = _("%(what)s (share of a loan of the UPK)") % {"what": label}
    balance = chart.on_normal_side(account.code, posting.after) if account.code in _KEPT else None  # type: ignore[attr-defined]
    return ReceiptLine(label, amount, balance, owed=account.code == chart.MEMBER_LOANS)
