"""One cell read as what its column wants: words, a date, an amount, a number, one of a few."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from groups.dates import FIRST_YEAR, LAST_YEAR, NotADate, parse_date
from groups.money import InvalidAmount, parse_rupiah
from ledger.chart import CHART
from meetings import xlsx
from meetings.xlsx import Cell


class Refused(Exception):
    """A cell that does not say what its column wants."""


def text_of(cell: Cell) -> str:
    if cell.kind == "text":
        return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), str(cell.value))
    if isinstance(cell.value, Decimal):
        if cell.value == cell.value.to_integral_value() and cell.value.adjusted() < 40:
            return str(int(cell.value))
        return str(cell.value).replace(".", ",")
    if isinstance(cell.value, date):
        return cell.value.strftime("%d-%m-%Y")
    if cell.kind == "truth":
        raise Refused(_("This is a yes-or-no value; write words."))
    raise Refused(_("The spreadsheet shows an error here."))


def _clean(text: str, limit: int) -> str:
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t" for letter in text):
        raise Refused(_("There is a sign here that cannot be printed."))
    if len(text) > limit:
        raise Refused(_("The text is too long: at most %(limit)s letters.") % {"limit": limit})
    return text


def line(limit: int) -> Callable[[Cell], str]:
    """Read words on one line: tabs and line ends become blanks."""
    return lambda cell: _clean(re.sub(r"[\r\n\t]+", " ", text_of(cell)).strip(), limit)


def lines(cell: Cell) -> str:
    """Read words that may run over several lines."""
    return _clean(re.sub(r"\r\n?", "\n", text_of(cell)), xlsx.MAX_TEXT)


def plain(cell: Cell) -> str:
    """Return the words of a cell that names something, without blanks around."""
    return _clean(text_of(cell).strip(), 100)


def shown(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def day(cell: Cell) -> date:
    if isinstance(cell.value, date):
        if not FIRST_YEAR <= cell.value.year <= LAST_YEAR:
            raise Refused(_("The year lies outside %(first)s–%(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR})
        return cell.value
    try:
        return parse_date(plain(cell))
    except NotADate as refusal:
        raise Refused(str(refusal)) from None


def rupiah(cell: Cell) -> int:
    """Read an amount of whole rupiah, 0 or more."""
    if cell.kind == "date":
        raise Refused(_("This is a date; an amount belongs here."))
    if isinstance(cell.value, Decimal):
        number = cell.value
        if cell.percent:
            raise Refused(_("This is a percentage; an amount belongs here."))
        if number.adjusted() > 12:
            raise Refused(_("The amount is too large."))
        if number != number.to_integral_value():
            raise Refused(_("Write whole rupiah, without sen."))
        if number < 0:
            raise Refused(_("The amount is below 0."))
        return int(number)
    try:
        return parse_rupiah(plain(cell))
    except InvalidAmount as refusal:
        raise Refused(str(refusal)) from None


def signed(cell: Cell) -> int:
    """Read an amount that may stand below 0, as a loss carried forward does."""
    if isinstance(cell.value, Decimal) and cell.value < 0:
        return -rupiah(Cell("number", -cell.value, cell.percent))
    if cell.kind == "text" and (text := plain(cell)).startswith(("-", "−")):
        return -rupiah(Cell("text", text[1:]))
    return rupiah(cell)


def number(cell: Cell) -> int:
    """Read a number counted from 1."""
    if cell.kind == "date":
        raise Refused(_("This is a date; a number belongs here."))
    text = plain(cell)
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or int(text) == 0:
        raise Refused(_("“%(text)s” is not a number counted from 1.") % {"text": shown(text)})
    return int(text)


def account(cell: Cell) -> str:
    text = plain(cell)
    if text not in CHART:
        raise Refused(_("“%(text)s” is no account. Write its code, for example 5130.") % {"text": shown(text)})
    return text


def percent(cell: Cell) -> Decimal:
    """Read a percentage with at most four decimals."""
    if isinstance(cell.value, Decimal):
        rate = cell.value * 100 if cell.percent else cell.value
    else:
        text = plain(cell).removesuffix("%").strip().replace(",", ".")
        if cell.kind != "text" or not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,8})?", text, re.ASCII):
            raise Refused(_("Write the per cent as a number, for example 1,5."))
        rate = Decimal(text)
    try:
        exact = rate.quantize(Decimal("0.0001"))
    except InvalidOperation:
        exact = None
    if exact is None or exact != rate or not 0 <= rate <= 100:
        raise Refused(_("The per cent lies between 0 and 100, with at most 4 decimals."))
    return exact


def choice(known: Mapping[str, Any]) -> Callable[[Cell], Any]:
    def read(cell: Cell) -> Any:
        text = plain(cell)
        if text.lower() not in known:
            raise Refused(
                _("“%(text)s” is not known here. Choose from: %(known)s.")
                % {"text": shown(text), "known": ", ".join(known)}
            )
        return known[text.lower()]

    return read


def nik(cell: Cell) -> str:
    text = re.sub(r"\s", "", plain(cell))
    if not re.fullmatch(r"[0-9]{16}", text, re.ASCII):
        raise Refused(_("A NIK has 16 digits."))
    return text


def region(cell: Cell) -> str:
    text = plain(cell)
    if not re.fullmatch(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?", text, re.ASCII):
        raise Refused(_("The code of a Wilayah reads like 33.25.01.2001."))
    return text


def code(cell: Cell) -> str:
    text = plain(cell).upper()
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{1,23}", text, re.ASCII):
        raise Refused(_("Use 2 to 24 capital letters, digits and dashes, like KSM-MAWAR."))
    return text
