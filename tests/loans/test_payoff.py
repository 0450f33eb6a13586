"""What a payoff takes and what a waiver forgives, on paper."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.arrears import split, state
from loans.payoff import Quote, forgiven, lessened, quote
from loans.schedule import Terms, schedule

DAY = date(2026, 1, 8)
FLAT = schedule(Terms(100_000, 10, "week", Decimal(1), "month", "flat"), disbursed_on=DAY)  # 10.000 + 250 each
DECLINING = schedule(Terms(100_000, 10, "week", Decimal(1), "month", "declining"), disbursed_on=DAY)  # 250, 225, …


def on(week, days=0):
    return date.fromordinal(DAY.toordinal() + 7 * week + days)


def test_a_flat_loan_owes_all_its_jasa():
    asked = quote(FLAT, 500, 20_000, "flat", on(4, 1))
    assert asked == Quote(on(4, 1), principal=80_000, overdue=500, running=250, ahead=1_250, spared=0)
    assert (asked.charge, asked.total) == (2_000, 82_000)


@pytest.mark.parametrize(
    ("day", "overdue", "running", "spared"),
    [
        (on(0), 0, 250, 1_125),  # the day of disbursement belongs to the first period
        (on(1), 250, 0, 1_125),  # a due date ends its period
        (on(1, 1), 250, 225, 900),
        (on(10), 1_375, 0, 0),
        (on(11), 1_375, 0, 0),
    ],
)
def test_a_declining_loan_owes_the_period_in_progress(day, overdue, running, spared):
    asked = quote(DECLINING, 0, 0, "declining", day)
    assert (asked.overdue, asked.running, asked.ahead, asked.spared) == (overdue, running, 0, spared)
    assert asked.total == 100_000 + overdue + running


def test_jasa_paid_ahead_counts_for_the_oldest_period_and_is_not_given_back():
    assert quote(DECLINING, 300, 0, "declining", on(1, 1)).charge == 175
    assert quote(DECLINING, 1_000, 0, "declining", on(1, 1)).charge == 0
    assert quote(FLAT, 2_500, 100_000, "flat", on(1)).total == 0


def test_a_waiver_forgives_the_oldest_jasa_not_yet_paid():
    assert forgiven(FLAT, 300, 500) == {2: 200, 3: 250, 4: 50}
    rows = lessened(FLAT, [{2: 200}, {2: 50, 10: 1}])
    assert [row.charge for row in rows] == [250, 0, *[250] * 7, 249]
    assert lessened(FLAT, []) == FLAT
    for amount in (0, -1, 2_201):
        with pytest.raises(ValueError, match="cannot be waived"):
            forgiven(FLAT, 300, amount)


@given(
    st.integers(1, 40).flatmap(
        lambda periods: st.tuples(
            st.just(periods),
            st.integers(periods, 5_000_000),
            st.sampled_from(["flat", "declining", "annuity"]),
            st.sampled_from([0, 500, 1_000]),
        )
    ),
    st.decimals(0, 5, places=2),
    st.lists(st.tuples(st.sampled_from(["pay", "waive"]), st.integers(0, 12), st.integers(1, 3_000_000)), max_size=8),
    st.integers(0, 60),
)
def test_payments_waivers_and_the_payoff_add_up_to_the_schedule(terms, rate, acts, late):
    periods, principal, method, step = terms
    plan = schedule(Terms(principal, periods, "week", rate, "month", method, step), disbursed_on=DAY)
    rows, charge, paid, waived, week = plan, 0, 0, 0, 0
    for kind, weeks, amount in acts:
        week += weeks
        left = max(0, sum(row.charge for row in rows) - charge)
        if kind == "waive" and left:
            part = min(amount, left)
            rows = lessened(rows, [forgiven(rows, charge, part)])
            waived += part
        elif kind == "pay":
            part = split(rows, charge, paid, min(amount, state(rows, charge, paid, on(week)).remaining), on(week))
            charge, paid = charge + part.charge, paid + part.principal
        assert all(row.charge >= 0 for row in rows)
        assert sum(row.charge for row in rows) == sum(row.charge for row in plan) - waived
    asked = quote(rows, charge, paid, method, on(week + late))
    assert asked.principal == principal - paid
    assert asked.charge + asked.spared == sum(row.charge for row in rows) - charge
    assert min(asked.overdue, asked.running, asked.ahead, asked.spared, asked.principal) >= 0
    assert asked.overdue == state(rows, charge, paid, on(week + late)).charge_due
    if method == "flat":
        assert asked.total == state(rows, charge, paid, on(week)).remaining
