"""Every statement of a book held against the ledger and against the others: what an auditor adds up."""

from datetime import date

from django.db.models import Sum

from groups.models import Group
from ledger.chart import CHART
from ledger.models import Posting
from reports.statements import reading
from reports.statements.asked import Account, Asked
from reports.statements.catalogue import CATALOGUE, listed
from reports.statements.keeper import Keeper
from reports.statements.period import Period
from reports.statements.shape import Row, Statement


def keeper_of(group: Group) -> Keeper:
    group.book.refresh_from_db()
    return Keeper(group.book, str(group), group.code, group=group)


def read(keeper: Keeper, name: str, start: date, end: date, account: str = "", page: int = 1) -> Statement:
    """A statement as on paper, unless a page is asked for."""
    code, *numbers = account.split(".")
    default = (CATALOGUE[name].accounts or ("1110",))[0]
    return CATALOGUE[name].read(
        keeper,
        Asked(
            Period(start, end),
            reading.span(keeper.book.pk),
            Account(code or default, *map(int, numbers)),
            page=page,
            whole=page == 1,
        ),
    )


def row(statement: Statement, words: str, table: int = -1) -> Row:
    """The row with these words, of the last table if none is named."""
    (found,) = [one for one in statement.tables[table].rows if words in one.cells]
    return found


def last(statement: Statement, table: int = -1) -> Row:
    return statement.tables[table].rows[-1]


def by_code(keeper: Keeper, **dates: date) -> dict[str, int]:
    """Balances as the postings say, debit positive: summed by Django, apart from what is tested."""
    rows = Posting.objects.filter(book=keeper.book, **dates).values("account__code").annotate(total=Sum("amount"))
    return {one["account__code"]: one["total"] for one in rows}


def foots(keeper: Keeper, start: date, end: date) -> None:
    """Hold every statement of a period against the ledger and against the others."""
    held = by_code(keeper, on__lte=end)
    was = by_code(keeper, on__lt=start)
    moved = {name: read(keeper, name, start, end) for name in ("trial", "balance", "surplus", "flow")}
    money = {}
    for code in ("1110", "1120"):
        book = read(keeper, "cash", start, end, code)
        assert book.tables[0].rows[0].cells[-1] == was.get(code, 0)
        money[code] = last(book).cells[-1]
        assert money[code] == held.get(code, 0)
        _no, _day, _words, into, out, balance = last(book).cells
        assert was.get(code, 0) + into - out == balance
    assert row(moved["flow"], "Kas dan bank akhir").cells[-1] == sum(money.values())

    sums = last(moved["trial"]).cells[2:]
    assert sums[0] == sums[1]
    assert sums[2] == sums[3]
    assert sums[4] == sums[5]
    for line in moved["trial"].tables[0].rows[:-1]:
        code, _name, *_opening, debit, credit, has, owes = line.cells
        ledger = read(keeper, "ledger", start, end, code)
        assert last(ledger).cells[3:5] == (debit or 0, credit or 0)
        assert last(ledger).cells[-1] * CHART[code].sign == (has or 0) - (owes or 0) == held.get(code, 0)

    assets, others = last(moved["balance"], 0), last(moved["balance"], 1)
    assert assets.cells[2:] == others.cells[2:]
    assert assets.cells[3] == sum(amount for code, amount in held.items() if code[0] == "1")
    for line in moved["balance"].tables[0].rows[:-1]:
        assert line.cells[3] == held.get(line.cells[0], 0)

    gained = {line.cells[0]: line.cells[2] for line in moved["surplus"].tables[0].rows if line.role == "line"}
    assert last(moved["surplus"]).cells[2] == sum(n if code < "5" else -n for code, n in gained.items())

    if keeper.group:
        savings = read(keeper, "savings", start, end)
        saved = -sum(held.get(code, 0) for code in ("2110", "2120", "2130", "3110"))
        together = savings.tables[0] if len(savings.tables) > 1 else savings.tables[-1]
        assert together.rows[-1].cells[-1] == saved
        assert together.rows[-1].cells[2] == -sum(was.get(code, 0) for code in ("2110", "2120", "2130", "3110"))
        _no, _words, opening, into, out, closing = together.rows[-1].cells
        assert opening + into - out == closing
        loans = last(read(keeper, "loans", start, end))
        lent, paid, moved_on, left = loans.cells[3:7]
        assert lent - paid - moved_on == left == held.get("1210", 0)
        members = last(read(keeper, "members", start, end))
        assert members.cells[-2:] == (saved, held.get("1210", 0))


def foots_throughout(keeper: Keeper, days: list[date]) -> None:
    """The same for every period that begins and ends on one of these days, and for its neighbours' seams."""
    for index, start in enumerate(days):
        for end in days[index:]:
            foots(keeper, start, end)
    assert [one.name for one in listed(keeper)][:6] == ["cash", "ledger", "trial", "balance", "surplus", "flow"]
