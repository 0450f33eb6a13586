"""What stands on the papers of a meeting, each read in a fixed number of queries. Layout is the templates' affair.

Papers are Indonesian whatever the language of the screen; the views see to that before they call anything here.
"""

from reports.papers.attendance import AttendanceSheet, WeekOfSheets, attendance_sheet, week_of_sheets
from reports.papers.blank import BlankRow, BlankSheet, blank_sheet
from reports.papers.days import ComingDay, coming_days, within_life
from reports.papers.head import Head, heads, moment, moment_in, paper_number, shortened
from reports.papers.minutes import MinutesPaper, items, minutes_paper, minutes_papers
from reports.papers.pages import Row, pages_of
from reports.papers.people import active_members, officer
from reports.papers.posted import (
    Correction,
    PostedPaper,
    PostedRow,
    corrections,
    is_replacement,
    number_range,
    posted_paper,
)
from reports.papers.receipt import SheetReceipt, Sum, sheet_receipt

__all__ = [
    "AttendanceSheet",
    "BlankRow",
    "BlankSheet",
    "ComingDay",
    "Correction",
    "Head",
    "MinutesPaper",
    "PostedPaper",
    "PostedRow",
    "Row",
    "SheetReceipt",
    "Sum",
    "WeekOfSheets",
    "active_members",
    "attendance_sheet",
    "blank_sheet",
    "coming_days",
    "corrections",
    "heads",
    "is_replacement",
    "items",
    "minutes_paper",
    "minutes_papers",
    "moment",
    "moment_in",
    "number_range",
    "officer",
    "pages_of",
    "paper_number",
    "posted_paper",
    "sheet_receipt",
    "shortened",
    "week_of_sheets",
    "within_life",
]
