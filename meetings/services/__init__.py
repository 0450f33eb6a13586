"""What is done with a meeting, a file per story; the verbs are called from here."""

from meetings.services.closing import close_month
from meetings.services.correcting import correct_hand_over, correct_other_money, later_payments
from meetings.services.differences import resolve_difference
from meetings.services.drafts import discard_draft, save_draft
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

__all__ = [
    "DIFFERENCE",
    "DISBURSEMENT",
    "EXPENSE",
    "HANDOVER",
    "INCOME",
    "WITHDRAWAL",
    "Refusals",
    "adopt_lending_rules",
    "close_month",
    "correct_hand_over",
    "correct_other_money",
    "discard_draft",
    "hand_over_legs",
    "later_payments",
    "post_sheet",
    "resolve_difference",
    "save_draft",
]
