"""Kemendagri region codes: what their digits say, and how a region is named and searched. Text in, text out."""

import re
from collections.abc import Mapping
from functools import lru_cache

_WELL_FORMED = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")
_LENGTHS = (2, 5, 8, 13)

PROVINCE, REGENCY, DISTRICT, VILLAGE = 1, 2, 3, 4

# First digit of a village's four: the status the ministry numbers it under.
_VILLAGE_KINDS = {"1": "Kelurahan", "2": "Desa", "3": "Desa Adat"}


def is_well_formed(code: str) -> bool:
    """Whether the code reads `33`, `33.25`, `33.25.01` or `33.25.01.2001`; it need not exist."""
    return _WELL_FORMED.fullmatch(code) is not None


def level(code: str) -> int:
    """1 province, 2 regency or city, 3 district, 4 village. Refuses a code that is not well formed (ValueError)."""
    if not is_well_formed(code):
        raise ValueError(f"not a region code: {code!r}")
    return _LENGTHS.index(len(code)) + 1


def ancestors(code: str) -> list[str]:
    """The codes above, nearest first: `33.25.01.2001` lies in `33.25.01`, `33.25` and `33`; a province in none."""
    return [code[:length] for length in reversed(_LENGTHS[: level(code) - 1])]


def parent(code: str) -> str:
    """The code directly above; empty for a province."""
    return next(iter(ancestors(code)), "")


def titled(code: str, name: str) -> str:
    """The name with what it is: Desa Silurah, Kecamatan Wonotunggal. The name of a regency or city says it already."""
    match level(code):
        case 1:
            kind = "Provinsi"
        case 2:
            kind = ""
        case 3:
            kind = "Kecamatan"
        case _:
            kind = _VILLAGE_KINDS.get(code[9], "Desa")
    # The list itself writes "Desa Adat Yoboi"; but a village named Desa Baru is Desa Desa Baru.
    if not kind or (kind == "Desa Adat" and name.startswith(kind)):
        return name
    return f"{kind} {name}"


def label(code: str, names: Mapping[str, str]) -> str:
    """A place as one writes it: `Desa Silurah, Kecamatan Wonotunggal, Kabupaten Batang`.

    `names` gives names by code. A region without a name shows as its code, an ancestor without one is left out, and
    the province is named only for itself.
    """
    shown = [titled(code, names[code]) if code in names else code]
    shown += [titled(above, names[above]) for above in ancestors(code) if above in names and level(above) > PROVINCE]
    return ", ".join(shown)


@lru_cache(maxsize=1024)  # a load asks for a district's name once for each of its villages
def plain(text: str) -> str:
    """Text as it is searched: small ASCII letters and digits, words one space apart, no apostrophes (Ra'as → raas)."""
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"['’\"`]", "", text.lower())).strip()


def search_text(code: str, names: Mapping[str, str]) -> str:
    """What a search looks through: the name, then its ancestors', then the name written as one word.

    Villages are written both ways in the field: Karang Besuki is found by `karangbesuki`, too.
    """
    own = plain(names[code])
    words = [own, *(plain(names[above]) for above in ancestors(code) if above in names)]
    if " " in own:
        words.append(own.replace(" ", ""))
    return " ".join(words)


def code_prefix(digits: str) -> str:
    """Digits typed with or without dots, as the beginning of a code: `3325012` → `33.25.01.2`."""
    bare = re.sub(r"[^0-9]", "", digits)[:10]
    return ".".join(part for part in (bare[:2], bare[2:4], bare[4:6], bare[6:]) if part)
