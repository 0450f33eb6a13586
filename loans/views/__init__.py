"""Screens of loans, a file per story."""

from loans.views.lending import (
    loan_card,
    loan_card_print,
    loan_list,
    loan_request,
    loan_request_decide,
    loan_request_detail,
    loan_request_withdraw,
)

__all__ = [
    "loan_card",
    "loan_card_print",
    "loan_list",
    "loan_request",
    "loan_request_decide",
    "loan_request_detail",
    "loan_request_withdraw",
]
