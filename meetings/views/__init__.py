"""Screens of the treasurer's week and of what stands in the book, a file per story."""

from meetings.views.cash import cash, cash_bank, cash_count, cash_pay, cash_receive, cash_take_back, fund
from meetings.views.checking import check_page, compare
from meetings.views.closing import close_month, closing
from meetings.views.correcting import correct, correct_attendance, corrections
from meetings.views.differences import cash_difference, difference, settlement_back
from meetings.views.forgotten import add_disbursement, add_expense, add_hand_over, add_income
from meetings.views.lending_rules import lending_rules, lending_rules_new
from meetings.views.posted import posted_sheet, receipt
from meetings.views.reading import (
    balances,
    balances_record,
    bkm_objections,
    objection_answer,
    objection_new,
    objection_owner,
    objections,
)
from meetings.views.sheet import discard_draft, minutes, save_draft, sheet, take_notes
from meetings.views.week import choose_day, group_home, meeting_list
from meetings.views.years import surplus_back

__all__ = [
    "add_disbursement",
    "add_expense",
    "add_hand_over",
    "add_income",
    "balances",
    "balances_record",
    "bkm_objections",
    "cash",
    "cash_bank",
    "cash_count",
    "cash_difference",
    "cash_pay",
    "cash_receive",
    "cash_take_back",
    "check_page",
    "choose_day",
    "close_month",
    "closing",
    "compare",
    "correct",
    "correct_attendance",
    "corrections",
    "difference",
    "discard_draft",
    "fund",
    "group_home",
    "lending_rules",
    "lending_rules_new",
    "meeting_list",
    "minutes",
    "objection_answer",
    "objection_new",
    "objection_owner",
    "objections",
    "posted_sheet",
    "receipt",
    "save_draft",
    "settlement_back",
    "sheet",
    "surplus_back",
    "take_notes",
]
