"""Weeks, days and hours as Indonesians write them, and the reading of dates people type.

A week is its Monday. Nothing here reads a clock; English names are for the second language of the screens.
"""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from groups.money import terbilang

EN_DASH = "\u2013"

ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}

_LABELS = {
    **{name: label for label, name in ZONES.items()},
    "Asia/Pontianak": "WIB",
    "Asia/Ujung_Pandang": "WITA",
}

DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "id": (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")

# Nobody alive was born before, and no schedule of 520 months ends after: a year outside is a slip of the pen.
FIRST_YEAR, LAST_YEAR = 1900, 2199

_WRITTEN = re.compile(
    r"(?P<d>[0-9]{2})(?P<sep>[-/])(?P<m>[0-9]{2})(?P=sep)(?P<y>[0-9]{4})"
    r"|(?P<y2>[0-9]{4})-(?P<m2>[0-9]{2})-(?P<d2>[0-9]{2})"
)


class NotADate(ValueError):
    """A text that is not read as a date; `text` is what was written, fit to be shown."""

    code = "not_a_date"

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text}” bukan tanggal. Tulis misalnya 29-01-2017.")
        self.text = text


def parse_date(text: str) -> date:
    """Return the date that `text` says: `29-01-2017`, `29/01/2017` (day first) or `2017-01-29`, years 1900–2199.

    Blanks around it are ignored; anything else raises `NotADate`.
    """
    written = text.strip(" \t\r\n\u00a0")
    shown = "".join(c if c.isprintable() else "\ufffd" for c in written[:40])
    match = _WRITTEN.fullmatch(written)
    if not match:
        raise NotADate(shown)
    year, month, day = (int(match[part] or match[part + "2"]) for part in "ymd")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotADate(shown)
    try:
        return date(year, month, day)
    except ValueError:
        raise NotADate(shown) from None


def week_start(day: date) -> date:
    """Return the Monday of the week that `day` lies in."""
    if isinstance(day, datetime):
        day = day.date()
    return day - timedelta(days=day.weekday())


def day_name(day: date, language: str = "id") -> str:
    """Return the name of the weekday, `Rabu`."""
    return DAYS[language][day.weekday()]


def month_name(day: date, language: str = "id") -> str:
    """Return the name of the month, `Februari`."""
    return MONTHS[language][day.month - 1]


def format_date(day: date, language: str = "id") -> str:
    """Return `29 Januari 2017`."""
    return f"{format_day_month(day, language)} {day.year}"


def format_day_month(day: date, language: str = "id") -> str:
    """Return `29 Januari`."""
    return f"{day.day} {month_name(day, language)}"


def format_day(day: date, language: str = "id") -> str:
    """Return `Rabu, 4 Februari 2026`."""
    return f"{day_name(day, language)}, {format_date(day, language)}"


def format_week(monday: date, language: str = "id") -> str:
    """Return the week's first and last day, what they share said once: `2–8 Februari 2026`."""
    monday = week_start(monday)
    sunday = monday + timedelta(days=6)
    if monday.year != sunday.year:
        first = format_date(monday, language)
    elif monday.month != sunday.month:
        first = format_day_month(monday, language)
    else:
        first = str(monday.day)
    return f"{first}{EN_DASH}{format_date(sunday, language)}"


def zone_label(zone: str | tzinfo) -> str:
    """Return WIB, WITA or WIT for an Indonesian zone given by label, IANA name or tzinfo; else its own name."""
    name = str(zone)
    return _LABELS.get(name, name)


def format_time(moment: time | datetime, zone: str | tzinfo) -> str:
    """Return the hour in `zone`, `15.30 WIB`; an aware datetime is carried over to that zone first."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        moment = moment.astimezone(ZoneInfo(ZONES.get(zone, zone)) if isinstance(zone, str) else zone)
    return f"{moment:%H.%M} {zone_label(zone)}"


def date_in_words(day: date) -> str:
    """Return the date as a berita acara opens with it: `hari Rabu tanggal empat bulan Februari tahun dua ribu …`."""
    return f"hari {day_name(day)} tanggal {terbilang(day.day)} bulan {month_name(day)} tahun {terbilang(day.year)}"


def roman_month(day: date) -> str:
    """Return the month in Roman numerals, as numbers of letters carry it: `II`."""
    return ROMAN_MONTHS[day.month - 1]
