"""What the sixteen digits of a NIK say by themselves. They may disagree with a person: doubts, not errors."""

import re
from datetime import date

WOMAN, MAN = "P", "L"


def doubts(nik: str, gender: str = "") -> list[str]:
    """Return what looks odd: `digits`, `birth_date` or `gender`. A woman's day of birth is written with 40 added.

    Layout (Permendagri): region 6, day 2, month 2, year 2, serial 4. The year's century is unknown; either will do.
    """
    if not nik:
        return []
    if not re.fullmatch(r"[0-9]{16}", nik, re.ASCII):
        return ["digits"]
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    woman = day > 40
    found = []
    if not any(_exists(century + year, month, day - 40 if woman else day) for century in (1900, 2000)):
        found.append("birth_date")
    if gender and woman != (gender == WOMAN):
        found.append("gender")
    return found


def masked(nik: str) -> str:
    """Return the NIK as it is shown to everybody: its region and its last two digits, `332501••••••••01`."""
    return f"{nik[:6]}{'•' * (len(nik) - 8)}{nik[-2:]}" if nik else ""


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
