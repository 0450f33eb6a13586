"""How the books' kinds of entries and accounts are called on screen and on paper."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ledger import chart, kinds
from ledger.chart import CHART
from loans.models import LoanStep
from loans.services.upk_book import MONEY_KINDS

KINDS = {
    "opening": gettext_lazy("Opening balance"),
    kinds.HANDOVER: gettext_lazy("Hand-over"),
    kinds.WITHDRAWAL: gettext_lazy("Savings paid back"),
    "disbursement": gettext_lazy("Loan paid out"),
    kinds.INCOME: pgettext_lazy("money", "Money in"),
    kinds.EXPENSE: pgettext_lazy("money", "Money out"),
    kinds.DIFFERENCE: gettext_lazy("Cash difference"),
    kinds.SETTLEMENT: gettext_lazy("Cash difference settled"),
    kinds.BANK: gettext_lazy("Between cash box and bank"),
    kinds.GRANT: pgettext_lazy("entry", "Grant"),
    kinds.FUND_PAYMENT: gettext_lazy("Paid out of a fund"),
    kinds.GROUP_WITHDRAWAL: gettext_lazy("Savings paid back to everybody"),
    kinds.GIFT: gettext_lazy("Gift to savers"),
    kinds.TRANSFER: gettext_lazy("Savings moved"),
    kinds.RELEASE: gettext_lazy("Blocked savings released"),
    kinds.YEAR_END: gettext_lazy("Year-end closing"),
    kinds.SHARE_OUT: gettext_lazy("Surplus shared out"),
    kinds.UPK_LOAN: gettext_lazy("Loan of the UPK to the KSM"),
    kinds.UPK_PAYMENT: gettext_lazy("Payment of the KSM to the UPK"),
    kinds.UPK_RESCHEDULE: gettext_lazy("UPK loan rescheduled"),
    kinds.UPK_WAIVER: gettext_lazy("Jasa waived by the UPK"),
    kinds.UPK_COVER: gettext_lazy("The group's own money for the UPK"),
    kinds.UPK_RESERVE: gettext_lazy("Reserve for loans"),
    kinds.UPK_REWARD: gettext_lazy("Reward for paying on time (IPTW)"),
}
"""Kinds of entries; steps of loans and the money of a UPK's book have names of their own."""

SHORT = {
    chart.MEMBER_LOANS: "pokok",
    chart.CHARGE_INCOME: "jasa",
    chart.WEEKLY_SAVINGS: "wajib",
    chart.VOLUNTARY_SAVINGS: "sukarela",
    chart.PRINCIPAL_SAVINGS: "simpanan pokok",
    chart.SOCIAL_FUND: "sosial",
    chart.FINES: "denda",
    chart.CASH: "kas",
    chart.BANK: "bank",
}
"""What a treasurer calls an account in passing, like the column of her sheet; the others go by their names."""


def kind_name(kind: str) -> str:
    """Return what a kind of entry is called; one that nobody named, by its own word."""
    if kind in KINDS:
        return str(KINDS[kind])
    if kind in LoanStep.Kind.values:
        return _("Loan %(step)s") % {"step": LoanStep.Kind(kind).label}
    if kind in MONEY_KINDS:
        return str(MONEY_KINDS[kind].label)
    return kind.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Names:
    """Who stands behind the numbers of a book's accounts: members by number, loans by number."""

    members: Mapping[int, str] = field(default_factory=dict)
    loans: Mapping[int, str] = field(default_factory=dict)

    def owner(self, member_no: int, loan_no: int) -> str:
        """Return whose account it is: `Sari`, `Sari, loan 2`; empty for the book's own."""
        said = []
        if member_no:
            said.append(self.members.get(member_no) or _("member %(no)s") % {"no": member_no})
        if loan_no:
            said.append(self.loans.get(loan_no) or _("loan %(no)s") % {"no": loan_no})
        return ", ".join(said)

    def account(self, code: str, member_no: int = 0, loan_no: int = 0) -> str:
        """Return an account's name with whose it is: `Simpanan wajib, Sari`."""
        return ", ".join(filter(None, [CHART[code].name, self.owner(member_no, loan_no)]))
