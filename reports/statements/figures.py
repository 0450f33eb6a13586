"""The arithmetic of statements, without Django: from sums by chart code to a trial balance, a balance sheet, a surplus.

Amounts are whole rupiah. What comes from the ledger is debit positive; what people read is on each side's own sign.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ASSETS, LIABILITIES, EQUITY, INCOME, COSTS = "1", "2", "3", "4", "5"
"""What the first digit of a chart code says."""

OPENING, UPK = "opening", "upk"
"""Where cash came from or went to without being one account's: the opening of the book; all that concerns the UPK."""


@dataclass(frozen=True, slots=True)
class Turnover:
    """What was debited and credited in a period."""

    debit: int = 0
    credit: int = 0


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One account of the trial balance: its balance on either side before and after, and what moved it."""

    code: str
    opening: int  # debit positive
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


@dataclass(frozen=True, slots=True)
class TrialTotals:
    """The six sums of a trial balance; each pair is equal, or the book is wrong."""

    opening_debit: int
    opening_credit: int
    debit: int
    credit: int
    closing_debit: int
    closing_credit: int


def trial_balance(opening: Mapping[str, int], moved: Mapping[str, Turnover]) -> tuple[list[TrialLine], TrialTotals]:
    """Return the accounts that held or moved anything, by code, and their sums."""
    none = Turnover()
    lines = [
        TrialLine(code, opening.get(code, 0), moved.get(code, none).debit, moved.get(code, none).credit)
        for code in sorted({*opening, *moved})
    ]
    lines = [line for line in lines if line.opening or line.debit or line.credit]
    return lines, TrialTotals(
        opening_debit=sum(max(0, line.opening) for line in lines),
        opening_credit=sum(max(0, -line.opening) for line in lines),
        debit=sum(line.debit for line in lines),
        credit=sum(line.credit for line in lines),
        closing_debit=sum(max(0, line.closing) for line in lines),
        closing_credit=sum(max(0, -line.closing) for line in lines),
    )


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """What a book owns, owes and has of its own at the end of a day, by chart code, each on its own side.

    `this_year` is the surplus of the year so far, `earlier` what older years left in the accounts of income and cost
    because nobody has closed them yet.
    """

    assets: dict[str, int]
    liabilities: dict[str, int]
    equity: dict[str, int]
    this_year: int
    earlier: int

    @property
    def owned(self) -> int:
        return sum(self.assets.values())

    @property
    def owed(self) -> int:
        return sum(self.liabilities.values())

    @property
    def own(self) -> int:
        return sum(self.equity.values()) + self.this_year + self.earlier


@dataclass(frozen=True, slots=True)
class Results:
    """What accounts of income and cost gained in a stretch of a year, each positive, by chart code.

    `closed` is what year-end closings of that stretch moved out of them (rupiah, credit positive, so usually below 0).
    """

    gained: Mapping[str, int]
    closed: int = 0

    @property
    def surplus(self) -> int:
        """Income less cost."""
        return sum(amount if code[0] == INCOME else -amount for code, amount in self.gained.items())


def balance_sheet(balances: Mapping[str, int], year: Results) -> BalanceSheet:
    """Put balances by chart code (debit positive) on their sides; `year` is what the year brought up to that day.

    A closing first takes what older years left, then what this one brought.
    """
    unclosed = -sum(amount for code, amount in balances.items() if code[0] in (INCOME, COSTS))
    left = unclosed - year.surplus - year.closed
    earlier = left + year.closed
    if unclosed == 0 or left == 0 or (earlier < 0) != (left < 0):
        earlier = 0
    return BalanceSheet(
        assets=_side(balances, ASSETS, 1),
        liabilities=_side(balances, LIABILITIES, -1),
        equity=_side(balances, EQUITY, -1),
        this_year=unclosed - earlier,
        earlier=earlier,
    )


def _side(balances: Mapping[str, int], digit: str, sign: int) -> dict[str, int]:
    return {code: sign * balances[code] for code in sorted(balances) if code[0] == digit and balances[code]}


@dataclass(frozen=True, slots=True)
class Flow:
    """Cash that came in and went out by what it was for: a chart code, `OPENING` or `UPK`."""

    bucket: str
    into: int = 0
    out: int = 0

    @property
    def net(self) -> int:
        return self.into - self.out


def merged(flows: Iterable[Flow]) -> dict[str, Flow]:
    """Return one flow for each purpose, both directions together."""
    found: dict[str, Flow] = {}
    for flow in flows:
        before = found.get(flow.bucket, Flow(flow.bucket))
        found[flow.bucket] = Flow(flow.bucket, before.into + flow.into, before.out + flow.out)
    return found


@dataclass(frozen=True, slots=True)
class Movement:
    """One kind of savings of one member over a period."""

    opening: int = 0
    into: int = 0
    out: int = 0

    @property
    def closing(self) -> int:
        return self.opening + self.into - self.out

    def __add__(self, other: "Movement") -> "Movement":
        return Movement(self.opening + other.opening, self.into + other.into, self.out + other.out)

    def __bool__(self) -> bool:
        return bool(self.opening or self.into or self.out)
