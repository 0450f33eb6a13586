"""What a rule found, and how it is shown."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

from compliance.rules.policy import PolicyNumbers


class Quotient(NamedTuple):
    """A fraction that nobody reduces until somebody looks: every posted sheet makes hundreds. `of` is above 0."""

    part: int
    of: int

    @property
    def fraction(self) -> Fraction:
        """The number itself."""
        return Fraction(self.part, self.of)

    def reaches(self, bound: Fraction) -> bool:
        """Whether it is as large as the bound or larger."""
        return self.part * bound.denominator >= bound.numerator * self.of


class Finding(NamedTuple):
    """One rule. `score` is 0…1, None when not assessed; `value` of `due` where it is one quotient; `parts` are counts.

    parts   savings: on_time, late, uncovered (member-weeks) · meetings: weeks_met, weeks, present, expected, excused,
            sick, absent · books: complete, incomplete, without (weeks) · lending: outstanding, fund_cash (rupiah),
            borrowers, members · repayment: on_time, late, uncovered, lacking (rupiah; lacking = due before the weeks)
    """

    rule: str
    scored: Quotient | None = None
    light: str | None = None
    worth: Quotient | None = None
    due: int | None = None
    parts: Mapping[str, int] = MappingProxyType({})

    @property
    def assessed(self) -> bool:
        """Whether there was anything to judge."""
        return self.scored is not None

    @property
    def score(self) -> Fraction | None:
        """What the rule came to, 0…1."""
        return self.scored and self.scored.fraction

    @property
    def value(self) -> Fraction | None:
        """What was worth something of what was due."""
        return self.worth and self.worth.fraction

    def as_json(self) -> dict[str, Any]:
        """Return the finding as the `compliance` command prints it."""
        if self.scored is None:
            return {"rule": self.rule, "assessed": False}
        found: dict[str, Any] = {"rule": self.rule, "assessed": True}
        if self.worth is not None:
            found |= {"value": shown(self.worth, 4), "due": self.due}
        else:
            found |= {name: self.parts[name] for name in _PRINTED_PARTS[self.rule]}
        return found | {"score": shown(self.scored, 4), "light": self.light}


_PRINTED_PARTS = {
    "meetings": ("weeks_met", "weeks", "present", "expected"),
    "lending": ("outstanding", "fund_cash", "borrowers", "members"),
}


def rounded(value: Fraction, places: int) -> float:
    """Return a number for display, rounded half up to `places` decimals."""
    return shown(Quotient(value.numerator, value.denominator), places)


def shown(value: Quotient, places: int) -> float:
    """Return a quotient for display, rounded half up to `places` decimals."""
    scale = 10**places
    return (2 * value.part * scale + value.of) // (2 * value.of) / scale


def light_of(score: Quotient, policy: PolicyNumbers) -> str:
    return "green" if score.reaches(policy.green) else "amber" if score.reaches(policy.amber) else "red"


def quotient_finding(rule: str, value: Quotient, parts: Mapping[str, int], due: int, policy: PolicyNumbers) -> Finding:
    """Return the finding of a rule that is value / due; nothing due is not assessed."""
    if not due:
        return Finding(rule)
    score = Quotient(value.part, value.of * due)
    return Finding(rule, score, light_of(score, policy), value, due, parts)
