"""Holds the sheets of a workbook against each other and makes a plan of them, with every problem at its cell.

A file per sheet or two, each told the `Judge`, which knows what was found so far; `judged` goes through them.
"""

from meetings.importing.judge.cells import Judge
from meetings.importing.judge.plan import Day, Plan, PlannedLoan
from meetings.importing.judge.sheets import judged

__all__ = ["Day", "Judge", "Plan", "PlannedLoan", "judged"]
