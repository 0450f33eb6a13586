"""What a policy asks: the rules' names, their bounds and weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

RULES = ("savings", "meetings", "books", "lending", "repayment")
_WEIGHTS = {rule: f"weight_{rule}" for rule in RULES}


@dataclass(frozen=True, slots=True)
class PolicyNumbers:
    """One version of a policy. Shares and weights are fractions of 1."""

    version: int
    weeks: int
    weeks_for_grade: int
    late_value: Fraction
    weight_weeks_met: Fraction
    quorum: Fraction
    posting_days: int
    lending_use: Fraction
    lending_breadth: Fraction
    borrower_weeks: int
    weight_savings: Fraction
    weight_meetings: Fraction
    weight_books: Fraction
    weight_lending: Fraction
    weight_repayment: Fraction
    green: Fraction
    amber: Fraction
    grade_a: Fraction
    grade_b: Fraction

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Read the fields of a policy from a mapping of whole numbers and decimals (or texts of them)."""
        numbers: dict[str, Any] = {
            name: Fraction(Decimal(values[name])) if kind is Fraction else int(values[name])
            for name, kind in cls.__annotations__.items()
        }
        return cls(**numbers)

    @property
    def weight_present(self) -> Fraction:
        """The share of those present in rule 2: what the weeks met leave."""
        return 1 - self.weight_weeks_met

    def borrowers_since(self, on: date) -> date:
        """Return the first of the days that count for who borrowed, seen from `on`."""
        return on - timedelta(days=7 * self.borrower_weeks - 1)

    def weight(self, rule: str) -> Fraction:
        """Return the weight of a rule in the total."""
        weight: Fraction = getattr(self, _WEIGHTS[rule])
        return weight
