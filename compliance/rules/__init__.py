"""The five rules as arithmetic: facts of weeks and a policy in, findings out. Exact fractions, no Django, no clock.

Every rule follows `compliance.md`; what it says in one sentence is one function here. `tallies` holds the rules of what
members owe (savings, repayment), `sheets` those of what a group does each week (meetings, books), `lending` the rule of
the loan fund; `evaluation` puts the five together.
"""

from compliance.rules.evaluation import Evaluation, assessed_weeks, evaluate, of_one_week
from compliance.rules.finding import Finding, Quotient, rounded, shown
from compliance.rules.lending import borrowers, lent_out
from compliance.rules.policy import RULES, PolicyNumbers
from compliance.rules.sheets import SheetCounts, missing, quorate, sheet_counts
from compliance.rules.tallies import (
    LATE,
    NOTHING,
    ON_TIME,
    UNCOVERED,
    covered,
    in_brief,
    overdue,
    paid_by,
    repaid,
    tally,
)

__all__ = [
    "LATE",
    "NOTHING",
    "ON_TIME",
    "RULES",
    "UNCOVERED",
    "Evaluation",
    "Finding",
    "PolicyNumbers",
    "Quotient",
    "SheetCounts",
    "assessed_weeks",
    "borrowers",
    "covered",
    "evaluate",
    "in_brief",
    "lent_out",
    "missing",
    "of_one_week",
    "overdue",
    "paid_by",
    "quorate",
    "repaid",
    "rounded",
    "sheet_counts",
    "shown",
    "tally",
]
