"""Writes workbooks (.xlsx) that show what was written and do nothing: words stay words, whatever they begin with."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Value = date | int | Decimal | str | None
_BOLD, _WRAP = Font(bold=True), Alignment(vertical="top", wrap_text=True)
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # how a workbook writes signs: to mean these letters, escape them
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ACTIVE = ("=", "+", "-", "@", "\t", "\n")


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its name, its headings, its rows in their order."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Value]]


def write(tables: Iterable[Table]) -> bytes:
    """Return a workbook of these sheets. Text keeps every letter one can print; what might act is marked as text."""
    book = Workbook()
    del book[book.sheetnames[0]]
    for table in tables:
        sheet = book.create_sheet(table.name)
        widths = [len(heading) for heading in table.headings]
        for number, row in enumerate([table.headings, *table.rows], start=1):
            for column, value in enumerate(row, start=1):
                if value is None:
                    continue
                _fill(sheet.cell(number, column), value)
                widths[column - 1] = max(widths[column - 1], min(48, len(str(value))))
        for cell in sheet[1]:
            cell.font = _BOLD
        sheet.freeze_panes = "A2"
        for column, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(column)].width = width + 2
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(cell: Any, value: Value) -> None:
    if not isinstance(value, str):
        cell.value = value
        if isinstance(value, date):
            cell.number_format = "DD-MM-YYYY"
        elif isinstance(value, int):
            cell.number_format = "#,##0"
        return
    cell.value = _ESCAPED.sub("_x005F_", _UNPRINTABLE.sub("\ufffd", value))
    cell.data_type = "s"  # not what the writer makes of a leading =, or of #N/A
    if value.startswith(_ACTIVE):
        cell.quotePrefix = True  # so that a spreadsheet program keeps it as text when a person edits it
    if "\n" in value:
        cell.alignment = _WRAP
