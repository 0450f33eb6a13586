"""Dates as they stand on paper in a village, and the reading of dates people type."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groups import dates

WEDNESDAY = date(2026, 2, 4)


def test_dates_are_written_day_first():
    assert dates.format_date(date(2017, 1, 29)) == "29 Januari 2017"
    assert dates.format_date(date(2017, 1, 29), language="en") == "29 January 2017"
    assert dates.format_day(WEDNESDAY) == "Rabu, 4 Februari 2026"
    assert dates.format_day(WEDNESDAY, language="en") == "Wednesday, 4 February 2026"
    assert dates.format_day_month(WEDNESDAY) == "4 Februari"


def test_every_day_and_month_has_its_name():
    week = [dates.day_name(date(2026, 2, day)) for day in range(2, 9)]
    assert week == ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"]
    months = [
        (dates.month_name(date(2026, month, 1)), dates.roman_month(date(2026, month, 1))) for month in range(1, 13)
    ]
    assert months[0] == ("Januari", "I")
    assert months[7] == ("Agustus", "VIII")
    assert months[11] == ("Desember", "XII")
    assert len(set(months)) == 12


@pytest.mark.parametrize(
    ("monday", "written"),
    [
        (date(2026, 2, 2), "2–8 Februari 2026"),
        (date(2026, 1, 26), "26 Januari–1 Februari 2026"),
        (date(2025, 12, 29), "29 Desember 2025–4 Januari 2026"),
        (WEDNESDAY, "2–8 Februari 2026"),
    ],
)
def test_a_week_says_what_its_ends_share_once(monday, written):
    assert dates.format_week(monday) == written


def test_a_week_in_english():
    assert dates.format_week(date(2026, 1, 26), language="en") == "26 January–1 February 2026"


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_week_starts_on_monday_and_holds_its_day(day):
    monday = dates.week_start(day)
    assert monday.weekday() == 0
    assert 0 <= (day - monday).days <= 6


def test_the_week_of_a_timestamp_is_a_date():
    assert dates.week_start(datetime(2026, 2, 4, 12, tzinfo=UTC)) == date(2026, 2, 2)
    assert not isinstance(dates.week_start(datetime(2026, 2, 4, 12, tzinfo=UTC)), datetime)


def test_hours_carry_their_zone():
    assert dates.format_time(time(15, 30), "WIB") == "15.30 WIB"
    assert dates.format_time(time(9, 0), "Asia/Makassar") == "09.00 WITA"
    moment = datetime(2026, 2, 4, 8, 30, tzinfo=UTC)
    assert dates.format_time(moment, "Asia/Jakarta") == "15.30 WIB"
    assert dates.format_time(moment, "WITA") == "16.30 WITA"
    assert dates.format_time(moment, ZoneInfo("Asia/Jayapura")) == "17.30 WIT"
    assert dates.format_time(moment, ZoneInfo("Asia/Pontianak")) == "15.30 WIB"
    assert dates.format_time(moment, "UTC") == "08.30 UTC"
    assert dates.format_time(datetime(2026, 2, 4, 8, 30), "WIB") == "08.30 WIB"  # noqa: DTZ001 (already local)


def test_the_opening_of_a_berita_acara():
    assert dates.date_in_words(WEDNESDAY) == "hari Rabu tanggal empat bulan Februari tahun dua ribu dua puluh enam"


@pytest.mark.parametrize("text", ["29-01-2017", "29/01/2017", "2017-01-29", " 29-01-2017\n"])
def test_a_date_is_read_day_first_or_by_iso(text):
    assert dates.parse_date(text) == date(2017, 1, 29)


@pytest.mark.parametrize(
    "text",
    [
        *("", "29-01-17", "29-1-2017", "01-29-2017", "31-02-2026", "2026-02-30", "00-00-0000", "29-01/2017"),
        *("2017/01/29", "29.01.2017", "besok", "2017-01-29T00:00", "\u0662\u0669-01-2017", "29-01-2017\x00"),
        *("01-01-1899", "2200-01-01", "9999-12-31", "29-01-2017 29-01-2017"),
    ],
)
def test_any_other_text_is_no_date(text):
    with pytest.raises(dates.NotADate) as refused:
        dates.parse_date(text)
    assert refused.value.code == "not_a_date"
    assert "\x00" not in str(refused.value)
    assert str(refused.value).endswith("bukan tanggal. Tulis misalnya 29-01-2017.")


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_what_is_written_in_figures_is_read_back(day):
    for text in (day.isoformat(), f"{day:%d-%m-%Y}", f"{day:%d/%m/%Y}"):
        assert dates.parse_date(text) == day
