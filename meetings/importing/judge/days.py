"""Pertemuan, Lembar, Kas lain and what is paid out, day by day."""

from datetime import date

from django.utils.translation import gettext as _

from groups.dates import day_name
from ledger import chart
from meetings.importing.doubts import MONEY, Lost
from meetings.importing.judge.cells import Judge
from meetings.importing.judge.loans import known_loan
from meetings.importing.judge.members import is_active, known_member
from meetings.importing.judge.plan import Day
from meetings.workbook import LOANS, MEETINGS, OTHER, ROWS, Line


def judge_days(judge: Judge) -> dict[date, Day]:
    days: dict[date, Day] = {}
    for line in judge.book.lines[MEETINGS]:
        on = _day_of(judge, line, "Tanggal")
        if on is None or on in days:
            continue
        days[on] = Day(meeting=line)
        _meeting(judge, line, on)
    for line in judge.book.lines[ROWS]:
        if on := _day_of(judge, line, "Tanggal"):
            days.setdefault(on, Day()).rows.append(line)
        _row(judge, line, on)
    for line in judge.book.lines[OTHER]:
        if on := _day_of(judge, line, "Tanggal"):
            days.setdefault(on, Day()).other.append(line)
        _other(judge, line)
    for loan in judge.loans.values():
        if not loan.older and (on := _day_of(judge, loan.line, "Cair")):
            days.setdefault(on, Day()).loans.append(loan)
    lost = judge.lost(MEETINGS, "Tanggal")
    for on, day in days.items():
        _day(judge, on, day, lost)
    return days


def _day_of(judge: Judge, line: Line, heading: str) -> date | None:
    """Return the date of a row, or say that the books were not open that day."""
    on: date | None = line[heading]
    if on is None:
        return None
    if judge.start_on and on < judge.start_on:
        judge.error(line, heading, _("This lies before “Mulai dicatat”."))
        return None
    if judge.opening_on and on < judge.opening_on:
        judge.error(line, heading, _("This lies before Saldo awal."))
        return None
    return on


def _meeting(judge: Judge, line: Line, on: date) -> None:
    weekday = judge.book.group["Hari pertemuan"]
    if weekday is not None and on.weekday() != weekday:
        judge.warn(line, "Tanggal", _("This is a %(day)s, not the group's day.") % {"day": day_name(on)})
    if line["Tempat"] is None and "Tempat" not in line.unread:
        judge.warn(line, "Tempat", _("The meeting place is empty."))


def _row(judge: Judge, line: Line, on: date | None) -> None:
    member_no = known_member(judge, line)
    if line["Pinjaman"]:
        known_loan(judge, line, member_no)
    if not member_no or on is None:
        return
    if not is_active(judge, member_no, on):
        if any(line[heading] for heading in MONEY):
            judge.error(line, "Anggota", _("She is not a member on that day."))
        else:
            judge.warn(line, "Anggota", _("She is not a member on that day; the row is left out."))
    elif line["Hadir"] is None and "Hadir" not in line.unread:
        judge.warn(line, "Hadir", _("Empty: counts as A (absent)."))


def _other(judge: Judge, line: Line) -> None:
    account = line["Akun"]
    if account and account not in chart.FREE_CODES:
        reason = _("The account %(code)s moves with cash, members or loans and is not for Kas lain.")
        judge.error(line, "Akun", reason % {"code": account})
    if not line["Masuk"] and not line["Keluar"] and not line.unread & {"Masuk", "Keluar"}:
        judge.warn(line, "Masuk", _("There is no amount in this row; it is left out."))


def _day(judge: Judge, on: date, day: Day, lost: Lost) -> None:
    judge.doubt_date(day.first, "Cair" if day.first.sheet == LOANS else "Tanggal", on)
    if day.meeting is None and not lost.may_be(on):
        reason = (
            _("Pertemuan has no row of this date: a meeting without minutes is made.")
            if day.rows
            else _("No meeting on this date: the money is written without one.")
        )
        judge.problems.warn(day.first.sheet, day.first_cell, reason)
    said: dict[int, str] = {}
    named: set[tuple[int, int | None]] = set()
    for line in day.rows:
        no, status = line["Anggota"], line["Hadir"]
        if not no:
            continue
        if status and said.setdefault(no, status) != status:
            judge.error(line, "Hadir", _("Another row of this date says %(status)s.") % {"status": said[no]})
        if (no, line["Pinjaman"]) in named and "Pinjaman" not in line.unread:
            judge.warn(line, "Anggota", _("She has another row on this date; the amounts are added up."))
        named.add((no, line["Pinjaman"]))
