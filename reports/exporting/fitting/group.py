"""Kelompok, Anggota and Libur."""

from datetime import date

from django.utils.translation import gettext as _

from groups.dates import format_date
from groups.money import format_rupiah
from meetings import workbook as layout
from meetings.workbook import HOLIDAYS, MEMBERS
from reports.exporting.fitting.fitted import Fitting
from reports.exporting.fitting.wording import written

_ZONES, _WEEKDAYS, _YES_NO = (written(table) for table in (layout.ZONES, layout.WEEKDAYS, layout.YES_NO))


def put_group(fitting: Fitting) -> None:
    group, terms = fitting.told.group, fitting.told.terms
    last = terms[-1] if terms else None
    values = {
        "Kode": group.code,
        "Nama": fitting.text(_("Name of the KSM"), group.name, 100),
        "Wilayah": group.region or None,
        "Tanggal berdiri": group.founded_on,
        "Asal": group.origin,
        "Mulai dicatat": group.start_on,
        "Hari pertemuan": _WEEKDAYS[group.meeting_weekday].capitalize(),
        "Tempat": fitting.text(_("Meeting place"), group.place, 100),
        "Zona waktu": _ZONES[group.timezone].upper(),
        "Wajib per pekan": last.weekly if last else 0,
        "Simpanan pokok": last.principal if last else 0,
    }
    fitting.out.sheets[layout.GROUP] = [{"Isian": name, "Nilai": value} for name, value in values.items()]
    for one in terms[:-1]:
        says = _("wajib %(weekly)s, pokok %(principal)s")
        amounts = {"weekly": format_rupiah(one.weekly), "principal": format_rupiah(one.principal)}
        fitting.leave("words", _("Earlier agreed savings"), says % amounts, one.from_on)
    if group.meeting_time:
        fitting.leave("words", _("Meeting time"), f"{group.meeting_time:%H.%M}")
    if group.programme:
        fitting.leave("words", _("Programme"), str(group.programme))
    if closed := group.book.closed_through:
        fitting.leave("words", _("The book is closed"), format_date(closed), closed)
    if group.end_on:
        fitting.leave("words", _("The KSM ended"), format_date(group.end_on), group.end_on)


def put_members(fitting: Fitting) -> None:
    for member in fitting.told.members:
        fitting.out.sheets[MEMBERS].append(
            {
                "No": member.no,
                "Nama": fitting.text(_("Name"), member.name, 100),
                "L/P": member.gender or None,
                "NIK": member.nik or None,
                "Telepon": fitting.text(_("Phone"), member.phone, 20),
                "Alamat": fitting.text(_("Address"), member.address, 200),
                "Jabatan": member.office,
                "Miskin": _YES_NO.get(member.poor),
                "Masuk": member.joined_on,
                "Keluar": member.left_on,
            }
        )


def put_holidays(fitting: Fitting) -> None:
    weeks: dict[date, str] = {}
    for one in fitting.told.holidays:
        if one.declared_on < one.week_start:
            weeks.setdefault(one.week_start, one.reason)
        else:
            says = _("%(reason)s, declared on %(on)s: it does not count.")
            told = {"reason": one.reason, "on": format_date(one.declared_on)}
            fitting.leave("words", _("Week off declared late"), says % told, one.week_start)
    for monday, reason in sorted(weeks.items()):
        fitting.out.sheets[HOLIDAYS].append({"Tanggal": monday, "Alasan": fitting.text(_("Week off"), reason, 100)})
