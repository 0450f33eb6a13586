"""Buku kas and buku besar: the lines of an account in the order of the book, with the balance after each."""

from collections.abc import Iterable
from math import ceil

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from groups.money import format_amount
from ledger.chart import BANK, CHART
from reports.statements import reading
from reports.statements.asked import PER_PAGE, Asked
from reports.statements.keeper import Keeper
from reports.statements.shape import Column, Page, Row, Statement, Table
from reports.statements.words import SHORT, Names, kind_name


def cash_book(keeper: Keeper, asked: Asked) -> Statement:
    """Return the cash book, or the bank's. At most seven queries, however long the period."""
    title = _("Bank book") if asked.account.code == BANK else _("Cash book")
    columns = (
        Column("no", pgettext("entry", "No.")),
        Column("day", _("Date")),
        Column("text", _("Description"), wide=True),
        Column("amount", _("Received"), _("received")),
        Column("amount", pgettext("column of the cash book", "Paid out"), _("paid out")),
        Column("amount", _("Balance"), _("balance")),
    )
    return _book(keeper, asked, "cash", title, columns, sign=1)


def ledger(keeper: Keeper, asked: Asked) -> Statement:
    """Return the ledger of an account or of all accounts of a code. At most seven queries."""
    line = CHART[asked.account.code]
    columns = (
        Column("no", pgettext("entry", "No.")),
        Column("day", _("Date")),
        Column("text", _("Description"), wide=True),
        Column("amount", _("Debit"), _("debit")),
        Column("amount", _("Credit"), _("credit")),
        Column("amount", _("Balance"), _("balance")),
    )
    return _book(keeper, asked, "ledger", _("Ledger"), columns, sign=line.sign)


def _book(keeper: Keeper, asked: Asked, name: str, title: str, columns: tuple[Column, ...], sign: int) -> Statement:
    account = asked.account
    chosen = reading.choose(keeper.book.pk, account.code, account.member_no, account.loan_no)
    opening = reading.opening(chosen, asked.period.start, asked.days)
    whole = reading.totals(chosen, asked.period)
    pages = 1 if asked.whole else max(1, ceil(whole.lines / PER_PAGE))
    skip = (asked.page - 1) * PER_PAGE
    before = reading.totals(chosen, asked.period, skip) if skip else reading.Totals(0, 0, 0)
    names = keeper.names
    debit, credit = before.debit, before.credit
    start = asked.period.start
    carried = _("Balance brought forward") if skip else _("Opening balance")
    rows = [
        Row(
            (None, None if skip else start, carried, debit or None, credit or None, sign * (opening + debit - credit)),
            "carried",
        )
    ]
    for line in reading.lines(chosen, asked.period, skip, None if asked.whole else PER_PAGE):
        debit, credit = debit + max(0, line.amount), credit + max(0, -line.amount)
        rows.append(_row(keeper, names, line, sign * (opening + debit - credit)))
    last = asked.page == pages
    closing = (None, None, _("Sum") if last else _("Balance to carry forward"), debit, credit)
    rows.append(Row((*closing, sign * (opening + debit - credit)), "final" if last else "sum"))
    subject = f"{account.code} {names.account(account.code, account.member_no or 0, account.loan_no or 0)}"
    return Statement(
        name=name,
        title=title,
        tables=[Table(columns, rows)],
        page=Page(asked.page, pages),
        subject=subject if name == "ledger" else "",
    )


def _row(keeper: Keeper, names: Names, line: reading.Line, balance: int) -> Row:
    return Row(
        (
            line.number,
            line.on,
            what(line, names),
            line.amount if line.amount > 0 else None,
            -line.amount if line.amount < 0 else None,
            balance,
        ),
        url=keeper.url("entry", line.number),
        detail=against(line.others, names),
        mark=mark(line),
    )


def what(line: reading.Line, names: Names) -> str:
    """Return an entry in words: its kind, whose it is if it is one member's, and its memo."""
    members = {line.member_no, *(leg.member_no for leg in line.others)} - {0}
    who = names.owner(members.pop(), 0) if len(members) == 1 else ""
    said = " ".join(filter(None, [kind_name(line.kind), who]))
    return f"{said}: {line.memo}" if line.memo and line.memo != said else said


def against(legs: Iterable[reading.Leg], names: Names) -> str:
    """Return what stands against a line: an account's name, or several in short with their amounts."""
    legs = list(legs)
    if len(legs) == 1:
        return CHART[legs[0].code].name + _loan(legs[0], names)
    return " · ".join(
        f"{SHORT.get(leg.code) or CHART[leg.code].name} {format_amount(abs(leg.amount))}{_loan(leg, names)}"
        for leg in legs
    )


def _loan(leg: reading.Leg, names: Names) -> str:
    return f" ({names.owner(0, leg.loan_no)})" if leg.loan_no else ""


def mark(line: reading.Line) -> str:
    """Say that an entry was taken back, or takes one back."""
    if line.reversed_by:
        return _("taken back by entry %(number)s") % {"number": line.reversed_by}
    if line.reverses:
        return _("takes back entry %(number)s") % {"number": line.reverses}
    return ""
