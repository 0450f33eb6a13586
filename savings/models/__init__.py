"""What a group agreed to save and how it shares a year's surplus. The money itself is in the ledger."""

from savings.models.surplus import SurplusPart, SurplusSplit, YearEnd, YearEndShare
from savings.models.terms import SavingsTerms

__all__ = ["SavingsTerms", "SurplusPart", "SurplusSplit", "YearEnd", "YearEndShare"]
