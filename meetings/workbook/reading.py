"""A file read into the lines of its sheets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from meetings import xlsx
from meetings.workbook.cells import Refused, shown, text_of
from meetings.workbook.layout import FIELDS, GROUP, LAYOUT, NEEDED_SHEETS, Column
from meetings.workbook.problems import Problems, Severity
from meetings.xlsx import Cell, RawSheet, Unreadable


@dataclass(frozen=True, slots=True)
class Line:
    """One row (of Kelompok: all of it) as read: heading → value, and where each value stands."""

    sheet: str
    number: int
    values: Mapping[str, Any]
    places: Mapping[str, tuple[int, int]]  # heading → row (0: this one) and column
    unread: frozenset[str] = frozenset()  # cells that are filled but refused

    def __getitem__(self, heading: str) -> Any:
        """The value of a cell; None where it is empty or was refused."""
        return self.values.get(heading)

    def cell(self, heading: str) -> str:
        """Where it stands: `B7`; without such a column, the first of the row."""
        row, column = self.places.get(heading, (0, 1))
        return xlsx.reference(row or self.number, column)


@dataclass(slots=True)
class Workbook:
    """A book as its cells say it, sheet by sheet in their order."""

    group: Line
    lines: dict[str, list[Line]]


def read_workbook(content: bytes, problems: Problems) -> Workbook | None:
    """Read a file; what is wrong goes to `problems`. None when it cannot be taken for a book at all."""
    try:
        raw = xlsx.read(content)
    except Unreadable as refusal:
        problems.error(refusal.sheet, "", refusal.reason)
        return None
    for name in sorted(xlsx.names_twice(raw)):
        problems.error(name, "", _("Two sheets have this name."))
    by_name: dict[str, RawSheet] = {}
    known = {name.lower(): name for name in LAYOUT}
    for sheet in raw:
        _refuse_active(sheet, problems)
        if (known_name := known.get(sheet.name.strip().lower())) is not None:
            by_name[known_name] = sheet
        else:
            problems.warn(sheet.name, "", _("This sheet is not known and was not read."))
    for name in LAYOUT:
        if name not in by_name:
            if name in NEEDED_SHEETS:
                problems.error(name, "", _("This sheet is missing."))
            else:
                problems.warn(name, "", _("This sheet is missing; it counts as empty."))
    if not all(name in by_name for name in NEEDED_SHEETS):
        return None
    group = _read_group(by_name[GROUP], problems)
    lines = {name: _read_sheet(name, by_name[name], problems) if name in by_name else [] for name in LAYOUT}
    return Workbook(group, lines)


def _refuse_active(sheet: RawSheet, problems: Problems) -> None:
    """Name every cell that computes or leads elsewhere, in sheets nobody reads too."""
    for number, cells in sheet.rows.items():
        for column, cell in cells.items():
            if cell.kind == "formula":
                problems.error(
                    sheet.name, xlsx.reference(number, column), _("Formulas are not taken; write the value.")
                )
    for ref in sheet.links:
        problems.error(sheet.name, ref, _("Links are not taken; remove the link and leave the words."))


def _headings(
    name: str, sheet: RawSheet, columns: tuple[Column, ...], problems: Problems
) -> tuple[int, dict[str, int], frozenset[str]]:
    """Return the row of the headings (the first that holds anything), heading → column number, and what was refused:
    headings that stand there twice, or are missing although the sheet needs them.
    """
    number = min(sheet.rows, default=0)
    known = {column.heading.lower(): column.heading for column in columns}
    found: dict[str, int] = {}
    refused: set[str] = set()
    for place, cell in sorted(sheet.rows.get(number, {}).items()):
        heading = " ".join(text_of(cell).split()) if cell.kind in ("text", "number") else ""
        if heading.lower() not in known:
            reason = _("The column “%(heading)s” is not known and was not read.") % {"heading": shown(heading)}
            problems.warn(name, xlsx.reference(number, place), reason)
        elif known[heading.lower()] in found:
            problems.error(name, xlsx.reference(number, place), _("Two columns have this heading."))
            refused.add(known[heading.lower()])
        else:
            found[known[heading.lower()]] = place
    computed = any(cell.kind == "formula" for cell in sheet.rows.get(number, {}).values())  # named before
    for column in columns:
        if column.heading not in found:
            at = xlsx.reference(number or 1, 1)
            if column.needed:
                refused.add(column.heading)
            if computed:
                pass  # it may be this one
            elif column.needed:
                reason = _("The column “%(heading)s” is missing.")
                problems.error(name, at, reason % {"heading": column.heading})
            else:
                reason = _("The column “%(heading)s” is missing; it counts as empty.")
                problems.warn(name, at, reason % {"heading": column.heading})
    beyond = {
        place
        for row, cells in sheet.rows.items()
        if row != number
        for place in cells
        if place not in sheet.rows.get(number, {})
    }
    for place in sorted(beyond):
        problems.warn(name, xlsx.reference(number or 1, place), _("This column has no heading and was not read."))
    return number, found, frozenset(refused)


def _read_sheet(name: str, sheet: RawSheet, problems: Problems) -> list[Line]:
    if name == GROUP or (not sheet.rows and name not in NEEDED_SHEETS):
        return []
    columns = LAYOUT[name]
    head, found, refused = _headings(name, sheet, columns, problems)
    places = {heading: (0, place) for heading, place in found.items()}
    lines = []
    for number, cells in sorted(sheet.rows.items()):
        if number == head or not any(place in cells for place in found.values()):
            continue
        values: dict[str, Any] = {}
        unread: set[str] = set()
        for column in columns:
            place = found.get(column.heading)
            cell = cells.get(place) if place else None
            if place:
                at = xlsx.reference(number, place)
                _read_into(values, unread, column, cell, problems.at(name, at))
        values = {heading: value for heading, value in values.items() if heading not in refused}
        lines.append(Line(name, number, values, places, refused | unread))
    return lines


def _read_into(
    values: dict[str, Any],
    unread: set[str],
    column: Column,
    cell: Cell | None,
    say: Callable[[Severity, str], None],
) -> None:
    """Read one cell into its row, or say why not."""
    if cell is None:
        if column.filled:
            say("error", _("“%(heading)s” is empty.") % {"heading": column.heading})
            unread.add(column.heading)
        return
    if cell.kind == "formula":  # named before
        unread.add(column.heading)
        return
    try:
        value = column.read(cell)
    except Refused as refusal:
        unread.add(column.heading)
        if column.doubt:
            say("warning", _("%(reason)s It is left out.") % {"reason": refusal})
        else:
            say("error", str(refusal))
        return
    if value not in ("", None):
        values[column.heading] = value
    elif column.filled:
        say("error", _("“%(heading)s” is empty.") % {"heading": column.heading})
        unread.add(column.heading)


def _read_group(sheet: RawSheet, problems: Problems) -> Line:
    """Read Kelompok, whose fields stand one below the other."""
    head, found, _refused = _headings(GROUP, sheet, LAYOUT[GROUP], problems)
    values: dict[str, Any] = {}
    unread: set[str] = set()
    places: dict[str, tuple[int, int]] = {}
    known = {column.heading.lower(): column for column in FIELDS}
    if "Isian" in found and "Nilai" in found:
        for number, cells in sorted(sheet.rows.items()):
            label = cells.get(found["Isian"])
            if number == head or label is None or label.kind == "formula":
                continue
            at = xlsx.reference(number, found["Isian"])
            name = " ".join(text_of(label).split()) if label.kind in ("text", "number") else ""
            column = known.get(name.lower())
            if column is None:
                reason = _("“%(name)s” is not known here and was not read.")
                problems.warn(GROUP, at, reason % {"name": shown(name)})
                continue
            if column.heading in places:
                problems.error(GROUP, at, _("This stands here twice."))
                values.pop(column.heading, None)
                unread.add(column.heading)
                continue
            places[column.heading] = (number, found["Nilai"])
            where = xlsx.reference(number, found["Nilai"])
            _read_into(
                values,
                unread,
                column,
                cells.get(found["Nilai"]),
                problems.at(GROUP, where),
            )
        computed = any(
            found["Isian"] in cells and cells[found["Isian"]].kind == "formula" for cells in sheet.rows.values()
        )
        for column in FIELDS:
            if column.heading not in places and column.filled:
                unread.add(column.heading)
                if not computed:
                    problems.error(GROUP, "A1", _("“%(heading)s” is missing.") % {"heading": column.heading})
    return Line(GROUP, head or 1, values, places, frozenset(unread))
