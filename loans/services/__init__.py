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

__all__ = [
    "Lending",
    "OpenLoan",
    "block",
    "decide",
    "disburse",
    "disbursement",
    "judge_request",
    "release",
    "request_loan",
    "terms_of",
    "terms_or_refuse",
    "withdraw_request",
    "write_schedules",
]
