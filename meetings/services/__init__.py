"""What is done with a meeting, a file per story; the verbs are called from here."""

from meetings.services.cashbox import (
    RECEIVED,
    SPENT,
    TAKEN_BACK,
    count_box,
    move_to_or_from_bank,
    pay_money,
    receive_money,
    take_back,
)
from meetings.services.closing import close_month
from meetings.services.correcting import add_hand_over, correct_hand_over, later_payments
from meetings.services.correcting_attendance import correct_attendance
from meetings.services.correcting_loans import add_disbursement
from meetings.services.correcting_money import (
    add_other_money,
    add_withdrawal,
    correct_difference,
    correct_other_money,
)
from meetings.services.differences import own_difference, settle_difference, take_settlement_back
from meetings.services.drafts import discard_draft, filling_in, take_notes
from meetings.services.lending_rules import adopt_lending_rules
from meetings.services.posting import (
    DIFFERENCE,
    DISBURSEMENT,
    EXPENSE,
    HANDOVER,
    INCOME,
    WITHDRAWAL,
    Refusals,
    hand_over_legs,
    post_sheet,
)
from meetings.services.reading import Heard, answer_objection, hand_objection, raise_objection, record_reading
from meetings.services.years import take_year_back

__all__ = [
    "DIFFERENCE",
    "DISBURSEMENT",
    "EXPENSE",
    "HANDOVER",
    "INCOME",
    "RECEIVED",
    "SPENT",
    "TAKEN_BACK",
    "WITHDRAWAL",
    "Heard",
    "Refusals",
    "add_disbursement",
    "add_hand_over",
    "add_other_money",
    "add_withdrawal",
    "adopt_lending_rules",
    "answer_objection",
    "close_month",
    "correct_attendance",
    "correct_difference",
    "correct_hand_over",
    "correct_other_money",
    "count_box",
    "discard_draft",
    "filling_in",
    "hand_objection",
    "hand_over_legs",
    "later_payments",
    "move_to_or_from_bank",
    "own_difference",
    "pay_money",
    "post_sheet",
    "raise_objection",
    "receive_money",
    "record_reading",
    "settle_difference",
    "take_back",
    "take_notes",
    "take_settlement_back",
    "take_year_back",
]
