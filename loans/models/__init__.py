"""Loans of both tiers as nouns, a file each."""

from loans.models.lending import Instalment, Loan, LoanRequest, LoanTerms, Method, Unit

__all__ = ["Instalment", "Loan", "LoanRequest", "LoanTerms", "Method", "Unit"]
