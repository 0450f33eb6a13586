"""Every statement there is, in the order the books are listed, with what is asked before each."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.chart import BANK, CASH
from reports.statements import accounts, ledgers, lending, people
from reports.statements.asked import Asked
from reports.statements.keeper import Keeper
from reports.statements.shape import Statement


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement: its name in addresses and in the name of its file, its title, what it tells, and its selector.

    `accounts` are the chart codes it may be asked about (none named: every account of the book), None where it is about
    no account; `people` says that it needs members, which a UPK's book has none of.
    """

    name: str
    file: str  # in Indonesian, as the workbook itself
    title: Promise
    tells: Promise
    read: Callable[[Keeper, Asked], Statement]
    accounts: tuple[str, ...] | None = None
    people: bool = False


CATALOGUE = {
    one.name: one
    for one in (
        Entry(
            "cash",
            "kas",
            _("Cash book"),
            _("Every receipt and payment, and the balance after each."),
            ledgers.cash_book,
            (CASH, BANK),
        ),
        Entry("ledger", "buku-besar", _("Ledger"), _("Every line of one account."), ledgers.ledger, ()),
        Entry(
            "trial",
            "neraca-saldo",
            _("Trial balance"),
            _("All accounts; debit and credit must agree."),
            accounts.trial_balance,
        ),
        Entry(
            "balance",
            "neraca",
            _("Balance sheet"),
            _("What the group owns, owes and has of its own."),
            accounts.balance_sheet,
        ),
        Entry(
            "surplus", "shu", _("Statement of surplus (SHU)"), _("Income, costs and what is left."), accounts.surplus
        ),
        Entry("flow", "arus-kas", _("Cash flow"), _("Where the money came from and went to."), accounts.cash_flow),
        Entry(
            "savings",
            "simpanan",
            _("Savings book"),
            _("All members' savings, by kind."),
            people.savings_book,
            people=True,
        ),
        Entry(
            "loans",
            "pinjaman",
            _("List of loans"),
            _("Lent, paid back, left and in arrears."),
            lending.loan_list,
            people=True,
        ),
        Entry(
            "members",
            "anggota",
            _("Register of members"),
            _("Who belongs, since when, in which office."),
            people.member_book,
            people=True,
        ),
    )
}


def listed(keeper: Keeper) -> list[Entry]:
    """Return the statements a book can give."""
    return [one for one in CATALOGUE.values() if keeper.group or not one.people]
