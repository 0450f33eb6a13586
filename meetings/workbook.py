"""The layout of a book as a workbook, and its cells read as dates, amounts, numbers and words.

What stands here is one table of sheets and columns, for bringing a book in and for taking it out, and the reading of
single cells: everything wrong is gathered as sheet + cell + reason. What the cells say together is `importing`'s.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from django.utils.translation import gettext as _

from groups.dates import DAYS, FIRST_YEAR, LAST_YEAR, NotADate, parse_date
from groups.money import InvalidAmount, parse_rupiah
from ledger.chart import CHART
from meetings import xlsx
from meetings.xlsx import Cell, RawSheet, Unreadable

Severity = Literal["error", "warning"]

GROUP, MEMBERS, OPENING, LOANS = "Kelompok", "Anggota", "Saldo awal", "Pinjaman"
MEETINGS, ROWS, OTHER, HOLIDAYS = "Pertemuan", "Lembar", "Kas lain", "Libur"

# What people write, in small letters → what is kept.
OFFICES = {"ketua": "ketua", "sekretaris": "sekretaris", "bendahara": "bendahara", "anggota": "anggota"}
ORIGINS = {"baru": "baru", "reaktivasi": "reaktivasi"}
WEEKDAYS = {name.lower(): number for number, name in enumerate(DAYS["id"])}
ZONES = {"wib": "WIB", "wita": "WITA", "wit": "WIT"}
GENDERS = {"l": "L", "p": "P"}
YES_NO = {"ya": True, "tidak": False}
UNITS = {"pekan": "week", "bulan": "month"}
METHODS = {"flat": "flat", "menurun": "declining", "anuitas": "annuity"}
ATTENDANCE = {"h": "H", "i": "I", "s": "S", "a": "A"}

MAX_PROBLEMS = 1000  # of each severity


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a cell that a person should know. An `error` keeps the book out, a `warning` does not."""

    sheet: str
    cell: str
    reason: str
    severity: Severity = "error"


@dataclass(slots=True)
class Problems:
    """Everything found, in the order of finding; past a thousand of a kind only the fact that there are more."""

    found: list[Problem] = field(default_factory=list)
    counts: dict[Severity, int] = field(default_factory=lambda: {"error": 0, "warning": 0})

    def error(self, sheet: str, cell: str, reason: str) -> None:
        self.add(Problem(sheet, cell, reason))

    def warn(self, sheet: str, cell: str, reason: str) -> None:
        self.add(Problem(sheet, cell, reason, "warning"))

    def add(self, problem: Problem) -> None:
        self.counts[problem.severity] += 1
        count = self.counts[problem.severity]
        if count == MAX_PROBLEMS:
            problem = Problem(problem.sheet, problem.cell, _("There is more after this."), problem.severity)
        if count <= MAX_PROBLEMS:
            self.found.append(problem)

    def at(self, sheet: str, cell: str) -> Callable[[Severity, str], None]:
        """Return what takes problems of one cell."""
        return lambda severity, reason: self.add(Problem(sheet, cell, reason, severity))

    @property
    def errors(self) -> int:
        return self.counts["error"]


class _Refused(Exception):
    """A cell that does not say what its column wants."""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and how its cells are read.

    `needed`: the sheet is refused without this column. `filled`: a row is refused without this cell. `doubt`: a cell
    that is not understood is left out with a warning, because the books are right without it.
    """

    heading: str
    read: Callable[[Cell], Any]
    needed: bool = True
    filled: bool = False
    doubt: bool = False


# Reading one cell


def _text_of(cell: Cell) -> str:
    if cell.kind == "text":
        return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), str(cell.value))
    if isinstance(cell.value, Decimal):
        if cell.value == cell.value.to_integral_value() and cell.value.adjusted() < 40:
            return str(int(cell.value))
        return str(cell.value).replace(".", ",")
    if isinstance(cell.value, date):
        return cell.value.strftime("%d-%m-%Y")
    if cell.kind == "truth":
        raise _Refused(_("This is a yes-or-no value; write words."))
    raise _Refused(_("The spreadsheet shows an error here."))


def _clean(text: str, limit: int) -> str:
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t" for letter in text):
        raise _Refused(_("There is a sign here that cannot be printed."))
    if len(text) > limit:
        raise _Refused(_("The text is too long: at most %(limit)s letters.") % {"limit": limit})
    return text


def _line(limit: int) -> Callable[[Cell], str]:
    """Read words on one line: tabs and line ends become blanks."""
    return lambda cell: _clean(re.sub(r"[\r\n\t]+", " ", _text_of(cell)).strip(), limit)


def _lines(cell: Cell) -> str:
    """Read words that may run over several lines."""
    return _clean(re.sub(r"\r\n?", "\n", _text_of(cell)), xlsx.MAX_TEXT)


def _plain(cell: Cell) -> str:
    """Return the words of a cell that names something, without blanks around."""
    return _clean(_text_of(cell).strip(), 100)


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _date(cell: Cell) -> date:
    if isinstance(cell.value, date):
        if not FIRST_YEAR <= cell.value.year <= LAST_YEAR:
            raise _Refused(_("The year lies outside %(first)s–%(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR})
        return cell.value
    try:
        return parse_date(_plain(cell))
    except NotADate as refusal:
        raise _Refused(str(refusal)) from None


def _rupiah(cell: Cell) -> int:
    """Read an amount of whole rupiah, 0 or more."""
    if cell.kind == "date":
        raise _Refused(_("This is a date; an amount belongs here."))
    if isinstance(cell.value, Decimal):
        number = cell.value
        if cell.percent:
            raise _Refused(_("This is a percentage; an amount belongs here."))
        if number.adjusted() > 12:
            raise _Refused(_("The amount is too large."))
        if number != number.to_integral_value():
            raise _Refused(_("Write whole rupiah, without sen."))
        if number < 0:
            raise _Refused(_("The amount is below 0."))
        return int(number)
    try:
        return parse_rupiah(_plain(cell))
    except InvalidAmount as refusal:
        raise _Refused(str(refusal)) from None


def _signed(cell: Cell) -> int:
    """Read an amount that may stand below 0, as a loss carried forward does."""
    if isinstance(cell.value, Decimal) and cell.value < 0:
        return -_rupiah(Cell("number", -cell.value, cell.percent))
    if cell.kind == "text" and (text := _plain(cell)).startswith(("-", "−")):
        return -_rupiah(Cell("text", text[1:]))
    return _rupiah(cell)


def _number(cell: Cell) -> int:
    """Read a number counted from 1."""
    if cell.kind == "date":
        raise _Refused(_("This is a date; a number belongs here."))
    text = _plain(cell)
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or int(text) == 0:
        raise _Refused(_("“%(text)s” is not a number counted from 1.") % {"text": _shown(text)})
    return int(text)


def _account(cell: Cell) -> str:
    text = _plain(cell)
    if text not in CHART:
        raise _Refused(_("“%(text)s” is no account. Write its code, for example 5130.") % {"text": _shown(text)})
    return text


def _percent(cell: Cell) -> Decimal:
    """Read a percentage with at most four decimals."""
    if isinstance(cell.value, Decimal):
        rate = cell.value * 100 if cell.percent else cell.value
    else:
        text = _plain(cell).removesuffix("%").strip().replace(",", ".")
        if cell.kind != "text" or not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,8})?", text, re.ASCII):
            raise _Refused(_("Write the per cent as a number, for example 1,5."))
        rate = Decimal(text)
    try:
        exact = rate.quantize(Decimal("0.0001"))
    except InvalidOperation:
        exact = None
    if exact is None or exact != rate or not 0 <= rate <= 100:
        raise _Refused(_("The per cent lies between 0 and 100, with at most 4 decimals."))
    return exact


def _choice(known: Mapping[str, Any]) -> Callable[[Cell], Any]:
    def read(cell: Cell) -> Any:
        text = _plain(cell)
        if text.lower() not in known:
            raise _Refused(
                _("“%(text)s” is not known here. Choose from: %(known)s.")
                % {"text": _shown(text), "known": ", ".join(known)}
            )
        return known[text.lower()]

    return read


def _nik(cell: Cell) -> str:
    text = re.sub(r"\s", "", _plain(cell))
    if not re.fullmatch(r"[0-9]{16}", text, re.ASCII):
        raise _Refused(_("A NIK has 16 digits."))
    return text


def _region(cell: Cell) -> str:
    text = _plain(cell)
    if not re.fullmatch(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?", text, re.ASCII):
        raise _Refused(_("The code of a Wilayah reads like 33.25.01.2001."))
    return text


def _code(cell: Cell) -> str:
    text = _plain(cell).upper()
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{1,23}", text, re.ASCII):
        raise _Refused(_("Use 2 to 24 capital letters, digits and dashes, like KSM-MAWAR."))
    return text


# The layout

FIELDS = (  # of the sheet Kelompok, one below the other
    Column("Kode", _code, filled=True),
    Column("Nama", _line(100), filled=True),
    Column("Wilayah", _region, needed=False, doubt=True),
    Column("Tanggal berdiri", _date, needed=False, doubt=True),
    Column("Asal", _choice(ORIGINS), needed=False, doubt=True),
    Column("Mulai dicatat", _date, filled=True),
    Column("Hari pertemuan", _choice(WEEKDAYS), needed=False, doubt=True),
    Column("Tempat", _line(100), needed=False),
    Column("Zona waktu", _choice(ZONES), needed=False, doubt=True),
    Column("Wajib per pekan", _rupiah, needed=False),
    Column("Simpanan pokok", _rupiah, needed=False),
)
LAYOUT: dict[str, tuple[Column, ...]] = {
    GROUP: (Column("Isian", _plain), Column("Nilai", _plain)),
    MEMBERS: (
        Column("No", _number, filled=True),
        Column("Nama", _line(100), filled=True),
        Column("L/P", _choice(GENDERS), needed=False, doubt=True),
        Column("NIK", _nik, needed=False, doubt=True),
        Column("Telepon", _line(20), needed=False),
        Column("Alamat", _line(200), needed=False),
        Column("Jabatan", _choice(OFFICES), needed=False, doubt=True),
        Column("Miskin", _choice(YES_NO), needed=False, doubt=True),
        Column("Masuk", _date, filled=True),
        Column("Keluar", _date),
    ),
    OPENING: (
        Column("Tanggal", _date, filled=True),
        Column("Akun", _account, filled=True),
        Column("Anggota", _number),
        Column("Pinjaman", _number),
        Column("Jumlah", _signed, filled=True),
    ),
    LOANS: (
        Column("No", _number, filled=True),
        Column("Anggota", _number, filled=True),
        Column("Diminta", _date, needed=False),
        Column("Cair", _date, filled=True),
        Column("Pokok", _rupiah, filled=True),
        Column("Jangka", _number, filled=True),
        Column("Satuan", _choice(UNITS), filled=True),
        Column("Jasa persen", _percent, filled=True),
        Column("Per", _choice(UNITS), filled=True),
        Column("Metode", _choice(METHODS), filled=True),
        Column("Bulatkan", _rupiah),
    ),
    MEETINGS: (
        Column("Tanggal", _date, filled=True),
        Column("Tempat", _line(100), needed=False),
        Column("Agenda", _lines, needed=False),
        Column("Keputusan", _lines, needed=False),
        Column("Kas dihitung", _rupiah),
        Column("Alasan selisih", _line(300), needed=False),
    ),
    ROWS: (
        Column("Tanggal", _date, filled=True),
        Column("Anggota", _number, filled=True),
        Column("Hadir", _choice(ATTENDANCE)),
        Column("Pokok", _rupiah),
        Column("Wajib", _rupiah),
        Column("Sukarela", _rupiah),
        Column("Tarik sukarela", _rupiah),
        Column("Angsuran", _rupiah),
        Column("Pinjaman", _number),
        Column("Denda", _rupiah),
        Column("Sosial", _rupiah),
    ),
    OTHER: (
        Column("Tanggal", _date, filled=True),
        Column("Akun", _account, filled=True),
        Column("Uraian", _line(200), needed=False),
        Column("Masuk", _rupiah),
        Column("Keluar", _rupiah),
    ),
    HOLIDAYS: (Column("Tanggal", _date, filled=True), Column("Alasan", _line(100), needed=False)),
}
NEEDED_SHEETS = (GROUP, MEMBERS)


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
        heading = " ".join(_text_of(cell).split()) if cell.kind in ("text", "number") else ""
        if heading.lower() not in known:
            reason = _("The column “%(heading)s” is not known and was not read.") % {"heading": _shown(heading)}
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
    except _Refused as refusal:
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
            name = " ".join(_text_of(label).split()) if label.kind in ("text", "number") else ""
            column = known.get(name.lower())
            if column is None:
                reason = _("“%(name)s” is not known here and was not read.")
                problems.warn(GROUP, at, reason % {"name": _shown(name)})
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
