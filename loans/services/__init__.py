"""What is done to loans, a file per story; the verbs are called from here."""

from loans.services.guarantee import block, release
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
from loans.services.upk_book import Money, correct_upk_money, post_upk_money

__all__ = [
    "Lending",
    "Money",
    "OpenLoan",
    "block",
    "correct_upk_money",
    "decide",
    "disburse",
    "disbursement",
    "judge_request",
    "post_upk_money",
    "release",
    "request_loan",
    "terms_of",
    "terms_or_refuse",
    "withdraw_request",
    "write_schedules",
]
