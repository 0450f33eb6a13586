"""The writer of workbooks, read back: numbers are numbers, and no text is ever a formula."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from groups.xlsx import Line, Sheet, download, workbook


def read(sheets):
    return load_workbook(BytesIO(workbook(sheets)))


@pytest.mark.parametrize("text", ["=1+1", "+62812", "-5", "@A1", "\tx", "\nx", "\rx", '=HYPERLINK("http://x")'])
def test_text_that_looks_like_a_formula_stays_text(text):
    cell = read([Sheet("A", [Line([text])])])["A"]["A1"]
    assert cell.data_type == "s"
    assert cell.value == text.replace("\r", "\n")  # as every XML reader does
    assert cell.quotePrefix


def test_amounts_dates_and_plain_text_come_back_as_they_were():
    cells = ["Sari", 1_250_000, date(2026, 1, 7), None, 0, Decimal("1.5"), "dua\nbaris"]
    page = read([Sheet("Kas", [Line(cells)])])["Kas"]
    assert [cell.value for cell in page[1]][:2] == ["Sari", 1_250_000]
    assert page["F1"].value == 1.5
    assert (page["G1"].value, page["G1"].alignment.wrap_text) == ("dua\nbaris", True)
    assert page["B1"].number_format == "#,##0"
    assert page["C1"].value.date() == date(2026, 1, 7)
    assert page["D1"].value is None
    assert page["E1"].value == 0
    assert not page["A1"].quotePrefix


def test_what_xml_cannot_hold_is_replaced_and_long_text_cut():
    page = read([Sheet("A", [Line(["a\x00b\x1f\x7f\ud800", "x" * 40_000])])])["A"]
    assert page["A1"].value == "a\ufffdb\ufffd\ufffd\ufffd"
    assert len(page["B1"].value) == 32_767


def test_letters_a_workbook_would_read_as_one_sign_are_kept():
    """Spreadsheet programs show _x0041_ as A; the letters themselves are written with their first one escaped."""
    page = read([Sheet("A", [Line(["kas_x0041_besar", "_x41_", "a_b"])])])["A"]
    assert [cell.value for cell in page[1]] == ["kas_x005F_x0041_besar", "_x41_", "a_b"]


def test_sheet_names_are_made_fit_and_told_apart():
    book = read(
        [
            Sheet("Simpanan: [pokok]/wajib?"),
            Sheet("simpanan   pokok  wajib"),
            Sheet("'"),
            Sheet("x" * 50),
            Sheet("x" * 60),
        ]
    )
    assert book.sheetnames[2] == "Lembar"
    assert len({name.lower() for name in book.sheetnames}) == 5
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_a_sum_stands_below_a_line_and_the_heads_stay_in_sight():
    title = "Buku kas KSM Mawar, yang panjang namanya lebar kolomnya tidak"
    lines = [Line([title], "head"), Line(["Kas"], "head"), Line([5]), Line([5, None], "sum"), Line([5], "final")]
    page = read([Sheet("A", lines, frozen=2)])["A"]
    assert page["A2"].font.bold
    assert page["A4"].border.top.style == page["B4"].border.top.style == "thin"
    assert page["A5"].border.bottom.style == "double"
    assert page.freeze_panes == "A3"
    assert page.column_dimensions["A"].width == 8


def test_a_workbook_is_kept_under_a_name():
    answer = download([Sheet("A")], "KSM-MAWAR-kas")
    assert answer["Content-Disposition"] == 'attachment; filename="KSM-MAWAR-kas.xlsx"'
