"""Takes the book of a group out as a workbook, in the layout that brings one in; nothing is dropped without a word."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from groups import xlsx
from groups.models import Group
from groups.xlsx import Line, Sheet, Value
from meetings.workbook import LAYOUT
from meetings.xlsx import MAX_PACKED, MAX_TEXT
from reports.exporting.fitting import LeftOut, fit
from reports.exporting.gathering import gather

__all__ = ["REST", "Export", "LeftOut", "export_book", "file_name"]

REST = "Tidak muat"  # the sheet of all that the layout has no column for: an import names it and leaves it alone


@dataclass(frozen=True, slots=True)
class Export:
    """A book as a file. `left_out` is everything that an import of it would not bring back, oldest first."""

    content: bytes
    left_out: tuple[LeftOut, ...]
    rows: dict[str, int]  # sheet → how many rows it has

    @property
    def money(self) -> list[LeftOut]:
        """What makes other balances, or keeps the file from being brought in."""
        return [one for one in self.left_out if one.weight == "money"]

    @property
    def words(self) -> list[LeftOut]:
        """What leaves the balances right."""
        return [one for one in self.left_out if one.weight == "words"]


def export_book(group: Group) -> Export:
    """Return a group's book as a workbook. What the columns cannot hold is named, and stands on a sheet of its own.

    Whoever hands the file on asks first when anything is named: it is never left out in silence.
    """
    fitted = fit(gather(group))
    sheets = [
        _sheet(name, headings, [[row.get(heading) for heading in headings] for row in fitted.sheets[name]])
        for name, headings in ((name, [one.heading for one in columns]) for name, columns in LAYOUT.items())
    ]
    left_out = sorted(fitted.left_out, key=lambda one: (one.weight, one.on or date.min))
    if left_out:
        sheets.append(_sheet(REST, ("Tanggal", "Apa", "Isi", "Saldo"), _rest(left_out)))
    content = xlsx.workbook(sheets)
    if len(content) > MAX_PACKED:
        says = _("The file has %(size)s kB; an import takes 1 MB.") % {"size": len(content) // 1000}
        left_out.append(LeftOut("money", _("Book too long for one import"), says))
    return Export(content, tuple(left_out), {name: len(rows) for name, rows in fitted.sheets.items()})


def file_name(group: Group) -> str:
    return f"buku-{group.code.lower()}.xlsx"


def _sheet(name: str, headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> Sheet:
    return Sheet(name, [Line(headings, "head"), *map(Line, rows)], frozen=1)


def _rest(left_out: list[LeftOut]) -> list[tuple[Value, ...]]:
    """Return what did not fit as rows; a long text runs over several."""
    balance = {"money": _("not the same"), "words": _("the same")}
    return [
        (one.on, one.what, one.says[start : start + MAX_TEXT], balance[one.weight])
        for one in left_out
        for start in range(0, max(1, len(one.says)), MAX_TEXT)
    ]
