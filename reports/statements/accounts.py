"""Statements by account: neraca saldo, neraca, laporan SHU, arus kas."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from groups.dates import format_date
from ledger.chart import (
    BANK,
    BLOCKED_SAVINGS,
    CASH,
    CHART,
    GROUP_LOANS,
    MEMBER_LOANS,
    PRINCIPAL_SAVINGS,
    VOLUNTARY_SAVINGS,
    WEEKLY_SAVINGS,
)
from reports.statements import figures, reading
from reports.statements.asked import Asked
from reports.statements.figures import COSTS, INCOME, OPENING, UPK, BalanceSheet, Flow
from reports.statements.keeper import Keeper
from reports.statements.period import Period
from reports.statements.shape import Column, Row, Statement, Table

SAVINGS = (PRINCIPAL_SAVINGS, WEEKLY_SAVINGS, VOLUNTARY_SAVINGS, BLOCKED_SAVINGS)
LENT = (MEMBER_LOANS, GROUP_LOANS)


def _day(day: date) -> str:
    return format_date(day, "en" if (get_language() or "id").startswith("en") else "id")


def trial_balance(keeper: Keeper, asked: Asked) -> Statement:
    """Return every account's opening, debit, credit and closing; each pair of sums is equal. Two queries."""
    opening = reading.by_code(reading.balances(keeper.book.pk, asked.period.start, asked.days))
    lines, sums = figures.trial_balance(opening, reading.turnovers(keeper.book.pk, asked.period))
    columns = (
        Column("no", _("Code")),
        Column("text", _("Account"), wide=True),
        Column("amount", _("Opening, debit"), _("opening, debit")),
        Column("amount", _("Opening, credit"), _("opening, credit")),
        Column("amount", _("Debit"), _("debit")),
        Column("amount", _("Credit"), _("credit")),
        Column("amount", _("Closing, debit"), _("closing, debit")),
        Column("amount", _("Closing, credit"), _("closing, credit")),
    )
    rows = [
        Row(
            (
                line.code,
                CHART[line.code].name,
                *_sides(line.opening),
                line.debit or None,
                line.credit or None,
                *_sides(line.closing),
            ),
            url=_ledger_url(keeper, asked, line.code),
        )
        for line in lines
    ]
    rows.append(
        Row(
            (
                None,
                _("Sum"),
                *(sums.opening_debit, sums.opening_credit, sums.debit, sums.credit),
                *(sums.closing_debit, sums.closing_credit),
            ),
            "final",
        )
    )
    return Statement("trial", _("Trial balance"), [Table(columns, rows)], wide=True)


def _sides(balance: int) -> tuple[int | None, int | None]:
    """Return a balance (debit positive) on its side; nothing on either when it is 0."""
    return balance if balance > 0 else None, -balance if balance < 0 else None


def _ledger_url(keeper: Keeper, asked: Asked, key: str) -> str:
    return f"{keeper.url('statement', 'ledger')}?{asked.query(key)}"


def balance_sheet(keeper: Keeper, asked: Asked) -> Statement:
    """Return what the book owns and owes at the end of the period, beside its opening. Four queries."""
    book, period = keeper.book.pk, asked.period
    opening = reading.by_code(reading.balances(book, period.start, asked.days))
    moved = reading.turnovers(book, period)
    closing = dict(opening)
    for code, turnover in moved.items():
        closing[code] = closing.get(code, 0) + turnover.debit - turnover.credit
    now = figures.balance_sheet(closing, reading.results(book, _year_to(period.end)))
    then = figures.balance_sheet(opening, reading.results(book, _year_to(period.before)))
    head = (
        Column("no", _("Code")),
        Column("text", _("Account"), wide=True),
        Column("amount", _day(period.before), _day(period.before)),
        Column("amount", _day(period.end), _day(period.end)),
    )

    def url(code: str) -> str:
        return _ledger_url(keeper, asked, code)

    assets = [
        *_lines(then.assets, now.assets, url),
        Row((None, _("Sum of assets"), then.owned, now.owned), "final"),
    ]
    other = [
        Row((None, _("Liabilities"), None, None), "part"),
        *_lines(then.liabilities, now.liabilities, url),
        Row((None, _("Sum of liabilities"), then.owed, now.owed), "sum"),
        Row((None, _("Equity"), None, None), "part"),
        *_lines(then.equity, now.equity, url),
        *_result_lines(then, now, keeper, asked),
        Row((None, _("Sum of equity"), then.own, now.own), "sum"),
        Row((None, _("Liabilities and equity"), then.owed + then.own, now.owed + now.own), "final"),
    ]
    tables = [Table(head, assets, _("Assets")), Table(head, other, _("Liabilities and equity"))]
    return Statement("balance", _("Balance sheet"), tables, pair=True)


def _year_to(day: date) -> Period:
    return Period(day.replace(month=1, day=1), day)


def _lines(then: Mapping[str, int], now: Mapping[str, int], url: Callable[[str], str]) -> list[Row]:
    return [
        Row((code, CHART[code].name, then.get(code, 0), now.get(code, 0)), url=url(code))
        for code in sorted({*then, *now})
    ]


def _result_lines(then: BalanceSheet, now: BalanceSheet, keeper: Keeper, asked: Asked) -> list[Row]:
    rows = []
    if then.earlier or now.earlier:
        rows.append(Row((None, _("Surplus of earlier years, not closed yet"), then.earlier, now.earlier)))
    if then.this_year or now.this_year:
        url = f"{keeper.url('statement', 'surplus')}?{asked.query()}"
        rows.append(Row((None, _("Surplus of the running year"), then.this_year, now.this_year), url=url))
    return rows


def surplus(keeper: Keeper, asked: Asked) -> Statement:
    """Return income and cost of the period and what is left of it; the year-end closing is left out. One query."""
    found = reading.results(keeper.book.pk, asked.period)
    columns = (
        Column("no", _("Code")),
        Column("text", _("Account"), wide=True),
        Column("amount", _("Rupiah")),
    )
    rows: list[Row] = []
    for digit, head, total in ((INCOME, _("Income"), _("Sum of income")), (COSTS, _("Costs"), _("Sum of costs"))):
        lines = [(code, amount) for code, amount in sorted(found.gained.items()) if code[0] == digit]
        rows.append(Row((None, head, None), "part"))
        rows += [Row((code, CHART[code].name, n), url=_ledger_url(keeper, asked, code)) for code, n in lines]
        rows.append(Row((None, total, sum(n for _code, n in lines)), "sum"))
    rows.append(Row((None, _("Surplus (SHU)") if found.surplus >= 0 else _("Deficit"), found.surplus), "final"))
    notes = [_("The year-end closing is not counted here: it only moves the surplus.")] if found.closed else []
    return Statement("surplus", _("Statement of surplus (SHU)"), [Table(columns, rows)], notes=notes)


def cash_flow(keeper: Keeper, asked: Asked) -> Statement:
    """Return where cash and bank came from and went to, and that it foots with what is there. Three queries."""
    book, period = keeper.book.pk, asked.period
    before = reading.by_code(reading.balances(book, period.start, asked.days, reading.CASH_CODES))
    moved = reading.turnovers(book, period)
    flows = figures.merged(reading.flows(book, period))
    columns = (
        Column("no", _("Code")),
        Column("text", _("From what and for what"), wide=True),
        Column("amount", pgettext("money", "In"), pgettext("money", "in")),
        Column("amount", pgettext("money", "Out"), pgettext("money", "out")),
        Column("amount", _("Amount"), _("amount")),
    )
    opening = before.get(CASH, 0) + before.get(BANK, 0)
    rows = [Row((None, _("Cash and bank at the beginning"), None, None, opening), "carried")]
    for head, part in _parts(flows):
        rows.append(Row((None, head, None, None, None), "part"))
        rows += [
            Row(
                (
                    flow.bucket if flow.bucket in CHART else None,
                    _purpose(flow),
                    flow.into or None,
                    flow.out or None,
                    None,
                ),
                url=_ledger_url(keeper, asked, flow.bucket) if flow.bucket in CHART else "",
            )
            for flow in part
        ]
        into, out = sum(flow.into for flow in part), sum(flow.out for flow in part)
        rows.append(Row((None, _("Sum"), into, out, into - out), "sum"))
    into, out = sum(flow.into for flow in flows.values()), sum(flow.out for flow in flows.values())
    rows += [
        Row((None, _("Change in the period"), into, out, into - out), "sum"),
        Row((None, _("Cash and bank at the end"), None, None, opening + into - out), "final"),
    ]
    for code in reading.CASH_CODES:
        turnover = moved.get(code, figures.Turnover())
        closing = before.get(code, 0) + turnover.debit - turnover.credit
        if closing:
            url = f"{keeper.url('statement', 'cash')}?{asked.query(code)}"
            rows.append(
                Row((code, _("of which %(account)s") % {"account": CHART[code].name}, None, None, closing), url=url)
            )
    return Statement("flow", _("Cash flow"), [Table(columns, rows)])


def _parts(flows: Mapping[str, Flow]) -> Iterable[tuple[str, list[Flow]]]:
    """Yield the headings with their flows, in order; empty ones are left out."""
    kinds = (
        (_("Opening of the book"), lambda b: b == OPENING),
        (_("Members' savings"), lambda b: b in SAVINGS),
        (_("Loans"), lambda b: b in LENT),
        (_("Income and costs"), lambda b: b in CHART and b[0] in (INCOME, COSTS)),
        (_("UPK"), lambda b: b == UPK),
    )
    left = dict(flows)
    for head, belongs in kinds:
        if part := [left.pop(bucket) for bucket in sorted(left) if belongs(bucket)]:
            yield head, part
    if left:
        yield _("Funds and other"), [left[bucket] for bucket in sorted(left)]


def _purpose(flow: Flow) -> str:
    if flow.bucket == OPENING:
        return _("Cash the book began with")
    if flow.bucket == UPK:
        return _("Loans from the UPK, and what was paid to it")
    return CHART[flow.bucket].name
