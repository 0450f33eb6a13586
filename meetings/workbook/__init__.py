"""The layout of a book as a workbook, and its cells read as dates, amounts, numbers and words.

What stands here is one table of sheets and columns (`layout`), for bringing a book in and for taking it out, the
reading of single cells (`cells`) and of whole sheets (`reading`): everything wrong is gathered as sheet + cell + reason
(`problems`). What the cells say together is `importing`'s.
"""

from meetings.workbook.layout import (
    ATTENDANCE,
    GROUP,
    HOLIDAYS,
    LAYOUT,
    LOANS,
    MEETINGS,
    MEMBERS,
    METHODS,
    OPENING,
    OTHER,
    ROWS,
    UNITS,
    WEEKDAYS,
    YES_NO,
    ZONES,
    Column,
)
from meetings.workbook.problems import Problem, Problems
from meetings.workbook.reading import Line, Workbook, read_workbook

__all__ = [
    "ATTENDANCE",
    "GROUP",
    "HOLIDAYS",
    "LAYOUT",
    "LOANS",
    "MEETINGS",
    "MEMBERS",
    "METHODS",
    "OPENING",
    "OTHER",
    "ROWS",
    "UNITS",
    "WEEKDAYS",
    "YES_NO",
    "ZONES",
    "Column",
    "Line",
    "Problem",
    "Problems",
    "Workbook",
    "read_workbook",
]
