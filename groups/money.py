"""Whole rupiah as Indonesians write and say them: reading, writing, words, and cutting a sum into exact shares.

Reading is strict on purpose: where "44,000" could mean forty-four or forty-four thousand, nobody guesses.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

MAX_DIGITS = 13

MINUS = "\u2212"

_BLANKS = " \t\r\n\u00a0"
_GROUPED = r"(?:0|[1-9][0-9]{0,2}(?:\.[0-9]{3})*)"
_AMOUNT = re.compile(rf"(?:(?P<plain>0|[1-9][0-9]*)|(?:Rp ?)?(?P<grouped>{_GROUPED}))(?:,00)?")
_SEPARATED = re.compile(r"(?:Rp ?)?(?P<digits>[0-9]+(?:[.,][0-9]+)+)")


class InvalidAmount(ValueError):
    """A text that is not read as an amount; `code` says why, `text` is what was written, fit to be shown.

    `caption` says what to write in two or three words, for the narrow line below a field.
    """

    code = "invalid_amount"

    def __init__(self, text: str, message: str, caption: str) -> None:
        super().__init__(message)
        self.text = text
        self.caption = caption


class AmbiguousAmount(InvalidAmount):
    """A text that people read in two ways.

    `readings` are both, written out ("Rp44.000", "Rp44"); `suggestion` is how to write the likelier one
    ("44.000"), or empty when the other reading has a fraction of a rupiah, or when a nought may be missing ("44.00").
    """

    code = "ambiguous_amount"

    def __init__(self, text: str, readings: tuple[str, str], suggestion: str) -> None:
        if suggestion:
            advice, caption = f"Tulis {suggestion}.", f"{suggestion}?"
        elif "," in readings[1]:
            advice, caption = "Tulis rupiah utuh, tanpa sen.", "tanpa sen"
        else:
            advice, caption = "Hitung nolnya, lalu tulis rupiah utuh.", "nolnya?"
        super().__init__(text, f"“{text}” bisa dibaca {readings[0]} atau {readings[1]}. {advice}", caption)
        self.readings = readings
        self.suggestion = suggestion


class NotAnAmount(InvalidAmount):
    """A text that is no amount of whole rupiah.

    `code` is blank_amount, negative_amount, long_amount or not_an_amount.
    """

    def __init__(self, text: str, code: str) -> None:
        advice = {
            "blank_amount": "Tulis jumlahnya, misalnya 10.000.",
            "negative_amount": f"“{text}” bertanda plus atau minus. Tulis angkanya saja, misalnya 10.000.",
            "long_amount": f"“{text}” terlalu besar. Paling banyak {MAX_DIGITS} angka.",
            "not_an_amount": f"“{text}” bukan jumlah rupiah. Tulis misalnya 10.000.",
        }
        super().__init__(text, advice[code], f"{MAX_DIGITS} angka" if code == "long_amount" else "tulis angka")
        self.code = code


def parse_rupiah(text: str) -> int:
    """Return the whole rupiah that `text` says: `10000`, `10.000`, `Rp10.000` or `Rp 10.000`, each also with `,00`.

    Blanks around it are ignored. Anything else is refused: `AmbiguousAmount` when people read it in two ways,
    `NotAnAmount` when it is no amount, has a sign, or has more than 13 digits.
    """
    amount = text.strip(_BLANKS)
    # A refusal shows the text again: cut short, and without characters that no page or database can hold.
    shown = "".join(c if c.isprintable() else "\ufffd" for c in amount[:40])
    if match := _AMOUNT.fullmatch(amount):
        digits = (match["plain"] or match["grouped"]).replace(".", "")
        if len(digits) > MAX_DIGITS:
            raise NotAnAmount(shown, "long_amount")
        return int(digits)
    if not amount:
        raise NotAnAmount(shown, "blank_amount")
    if amount[0] in f"+-{MINUS}":
        raise NotAnAmount(shown, "negative_amount")
    if (match := _SEPARATED.fullmatch(amount)) and len(match["digits"]) <= 2 * MAX_DIGITS:
        raise _two_readings(shown, match["digits"])
    raise NotAnAmount(shown, "not_an_amount")


def _two_readings(shown: str, written: str) -> InvalidAmount:
    """Return the refusal of digits with separators: every separator groups, or the last one starts a fraction."""
    whole, fraction = re.fullmatch(r"(.+)[.,]([0-9]+)", written).groups()  # type: ignore[union-attr]
    as_grouped = int(re.sub("[.,]", "", written))
    as_decimal = int(re.sub("[.,]", "", whole))
    if as_grouped == as_decimal or len(str(as_grouped)) > MAX_DIGITS:
        return NotAnAmount(shown, "not_an_amount")
    is_fraction = int(fraction) != 0
    # "44.00" lacks a nought more often than it says sen; "10,000.00" has another sign for its thousands and is plain.
    suggestion = ""
    if len(fraction) >= 3:
        suggestion = format_amount(as_grouped)
    elif not is_fraction and "." in written and "," in written:
        suggestion = format_amount(as_decimal)
    decimal = format_rupiah(as_decimal) + (f",{fraction}" if is_fraction else "")
    return AmbiguousAmount(shown, (format_rupiah(as_grouped), decimal), suggestion)


def format_amount(amount: int) -> str:
    """Return whole rupiah with a dot for thousands, `10.000`; below zero with a minus sign, `−10.000`."""
    grouped = f"{abs(amount):,d}".replace(",", ".")
    return MINUS + grouped if amount < 0 else grouped


def format_rupiah(amount: int) -> str:
    """Return whole rupiah as money, `Rp10.000`; below zero `−Rp10.000`."""
    return f"{MINUS if amount < 0 else ''}Rp{format_amount(abs(amount))}"


_UNITS = (
    "nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas".split()  # noqa: SIM905 (reads as spoken)
)
_SCALES = (
    *((10**18, "kuintiliun"), (10**15, "kuadriliun"), (10**12, "triliun")),
    *((10**9, "miliar"), (10**6, "juta"), (10**3, "ribu")),
)


def terbilang(number: int) -> str:
    """Return `number` in Indonesian words, `sepuluh ribu`; below zero `minus …`; at last `seribu kuintiliun`."""
    if number < 0:
        return f"minus {terbilang(-number)}"
    words: list[str] = []
    rest = number
    for scale, name in _SCALES:
        count, rest = divmod(rest, scale)
        if count == 1 and scale == 1000:
            words.append("seribu")
        elif count:
            words += [terbilang(count), name]
    if rest or not words:
        words.append(_below_thousand(rest))
    return " ".join(words)


def _below_thousand(number: int) -> str:
    """Return 0…999 in words."""
    if number < 12:
        return _UNITS[number]
    if number < 20:
        return f"{_UNITS[number - 10]} belas"
    if number < 100:
        head, rest = f"{_UNITS[number // 10]} puluh", number % 10
    else:
        head, rest = ("seratus" if number < 200 else f"{_UNITS[number // 100]} ratus"), number % 100
    return f"{head} {_below_thousand(rest)}" if rest else head


def largest_remainder(total: int, weights: Sequence[int | Decimal | Fraction]) -> list[int]:
    """Return `total` whole rupiah cut in proportion to `weights`, one share each, summing to it exactly.

    Every share is its exact part rounded down; the rupiah left over go one each to the largest remainders, the
    earlier weight first among equals. Refuses a negative total or weight, and a total when every weight is 0.
    """
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact)
    if total < 0 or any(weight < 0 for weight in exact):
        raise ValueError("a total and its weights are 0 or more")
    if whole == 0:
        if total:
            raise ValueError("nobody to share the total among: every weight is 0")
        return [0] * len(exact)
    quotas = [total * weight / whole for weight in exact]
    shares = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(exact)), key=lambda i: shares[i] - quotas[i])
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares
