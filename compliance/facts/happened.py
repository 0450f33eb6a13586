"""What happened in one week: its meetings and its movements of money."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Movement(NamedTuple):
    """The postings of one account on one day and of one kind, added up: rupiah, debit positive."""

    on: date
    code: str
    member_no: int
    loan_no: int
    kind: str
    amount: int


class MeetingFacts(NamedTuple):
    """One meeting with its sheet. Heads are of the members active that day; `delay` in days from meeting to posting."""

    on: date
    active: int
    present: int
    excused: int
    sick: int
    delay: int
    counted: bool  # the cash was counted
    explained: bool  # it agreed with the book, or the difference has a reason
    minuted: bool  # the minutes hold an agenda and a decision
    imported: bool


@dataclass(frozen=True)
class WeekInput:
    """What happened in one week: its meetings in order of date, and its movements of money.

    The first week of a book also holds all that is dated before it.
    """

    week: date
    meetings: tuple[MeetingFacts, ...] = ()
    movements: tuple[Movement, ...] = ()
