"""The weekly meeting, its sheet, what was corrected since, and what members said to their balances."""

from meetings.models.cash import BoxCount, CashDifference, Contribution, Settlement
from meetings.models.correcting import Correction, Objection, Reconfirmation
from meetings.models.meeting import Attendance, BookUpload, FollowUp, HandOver, Meeting, SheetDraft
from meetings.models.reading import BalanceReading

__all__ = [
    "Attendance",
    "BalanceReading",
    "BookUpload",
    "BoxCount",
    "CashDifference",
    "Contribution",
    "Correction",
    "FollowUp",
    "HandOver",
    "Meeting",
    "Objection",
    "Reconfirmation",
    "Settlement",
    "SheetDraft",
]
