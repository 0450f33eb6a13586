"""How the books' kinds of entries and accounts are called on screen and on paper."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ledger import chart
from ledger.chart import CHART

KINDS = {
    "opening": gettext_lazy("Opening balance"),
    "handover": gettext_lazy("Hand-over"),
    "withdrawal": gettext_lazy("Savings paid back"),
    "disbursement": gettext_lazy("Loan paid out"),
    "income": pgettext_lazy("money", "Money in"),
    "expense": pgettext_lazy("money", "Money out"),
    "difference": gettext_lazy("Cash difference"),
    "release": gettext_lazy("Blocked savings released"),
    "year_end": gettext_lazy("Year-end closing"),
    "share_out": gettext_lazy("Surplus shared out"),
}
"""Kinds of entries; one that is not named here is shown by its own word."""

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
    """Return what a kind of entry is called."""
    return str(KINDS.get(kind, kind.replace("_", " ").capitalize()))


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
