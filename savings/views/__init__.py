"""Screens of savings and of a year's surplus, a file per story."""

from savings.views.members import (
    savings,
    savings_everybody,
    savings_gift,
    savings_list,
    savings_pay_out,
    savings_transfer,
)
from savings.views.surplus import surplus, surplus_decide, surplus_split, surplus_year
from savings.views.terms import savings_terms

__all__ = [
    "savings",
    "savings_everybody",
    "savings_gift",
    "savings_list",
    "savings_pay_out",
    "savings_terms",
    "savings_transfer",
    "surplus",
    "surplus_decide",
    "surplus_split",
    "surplus_year",
]
