"""The weekly sheet as data: what a screen, a paper or an old workbook says happened at one meeting.

No Django here. Amounts are whole rupiah ≥ 0, members are named by their number in the group, loans by theirs.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

AttendanceStatus = Literal["H", "I", "S", "A"]
DENOMINATIONS = (100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100)


OWNER_SEALED = {"owner_changes": "sealed"}
"""Sealed with a count that may differ: whoever comes to look after the difference later is sealed as well.

At first a later owner was not, so that of a count without this word nobody can say who should be.
"""

ADDRESSES = frozenset({"bu", "ibu", "pak", "bapak", "bpk", "mbak", "mas", "sdr", "sdri"})


def same_person(one: str, other: str) -> bool:
    """Whether two names are one, however they are spaced, capitalised and addressed: Bu Wati is Wati."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> list[str]:
    words = [word.strip(".").casefold() for word in name.split()]
    return words[1:] if len(words) > 1 and words[0] in ADDRESSES else words


@dataclass(frozen=True, slots=True)
class Payment:
    """Money for one loan; without a number, for the member's oldest open loan."""

    amount: int
    loan_no: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One member's line. `attendance` None means nobody said; what she handed over counts whether she came or not."""

    member_no: int
    attendance: AttendanceStatus | None = None
    principal: int = 0
    weekly: int = 0
    voluntary: int = 0
    withdrawal: int = 0
    payments: tuple[Payment, ...] = ()
    fine: int = 0
    social: int = 0

    @property
    def received(self) -> int:
        """What she handed over."""
        paid = sum(payment.amount for payment in self.payments)
        return self.principal + self.weekly + self.voluntary + paid + self.fine + self.social


@dataclass(frozen=True, slots=True)
class OtherMoney:
    """Money in or out that is no member's hand-over: chart code, what for, rupiah."""

    code: str
    memo: str
    amount: int


@dataclass(frozen=True, slots=True)
class Disbursement:
    """A request paid out at this meeting, by its number in the group, and what was said with it."""

    request_no: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the meeting decided on a request without paying it out."""

    request_no: int
    approve: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FollowUpNote:
    """Who does what by when."""

    what: str
    owner_no: int | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Minutes:
    """What was planned, said and decided; "tidak ada keputusan" is a decision too."""

    agenda: str = ""
    discussion: str = ""
    decisions: str = ""
    follow_ups: tuple[FollowUpNote, ...] = ()
    manner: str = ""  # how they decided: "mufakat", "voting", or not said

    @property
    def whole(self) -> bool:
        """Whether they say what was planned and what was decided: what the third rule asks of them.

        Of meetings in the book `compliance/sql/reading.sql` reads the same.
        """
        return bool(self.agenda.strip() and self.decisions.strip())


@dataclass(frozen=True, slots=True)
class CashCount:
    """The box as two people counted it. `counted` None: it was not counted."""

    counted: int | None = None
    pieces: Mapping[int, int] = field(default_factory=dict)  # value → how many
    counted_by: str = ""
    reason: str = ""  # of a difference
    owner_no: int | None = None  # who follows a difference up


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything of one meeting."""

    on: date
    rows: tuple[Row, ...]
    place: str = ""
    income: tuple[OtherMoney, ...] = ()
    expenses: tuple[OtherMoney, ...] = ()
    disbursements: tuple[Disbursement, ...] = ()
    decisions: tuple[Decision, ...] = ()
    count: CashCount = CashCount()
    minutes: Minutes = Minutes()

    def content(self) -> dict[str, Any]:
        """Return what the book seals of this sheet: everything that was sent."""
        rows = [_shallow(row) | {"payments": [_shallow(one) for one in row.payments]} for row in self.rows]
        told = {
            name: [_shallow(one) for one in getattr(self, name)]
            for name in ("income", "expenses", "disbursements", "decisions")
        }
        count = _shallow(self.count) | {"pieces": _text_keys(self.count.pieces)}
        if self.count.reason.strip() or self.count.owner_no:
            count |= OWNER_SEALED
        minutes = asdict(self.minutes)
        if not self.minutes.manner:
            del minutes["manner"]  # as sheets were sealed before it could be said
        return {"sheet": 1, **_shallow(self), **told, "rows": rows, "count": count, "minutes": minutes}


def _shallow(one: Any) -> dict[str, Any]:
    """Return a dataclass's fields by name, as they are: `asdict` copies each row all the way down, every posting."""
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def _text_keys(pieces: Mapping[int, int]) -> dict[str, int]:
    return {str(value): number for value, number in pieces.items() if number}


@dataclass(frozen=True, slots=True)
class Totals:
    """What a sheet comes to, in rupiah."""

    principal: int
    weekly: int
    voluntary: int
    payments: int
    fines: int
    social: int
    other_in: int
    withdrawals: int
    expenses: int
    disbursed: int

    @property
    def money_in(self) -> int:
        return self.principal + self.weekly + self.voluntary + self.payments + self.fines + self.social + self.other_in

    @property
    def money_out(self) -> int:
        return self.withdrawals + self.expenses + self.disbursed


def totals(sheet: Sheet, disbursed: int) -> Totals:
    """Add a sheet up; what its disbursements pay out is told, since the requests know it."""
    return Totals(
        principal=sum(row.principal for row in sheet.rows),
        weekly=sum(row.weekly for row in sheet.rows),
        voluntary=sum(row.voluntary for row in sheet.rows),
        payments=sum(payment.amount for row in sheet.rows for payment in row.payments),
        fines=sum(row.fine for row in sheet.rows),
        social=sum(row.social for row in sheet.rows),
        other_in=sum(line.amount for line in sheet.income),
        withdrawals=sum(row.withdrawal for row in sheet.rows),
        expenses=sum(line.amount for line in sheet.expenses),
        disbursed=disbursed,
    )
