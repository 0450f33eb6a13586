"""Money as people write it: one reading or none, and shares that sum exactly."""

import ast
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groups import money
from groups.money import AmbiguousAmount, InvalidAmount, NotAnAmount, parse_rupiah


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", 0),
        ("10000", 10_000),
        ("10.000", 10_000),
        ("Rp10.000", 10_000),
        ("Rp 10.000", 10_000),
        ("Rp500", 500),
        ("10000,00", 10_000),
        ("Rp 10.000,00", 10_000),
        (" 10.000\t", 10_000),
        ("\u00a0Rp 1.234.567 ", 1_234_567),
        ("9999999999999", 9_999_999_999_999),
        ("9.999.999.999.999,00", 9_999_999_999_999),
    ],
)
def test_an_amount_with_one_reading_is_read(text, amount):
    assert parse_rupiah(text) == amount


@pytest.mark.parametrize(
    ("text", "readings", "suggestion", "message"),
    [
        ("44,000", ("Rp44.000", "Rp44"), "44.000", "“44,000” bisa dibaca Rp44.000 atau Rp44. Tulis 44.000."),
        (
            "10.00",
            ("Rp1.000", "Rp10"),
            "",
            "“10.00” bisa dibaca Rp1.000 atau Rp10. Hitung nolnya, lalu tulis rupiah utuh.",
        ),
        ("10,0", ("Rp100", "Rp10"), "", "“10,0” bisa dibaca Rp100 atau Rp10. Hitung nolnya, lalu tulis rupiah utuh."),
        ("44.000.00", ("Rp4.400.000", "Rp44.000"), "", None),
        ("1.0000", ("Rp10.000", "Rp1"), "10.000", "“1.0000” bisa dibaca Rp10.000 atau Rp1. Tulis 10.000."),
        ("10,5", ("Rp105", "Rp10,5"), "", "“10,5” bisa dibaca Rp105 atau Rp10,5. Tulis rupiah utuh, tanpa sen."),
        (
            "Rp 10,000.00",
            ("Rp1.000.000", "Rp10.000"),
            "10.000",
            "“Rp 10,000.00” bisa dibaca Rp1.000.000 atau Rp10.000. Tulis 10.000.",
        ),
        ("1,234,567", ("Rp1.234.567", "Rp1.234,567"), "1.234.567", None),
        ("0.500", ("Rp500", "Rp0,500"), "500", None),
    ],
)
def test_an_amount_with_two_readings_is_refused_with_both(text, readings, suggestion, message):
    with pytest.raises(AmbiguousAmount) as refused:
        parse_rupiah(text)
    assert (refused.value.readings, refused.value.suggestion) == (readings, suggestion)
    assert refused.value.code == "ambiguous_amount"
    assert refused.value.text == text
    assert refused.value.caption == (f"{suggestion}?" if suggestion else "tanpa sen" if ",5" in text else "nolnya?")
    if message:
        assert str(refused.value) == message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "blank_amount"),
        ("  ", "blank_amount"),
        ("-5.000", "negative_amount"),
        ("+5000", "negative_amount"),
        ("\u22125000", "negative_amount"),
        ("10000000000000", "long_amount"),
        ("10.000.000.000.000", "long_amount"),
        ("9" * 100_000, "long_amount"),
        ("1.5" * 20_000, "not_an_amount"),
        ("9.9" + "9" * 14, "not_an_amount"),
        ("0,0", "not_an_amount"),
        ("1e5", "not_an_amount"),
        ("1_000", "not_an_amount"),
        ("10 000", "not_an_amount"),
        ("Rp  10.000", "not_an_amount"),
        ("rp10.000", "not_an_amount"),
        ("Rp10000", "not_an_amount"),
        ("Rp.10.000", "not_an_amount"),
        ("Rp", "not_an_amount"),
        ("10.000,-", "not_an_amount"),
        ("007", "not_an_amount"),
        (".500", "not_an_amount"),
        ("0x10", "not_an_amount"),
        ("NaN", "not_an_amount"),
        ("\u0661\u0662", "not_an_amount"),
        ("\uff11\uff10", "not_an_amount"),
        ("10\u00b2", "not_an_amount"),
        ("10.000\x00", "not_an_amount"),
        ("10\n000", "not_an_amount"),
        ("sepuluh", "not_an_amount"),
    ],
)
def test_what_is_no_amount_is_refused(text, code):
    with pytest.raises(NotAnAmount) as refused:
        parse_rupiah(text)
    assert refused.value.code == code
    assert str(refused.value).endswith(("10.000.", "13 angka."))
    assert refused.value.caption == ("13 angka" if code == "long_amount" else "tulis angka")


def test_a_refusal_shows_only_what_a_page_can_hold():
    with pytest.raises(InvalidAmount) as refused:
        parse_rupiah("1\x00" + "x" * 1000)
    assert refused.value.text == "1\ufffd" + "x" * 38


@given(st.integers(0, 10**13 - 1))
def test_what_is_written_is_read_back(amount):
    for text in (str(amount), money.format_amount(amount), money.format_rupiah(amount), f"{amount},00"):
        assert parse_rupiah(text) == amount


@given(st.text(alphabet="0123456789.,Rp -+e\x00\u0661", max_size=20))
def test_any_text_is_an_amount_or_refused(text):
    try:
        amount = parse_rupiah(text)
    except InvalidAmount as refused:
        said = str(refused)
        amount = 0
    else:
        said = str(amount)
        assert said in text.replace(".", "")
    assert "\x00" not in said
    assert 0 <= amount < 10**13


def test_amounts_are_written_the_indonesian_way():
    assert money.format_rupiah(10_000) == "Rp10.000"
    assert money.format_rupiah(-37_872_748) == "\u2212Rp37.872.748"
    assert money.format_rupiah(0) == "Rp0"
    assert money.format_amount(10_000) == "10.000"
    assert money.format_amount(999) == "999"
    assert money.format_amount(-10_000) == "\u221210.000"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (1, "satu"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (210, "dua ratus sepuluh"),
        (999, "sembilan ratus sembilan puluh sembilan"),
        (1_000, "seribu"),
        (1_001, "seribu satu"),
        (2_017, "dua ribu tujuh belas"),
        (10_000, "sepuluh ribu"),
        (11_000, "sebelas ribu"),
        (101_000, "seratus satu ribu"),
        (485_000, "empat ratus delapan puluh lima ribu"),
        (1_000_000, "satu juta"),
        (1_001_000, "satu juta seribu"),
        (37_872_748, "tiga puluh tujuh juta delapan ratus tujuh puluh dua ribu tujuh ratus empat puluh delapan"),
        (1_000_000_000, "satu miliar"),
        (2_000_000_000_000, "dua triliun"),
        (999_000_000_000_001, "sembilan ratus sembilan puluh sembilan triliun satu"),
        (10**15, "satu kuadriliun"),
        (
            1_199_000_000_000_880,
            "satu kuadriliun seratus sembilan puluh sembilan triliun delapan ratus delapan puluh",
        ),
        (
            9_223_372_000_000_000_000,
            "sembilan kuintiliun dua ratus dua puluh tiga kuadriliun tiga ratus tujuh puluh dua triliun",
        ),
        (10**21 + 1, "seribu kuintiliun satu"),
        (-5_000, "minus lima ribu"),
        (-(2 * 10**15), "minus dua kuadriliun"),
    ],
)
def test_numbers_in_words(number, words):
    assert money.terbilang(number) == words


def test_shares_sum_to_the_total_and_the_earlier_wins_a_tie():
    assert money.largest_remainder(100, [1, 1, 1]) == [34, 33, 33]
    assert money.largest_remainder(10, [1, 2, 3]) == [2, 3, 5]
    assert money.largest_remainder(7, [Decimal("0.5"), Fraction(1, 2), 0]) == [4, 3, 0]
    assert money.largest_remainder(0, [0, 0]) == [0, 0]
    assert money.largest_remainder(0, []) == []


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, [1, -1]), (1, [0, 0]), (1, [])])
def test_what_cannot_be_shared_is_refused(total, weights):
    with pytest.raises(ValueError, match="weight"):
        money.largest_remainder(total, weights)


@given(st.integers(0, 10**13), st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any))
def test_every_share_is_within_one_rupiah_of_its_exact_part(total, weights):
    shares = money.largest_remainder(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(total * weight, sum(weights))) < 1
        assert share >= 0


@pytest.mark.parametrize("module", ["groups/money.py", "groups/dates.py", "loans/schedule.py", "loans/arrears.py"])
def test_the_arithmetic_knows_no_django(module):
    source = Path(__file__).parents[2].joinpath(module).read_text(encoding="utf-8")
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert "django" not in imported
