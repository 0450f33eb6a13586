"""The one writer of workbooks (.xlsx), books that go out included: text stays text, an amount stays a number.

Text that a spreadsheet would take for a formula (`= + - @`, a tab, a newline first) is written as plain text and
marked so that it stays text when somebody edits the cell. Signs that nobody can print are replaced; letters that a
workbook would read as one sign are kept.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import BytesIO

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | Decimal | date | None

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
LONGEST_TEXT = 32_767  # as much as a cell holds
LONGEST_NAME = 31  # of a sheet
NARROWEST, WIDEST = 8, 60

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # how a workbook writes signs: to mean these letters, escape them
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
_BOLD, _WRAP = Font(bold=True), Alignment(vertical="top", wrap_text=True)
_BORDERS = {
    "sum": Border(top=Side(style="thin")),
    "final": Border(top=Side(style="thin"), bottom=Side(style="double")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its cells, and how it is set: `plain`, `head`, `sum` (a line above) or `final` (a double one below)."""

    cells: Sequence[Value]
    role: str = "plain"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet with its name and rows; the panes freeze below row `frozen` (0: nowhere)."""

    name: str
    lines: list[Line] = field(default_factory=list)
    frozen: int = 0


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """Return the workbook with these sheets, in order; equal names are told apart by a number."""
    book = Workbook()
    book.remove(book.worksheets[0])
    taken: set[str] = set()
    for sheet in sheets:
        name = _sheet_name(sheet.name, taken)
        taken.add(name.lower())
        _write(book.create_sheet(name), sheet)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def download(sheets: Iterable[Sheet], filename: str) -> HttpResponse:
    """Return the workbook as an answer to keep; `filename` is of our own making, without the ending."""
    answer = HttpResponse(workbook(sheets), content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{filename}.xlsx"'
    return answer


def _sheet_name(name: str, taken: set[str]) -> str:
    plain = _NOT_IN_A_NAME.sub(" ", name).strip(" '")[:LONGEST_NAME] or "Lembar"
    tried, number = plain, 1
    while tried.lower() in taken:
        number += 1
        tried = f"{plain[: LONGEST_NAME - 4]} {number}"
    return tried


def _write(page: Worksheet, sheet: Sheet) -> None:
    widths: dict[int, int] = {}
    for row, line in enumerate(sheet.lines, start=1):
        for column, value in enumerate(line.cells, start=1):
            if value is None and line.role == "plain":
                continue
            cell = page.cell(row, column)
            _set(cell, value)
            _dress(cell, line.role)
            if row >= sheet.frozen:  # what stands above the table runs over its columns
                shown = f"{value:,}" if isinstance(value, int) else str(value or "")
                widths[column] = max(widths.get(column, 0), len(shown))
    for column, width in widths.items():
        page.column_dimensions[get_column_letter(column)].width = min(WIDEST, max(NARROWEST, width + 2))
    if sheet.frozen:
        page.freeze_panes = f"A{sheet.frozen + 1}"


def _set(cell: Cell | MergedCell, value: Value) -> None:
    if isinstance(value, str):
        cell.value = _ESCAPED.sub("_x005F_", _UNPRINTABLE.sub("\ufffd", value)[:LONGEST_TEXT])
        cell.data_type = "s"  # not what openpyxl makes of a leading =, or of #N/A
        cell.quotePrefix = value.startswith(FORMULA_SIGNS)
        if "\n" in value:
            cell.alignment = _WRAP
        return
    cell.value = value
    if isinstance(value, int):
        cell.number_format = "#,##0"
    elif isinstance(value, date):
        cell.number_format = "dd-mm-yyyy"


def _dress(cell: Cell | MergedCell, role: str) -> None:
    if role != "plain":
        cell.font = _BOLD
    if role in _BORDERS:
        cell.border = _BORDERS[role]
