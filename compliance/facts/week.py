"""A week as later ones look back on it, and with all that the next one starts from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, Self

from compliance.facts.happened import MeetingFacts

made = tuple.__new__  # a named tuple of values in their order: its own constructor takes three times as long

# What a member owed in a week: nothing, the agreed amount, or (free amounts) anything at all, given or not.
OWES_NOTHING, OWES_AGREED, FREE_GIVEN, FREE_NOT_GIVEN = range(4)


class MemberWeek(NamedTuple):
    """A member's wajib in rupiah since the books began: deposited, and owed through this week; what she owed in it.

    Her obligation of this week is covered once `deposited` (of this or any later week) reaches `threshold`.
    """

    deposited: int
    threshold: int
    owes: int


class LoanWeek(NamedTuple):
    """A loan in a week. `due_before` and `paid_before` as on its eve, the rest at its end; pokok + jasa in rupiah.

    Laid on a line, the instalments that belong to this week reach from `due_before` to `due`. Jasa that was waived in
    this or an earlier week is left out of the line, and so is, in the weeks after a loan was closed, what it lacked.
    `waived` holds, for each waiver so far, how far the line without what it forgave reaches before its week: payments
    beyond that pay nothing of the weeks before it.
    """

    member_no: int
    lent: int
    due_before: int
    due: int
    paid_before: int
    paid: int
    outstanding: int  # principal
    late: int  # number of instalments due and not fully covered
    waived: tuple[int, ...] = ()


class Tally(NamedTuple):
    """What was owed in one week, seen from a later one: member-weeks of savings, rupiah of instalments."""

    saved: tuple[int, int, int]  # on time, late, uncovered
    repaid: tuple[int, int, int]


NOTHING_OWED = Tally((0, 0, 0), (0, 0, 0))


@dataclass(frozen=True, kw_only=True)
class Week:
    """A week as later ones look back on it. `counts`: the group was active; `brought_in`: it comes from an old book.

    In brief (`compliance.rules.in_brief`) its members and loans are those alone whom a later week may see otherwise,
    and `settled` counts the rest. That holds until a week in which something `fell`.
    """

    week: date
    holiday: bool
    counts: bool
    brought_in: bool
    fell: bool  # a sum fell or jasa was waived: what was covered in earlier weeks may be covered no more
    meetings: tuple[MeetingFacts, ...]
    members: Mapping[int, MemberWeek]
    loans: Mapping[int, LoanWeek]
    settled: Tally = NOTHING_OWED

    @cached_property
    def kept(self) -> dict[Any, Any]:
        """Room for what is worked out from this week again and again."""
        return {}

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads back, in plain JSON types."""
        return {
            "week": self.week.isoformat(),
            "holiday": self.holiday,
            "counts": self.counts,
            "brought_in": self.brought_in,
            "fell": self.fell,
            "meetings": [[m.on.isoformat(), *m[1:]] for m in self.meetings],
            "members": {str(no): list(member) for no, member in self.members.items()},
            "loans": {str(no): list(loan if loan.waived else loan[:-1]) for no, loan in self.loans.items()},
            "settled": self.settled,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        saved, repaid = data["settled"]
        return cls(**_of_any_week(data), settled=Tally(tuple(saved), tuple(repaid)))


@dataclass(frozen=True, kw_only=True)
class WeekFacts(Week):
    """A week as at the end of `through`, with all its members and its open loans.

    Settled loans end with the week of their last instalment.
    """

    through: date
    active: tuple[int, ...]  # members active on `through`
    last_owed: Mapping[int, date]  # last day each member owed principal inside the group, of those who owe no more
    asked: bool  # a member has asked for a loan
    cash: int  # the loan fund's
    savings: int
    moved_on: date | None  # last day any of this money moved: weeks with the same one hold the same sums
    last_meeting: date | None
    without_sheet: int  # weeks in a row, come to their end, holidays aside

    @cached_property
    def outstanding(self) -> int:
        """Principal outstanding inside the group."""
        return sum(loan.outstanding for loan in self.loans.values())

    @cached_property
    def last_owed_by_all(self) -> dict[int, date]:
        """Last day each member who ever borrowed owed principal; `through` for those who still do."""
        owing = {loan.member_no: self.through for loan in self.loans.values() if loan.outstanding > 0}
        return {**self.last_owed, **owing}

    def at_risk(self, late: int) -> int:
        """Return the whole outstanding of loans with at least that many instalments late."""
        return sum(loan.outstanding for loan in self.loans.values() if loan.late >= late)

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads back, in plain JSON types."""
        whole = super().as_json()
        del whole["settled"]
        return whole | {
            "through": self.through.isoformat(),
            "active": list(self.active),
            "last_owed": {str(no): on.isoformat() for no, on in self.last_owed.items()},
            "asked": self.asked,
            "cash": self.cash,
            "savings": self.savings,
            "moved_on": self.moved_on and self.moved_on.isoformat(),
            "last_meeting": self.last_meeting and self.last_meeting.isoformat(),
            "without_sheet": self.without_sheet,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        return cls(
            **_of_any_week(data),
            through=date.fromisoformat(data["through"]),
            active=tuple(data["active"]),
            last_owed={int(no): date.fromisoformat(on) for no, on in data["last_owed"].items()},
            asked=data["asked"],
            cash=data["cash"],
            savings=data["savings"],
            moved_on=_date_or_none(data["moved_on"]),
            last_meeting=_date_or_none(data["last_meeting"]),
            without_sheet=data["without_sheet"],
        )


def _of_any_week(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "week": date.fromisoformat(data["week"]),
        "holiday": data["holiday"],
        "counts": data["counts"],
        "brought_in": data["brought_in"],
        "fell": data.get("fell", False),  # weeks kept before this was asked are looked back on whole
        "meetings": tuple(MeetingFacts(date.fromisoformat(m[0]), *m[1:]) for m in data["meetings"]),
        "members": {int(no): made(MemberWeek, member) for no, member in data["members"].items()},
        "loans": {int(no): _loan_week(loan) for no, loan in data["loans"].items()},
    }


def _loan_week(data: Sequence[Any]) -> LoanWeek:
    """Read a loan of a kept week; one without waivers is kept without them."""
    *numbers, last = data
    return made(LoanWeek, (*numbers, tuple(last))) if isinstance(last, list) else made(LoanWeek, (*data, ()))


def _date_or_none(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
