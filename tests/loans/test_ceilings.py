"""What a member may borrow and why, and the fair order of those who ask: by hand and by property."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.ceilings import Allowance, Ceilings, Limit, allowance, blocked_part
from loans.fairness import Asked, fair_order

AGREED = Ceilings(most=3_000_000, savings_multiple=Decimal("2.5"), steps=(500_000, 1_000_000, 2_000_000))


def test_without_rules_nothing_limits():
    free = allowance(Ceilings(), savings=0, outstanding=900_000, loans_before=3)
    assert (free.limits, free.lowest, free.amount) == ((), None, None)
    assert free.allows(10**12)


@pytest.mark.parametrize(
    ("savings", "owes", "before", "deciding", "amount"),
    [
        (1_000_000, 0, 0, "step", 500_000),  # a first loan
        (1_000_000, 0, 1, "step", 1_000_000),
        (1_000_000, 0, 7, "step", 2_000_000),  # the last step holds for all that follow
        (100_001, 0, 7, "savings", 250_002),  # 2,5 × 100.001, rounded down
        (5_000_000, 1_200_000, 7, "step", 800_000),  # less what she still owes
        (0, 0, 0, "savings", 0),
        (1_000_000, 600_000, 0, "step", 0),
    ],
)
def test_the_lowest_limit_decides(savings, owes, before, deciding, amount):
    found = allowance(AGREED, savings=savings, outstanding=owes, loans_before=before)
    assert (found.lowest.kind, found.amount) == (deciding, amount)
    assert found.allows(amount)
    assert not found.allows(amount + 1)


def test_each_limit_shows_its_figures():
    assert allowance(AGREED, savings=400_000, outstanding=0, loans_before=1) == Allowance(
        (
            Limit("step", 1_000_000, nth=2),
            Limit("savings", 1_000_000, multiple=Decimal("2.5"), savings=400_000),
            Limit("most", 3_000_000),
        ),
        0,
    )
    assert allowance(Ceilings(most=7), savings=0, outstanding=0, loans_before=0).limits == (Limit("most", 7),)


def test_blocked_savings_are_rounded_half_up():
    assert [blocked_part(p, Decimal(5)) for p in (500_000, 100_010, 100_009, 9)] == [25_000, 5_001, 5_000, 0]
    assert blocked_part(100_000, Decimal(0)) == 0


MONDAY = date(2026, 1, 5)


def test_a_fair_order_says_its_reasons():
    def asked(no, never, day, amount):
        return Asked(no, never, MONDAY + timedelta(days=day), amount, amount)

    order = fair_order(
        [
            asked(1, False, 0, 50),
            asked(2, True, 9, 100),
            asked(3, True, 3, 400),
            asked(4, True, 9, 90),
            asked(5, False, 0, 50),
        ],
        cash=250,
    )
    assert [(p.asked.no, p.reason, p.fits) for p in order] == [
        (3, "waits_longer", False),
        (4, "asks_less", True),
        (2, "first_loan", True),
        (1, "asked_first", True),
        (5, "last", False),
    ]
    assert fair_order([], 5) == []


@given(
    st.lists(
        st.builds(
            Asked,
            st.integers(1, 99),
            st.booleans(),
            st.dates(MONDAY, MONDAY + timedelta(days=30)),
            st.integers(1, 9),
            st.integers(1, 9),
        ),
        unique_by=lambda one: one.no,
        max_size=8,
    ),
    st.integers(0, 40),
)
def test_nobody_is_lost_and_the_cash_is_enough(requests, cash):
    places = fair_order(reversed(requests), cash)
    assert places == fair_order(requests, cash)
    assert sorted(p.asked.no for p in places) == sorted(one.no for one in requests)
    assert sum(p.asked.cash for p in places if p.fits) <= cash
