"""How the book's numbers, dates and signs are written on every screen and page: a template builtin, never loaded.

Numbers are Indonesian whatever the language of the screen, so that a figure never reads differently to two people.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from groups import dates, money

register = template.Library()

DASH = "–"


def _language() -> str:
    """Return the language for names of days and months."""
    return "en" if (get_language() or "id").startswith("en") else "id"


@register.filter
def rupiah(amount: int | None) -> str:
    """Return `Rp10.000`; a dash for what is not known (0 is an amount)."""
    return DASH if amount in (None, "") else money.format_rupiah(int(amount))


@register.filter
def amount(amount: int | None) -> str:
    """Return `10.000`; a dash for what is not known (0 is an amount)."""
    return DASH if amount in (None, "") else money.format_amount(int(amount))


@register.filter
def terbilang(amount: int | None) -> str:
    """Return the amount in Indonesian words, without "rupiah"; nothing for what is not known."""
    return "" if amount in (None, "") else money.terbilang(int(amount))


@register.filter
def tanggal(day: date | None) -> str:
    """Return `29 Januari 2017`; a dash without a date."""
    return dates.format_date(day, _language()) if day else DASH


@register.filter
def hari(day: date | None) -> str:
    """Return `Rabu 4 Februari`; a dash without a date."""
    if not day:
        return DASH
    return f"{dates.day_name(day, _language())} {dates.format_day_month(day, _language())}"


@register.filter
def hari_tanggal(day: date | None) -> str:
    """Return `Rabu, 4 Februari 2026`; a dash without a date."""
    return dates.format_day(day, _language()) if day else DASH


@register.filter
def pekan(day: date | None) -> str:
    """Return the first and last day of the week that `day` lies in, `2–8 Februari 2026`; a dash without a date."""
    return dates.format_week(day, _language()) if day else DASH


@register.filter
def bulan(day: date | None) -> str:
    """Return the month that `day` lies in, `Februari 2026`; a dash without a date."""
    return f"{dates.month_name(day, _language())} {day.year}" if day else DASH


@register.filter
def bulan_iso(text: str) -> str:
    """Return the month of a date kept as text, `2026-02-01` → `Februari 2026`."""
    return bulan(date.fromisoformat(text))


@register.filter
def sidik(digest: str | bytes | memoryview | None) -> str:
    """Return the fingerprint people compare, the digest's first eight hex digits in two groups: `9f2c 41ab`."""
    if not digest:
        return DASH
    text = digest if isinstance(digest, str) else bytes(digest).hex()
    return f"{text[:4]} {text[4:8]}"


@register.filter
def hundredths(bound: Fraction | Decimal) -> str:
    """Return a bound that people agreed on as per cent, without decimals that are 0: `90 %`, `72,5 %`."""
    return persen(bound).replace(",0", "")


@register.filter
def persen(fraction: Fraction | Decimal | int | None) -> str:
    """Return a fraction of one as per cent to one decimal, half up, exactly: `86,3 %`; a dash for what is not known."""
    if fraction in (None, ""):
        return DASH
    tenths = abs(Fraction(fraction)) * 1000
    whole, tenth = divmod(int(tenths + Fraction(1, 2)), 10)
    sign = money.MINUS if fraction < 0 and (whole or tenth) else ""
    return f"{sign}{money.format_amount(whole)},{tenth} %"


@register.filter
def pecahan(fraction: Fraction) -> str:
    """Return what something counts for, a fraction of one with few decimals, as people write it: `½`, `0,25`."""
    return "½" if fraction == Fraction(1, 2) else desimal(Decimal(fraction.numerator) / fraction.denominator)


@register.filter
def desimal(number: Decimal | int | None) -> str:
    """Return a decimal as Indonesians write it, without zeros at its end: `1,5`; a dash for what is not known."""
    if number is None:
        return DASH
    text = f"{Decimal(number):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a sign from the sprite, silent to screen readers: the words beside it carry the meaning."""
    return _sign(static("sprite.svg"), name)


@lru_cache
def _sign(sprite: str, name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name)
