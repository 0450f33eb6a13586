"""A told book into its sheets, one after the other."""

from meetings.workbook import OTHER
from reports.exporting.fitting.entries import put_entries
from reports.exporting.fitting.fitted import Fitted, Fitting
from reports.exporting.fitting.group import put_group, put_holidays, put_members
from reports.exporting.fitting.loans import check_payments, put_loans, put_opening
from reports.exporting.fitting.meetings import put_meetings, put_member_rows
from reports.exporting.fitting.refusals import check_floors, check_lengths
from reports.exporting.fitting.words import name_words
from reports.exporting.gathering import Told


def fit(told: Told) -> Fitted:
    """Put a gathered book into sheets."""
    fitting = Fitting(told)
    put_group(fitting)
    put_members(fitting)
    put_entries(fitting)
    put_opening(fitting)
    put_loans(fitting)
    check_payments(fitting)
    fitting.out.sheets[OTHER].sort(key=lambda row: (row["Tanggal"], "Keluar" in row))
    put_meetings(fitting)
    put_member_rows(fitting)
    put_holidays(fitting)
    name_words(fitting)
    check_floors(fitting)
    check_lengths(fitting)
    return fitting.out
