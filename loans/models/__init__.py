"""Loans of both tiers as nouns, a file each."""

from loans.models.leaving import Leaving
from loans.models.lending import Instalment, Loan, LoanRequest, LoanTerms, Method, Unit
from loans.models.life import LoanStep
from loans.models.rules import CollectabilityClass, LendingRules
from loans.models.upk import (
    UpkInstalment,
    UpkLoan,
    UpkLoanRequest,
    UpkPayment,
    UpkReschedule,
    UpkRules,
    UpkShare,
    UpkWaiver,
    UpkWriteOff,
)
from loans.models.upk_policy import UpkPolicy

__all__ = [
    "CollectabilityClass",
    "Instalment",
    "Leaving",
    "LendingRules",
    "Loan",
    "LoanRequest",
    "LoanStep",
    "LoanTerms",
    "Method",
    "Unit",
    "UpkInstalment",
    "UpkLoan",
    "UpkLoanRequest",
    "UpkPayment",
    "UpkPolicy",
    "UpkReschedule",
    "UpkRules",
    "UpkShare",
    "UpkWaiver",
    "UpkWriteOff",
]
