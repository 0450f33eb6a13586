"""What is done to loans, a file per story; the verbs are called from here."""

from loans.services.guarantee import block, blocked_for, release, release_blocked
from loans.services.lending import (
    Lending,
    OpenLoan,
    decide,
    disburse,
    disbursement,
    judge_request,
    request_loan,
    terms_of,
    terms_or_refuse,
    withdraw_request,
    write_schedules,
)
from loans.services.rules import (
    Agreement,
    Standing,
    adopt_rules,
    judge_decider,
    judge_terms,
    set_classes,
    standing,
    standings,
    why,
)
from loans.services.upk_book import Money, correct_upk_money, post_upk_money

__all__ = [
    "Agreement",
    "Lending",
    "Money",
    "OpenLoan",
    "Standing",
    "adopt_rules",
    "block",
    "blocked_for",
    "correct_upk_money",
    "decide",
    "disburse",
    "disbursement",
    "judge_decider",
    "judge_request",
    "judge_terms",
    "post_upk_money",
    "release",
    "release_blocked",
    "request_loan",
    "set_classes",
    "standing",
    "standings",
    "terms_of",
    "terms_or_refuse",
    "why",
    "withdraw_request",
    "write_schedules",
]
