"""What the treasurer types, turned into a `Sheet`. A draft is kept as typed; nothing she wrote is ever lost."""

from meetings.forms.asked import DayForm, DraftKeyForm, MonthForm, VerifyForm
from meetings.forms.context import SheetContext
from meetings.forms.minutes import FOLLOW_UPS, FollowUpForm, MinutesForm
from meetings.forms.money import (
    EXPENSE_CODES,
    INCOME_CODES,
    MOST_OTHER_LINES,
    CountForm,
    DifferenceForm,
    OtherMoneyForm,
)
from meetings.forms.request import RequestForm
from meetings.forms.row import AMOUNTS, LABELS, Line, RowForm
from meetings.forms.sheet import ASKED_LINES, SheetForm

__all__ = [
    "AMOUNTS",
    "ASKED_LINES",
    "EXPENSE_CODES",
    "FOLLOW_UPS",
    "INCOME_CODES",
    "LABELS",
    "MOST_OTHER_LINES",
    "CountForm",
    "DayForm",
    "DifferenceForm",
    "DraftKeyForm",
    "FollowUpForm",
    "Line",
    "MinutesForm",
    "MonthForm",
    "OtherMoneyForm",
    "RequestForm",
    "RowForm",
    "SheetContext",
    "SheetForm",
    "VerifyForm",
]
