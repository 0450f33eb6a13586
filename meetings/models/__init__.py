"""The weekly meeting, its sheet, what was corrected since, and what members said to their balances."""

from meetings.models.correcting import Correction, Objection, Reconfirmation
from meetings.models.meeting import Attendance, BookUpload, CashDifference, FollowUp, HandOver, Meeting, SheetDraft
from meetings.models.reading import BalanceReading

__all__ = [
    "Attendance",
    "BalanceReading",
    "BookUpload",
    "CashDifference",
    "Correction",
    "FollowUp",
    "HandOver",
    "Meeting",
    "Objection",
    "Reconfirmation",
    "SheetDraft",
]
