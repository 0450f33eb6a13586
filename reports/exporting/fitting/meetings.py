"""Pertemuan and Lembar."""

from datetime import date

from django.utils.translation import gettext as _

from groups.dates import format_date
from groups.money import format_rupiah
from ledger import chart
from meetings.workbook import MEETINGS, ROWS
from meetings.xlsx import MAX_TEXT
from reports.exporting.fitting.fitted import Fitting


def put_meetings(fitting: Fitting) -> None:
    cash = 0
    for on in sorted({*fitting.moved, *fitting.told.meetings}):
        cash += fitting.moved[on][chart.CASH, 0, 0]
        meeting = fitting.told.meetings.get(on)
        if meeting and on < fitting.first:
            fitting.leave("money", _("Meeting before the books"), format_date(on), on)
        elif meeting:
            borne = [one for one in fitting.told.differences if one.entry.number == fitting.differences.get(on)]
            reason = borne[0].reason if borne else ""
            fitting.out.sheets[MEETINGS].append(
                {
                    "Tanggal": on,
                    "Tempat": fitting.text(_("Meeting place"), meeting.place, 100, on),
                    "Agenda": fitting.text(_("Agenda"), meeting.agenda, MAX_TEXT, on),
                    "Keputusan": fitting.text(_("Decisions"), meeting.decisions, MAX_TEXT, on),
                    "Kas dihitung": _counted(fitting, on, cash),
                    "Alasan selisih": fitting.text(_("Reason of the difference"), reason, 300, on),
                }
            )


def _counted(fitting: Fitting, on: date, cash: int) -> int | None:
    """Return the count that makes the import find the book's own difference, or none."""
    counted = fitting.told.meetings[on].cash_counted
    if counted == cash or (counted is None and on not in fitting.differences):
        return counted
    if counted is not None:
        says = _("counted %(counted)s; by the book as it stands now the box held %(cash)s.")
        told = {"counted": format_rupiah(counted), "cash": format_rupiah(cash)}
        fitting.leave("words", _("Cash count that the corrected book no longer bears out"), says % told, on)
    return cash if on in fitting.differences else None


def put_member_rows(fitting: Fitting) -> None:
    for on in sorted(on for on in fitting.told.meetings if on >= fitting.first):
        came = fitting.told.attendance.get(on, {})
        active = {member.no for member in fitting.told.members if member.is_active_on(on)}
        for no in sorted(came.keys() ^ active):
            says = _("member %(no)s: %(status)s")
            fitting.leave("words", _("Attendance of a non-member"), says % {"no": no, "status": came.get(no, "–")}, on)
        for no in sorted(active):
            _rows_of(fitting, on, no, came.get(no, "A"))


def _rows_of(fitting: Fitting, on: date, no: int, status: str) -> None:
    amounts = fitting.rows.get((on, no), {})
    paid = [(loan_no, sum(parts)) for loan_no, parts in sorted(fitting.paid.get((on, no), {}).items())]
    if status == "A" and not amounts and not paid:
        return  # a member without a row counts as absent
    row = {"Tanggal": on, "Anggota": no, "Hadir": status}
    for place, (loan_no, amount) in enumerate(paid or [(None, None)]):
        more = amounts if place == 0 else {}
        fitting.out.sheets[ROWS].append(row | more | {"Angsuran": amount, "Pinjaman": loan_no})
