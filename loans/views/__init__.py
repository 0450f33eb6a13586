"""Screens of loans, a file per story."""

from loans.views.arrears import bkm_arrears, collectability, loan_arrears
from loans.views.lending import (
    loan_card,
    loan_card_print,
    loan_list,
    loan_request,
    loan_request_decide,
    loan_request_detail,
    loan_request_withdraw,
)
from loans.views.queue import loan_queue
from loans.views.release import loan_release

__all__ = [
    "bkm_arrears",
    "collectability",
    "loan_arrears",
    "loan_card",
    "loan_card_print",
    "loan_list",
    "loan_queue",
    "loan_release",
    "loan_request",
    "loan_request_decide",
    "loan_request_detail",
    "loan_request_withdraw",
]
