"""Anggota, and the members that other sheets name."""

from datetime import date

from django.utils.translation import gettext as _

from groups import nik
from meetings.importing.judge.cells import Judge
from meetings.workbook import MEMBERS, Line


def judge_members(judge: Judge) -> None:
    offices: set[str] = set()
    for line in judge.book.lines[MEMBERS]:
        _member(judge, line)
        if line["Keluar"] is None:
            offices.add(line["Jabatan"] or "anggota")
    unread = any("Jabatan" in line.unread for line in judge.book.lines[MEMBERS])
    for office in ("ketua", "sekretaris", "bendahara"):
        if office not in offices and not unread:
            judge.problems.warn(MEMBERS, "", _("The group has no %(office)s.") % {"office": office})
    if not judge.book.lines[MEMBERS]:
        judge.problems.warn(MEMBERS, "", _("The group has no members."))


def _member(judge: Judge, line: Line) -> None:
    no, joined, left = line["No"], line["Masuk"], line["Keluar"]
    if joined and left and left < joined:
        judge.error(line, "Keluar", _("She leaves before she joins."))
    if no:
        judge.members.setdefault(no, line)
        if judge.wrong_in(line) & {"No", "Masuk", "Keluar"}:
            judge.unclear.add(no)
    if joined and judge.founded_on and joined < judge.founded_on:
        judge.warn(line, "Masuk", _("This lies before the founding."))
    if line["NIK"] and nik.doubts(line["NIK"], line["L/P"] or ""):
        judge.warn(line, "NIK", _("The NIK does not fit the person; look at it again."))


def is_active(judge: Judge, no: int, on: date) -> bool:
    line = judge.members[no]
    return no in judge.unclear or (
        (line["Masuk"] or date.min) <= on and (line["Keluar"] is None or on < line["Keluar"])
    )


def known_member(judge: Judge, line: Line) -> int | None:
    """Return the member a row names, or say that there is none."""
    no: int | None = line["Anggota"]
    if no is None or no in judge.members:
        return no
    if judge.lost_members.may_be(no):
        judge.mark(line, "Anggota")
    else:
        judge.error(line, "Anggota", _("There is no member %(no)s in Anggota.") % {"no": no})
    return None
