"""Rule 4: how much of the loan fund is lent out, and to how many."""

from datetime import date
from fractions import Fraction

from compliance.facts import WeekFacts
from compliance.rules.finding import Finding, Quotient, light_of
from compliance.rules.policy import PolicyNumbers


def borrowers(row: WeekFacts, policy: PolicyNumbers, on: date) -> list[int]:
    """Return the active members who owed principal inside the group on any of the last `borrower_weeks` × 7 days."""
    return sorted(_borrowers(row, policy, on))


def _borrowers(row: WeekFacts, policy: PolicyNumbers, on: date) -> set[int]:
    since = policy.borrowers_since(on)
    return {no for no, owed_on in row.last_owed_by_all.items() if owed_on >= since}.intersection(row.active)


def lending_finding(last: WeekFacts | None, policy: PolicyNumbers, on: date) -> Finding:
    if last is None or not last.asked or not last.active or last.outstanding + last.cash <= 0:
        return Finding("lending")
    parts = {
        "outstanding": last.outstanding,
        "fund_cash": last.cash,
        "borrowers": len(_borrowers(last, policy, on)),
        "members": len(last.active),
    }
    use = lent_out(last, policy)
    breadth = _reached(parts["borrowers"], parts["members"], policy.lending_breadth)
    score = Quotient(use.part * breadth.of + breadth.part * use.of, 2 * use.of * breadth.of)
    return Finding("lending", score, light_of(score, policy), parts=parts)


def lent_out(row: WeekFacts, policy: PolicyNumbers) -> Quotient:
    """Return how much of the policy's full share of the loan fund is lent out, at most 1."""
    return _reached(row.outstanding, row.outstanding + row.cash, policy.lending_use)


def _reached(part: int, of: int, full: Fraction) -> Quotient:
    """Return how much of a full share was reached, at most 1."""
    if part * full.denominator >= full.numerator * of:
        return Quotient(1, 1)
    return Quotient(part * full.denominator, of * full.numerator)
