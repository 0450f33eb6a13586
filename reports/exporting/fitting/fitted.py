"""The sheets, what is left out of them, and what both are gathered in."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.utils.translation import gettext as _

from ledger.services import AccountKey
from meetings import workbook as layout
from meetings.xlsx import MAX_TEXT
from reports.exporting.gathering import Posted, Told

Weight = Literal["money", "words"]
Cells = dict[str, Any]  # heading → date, whole number, decimal or text; empty ones left out


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something the sheets do not hold. `money`: without it the balances, or the import itself, would not be right.

    `words`: the balances are the same, and what is missing is told in `says`.
    """

    weight: Weight
    what: str
    says: str
    on: date | None = None


@dataclass(slots=True)
class Fitted:
    """The sheets as rows of heading → value, in the order of the layout, and all that is not in them."""

    sheets: dict[str, list[Cells]] = field(default_factory=lambda: {name: [] for name in layout.LAYOUT})
    left_out: list[LeftOut] = field(default_factory=list)


class Fitting:
    """A told book on its way into the sheets: what is in them so far, what they move, and what is left out."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.out = Fitted()
        self.moved: dict[date, dict[AccountKey, int]] = defaultdict(lambda: defaultdict(int))  # what the sheets move
        self.rows: dict[tuple[date, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        # Day and member → loan → jasa, pokok
        self.paid: dict[tuple[date, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        self.handed: set[tuple[date, int]] = set()
        self.reasons = {one.memo for one in told.entries if one.reverses}
        self.differences: dict[date, int] = {}  # day → the entry whose difference the sheet bears
        self.lent: set[int] = set()
        self.opening: Posted | None = None
        self.begins = told.group.start_on  # Saldo awal, or without one the first day
        self.first = told.group.start_on  # nothing else may lie before it

    def leave(self, weight: Weight, what: str, says: str, on: date | None = None) -> None:
        self.out.left_out.append(LeftOut(weight, what, says, on))

    def text(self, what: str, value: str, limit: int, on: date | None = None) -> str | None:
        """Return words as a cell of the layout may hold them; say what had to be cut."""
        plain = value.replace("\r\n", "\n").replace("\r", "\n")
        kept = "".join(letter for letter in plain if not _is_sign(letter))
        if limit < MAX_TEXT:  # on one line
            kept = re.sub(r"[\n\t]+", " ", kept).strip()
        if kept != (plain.strip() if limit < MAX_TEXT else plain) or len(kept) > limit:
            self.leave("words", _("Text"), f"{what}: {value}", on)
        return kept[:limit] if kept.strip() else None

    def take(self, one: Posted) -> bool:
        for leg in one.legs:
            self.moved[one.on][leg.key] += leg.amount
        return True

    def is_active(self, no: int, on: date) -> bool:
        return any(member.no == no and member.is_active_on(on) for member in self.told.members)


def _is_sign(letter: str) -> bool:
    """Whether a letter is one of those that nobody can print and no workbook may hold."""
    return letter not in "\n\t" and (unicodedata.category(letter) in ("Cc", "Cs") or letter in "\ufffe\uffff")
