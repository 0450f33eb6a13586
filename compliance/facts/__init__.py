"""What each week of a group came to: a fold over its books, one week after the other, without Django.

A week's facts hold what was so at its end (or at the end of `through`, inside it) and are what the next week starts
from. Nothing in them changes because of a later week: who paid late is read by laying a later week's cumulative sums
over an earlier week's thresholds. Raw parts (delays, heads, dates) are kept, so that any policy can judge them later.
All money is whole rupiah.

`setting` and `happened` are what the fold is told, `plan` lays a loan's instalments into weeks, `week` is what comes of
it, `fold` goes from one week to the next.
"""

from compliance.facts.fold import CASH_CODES, advance
from compliance.facts.happened import MeetingFacts, Movement, WeekInput
from compliance.facts.plan import WEEK, LoanPlan, Waiver
from compliance.facts.setting import Setting
from compliance.facts.week import FREE_GIVEN, OWES_AGREED, OWES_NOTHING, LoanWeek, MemberWeek, Tally, Week, WeekFacts

__all__ = [
    "CASH_CODES",
    "FREE_GIVEN",
    "OWES_AGREED",
    "OWES_NOTHING",
    "WEEK",
    "LoanPlan",
    "LoanWeek",
    "MeetingFacts",
    "MemberWeek",
    "Movement",
    "Setting",
    "Tally",
    "Waiver",
    "Week",
    "WeekFacts",
    "WeekInput",
    "advance",
]
