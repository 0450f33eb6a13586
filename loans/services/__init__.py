"""What is done to loans, a file per story; the verbs are called from here."""

from loans.services.corrections import judge_correction, take_back_disbursement, undo
from loans.services.guarantee import block, blocked_for, release, release_blocked
from loans.services.leaving import leave, undo_leaving
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
from loans.services.losses import recover, write_off
from loans.services.payoffs import call_guarantee, pay_off, waive
from loans.services.reschedules import reschedule
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
from loans.services.steps import Deed
from loans.services.upk_book import Money, correct_upk_money, post_upk_money
from loans.services.upk_debt import UpkDebt
from loans.services.upk_losses import undo_upk_write_off, write_off_upk_loan
from loans.services.upk_money import (
    announce_upk_payment,
    cancel_upk_payment,
    disburse_upk_loan,
    receive_upk_payment,
    take_back_upk_payment,
)
from loans.services.upk_requests import (
    Share,
    ceilings,
    decide_by_bkm,
    decide_by_upk,
    record_signing,
    request_upk_loan,
    rules_on,
    set_upk_rules,
    withdraw_upk_request,
)
from loans.services.upk_reschedules import reschedule_upk_loan, undo_upk_reschedule
from loans.services.upk_waivers import undo_upk_waiver, waive_upk_jasa

__all__ = [
    "Agreement",
    "Deed",
    "Lending",
    "Money",
    "OpenLoan",
    "Share",
    "Standing",
    "UpkDebt",
    "adopt_rules",
    "announce_upk_payment",
    "block",
    "blocked_for",
    "call_guarantee",
    "cancel_upk_payment",
    "ceilings",
    "correct_upk_money",
    "decide",
    "decide_by_bkm",
    "decide_by_upk",
    "disburse",
    "disburse_upk_loan",
    "disbursement",
    "judge_correction",
    "judge_decider",
    "judge_request",
    "judge_terms",
    "leave",
    "pay_off",
    "post_upk_money",
    "receive_upk_payment",
    "record_signing",
    "recover",
    "release",
    "release_blocked",
    "request_loan",
    "request_upk_loan",
    "reschedule",
    "reschedule_upk_loan",
    "rules_on",
    "set_classes",
    "set_upk_rules",
    "standing",
    "standings",
    "take_back_disbursement",
    "take_back_upk_payment",
    "terms_of",
    "terms_or_refuse",
    "undo",
    "undo_leaving",
    "undo_upk_reschedule",
    "undo_upk_waiver",
    "undo_upk_write_off",
    "waive",
    "waive_upk_jasa",
    "why",
    "withdraw_request",
    "withdraw_upk_request",
    "write_off",
    "write_off_upk_loan",
    "write_schedules",
]
