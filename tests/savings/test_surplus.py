"""A surplus is split and shared to the rupiah: the checks of the field, and that nothing is ever lost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from savings.surplus import RULES, Basis, InvalidSplit, Part, share, split

JUA, JMA = "business", "savings"


def parts(jua, jma, **funds):
    rest = 100 - Decimal(jua) - Decimal(jma) - sum(map(Decimal, funds.values()), Decimal(0))
    found = [Part("JUA", Decimal(jua), JUA), Part("JMA", Decimal(jma), JMA)]
    found += [Part(name, Decimal(percent), name.removeprefix("c")) for name, percent in funds.items()]
    return [*found, Part("Cadangan", rest, "3310")]


def test_the_two_published_checks():
    # Surplus 60.000.000, JUA 25 %, JMA 20 %; loans 5 of 75 million, savings 2 of 100 million.
    members = [Basis(1, 5_000_000, 2_000_000), Basis(2, 70_000_000, 98_000_000)]
    laid = share(60_000_000, parts(25, 20), members)
    assert (laid.shares[0].business, laid.shares[0].savings, laid.of(1)) == (1_000_000, 240_000, 1_240_000)
    # Surplus 2.000.000, 30 % and 20 %; 1 of 15 and 0,5 of 10 million.
    members = [Basis(1, 1_000_000, 500_000), Basis(2, 14_000_000, 9_500_000)]
    laid = share(2_000_000, parts(30, 20), members)
    assert (laid.of(1), laid.paid, laid.remainder) == (60_000, 1_000_000, 0)
    assert laid.of(3) == 0


def test_rules_side_by_side_with_the_remainder_of_rounding():
    # 100.001, members 50 %: 30 by business, 20 by savings. What cannot be cut in three goes to the largest remainders.
    members = [Basis(1, 1, 100), Basis(2, 1, 100), Basis(3, 1, 300)]
    found = {rule: share(100_001, parts(30, 20, c2310=5), members, rule=rule) for rule in RULES}
    assert {rule: [s.amount for s in one.shares] for rule, one in found.items()} == {
        "mixed": [14_000, 14_000, 22_000],
        "savings": [10_000, 10_000, 30_000],
        "business": [16_667, 16_667, 16_666],
        "equal": [16_667, 16_667, 16_666],
    }
    assert [one.remainder for one in found.values()] == [0, 0, 0, 0]
    assert [(part.target, amount) for part, amount in found["mixed"].funds] == [("2310", 5_000), ("3310", 45_001)]
    rounded = share(100_001, parts(30, 20, c2310=5), members, rule="equal", step=1_000)
    assert ([s.amount for s in rounded.shares], rounded.remainder, rounded.members) == ([16_000] * 3, 2_000, 50_000)


def test_what_nobody_can_be_measured_by_is_remainder():
    nobody_borrowed = share(1_000, parts(30, 20), [Basis(1, 0, 50), Basis(2, 0, 50)])
    assert ([s.amount for s in nobody_borrowed.shares], nobody_borrowed.remainder) == ([100, 100], 300)
    assert share(1_000, parts(30, 20), []).remainder == 500


@pytest.mark.parametrize(
    ("wrong", "code"),
    [([Part("a", Decimal("99.99"), JUA)], "not_hundred"), ([], "not_hundred"), (parts(-10, 20), "negative")],
)
def test_per_cents_sum_to_a_hundred(wrong, code):
    with pytest.raises(InvalidSplit) as refused:
        split(1_000, wrong)
    assert refused.value.code == code


def test_a_step_is_a_rupiah_or_more():
    with pytest.raises(InvalidSplit) as refused:
        share(1_000, parts(30, 20), [], step=0)
    assert refused.value.code == "bad_step"


amounts = st.integers(0, 10**12)


@given(
    surplus=amounts,
    jua=st.integers(0, 5000),
    jma=st.integers(0, 5000),
    members=st.lists(st.tuples(amounts, amounts), max_size=30),
    rule=st.sampled_from(RULES),
    step=st.sampled_from([1, 50, 100, 1_000, 5_000]),
)
def test_nothing_is_lost_and_nobody_gets_less_for_more(surplus, jua, jma, members, rule, step):
    basis = [Basis(no, business, savings) for no, (business, savings) in enumerate(members, start=1)]
    laid = share(surplus, parts(Decimal(jua) / 100, Decimal(jma) / 100, c2310=0), basis, rule=rule, step=step)
    assert laid.paid + sum(amount for _part, amount in laid.funds) + laid.remainder == surplus
    assert laid.remainder >= 0
    assert all(one.amount % step == 0 and one.amount >= 0 for one in laid.shares)
    by_no = {one.no: one for one in laid.shares}
    for one in basis:
        for other in basis:
            if one.business > other.business:
                assert by_no[one.no].business >= by_no[other.no].business
            if one.savings > other.savings:
                assert by_no[one.no].savings >= by_no[other.no].savings
