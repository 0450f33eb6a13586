"""What a statement is, whoever shows it: tables of plain values, the same on screen, on paper and in a workbook."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Value = str | int | date | None
Kind = Literal["no", "day", "text", "amount", "count"]
Role = Literal["line", "part", "carried", "sum", "final"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `no` names the row (left of the red margin), `amount` is rupiah, `count` another number.

    `narrow` is its label where a table is folded into rows, on a phone; empty: the cell needs none there.
    """

    kind: Kind
    label: str
    narrow: str = ""
    wide: bool = False  # the column of words that takes the room there is

    @property
    def right(self) -> bool:
        return self.kind in ("amount", "count")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: one value per column.

    `part` is a heading inside the table, `carried` a balance brought along, `sum` stands below a single line, `final`
    below a single and above a double one. `detail` and `mark` stand below the words, `mark` so that nobody misses it.
    """

    cells: tuple[Value, ...]
    role: Role = "line"
    url: str = ""
    detail: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under their columns; with no row but sums, `empty` is what is said instead."""

    columns: tuple[Column, ...]
    rows: Sequence[Row]
    title: str = ""
    empty: str = ""

    @property
    def lines(self) -> list[tuple[Row, list[tuple[Column, Value]]]]:
        """Every row with its cells beside their columns."""
        return [(row, list(zip(self.columns, row.cells, strict=True))) for row in self.rows]

    @property
    def bare(self) -> bool:
        """Whether there is nothing to show but sums of nothing."""
        return bool(self.empty) and all(row.role == "final" for row in self.rows)


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of how many; a statement of one page is whole."""

    number: int = 1
    count: int = 1


@dataclass(frozen=True)
class Statement:
    """One statement of a book; `pair`: its first two tables stand beside each other."""

    name: str
    title: str
    tables: list[Table]
    page: Page = Page()
    pair: bool = False
    wide: bool = False  # on paper lying on its side
    subject: str = ""  # the account a ledger is about
    notes: list[str] = field(default_factory=list)
