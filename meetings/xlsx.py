"""Opens a workbook that somebody sent: sheets, rows and cells as they stand in the file, and nothing that could act.

Written by hand on zipfile and defusedxml, because a reader for every feature of a spreadsheet also reads the hostile
ones: here every byte is counted while it is unpacked, and formulas, macros and links are named instead of followed.
"""

import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Literal, TypeVar
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesNSImpl

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.expatreader import DefusedExpatParser  # type: ignore[import-untyped]
from django.utils.translation import gettext as _

MAX_PACKED = 1024 * 1024
MAX_UNPACKED = 20 * 1024 * 1024
MAX_ROWS = 5000  # below the headings
MAX_COLUMNS = 64
MAX_CELLS = 400_000
MAX_PARTS = 500
MAX_TEXT = 32_767  # as much as a cell of a spreadsheet program holds

Kind = Literal["text", "number", "date", "truth", "error", "formula"]

_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the older container: .xls, or an .xlsx under a password
_ACTIVE = re.compile(
    r"vbaProject|vbaData|/macrosheets/|/dialogsheets/|/activeX/|/ctrlProps/|/embeddings/", re.IGNORECASE
)
_LINKED = re.compile(r"/externalLinks/|/queryTables/|/connections\.xml", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_NOT_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|[\\_*].')  # quoted, bracketed and escaped parts of a number format
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_PERCENT_FORMATS = frozenset({9, 10})
_LAST_DAY = 2_958_465  # 31-12-9999 as a spreadsheet counts days
_PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # all that a workbook may use

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    SAXException,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class Unreadable(Exception):
    """A file that is not read at all; `code` says why, `sheet` names the sheet where that is known."""

    def __init__(self, code: str, reason: str, sheet: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.sheet = sheet


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell holds. A number is exact; `percent` says that people see it a hundred times larger, with a %."""

    kind: Kind
    value: str | Decimal | date | bool
    percent: bool = False


@dataclass(slots=True)
class RawSheet:
    """One sheet: row number → column number (from 1) → cell, empty ones left out; `links` are cells with a link."""

    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)


def reference(row: int, column: int) -> str:
    """Return how people name a cell: `B7`."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def read(content: bytes) -> list[RawSheet]:
    """Return the sheets of an .xlsx file in order. `Unreadable`: too large, no workbook, broken, or able to act.

    The limits hold for the directory of the archive before anything is unpacked, and again for every byte that comes
    out of it, because a directory may lie.
    """
    if len(content) > MAX_PACKED:
        raise Unreadable("too_large", _("The file is larger than 1 MB."))
    if content.startswith(_OLE):
        raise Unreadable(
            "not_xlsx", _("The file is locked by a password or of an old kind. Save it without password as .xlsx.")
        )
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _Package(archive).sheets()
    except DefusedXmlException:
        raise Unreadable("entities", _("The file holds definitions that a workbook does not need.")) from None
    except _BROKEN:
        raise _broken() from None


def _broken() -> Unreadable:
    return Unreadable("broken", _("The file is no workbook (.xlsx) or is damaged. Save it again as .xlsx."))


class _Package:
    """The archive, with the bytes that may still come out of it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.left = MAX_UNPACKED
        self.cells_left = MAX_CELLS
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise Unreadable("too_large", _("The file would be larger than 20 MB when unpacked."))
        if any(part.flag_bits & 1 for part in parts):
            raise Unreadable("not_xlsx", _("The file is locked by a password. Save it without password as .xlsx."))
        self.names = {part.filename.lower(): part.filename for part in parts}
        if len(self.names) != len(parts) or any(part.compress_type not in _PACKINGS for part in parts):
            raise _broken()
        if any(_ACTIVE.search("/" + part.filename) for part in parts):
            raise Unreadable("macros", _("The file holds macros or embedded objects. Save it as a plain .xlsx."))
        if any(_LINKED.search("/" + part.filename) for part in parts):
            raise Unreadable("links", _("The file is linked to other files. Save it without links."))

    def sheets(self) -> list[RawSheet]:
        types = self.parse("[content_types].xml", _Types()).found
        main = next(
            (one.target for one in self.relations("").values() if one.kind == "officeDocument"), "xl/workbook.xml"
        )
        if "macro" in (kind := types.get("/" + main.lower(), "").lower()):
            raise Unreadable("macros", _("The file holds macros or embedded objects. Save it as a plain .xlsx."))
        if kind != _MAIN:
            raise _broken()
        for name in list(self.names):
            if name.endswith(".rels"):
                self._refuse_links(self.parse(name, _Relations("")).found)
        book = self.parse(main, _Workbook())
        relations = self.relations(main)
        first = {one.kind: one.target for one in reversed(list(relations.values()))}
        texts = self.parse(first["sharedStrings"], _SharedStrings()).found if "sharedStrings" in first else []
        styles = self.parse(first["styles"], _Styles()).found if "styles" in first else []
        found = []
        for name, relation in book.sheets:
            if relations[relation].kind != "worksheet":
                continue  # a chart on a sheet of its own
            handler = _Sheet(RawSheet(name[:60]), texts, styles, self, date1904=book.date1904)
            found.append(self.parse(relations[relation].target, handler).sheet)
        return found

    def relations(self, part: str) -> "Mapping[str, _Relation]":
        folder, slash, name = part.rpartition("/")
        path = f"{folder}{slash}_rels/{name}.rels"
        return self.parse(path, _Relations(folder)).found if path.lower() in self.names else {}

    def _refuse_links(self, relations: "Mapping[str, _Relation]") -> None:
        """Refuse what reaches out of the file; links of cells are named cell by cell instead."""
        if any(one.external and one.kind != "hyperlink" for one in relations.values()):
            raise Unreadable("links", _("The file is linked to other files. Save it without links."))

    def parse(self, part: str, handler: "_Handler") -> "_Handler":
        """Feed one part to its handler, counting what comes out of the archive."""
        parser = DefusedExpatParser(namespaceHandling=1, forbid_dtd=True)
        parser.setContentHandler(handler)
        with self.archive.open(self.names[part.lower()]) as stream:
            while chunk := stream.read(65_536):
                self.left -= len(chunk)
                if self.left < 0:
                    raise Unreadable("too_large", _("The file would be larger than 20 MB when unpacked."))
                parser.feed(chunk)
        parser.close()
        return handler

    def count_cell(self) -> None:
        self.cells_left -= 1
        if self.cells_left < 0:
            raise Unreadable("too_large", _("The file has too many cells."))


class _Part(ContentHandler):
    """Reads one part element by element; names without their namespace, which differs between writers."""

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: N802 (the parser's name)
        self.start(name[1], {key[1]: value for key, value in attrs.items()})

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: N802 (as above)
        self.end(name[1])

    def start(self, name: str, attributes: dict[str, str]) -> None:
        pass

    def end(self, name: str) -> None:
        pass


_Handler = TypeVar("_Handler", bound=_Part)


class _Types(_Part):
    """[Content_Types].xml: part name → type."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Override":
            self.found[attributes["PartName"].lower()] = attributes["ContentType"]


@dataclass(frozen=True, slots=True)
class _Relation:
    kind: str
    target: str
    external: bool


class _Relations(_Part):
    """A .rels part: id → where it leads."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder
        self.found: dict[str, _Relation] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name != "Relationship":
            return
        target = attributes.get("Target", "")
        external = attributes.get("TargetMode", "").lower() == "external"
        if not external:
            path = target.removeprefix("/") if target.startswith("/") else f"{self.folder}/{target}".removeprefix("/")
            steps: list[str] = []
            for step in path.split("/"):
                if step == "..":
                    steps = steps[:-1]
                elif step != ".":
                    steps.append(step)
            target = "/".join(steps)
        kind = attributes.get("Type", "").rpartition("/")[2]
        self.found[attributes.get("Id", "")] = _Relation(kind, target, external)


class _Workbook(_Part):
    """xl/workbook.xml: names of the sheets, and from which day dates count."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str]] = []
        self.date1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self.sheets.append((attributes["name"], attributes["id"]))
        elif name == "workbookPr":
            self.date1904 = attributes.get("date1904", "0") in ("1", "true")
        elif name == "externalReference":
            raise Unreadable("links", _("The file is linked to other files. Save it without links."))


class _SharedStrings(_Part):
    """xl/sharedStrings.xml: the texts that cells name by their number, without hints for pronunciation."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text: list[str] | None = None
        self.hint = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self.found.append("")
        elif name == "rPh":
            self.hint = True
        elif name == "t" and not self.hint:
            self.text = []

    def characters(self, content: str) -> None:
        if self.text is not None:
            self.text.append(content)

    def end(self, name: str) -> None:
        if name == "rPh":
            self.hint = False
        elif name == "t" and self.text is not None:
            self.found[-1] += "".join(self.text)
            self.text = None


@dataclass(frozen=True, slots=True)
class _Style:
    date: bool = False
    percent: bool = False


class _Styles(_Part):
    """xl/styles.xml: which styles show a number as a date or as per cent."""

    def __init__(self) -> None:
        super().__init__()
        self.formats: dict[int, str] = {}
        self.found: list[_Style] = []
        self.of_cells = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self.formats[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self.of_cells = True
        elif name == "xf" and self.of_cells:
            self.found.append(self._style(int(attributes.get("numFmtId", "0"))))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self.of_cells = False

    def _style(self, number: int) -> _Style:
        if number in self.formats:
            code = _NOT_FORMAT.sub("", self.formats[number])
            plain = code.lower() != "general"
            return _Style(date=plain and bool(re.search("[dmy]", code, re.IGNORECASE)), percent="%" in code)
        return _Style(date=number in _DATE_FORMATS, percent=number in _PERCENT_FORMATS)


class _Sheet(_Part):
    """One worksheet. Only cells that hold something are kept."""

    def __init__(
        self, sheet: RawSheet, texts: list[str], styles: list[_Style], package: _Package, *, date1904: bool
    ) -> None:
        super().__init__()
        self.sheet, self.texts, self.styles, self.package, self.date1904 = sheet, texts, styles, package, date1904
        self.row = self.column = 0
        self.cell: dict[str, str] | None = None
        self.formula = self.hint = False
        self.value: list[str] | None = None
        self.parts: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self.row = int(attributes["r"]) if "r" in attributes else self.row + 1
            self.column = 0
        elif name == "c":
            self._locate(attributes.get("r", ""))
            self.cell, self.formula, self.parts = attributes, False, []
        elif name == "hyperlink":
            self.sheet.links.append(attributes.get("ref", "")[:20])
        elif self.cell is None:
            return
        elif name == "f":
            self.formula = True
        elif name == "rPh":
            self.hint = True
        elif name in ("v", "t") and not self.hint:
            self.value = []

    def characters(self, content: str) -> None:
        if self.value is not None:
            self.value.append(content)

    def end(self, name: str) -> None:
        if name == "rPh":
            self.hint = False
        elif name in ("v", "t") and self.value is not None:
            self.parts.append("".join(self.value))
            self.value = None
        elif name == "c" and self.cell is not None:
            self._keep(self.cell, "".join(self.parts))
            self.cell = None

    def _locate(self, ref: str) -> None:
        if not ref:
            self.column += 1
            return
        match = _REFERENCE.fullmatch(ref)
        if match is None or int(match[2]) != self.row:
            raise _broken()
        self.column = 0
        for letter in match[1]:
            self.column = self.column * 26 + ord(letter) - ord("A") + 1

    def _keep(self, attributes: dict[str, str], text: str) -> None:
        cell = Cell("formula", text) if self.formula else self._cell(attributes, text)
        if cell is None:
            return
        self.package.count_cell()
        cells = self.sheet.rows.setdefault(self.row, {})
        if self.column in cells:
            raise _broken()
        if len(self.sheet.rows) > MAX_ROWS + 1:
            raise Unreadable("too_many_rows", _("The sheet has more than 5.000 rows."), self.sheet.name)
        if self.column > MAX_COLUMNS:
            raise Unreadable("too_many_columns", _("The sheet has too many columns."), self.sheet.name)
        cells[self.column] = cell

    def _cell(self, attributes: dict[str, str], text: str) -> Cell | None:
        kind = attributes.get("t", "n")
        if kind == "s":
            text = self.texts[int(text)] if text else ""
        if not text or (kind in ("s", "str", "inlineStr") and not text.strip()):
            return None
        if kind in ("s", "str", "inlineStr"):
            return Cell("text", text)
        if kind == "b":
            return Cell("truth", text.strip() == "1")
        if kind == "d":
            return Cell("date", date.fromisoformat(text.strip()[:10]))
        if kind == "n":
            return self._number(attributes, text.strip())
        return Cell("error", text[:20])

    def _number(self, attributes: dict[str, str], text: str) -> Cell | None:
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            return Cell("error", text[:20])
        number = _exact(text)
        style_no = int(attributes.get("s", "0"))
        style = self.styles[style_no] if style_no < len(self.styles) else _Style()
        if style.date and 1 <= number <= _LAST_DAY:
            # Days count from 1900 as if that year had a 29 February, or from 1904.
            days = int(number) + (1462 if self.date1904 else 0)
            return Cell("date", date(1899, 12, 30) + timedelta(days=days + (days < 60)))
        return Cell("number", number, percent=style.percent)


def _exact(text: str) -> Decimal:
    """Return what a person typed: programs write 1.1 as 1.1000000000000001."""
    number = Decimal(text)
    if len(number.as_tuple().digits) > 15 and number != number.to_integral_value() and abs(number.adjusted()) < 100:
        return Decimal(repr(float(number)))
    return number


def names_twice(sheets: list[RawSheet]) -> set[str]:
    """Return the names, in small letters, that more than one sheet has."""
    return {name for name, times in Counter(sheet.name.strip().lower() for sheet in sheets).items() if times > 1}
