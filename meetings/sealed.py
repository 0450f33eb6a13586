"""What the texts that meetings seal say, read back: of a sheet, a correction, a count of the box, a member's gift.

Each function takes what JSON made of a text and is meant for `ledger.sealed.read`: what it returns has the types it
names, and what is not such a text makes it raise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from ledger.kinds import EXPENSE, HANDOVER, INCOME, WITHDRAWAL
from ledger.sealed import number, words

_IMPORTED = UUID("6d0f3f0a-52a1-5c36-9c0b-0d8f5c2a7f11")  # the namespace of an imported book's submissions
_RECEIVED = ("principal", "weekly", "voluntary", "fine", "social")


def imported_key(code: str, content_hash: str, what: str) -> UUID:
    """Return the key of one submission of an imported book: the same book gives the same keys."""
    return uuid5(_IMPORTED, f"{code}\n{content_hash}\n{what}")


@dataclass(frozen=True, slots=True)
class SealedSheet:
    """A sheet as it was sent, as far as rows tell it again.

    `minutes` are place, agenda, discussion, decisions and how these came about; `came` is who came how, by member
    number; `before` and `after` are the kinds and members of its entries before and after those that pay loans out.
    """

    on: date
    minutes: tuple[str, str, str, str, str]
    counted: int | None
    pieces: Mapping[str, int]
    counted_by: str
    came: Mapping[int, str]
    follow_ups: Sequence[tuple[str, int | None, str | None]]
    before: Sequence[tuple[str, int | None]]
    after: Sequence[tuple[str, int | None]]

    @property
    def week_start(self) -> date:
        """The Monday of its week."""
        return date.fromordinal(self.on.toordinal() - self.on.weekday())


def sheet(sealed: Any) -> SealedSheet:
    """Return a sheet; of a text that is none this raises."""
    if sealed["sheet"] != 1:
        raise ValueError("no sheet")
    told, count = sealed["minutes"], sealed["count"]
    members = [(number(row["member_no"]), row) for row in sealed["rows"]]
    return SealedSheet(
        on=date.fromisoformat(sealed["on"]),
        minutes=(
            words(sealed["place"]),
            words(told["agenda"]),
            words(told["discussion"]),
            words(told["decisions"]),
            words(told.get("manner", "")),
        ),
        counted=_maybe(count["counted"]),
        pieces={words(value): number(pieces) for value, pieces in count["pieces"].items()},
        counted_by=words(count["counted_by"]),
        came={no: words(row["attendance"]) for no, row in members if row["attendance"]},
        follow_ups=[
            (words(one["what"]), _maybe(one["owner_no"]) or None, words(one["due_on"]) if one["due_on"] else None)
            for one in told["follow_ups"]
        ],
        before=[
            *((INCOME, None) for _line in _rows(sealed["income"])),
            *((HANDOVER, no) for no, row in members if _received(row)),
            *((WITHDRAWAL, no) for no, row in members if number(row["withdrawal"])),
        ],
        after=[(EXPENSE, None) for _line in _rows(sealed["expenses"])],
    )


def _received(row: Any) -> int:
    paid = sum(number(payment["amount"]) for payment in row["payments"])
    return paid + sum(number(row[name]) for name in _RECEIVED)


def _rows(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("no list")
    return value


def _maybe(value: Any) -> int | None:
    return None if value is None else number(value)


def put_right(sealed: Any) -> tuple[str, dict[int, tuple[str, str]]]:
    """Return the day of a correction of attendance, and old and new sign by member number."""
    changes = sealed["attendance_correction"].items()
    return words(sealed["meeting"]), {int(no): (words(old), words(new)) for no, (old, new) in changes}


def reason(sealed: Any) -> str:
    """Return why something was corrected, as a row keeps it."""
    return words(sealed["reason"]).strip()[:200]


def added_member(sealed: Any) -> int | None:
    """Return whose hand-over was written afterwards, None where it is nobody's or its legs say so."""
    told = sealed["row"]["member_no"] if "row" in sealed else sealed.get("member")
    return _maybe(told)


def giver(sealed: Any) -> int | None:
    """Return which member gave money outside a sheet, None for nobody."""
    if sealed["act"] != "receive":
        raise ValueError("nothing was received")
    return _maybe(sealed.get("member"))


@dataclass(frozen=True, slots=True)
class SealedCount:
    """A count of the box outside a sheet."""

    on: date
    counted: int
    by: tuple[str, str]
    before_meeting: bool


def count(sealed: Any) -> SealedCount:
    """Return a count of the box."""
    told = sealed["count"]
    one, other = (words(name)[:100] for name in told["by"])
    return SealedCount(
        date.fromisoformat(sealed["on"]), number(told["counted"]), (one, other), told["before_meeting"] is True
    )


@dataclass(frozen=True, slots=True)
class SealedDifference:
    """Why box and book differed, and who looks after that; `owner_changes`: whether a later owner is sealed too."""

    reason: str
    owner_no: int | None
    owner_changes: bool


def difference(sealed: Any) -> SealedDifference:
    """Return what a sheet or a count of the box says of a difference."""
    told = sealed["count"]
    of_sheet = "sheet" in sealed
    return SealedDifference(
        words(told["reason"]) if of_sheet else words(told["reason"]).strip()[:300],
        _maybe(told["owner_no"] if of_sheet else sealed["owner"]) or None,
        "owner_changes" in told,
    )


def owned(sealed: Any) -> tuple[int, int]:
    """Return as which entry a difference arose, and who looks after it from then on."""
    return number(sealed["of_difference"]), number(sealed["owner"])


def imported_book(sealed: Any) -> tuple[str, str]:
    """Return the code and the fingerprint of an old book that was brought in."""
    if sealed["import"] != 1:
        raise ValueError("no imported book")
    return words(sealed["group"]), words(sealed["book"])
