"""A group's book kept by hand, in plain Python: days in order, added up from the first line whenever asked.

It knows nothing of the product but schedules. Amounts are whole rupiah, debit positive.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from loans.schedule import Terms, schedule
from meetings.sheet import Payment, Row
from tests.meetings.test_importing_any_book import PaperLoan

Key = tuple[str, int, int]
SAVED = ("2110", "2120", "3110")


class Short(Exception):
    """The paper says that there is not so much, or that it may not be."""


@dataclass
class Line:
    """What one member did at a meeting, in rupiah; `pays` of loan number → amount."""

    weekly: int = 0
    voluntary: int = 0
    fine: int = 0
    taken: int = 0
    pays: dict[int, int] = field(default_factory=dict)

    def row(self, no: int) -> Row:
        payments = tuple(Payment(amount, loan_no) for loan_no, amount in self.pays.items())
        return Row(no, "H", 0, self.weekly, self.voluntary, self.taken, payments, self.fine)

    @property
    def received(self) -> int:
        return self.weekly + self.voluntary + self.fine + sum(self.pays.values())


@dataclass
class Opening:
    """What the box and the members had when the book began, and loans older than it: number, member, lent on, owed."""

    cash: int
    savings: dict[tuple[str, int], int]  # code, member
    loans: dict[int, tuple[int, date, int, int]]  # number → member, lent on, principal, still owed


@dataclass
class Day:
    """A meeting, or a day on which something else was done: one left or came back, a year was shared out."""

    on: date
    lines: dict[int, Line] = field(default_factory=dict)
    income: int = 0
    expense: int = 0
    lent: tuple[int, int, int] | None = None  # loan number, member, amount
    counted: int | None = None
    opening: Opening | None = None
    leaves: int = 0
    settled: dict[str, int] | None = None  # of who leaves: her savings by code
    paid: dict[int, int] = field(default_factory=dict)  # and her debts by loan
    joins: int = 0
    shares: list[tuple[str, int, int]] | None = None  # a year shared out: account, member, amount


def terms(amount: int) -> Terms:
    return Terms(amount, 4, "week", Decimal(2), "month", "flat", 0)


@cache
def instalments(amount: int, on: date) -> tuple[tuple[date, int, int], ...]:
    """The schedule of a loan as due date, jasa, principal."""
    return tuple((row.due_on, row.charge, row.principal) for row in schedule(terms(amount), disbursed_on=on))


class Replay:
    """The paper added up from its first line: every account, and the loan cards."""

    def __init__(self, days: Sequence[Day]) -> None:
        self.book: dict[Key, int] = defaultdict(int)
        self.cards: dict[int, PaperLoan] = {}
        for day in days:
            self.keep(day)
        if self.cash < 0 or any(self.book[code, no, 0] > 0 for code, no, _loan in [*self.book] if code in SAVED):
            raise Short

    def keep(self, day: Day) -> None:
        if day.opening:
            self.open(day.opening)
        self.meet(day)
        if day.leaves:
            self.leave(day)
        if day.lent:
            self.lend(day.on, *day.lent)
        for code, member, amount in day.shares or ():
            self.move(code, amount, member)

    def move(self, code: str, amount: int, member: int = 0, loan: int = 0) -> None:
        self.book[code, member, loan] += amount

    def open(self, opening: Opening) -> None:
        self.move("1110", opening.cash)
        for (code, member), amount in opening.savings.items():
            self.move(code, -amount, member)
        for no, (member, on, principal, owed) in opening.loans.items():
            self.card(on, no, member, principal).returned(principal - owed)
            self.move("1210", owed, member, no)
        self.move("3210", -sum(self.book.values()))

    def pay(self, card: PaperLoan, amount: int, on: date) -> None:
        if amount > card.left:
            raise Short
        charge = card.pay(amount, on)
        self.move("4110", -charge, card.member, card.no)
        self.move("1210", charge - amount, card.member, card.no)

    def meet(self, day: Day) -> None:
        self.move("1110", day.income - day.expense)
        self.move("4190", -day.income)
        self.move("5130", day.expense)
        for no, line in day.lines.items():
            self.move("1110", line.received - line.taken)
            self.move("2110", -line.weekly, no)
            self.move("2120", line.taken - line.voluntary, no)
            self.move("4120", -line.fine)
            for loan_no, amount in line.pays.items():
                self.pay(self.cards[loan_no], amount, day.on)

    def leave(self, day: Day) -> None:
        """Her savings as they stood are set against all she owed; what was left she took home, whatever comes later."""
        no = day.leaves
        if day.settled is None:
            day.settled = {code: -self.book[code, no, 0] for code in SAVED}
            day.paid = {card.no: card.left for card in self.cards.values() if card.member == no and card.left}
        saved, owed = sum(day.settled.values()), sum(day.paid.values())
        if owed > saved:
            raise Short
        for loan_no, amount in day.paid.items():
            self.pay(self.cards[loan_no], amount, day.on)
        for code, amount in day.settled.items():
            self.move(code, amount, no)
        self.move("1110", owed - saved)

    def card(self, on: date, no: int, member: int, amount: int) -> PaperLoan:
        rows = instalments(amount, on)
        full = [(due, charge + principal) for due, charge, principal in rows]
        self.cards[no] = PaperLoan(no, member, [[*row] for row in rows], full)
        return self.cards[no]

    def lend(self, on: date, no: int, member: int, amount: int) -> None:
        self.card(on, no, member, amount)
        self.move("1210", amount, member, no)
        self.move("1110", -amount)

    @property
    def cash(self) -> int:
        return self.book["1110", 0, 0]

    @property
    def balances(self) -> dict[Key, int]:
        return {key: amount for key, amount in self.book.items() if amount}


def belonging(days: Iterable[Day], first: Iterable[int], on: date) -> list[int]:
    """The numbers of who was a member on a day; who leaves is one until that day is over."""
    there = set(first)
    for day in days:
        if day.joins and day.on <= on:
            there.add(day.joins)
        if day.leaves and day.on < on:
            there.discard(day.leaves)
    return sorted(there)


@dataclass(frozen=True)
class Agreement:
    """How a group shares its surplus: (per cent, for whom or what), what business is, where the remainder goes."""

    parts: tuple[tuple[int, str], ...]
    business: str = "charge"
    remainder_to: str = "3310"


CUSTOMARY = Agreement(
    ((40, "3310"), (20, "business"), (20, "savings"), (5, "2320"), (5, "2330"), (5, "2310"), (5, "2340"))
)
TO_MEMBERS = ("business", "savings", "equal")


def cut(total: int, weights: Sequence[int]) -> list[int]:
    """Each her part rounded down, and the rupiah left to whoever lost most by that, one each."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    lost = sorted(range(len(weights)), key=lambda at: (-(total * weights[at] % whole), at))
    for at in lost[: total - sum(shares)]:
        shares[at] += 1
    return shares


def shared_out(
    days: Sequence[Day],
    first: Sequence[int],
    *,
    year: int,
    on: date,
    agreed: Agreement,
    rule: str,
    step: int,
    in_cash: bool,
) -> list[tuple[str, int, int]]:
    """What deciding a year moves: account, member, amount."""
    kept = Replay([day for day in days if day.on.year <= year])
    results: dict[str, int] = defaultdict(int)
    for (code, _member, _loan), amount in kept.book.items():
        if code[0] in "45":
            results[code] += amount
    if not any(results.values()):
        raise Short
    moves = [(code, 0, -amount) for code, amount in results.items()]
    moves.append(("3910", 0, sum(results.values())))
    surplus = max(0, -sum(results.values()))

    members = belonging(days, first, date(year, 12, 31))
    by = {
        "business": [business_of(no, days, kept, year, agreed.business) for no in members],
        "savings": [-sum(kept.book[code, no, 0] for code in SAVED) for no in members],
        "equal": [1] * len(members),
    }
    pots = dict.fromkeys(TO_MEMBERS, 0)
    funds = []
    for (_percent, target), amount in zip(agreed.parts, cut(surplus, [part[0] for part in agreed.parts]), strict=True):
        if target in pots:
            pots[target if rule == "mixed" else rule] += amount
        else:
            funds.append((target, amount))
    cuts = [cut(pot, by[target]) for target, pot in pots.items()]
    amounts = [sum(mine) // step * step for mine in zip(*cuts, strict=True)]
    still = belonging(days, first, on)
    for no, amount in zip(members, amounts, strict=True):
        cash = in_cash or no not in still
        moves += [("3910", 0, amount), ("1110", 0, -amount) if cash else ("2120", no, -amount)]
    funds.append((agreed.remainder_to, sum(pots.values()) - sum(amounts)))
    for code, amount in funds:
        moves += [("3910", 0, amount), (code, 0, -amount)]
    return moves


def business_of(no: int, days: Iterable[Day], kept: Replay, year: int, by: str) -> int:
    """What a member did business by in a year: the jasa she paid, or what she borrowed."""
    if by == "charge":
        return -sum(amount for (code, member, _loan), amount in kept.book.items() if (code, member) == ("4110", no))
    return sum(day.lent[2] for day in days if day.lent and day.lent[1] == no and day.on.year == year)


def next_wednesday(after: date) -> date:
    return after + timedelta(days=7 - (after.weekday() - 2) % 7)


def wednesdays(first: date, last: date) -> list[date]:
    day, found = next_wednesday(first - timedelta(days=1)), []
    while day <= last:
        found.append(day)
        day += timedelta(weeks=1)
    return found
