"""How late loans are, their classes and reserves, and the portfolio at risk; all by hand."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans import arrears
from loans.ageing import DEFAULT_GRADES, Age, Grade, Share, age, at_risk, buckets, by_class, class_of, reserve
from loans.schedule import Terms, schedule

PAID_OUT = date(2026, 1, 7)
JULAIKA = schedule(Terms(100_000, 10, "week", Decimal(1), "month", "flat"), disbursed_on=PAID_OUT)  # 10.250 a week


@pytest.mark.parametrize(
    ("weeks", "paid", "late", "amount", "days"),
    [
        (0, 0, 0, 0, 0),
        (1, 0, 1, 10_250, 0),  # on the day itself, at its end
        (1, 10_250, 0, 0, 0),
        (3, 15_000, 2, 15_750, 7),  # week 1 whole, week 2 in part
        (3, 0, 3, 30_750, 14),
        (20, 0, 10, 102_500, 133),
    ],
)
def test_instalments_amount_and_days_late(weeks, paid, late, amount, days):
    found = age(JULAIKA, paid, 100_000, PAID_OUT + timedelta(weeks=weeks))
    assert found == Age(100_000, amount, late, days)
    assert found.at_risk is (late > 0)


@given(st.integers(0, 102_500), st.integers(-10, 200))
def test_it_agrees_with_the_state_of_the_loan(paid, days):
    on = PAID_OUT + timedelta(days=days)
    state = arrears.state(JULAIKA, 0, paid, on)
    found = age(JULAIKA, paid, state.outstanding, on)
    assert (found.outstanding, found.arrears, found.instalments_late) == (
        state.outstanding,
        state.arrears,
        state.instalments_late,
    )


@pytest.mark.parametrize(("late", "no"), [(0, 1), (1, 2), (2, 2), (3, 3), (4, 3), (5, 4), (6, 4), (7, 5), (60, 5)])
def test_default_classes(late, no):
    assert class_of(late).no == no


def test_classes_are_data():
    table = (Grade(1, "baik", 0, Decimal(0)), Grade(2, "buruk", 2, Decimal("12.5")))
    assert [class_of(n, table).no for n in range(4)] == [1, 1, 2, 2]
    assert [grade.roman for grade in DEFAULT_GRADES] == ["I", "II", "III", "IV", "V"]
    assert [Grade(n, "", n, Decimal(0)).roman for n in (9, 10, 14)] == ["IX", "X", "XIV"]


def test_a_reserve_is_rounded_half_up():
    assert [reserve(1_000_000, grade) for grade in DEFAULT_GRADES] == [10_000, 100_000, 250_000, 500_000, 1_000_000]
    assert reserve(50, DEFAULT_GRADES[0]) == 1
    assert reserve(49, DEFAULT_GRADES[0]) == 0


# 20 loans of two million, three of them three or more instalments late holding four of forty million
TWENTY = [
    *([Age(36_000_000 // 17, 0, 0, 0)] * 16),
    Age(36_000_000 - 36_000_000 // 17 * 16, 100_000, 1, 5),
    Age(1_000_000, 300_000, 3, 75),
    Age(1_000_000, 400_000, 4, 100),
    Age(2_000_000, 500_000, 7, 200),
]


def test_portfolio_at_risk_keeps_its_two_parts():
    assert at_risk(TWENTY, 3) == Share(4_000_000, 40_000_000)
    assert at_risk(TWENTY, 3).value == Fraction(1, 10)
    assert at_risk(TWENTY).part == 4_000_000 + 36_000_000 - 36_000_000 // 17 * 16
    assert at_risk([]).value is None


def test_classes_of_a_portfolio_sum_to_it():
    lines = by_class(TWENTY)
    assert [(line.grade.no, line.loans) for line in lines] == [(1, 16), (2, 1), (3, 2), (4, 0), (5, 1)]
    assert sum(line.outstanding for line in lines) == 40_000_000
    assert [line.arrears for line in lines] == [0, 100_000, 700_000, 0, 500_000]
    assert lines[2].reserve == 500_000
    assert lines[4].reserve == 2_000_000
    assert lines[0].reserve == 16 * 21_176  # 2.117.647 each: loan by loan, not of the sum


def test_buckets_by_days():
    found = buckets([Age(5, 0, 0, 0), Age(7, 1, 1, 0), Age(11, 2, 4, 30), Age(13, 3, 5, 31), Age(17, 4, 9, 91)])
    assert [(b.least, b.most, b.loans, b.outstanding, b.arrears) for b in found] == [
        (0, 0, 1, 5, 0),
        (1, 30, 2, 18, 3),
        (31, 60, 1, 13, 3),
        (61, 90, 0, 0, 0),
        (91, None, 1, 17, 4),
    ]
