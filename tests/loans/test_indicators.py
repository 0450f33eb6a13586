"""The five figures of a UPK: the check of domain.md, every edge of every band, and what is not assessed."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.indicators import DEFAULT_BOUNDS, KEYS, Results, Standing, indicators, prompt_reward

NOTHING = Results(income=0, cost=0, capital=0, month=1)


def by_key(loans, results=NOTHING):
    return {one.key: one for one in indicators(loans, results)}


def test_the_check_of_domain_md():
    """20 KSM with a balance, 3 of them ≥ 3 instalments late holding 4 of 40 million, 1,2 million of it late."""
    late = [Standing(1, 2_000_000, 600_000, 3), Standing(2, 1_000_000, 400_000, 5), Standing(3, 1_000_000, 200_000, 3)]
    sound = [Standing(no, 2_000_000, 0, 0) for no in range(4, 20)]
    behind = [Standing(20, 4_000_000, 300_000, 2)]  # two late do not count
    found = by_key([*late, *sound, *behind, Standing(21, 0, 0, 0)])
    assert (found["lar"].part, found["lar"].whole, found["lar"].value) == (3, 20, Fraction(15, 100))
    assert (found["par"].part, found["par"].whole, found["par"].value) == (4_000_000, 40_000_000, Fraction(10, 100))
    assert (found["rr"].part, found["rr"].whole, found["rr"].value) == (38_800_000, 40_000_000, Fraction(97, 100))
    assert [found[key].band for key in ("lar", "par", "rr")] == ["minimum", "good", "good"]


def test_a_ksm_with_two_loans_counts_once():
    found = by_key([Standing(1, 100, 50, 3), Standing(1, 300, 0, 0), Standing(2, 100, 0, 0)])
    assert (found["lar"].part, found["lar"].whole) == (1, 2)
    assert found["par"].value == Fraction(100, 500)


def test_profit_is_carried_to_a_whole_year():
    found = by_key([], Results(income=3_000_000, cost=2_000_000, capital=20_000_000, month=6))
    assert found["ccr"].value == Fraction(150, 100)
    assert found["roi"].value == Fraction(10, 100)
    loss = by_key([], Results(income=1, cost=2, capital=12, month=1))
    assert (loss["ccr"].band, loss["roi"].value, loss["roi"].band) == ("hold", -1, "hold")


def test_what_has_nothing_to_divide_by_is_not_assessed():
    for one in indicators([], NOTHING):
        assert (one.value, one.band) == (None, None)
    assert by_key([], Results(income=5, cost=0, capital=-1, month=3))["roi"].value is None


@pytest.mark.parametrize(
    ("key", "edges"),
    [
        ("lar", [(10, "good"), (11, "minimum"), (20, "minimum"), (21, "hold")]),
        ("par", [(0, "good"), (10, "good"), (11, "minimum"), (20, "minimum"), (21, "hold")]),
        ("ccr", [(125, "good"), (124, "minimum"), (100, "minimum"), (99, "hold")]),
        ("roi", [(10, "good"), (9, "minimum"), (0, "minimum"), (-1, "hold")]),
        ("rr", [(90, "good"), (89, "minimum"), (80, "minimum"), (79, "hold")]),
    ],
)
def test_an_edge_belongs_to_the_better_band(key, edges):
    assert [DEFAULT_BOUNDS[key].band(Fraction(percent, 100)) for percent, _band in edges] == [b for _p, b in edges]


standings = st.builds(
    lambda borrower, outstanding, late, share: Standing(borrower, outstanding, outstanding * share // 100, late),
    *(st.integers(1, 6), st.integers(0, 10**9), st.integers(0, 12), st.integers(0, 100)),
)


@pytest.mark.hypothesis
@given(loans=st.lists(standings, max_size=20))
def test_shares_lie_between_nothing_and_all_and_order_does_not_matter(loans):
    found = by_key(loans)
    assert found == by_key(reversed(loans))
    for key in ("lar", "par", "rr"):
        assert found[key].value is None or 0 <= found[key].value <= 1
    assert [one.key for one in indicators(loans, NOTHING)] == list(KEYS)


def test_the_reward_is_a_part_of_all_jasa():
    assert prompt_reward(1_800_000, Fraction(10)) == 180_000
    assert prompt_reward(75_001, Fraction(5, 2)) == 1_875
    assert prompt_reward(22_500, Fraction(1)) == 225
    assert prompt_reward(50, Fraction(1)) == 1
    assert prompt_reward(22_500, Fraction(0)) == 0
