"""Files people send: large, locked, damaged, hostile. Each gives a sentence, and nothing is unpacked past its limit."""

import random
import struct
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from meetings import xlsx
from tests.meetings.workbooks import melati, packed, rewritten

GOOD = packed(melati())


def refusal(content: bytes) -> xlsx.Unreadable:
    with pytest.raises(xlsx.Unreadable) as caught:
        xlsx.read(content)
    assert caught.value.reason
    return caught.value


def changed(part: str, old: bytes, new: bytes) -> bytes:
    def change(name: str, data: bytes) -> bytes:
        if name != part:
            return data
        assert old in data
        return data.replace(old, new)

    return rewritten(GOOD, change)


def cells_of(xml: bytes) -> xlsx.RawSheet:
    """Read a sheet whose rows are these."""
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
    content = rewritten(GOOD, lambda name, data: sheet % xml if name == "xl/worksheets/sheet1.xml" else data)
    return xlsx.read(content)[0]


def test_sheets_rows_and_cells_come_out_as_they_stand():
    sheets = xlsx.read(GOOD)
    assert [sheet.name for sheet in sheets] == list(melati())
    rows = sheets[5].rows
    assert len(rows) == 6
    assert rows[2] == {
        1: xlsx.Cell("date", date(2026, 1, 7)),
        2: xlsx.Cell("number", Decimal(1)),
        3: xlsx.Cell("text", "H"),
        5: xlsx.Cell("number", Decimal(2000)),
    }


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        (b'<c r="A1"><v>1.1000000000000001</v></c>', "number", Decimal("1.1")),
        (b'<c r="A1"><v>3325010101700001</v></c>', "number", Decimal(3325010101700001)),
        (b'<c r="A1"><v>1.5E3</v></c>', "number", Decimal(1500)),
        (b'<c r="A1" t="n"><v>nan</v></c>', "error", "nan"),
        (b'<c r="A1"><v>1E99999</v></c>', "error", "1E99999"),
        (b'<c r="A1" t="b"><v>1</v></c>', "truth", True),
        (b'<c r="A1" t="e"><v>#N/A</v></c>', "error", "#N/A"),
        (b'<c r="A1" t="str"><v>=1+1</v></c>', "text", "=1+1"),
        (b'<c r="A1" t="d"><v>2026-01-07T00:00:00</v></c>', "date", date(2026, 1, 7)),
        (b'<c r="A1" t="inlineStr"><is><r><t>Ti</t></r><r><t>ni</t></r><rPh><t>x</t></rPh></is></c>', "text", "Tini"),
        (b'<c r="A1"><f>SUM(B1:B9)</f><v>9</v></c>', "formula", "9"),
        (b'<c r="A1" t="str"><f>"a"</f><v>a</v></c>', "formula", "a"),
        (b"<c><v>7</v></c>", "number", Decimal(7)),
    ],
)
def test_a_cell_is_read_as_its_kind(cell, kind, value):
    found = cells_of(b'<row r="1">%s</row>' % cell).rows[1][1]
    assert (found.kind, found.value) == (kind, value)


def test_empty_cells_and_rows_are_not_there():
    sheet = cells_of(b'<row r="1"><c r="A1"/><c r="B1" t="inlineStr"><is><t>  </t></is></c></row><row r="9" s="1"/>')
    assert sheet.rows == {}


def test_dates_count_from_1900_or_1904():
    old = changed("xl/workbook.xml", b"<workbookPr />", b'<workbookPr date1904="1" />')
    assert xlsx.read(old)[5].rows[2][1].value == date(2030, 1, 8)


def test_places_are_named_as_people_do():
    assert [xlsx.reference(7, column) for column in (1, 2, 26, 27, 52, 703)] == ["A7", "B7", "Z7", "AA7", "AZ7", "AAA7"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "broken"),
        (b"Kode;Nama\n", "broken"),
        (b"PK\x03\x04 not a zip", "broken"),
        (GOOD[: len(GOOD) // 2], "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not_xlsx"),
        (GOOD + b" " * xlsx.MAX_PACKED, "too_large"),
        (rewritten(GOOD, lambda name, data: None if name == "xl/workbook.xml" else data), "broken"),
        (rewritten(GOOD, lambda name, data: None if name == "[Content_Types].xml" else data), "broken"),
        (rewritten(GOOD, lambda name, data: data, {"xl/vbaProject.bin": b"x"}), "macros"),
        (rewritten(GOOD, lambda name, data: data, {"xl/embeddings/oleObject1.bin": b"x"}), "macros"),
        (rewritten(GOOD, lambda name, data: data, {"xl/externalLinks/externalLink1.xml": b"<x/>"}), "links"),
        (rewritten(GOOD, lambda name, data: data, {"xl/connections.xml": b"<x/>"}), "links"),
        (changed("[Content_Types].xml", b"sheet.main+xml", b"sheet.macroEnabled.main+xml"), "macros"),
        (changed("[Content_Types].xml", b"sheet.main+xml", b"template.main+xml"), "broken"),
        (changed("xl/worksheets/sheet1.xml", b"</sheetData>", b""), "broken"),
        (changed("xl/workbook.xml", b"</sheets>", b'</sheets><externalReference r="1"/>'), "links"),
    ],
)
def test_what_is_no_plain_workbook_is_refused(content, code):
    assert refusal(content).code == code


@pytest.mark.parametrize(
    "part",
    [
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/worksheets/sheet1.xml",
    ],
)
@pytest.mark.parametrize("encoding", ["bogus", "hex", "base64", "zlib", "rot13", "mbcs", "utf-7", "idna", "x" * 300])
def test_letters_that_nobody_knows_are_damage(part, encoding):
    declared = b'<?xml version="1.0" encoding="%s"?>' % encoding.encode()

    content = rewritten(GOOD, lambda name, data: declared + data if name == part else data)
    assert refusal(content).code == "broken"


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_that_no_spreadsheet_program_knows_is_damage_whole_or_spoilt(packing):
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(GOOD)) as old, zipfile.ZipFile(out, "w", packing) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    whole = out.getvalue()
    chance = random.Random(20260107)
    assert refusal(whole).code == "broken"
    for _ in range(30):
        at = chance.randrange(40, len(whole) // 2)
        assert refusal(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]).code in ("broken", "macros", "links")


def test_a_relation_out_of_the_file_is_refused():
    relation = (
        b'<Relationship Id="x" Type="http://x/attachedTemplate" TargetMode="External" Target="file:///etc/passwd"/>'
    )
    content = changed("xl/_rels/workbook.xml.rels", b"</Relationships>", relation + b"</Relationships>")
    assert refusal(content).code == "links"


def test_a_locked_archive_is_refused():
    with zipfile.ZipFile(BytesIO(GOOD)) as archive:
        places = [part.header_offset for part in archive.infolist()]
    locked = bytearray(GOOD)
    at = locked.index(b"PK\x01\x02")
    while at >= 0:
        locked[at + 8] |= 1
        at = locked.find(b"PK\x01\x02", at + 4)
    assert places
    assert refusal(bytes(locked)).code == "not_xlsx"


# Bombs


def test_a_zip_bomb_is_refused_by_its_directory():
    bomb = rewritten(GOOD, lambda name, data: data, {"xl/media/nol.bin": bytes(xlsx.MAX_UNPACKED)})
    assert len(bomb) < 100_000
    assert refusal(bomb).code == "too_large"


def test_a_directory_that_lies_does_not_let_more_out():
    """The directory says 100 bytes for a part of 30 MB."""
    big = b"<worksheet>" + b" " * 30_000_000 + b"</worksheet>"
    bomb = bytearray(rewritten(GOOD, lambda name, data: big if name == "xl/worksheets/sheet1.xml" else data))
    at = bomb.index(b"xl/worksheets/sheet1.xml", bomb.index(b"PK\x01\x02")) - 46
    assert struct.unpack_from("<I", bomb, at + 24) == (len(big),)
    struct.pack_into("<I", bomb, at + 24, 100)
    assert refusal(bytes(bomb)).code == "broken"


def test_the_same_part_named_often_is_counted_each_time(monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_UNPACKED", 60_000)
    sheets = b"".join(b'<sheet name="x%d" sheetId="%d" r:id="rId1"/>' % (n, n + 50) for n in range(60))
    content = changed("xl/workbook.xml", b"</sheets>", sheets + b"</sheets>")
    assert refusal(content).code == "too_large"


def test_an_entity_bomb_is_refused():
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]><sst>&b;</sst>'
    )
    assert refusal(rewritten(GOOD, lambda name, data: bomb if name == "xl/workbook.xml" else data)).code == "entities"
    outside = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>'
    spoilt = rewritten(GOOD, lambda name, data: outside if name == "xl/worksheets/sheet2.xml" else data)
    assert refusal(spoilt).code == "entities"


def test_the_limits_are_those_that_are_written_down():
    assert (xlsx.MAX_PACKED, xlsx.MAX_UNPACKED, xlsx.MAX_ROWS) == (2**20, 20 * 2**20, 5_000)


def test_rows_past_the_limit_are_refused_and_empty_ones_do_not_count():
    rows = b"".join(b'<row r="%d"><c><v>1</v></c></row>' % n for n in range(1, xlsx.MAX_ROWS + 2))
    assert len(cells_of(rows + b'<row r="900000"><c/></row>').rows) == xlsx.MAX_ROWS + 1
    with pytest.raises(xlsx.Unreadable) as caught:
        cells_of(rows + b'<row r="900000"><c><v>1</v></c></row>')
    assert (caught.value.code, caught.value.sheet) == ("too_many_rows", "Kelompok")


def test_endless_rows_and_columns_are_refused():
    with pytest.raises(xlsx.Unreadable) as caught:
        cells_of(b'<row r="1">' + b"<c><v>1</v></c>" * 100 + b"</row>")
    assert caught.value.code == "too_many_columns"


def test_no_damage_of_the_file_is_an_error_of_ours():
    """A thousand files with a few bytes changed: each is read or refused."""
    chance = random.Random(20260105)
    read = refused = 0
    for _ in range(1000):
        spoilt = bytearray(GOOD)
        for _ in range(chance.randint(1, 4)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        try:
            xlsx.read(bytes(spoilt))
            read += 1
        except xlsx.Unreadable:
            refused += 1
    assert read + refused == 1000
    assert refused > 300


def test_no_damage_of_the_parts_is_an_error_of_ours():
    """The same within the parts, where the archive's checksums do not help."""
    chance = random.Random(20260106)
    with zipfile.ZipFile(BytesIO(GOOD)) as archive:
        names = [name for name in archive.namelist() if "theme" not in name and "docProps" not in name]
    refused = 0
    for _ in range(300):
        victim = chance.choice(names)

        def spoil(name: str, data: bytes, victim: str = victim) -> bytes:
            if name != victim:
                return data
            at = chance.randrange(len(data))
            return data[:at] + bytes([chance.choice(b'<>"=&0123456789azAZ/')]) + data[at + 1 :]

        try:
            xlsx.read(rewritten(GOOD, spoil))
        except xlsx.Unreadable:
            refused += 1
    assert refused > 30
