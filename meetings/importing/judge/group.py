"""Kelompok and Libur."""

from datetime import date

from django.utils.translation import gettext as _

from groups.dates import week_start
from groups.models import Region
from meetings.importing.judge.cells import Judge
from meetings.importing.judge.plan import Day
from meetings.workbook import HOLIDAYS, Line


def judge_group(judge: Judge) -> None:
    group = judge.book.group
    defaults = {
        "Asal": _("Empty: counts as “baru”."),
        "Hari pertemuan": _("Empty: counts as Rabu."),
        "Zona waktu": _("Empty: counts as WIB."),
        "Tempat": _("The meeting place is empty."),
        "Wilayah": _("The Wilayah is empty."),
        "Wajib per pekan": _("Empty: everybody saves what she can."),
    }
    for heading, reason in defaults.items():
        if group[heading] is None and heading not in group.unread:
            judge.warn(group, heading, reason)
    if (region := group["Wilayah"]) and not Region.objects.filter(pk=region).exists():
        judge.warn(group, "Wilayah", _("This Wilayah is not in the list; it is kept."))
    if judge.start_on and judge.founded_on and judge.start_on < judge.founded_on:
        judge.warn(group, "Mulai dicatat", _("This lies before the founding."))
    if judge.start_on and judge.start_on > judge.today:
        judge.warn(group, "Mulai dicatat", _("This day is still to come."))


def judge_holidays(judge: Judge, days: dict[date, Day]) -> dict[date, str]:
    holidays: dict[date, str] = {}
    lines: dict[date, Line] = {}
    for line in judge.book.lines[HOLIDAYS]:
        on = line["Tanggal"]
        if on is None:
            continue
        if (monday := week_start(on)) in holidays:
            judge.warn(line, "Tanggal", _("This week is off already; the row is left out."))
            continue
        holidays[monday], lines[monday] = line["Alasan"] or "Libur", line
    for monday in sorted({week_start(on) for on, day in days.items() if day.meeting} & holidays.keys()):
        judge.warn(lines[monday], "Tanggal", _("There is a meeting in this week off."))
    return holidays
