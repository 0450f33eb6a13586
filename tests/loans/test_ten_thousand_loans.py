"""Ten thousand loans, every day: plain chance with a fixed seed, beside what Hypothesis looks for in the other tests.

Rows sum to principal and charge, none is negative, rounding goes only up, the last row is the rest; and payments of any
size on any days in any order pay exactly that.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random

from loans.arrears import split, state
from loans.schedule import Row, Terms, half_up, schedule

LOANS = 10_000
START = date(2026, 1, 31)
RATES = (*map(Decimal, ("0", "0.5", "1", "1.25", "1.5", "2", "3.75", "10")), Decimal(100))


def chosen(chance: Random) -> Terms:
    periods = chance.choice((1, 2, 3, 4, 6, 8, 10, 10, 12, 12, 20, chance.randint(1, 52)))
    return Terms(
        principal=chance.choice((chance.randint(periods, periods * 20), chance.randint(10, 10_000) * 500)),
        periods=periods,
        unit=chance.choice(("week", "month")),
        rate=chance.choice(RATES),
        rate_per=chance.choice(("week", "month")),
        method=chance.choice(("flat", "declining", "annuity")),
        round_to=chance.choice((0, 0, 1, 500, 1000, chance.randint(2, 20_000))),
    )


def exact(terms: Terms, before: int) -> Fraction:
    """An instalment before rounding, where so much is still owed."""
    rate, periods = terms.rate_per_period, terms.periods
    if terms.method == "flat":
        return Fraction(terms.principal + half_up(terms.principal * rate * periods), periods)
    if terms.method == "declining" or not rate:
        return Fraction(terms.principal, periods) + before * rate
    return terms.principal * rate / (1 - (1 + rate) ** -periods)


def judge(terms: Terms, rows: list[Row]) -> None:
    before, whole = terms.principal, exact(terms, terms.principal)
    for no, row in enumerate(rows, start=1):
        assert row.no == no
        assert row.principal >= 0
        assert row.charge >= 0
        assert row.total > 0
        assert row.balance == before - row.principal >= 0
        if terms.method != "flat":
            assert row.charge == half_up(before * terms.rate_per_period)
        if terms.round_to and no < len(rows):
            if terms.method == "declining":
                whole = exact(terms, before)
            assert row.total % terms.round_to == 0
            assert 0 <= row.total - whole < terms.round_to
        before = row.balance
    assert before == 0, "the last row is the rest"
    assert sum(row.principal for row in rows) == terms.principal
    if terms.method == "flat":
        assert sum(row.charge for row in rows) == half_up(terms.principal * terms.rate_per_period * terms.periods)
    assert 1 <= len(rows) <= terms.periods
    assert all(one.due_on < other.due_on for one, other in pairwise(rows))


def pay(chance: Random, rows: list[Row]) -> None:
    """Pay it back in any order of days: what is handed over is what is paid, no more and no less."""
    life = (rows[-1].due_on - START).days + 30
    charge = principal = 0
    whole = left = sum(row.total for row in rows)
    for amount, on in payments(chance, whole, life):
        paid = split(rows, charge, principal, min(amount, left), on)
        assert paid.total == min(amount, left)
        assert paid.charge >= 0
        assert paid.principal >= 0
        charge, principal, left = charge + paid.charge, principal + paid.principal, left - paid.total
    now = state(rows, charge, principal, rows[-1].due_on)
    assert now.outstanding + principal == sum(row.principal for row in rows)
    assert now.remaining == left == whole - charge - principal
    assert now.arrears == left, "by the last day all that is left is late"
    last = split(rows, charge, principal, left, START)
    assert charge + last.charge == sum(row.charge for row in rows)
    assert principal + last.principal == sum(row.principal for row in rows)


def payments(chance: Random, whole: int, life: int) -> Iterator[tuple[int, date]]:
    for _n in range(chance.randint(1, 4)):
        yield chance.randint(0, whole // 2 + 1), START + timedelta(days=chance.randint(0, life))


def test_ten_thousand_loans_sum_up_and_are_paid_back_to_the_rupiah():
    chance = Random(20_261_126)
    for _n in range(LOANS):
        terms = chosen(chance)
        rows = schedule(terms, disbursed_on=START)
        judge(terms, rows)
        pay(chance, rows)
