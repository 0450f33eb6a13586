"""Reads members as they are pasted: a name a line, or rows and columns copied from a spreadsheet.

Every problem is told at its row and column; nothing is left out in silence.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from groups.fields import DayField, NameField, NikField, PhoneField
from groups.models import Member

HEADINGS = {  # as people write them, in the order of rows without headings → the member's field
    "No": "no",
    "Nama": "name",
    "L/P": "gender",
    "NIK": "nik",
    "Telepon": "phone",
    "Alamat": "address",
    "Jabatan": "office",
    "Masuk": "joined_on",
}
_BY_FIELD = {name: heading for heading, name in HEADINGS.items()}
_KNOWN = {heading.lower(): name for heading, name in HEADINGS.items()}
_HIGHEST = 9999


@dataclass(frozen=True, slots=True)
class PasteProblem:
    """What keeps a row out: its number as pasted (0: all of them), the column's heading, and why."""

    row: int
    column: str
    reason: str


@dataclass(slots=True)
class Pasted:
    """What was read. `people` are fields of `services.add_member` by name; `same` are names that are there twice."""

    people: list[dict[str, Any]] = field(default_factory=list)
    problems: list[PasteProblem] = field(default_factory=list)
    same: list[str] = field(default_factory=list)


def has_columns(text: str) -> bool:
    """Whether these are rows of a spreadsheet and not only names."""
    return "\t" in text


def read_pasted(text: str, *, joined_on: date, members: Iterable[Member]) -> Pasted:
    """Read pasted rows against who is in the group; `joined_on` holds where a row says no day."""
    there = list(members)
    pasted = Pasted()
    numbered = [(number, row) for number, row in enumerate(_rows(text), start=1) if any(row)]
    columns = list(HEADINGS.values()) if has_columns(text) else ["name"]
    if numbered and any(cell.lower() == "nama" for cell in numbered[0][1]):
        columns = _columns(*numbered.pop(0), pasted)
    offices = {member.office for member in there if member.left_on is None}
    numbers = {member.no for member in there}
    for number, row in numbered:
        person = _person(number, row, columns, pasted)
        _judge(number, person, numbers, offices, pasted)
        person.setdefault("joined_on", joined_on)
        pasted.people.append(person)
    following = max(numbers, default=0)
    for person in pasted.people:
        if "no" not in person:
            person["no"] = following = following + 1
    pasted.same = _same(pasted.people, there)
    return pasted


def _rows(text: str) -> list[list[str]]:
    """Return the cells as they were copied: a spreadsheet puts cells with line ends or quotes between quotes."""
    lines = text.splitlines(keepends=True)
    rows = csv.reader(lines, delimiter="\t") if has_columns(text) else ([line] for line in lines)
    return [[" ".join(cell.split()) for cell in row] for row in rows]


def _columns(number: int, row: list[str], pasted: Pasted) -> list[str]:
    """Return the field of each column by the headings; an unknown one, or one that is there twice, is a problem."""
    found: list[str] = []
    for cell in row:
        name = _KNOWN.get(cell.lower(), "")
        if cell and not name:
            pasted.problems.append(PasteProblem(number, cell[:40], _("This column is not known; leave it out.")))
        elif name and name in found:
            pasted.problems.append(PasteProblem(number, cell[:40], _("Two columns have this heading.")))
        found.append(name)
    return found


def _person(number: int, row: list[str], columns: list[str], pasted: Pasted) -> dict[str, Any]:
    person: dict[str, Any] = {}
    for place, cell in enumerate(row):
        name = columns[place] if place < len(columns) else ""
        if not cell:
            continue
        if not name:
            said = _("“%(text)s” stands in a column without heading.") % {"text": cell[:40]}
            pasted.problems.append(PasteProblem(number, str(place + 1), said))
            continue
        try:
            person[name] = _READ[name](cell)
        except ValidationError as refusal:
            pasted.problems.append(PasteProblem(number, _BY_FIELD[name], " ".join(refusal.messages)))
            person.setdefault(name, None)
    if "name" not in person:
        pasted.problems.append(PasteProblem(number, "Nama", _("The name is empty.")))
    return {name: value for name, value in person.items() if value is not None}


def _judge(number: int, person: dict[str, Any], numbers: set[int], offices: set[str], pasted: Pasted) -> None:
    """Hold a row against the rows before it and those who are there: one number and one office for one person."""
    if (no := person.get("no")) in numbers:
        said = _("Number %(no)s is taken.") % {"no": no}
        pasted.problems.append(PasteProblem(number, "No", said))
    numbers |= {no} if no else set()
    office = person.get("office", Member.Office.MEMBER)
    if office != Member.Office.MEMBER and office in offices:
        said = _("The group has a %(office)s already.") % {"office": office}
        pasted.problems.append(PasteProblem(number, "Jabatan", said))
    offices.add(office)


def _same(people: list[dict[str, Any]], there: list[Member]) -> list[str]:
    seen = {_plain(member.name) for member in there}
    found: list[str] = []
    for person in people:
        plain = _plain(person.get("name", ""))
        if plain in seen and plain:
            found.append(person["name"])
        seen.add(plain)
    return found


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


def _no(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _HIGHEST):
        raise ValidationError(_("“%(text)s” is not a number counted from 1.") % {"text": text[:40]})
    return int(text)


def _chosen(known: dict[str, str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in known:
            said = _("“%(text)s” is not known here. Choose from: %(known)s.")
            raise ValidationError(said % {"text": text[:40], "known": ", ".join(known)})
        return known[text.lower()]

    return read


_READ: dict[str, Callable[[str], Any]] = {
    "no": _no,
    "name": NameField().clean,
    "gender": _chosen({"l": "L", "p": "P"}),
    "nik": NikField().clean,
    "phone": PhoneField().clean,
    "address": NameField(max_length=200).clean,
    "office": _chosen({value: value for value in Member.Office.values}),
    "joined_on": DayField().clean,
}
