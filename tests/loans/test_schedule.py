"""Schedules as KSM keep them, to the rupiah, and what must hold for any terms at all."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loans.schedule import InvalidTerms, Row, Terms, due_dates, half_up, schedule


def terms(principal, periods, *, unit="month", rate="1.5", rate_per="month", method="flat", round_to=0):
    return Terms(principal, periods, unit, Decimal(rate), rate_per, method, round_to)


def totals(rows):
    return [row.total for row in rows]


# Books and published tables


def test_ksm_gajah_duduk_pays_284_000_and_last_268_000():
    rows = schedule(terms(5_000_000, 24, round_to=1000), first_due=date(2026, 1, 31))
    assert totals(rows) == [284_000] * 23 + [268_000]
    assert sum(totals(rows)) == 6_800_000
    assert rows[0] == Row(1, date(2026, 1, 31), 209_000, 75_000, 4_791_000)
    assert rows[-1] == Row(24, date(2027, 12, 31), 193_000, 75_000, 0)


def test_twelve_weeks_at_a_rate_by_the_month_count_three_months():
    rows = schedule(terms(500_000, 12, unit="week", round_to=1000), disbursed_on=date(2026, 1, 7))
    assert totals(rows) == [44_000] * 11 + [38_500]
    assert sum(row.charge for row in rows) == 22_500
    assert rows[0].due_on == date(2026, 1, 14)
    assert rows[-1].due_on == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("principal", "instalment", "pokok", "jasa"),
    [
        (5_000_000, 575_000, 500_000, 75_000),
        (30_000_000, 3_450_000, 3_000_000, 450_000),
    ],
)
@pytest.mark.parametrize("round_to", [0, 1000])
def test_upk_lestari_s_instalments_are_exact_multiples_and_stay(principal, instalment, pokok, jasa, round_to):
    rows = schedule(terms(principal, 10, round_to=round_to), first_due=date(2018, 12, 15))
    assert [(row.principal, row.charge, row.total) for row in rows] == [(pokok, jasa, instalment)] * 10


def test_julaika_pays_10_250_a_week():
    rows = schedule(terms(100_000, 10, unit="week", rate="1"), disbursed_on=date(2026, 1, 5))
    assert totals(rows) == [10_250] * 10
    assert (rows[0].principal, rows[0].charge, rows[0].balance) == (10_000, 250, 90_000)


def test_a_flat_charge_that_does_not_divide_is_spread_half_up():
    rows = schedule(terms(100_000, 3, rate="1.2345"), first_due=date(2026, 1, 1))
    # C = half_up(3.703,5) = 3.704; parts 1.234,67 cumulated: 1.235, 2.469, 3.704
    assert [row.charge for row in rows] == [1_235, 1_234, 1_235]
    assert [row.principal for row in rows] == [33_333, 33_334, 33_333]


def test_a_declining_loan_pays_jasa_on_what_is_still_owed():
    rows = schedule(terms(1_000_000, 3, rate="2", method="declining"), first_due=date(2026, 1, 1))
    assert [(row.principal, row.charge, row.balance) for row in rows] == [
        (333_333, 20_000, 666_667),
        (333_334, 13_333, 333_333),
        (333_333, 6_667, 0),
    ]


def test_a_declining_loan_rounded_up():
    rows = schedule(terms(1_000_000, 3, rate="2", method="declining", round_to=1000), first_due=date(2026, 1, 1))
    # 353.333,33 → 354.000; then 333.333,33 + 13.320 = 346.653,33 → 347.000; the last takes the rest.
    assert [(row.principal, row.charge, row.total) for row in rows] == [
        (334_000, 20_000, 354_000),
        (333_680, 13_320, 347_000),
        (332_320, 6_646, 338_966),
    ]


def test_an_annuity_pays_the_same_but_for_the_last():
    rows = schedule(terms(1_000_000, 3, rate="2", method="annuity"), first_due=date(2026, 1, 1))
    # 1.000.000 × 0,02 / (1 − 1,02^−3) = 346.754,67
    assert [(row.principal, row.charge, row.total) for row in rows] == [
        (326_755, 20_000, 346_755),
        (333_290, 13_465, 346_755),
        (339_955, 6_799, 346_754),
    ]


def test_an_annuity_rounded_up():
    rows = schedule(terms(1_000_000, 3, rate="2", method="annuity", round_to=1000), first_due=date(2026, 1, 1))
    assert [(row.principal, row.charge, row.total) for row in rows] == [
        (327_000, 20_000, 347_000),
        (333_540, 13_460, 347_000),
        (339_460, 6_789, 346_249),
    ]


@pytest.mark.parametrize("method", ["flat", "declining", "annuity"])
def test_at_rate_0_every_method_pays_equal_principal(method):
    rows = schedule(terms(100_000, 3, rate="0", method=method), first_due=date(2026, 1, 1))
    assert [(row.principal, row.charge) for row in rows] == [(33_333, 0), (33_334, 0), (33_333, 0)]
    rounded = schedule(terms(100_000, 3, rate="0", method=method, round_to=500), first_due=date(2026, 1, 1))
    assert totals(rounded) == [33_500, 33_500, 33_000]


def test_rounding_that_uses_the_principal_up_early_shortens_the_schedule():
    rows = schedule(terms(10_000, 12, rate="1", round_to=1000), first_due=date(2026, 1, 1))
    # C = 1.200, exact instalment 933,33 → 1.000, of which 100 jasa: 900 × 11 = 9.900, the twelfth 100.
    assert totals(rows) == [1_000] * 11 + [200]
    rows = schedule(terms(10_000, 12, rate="1", round_to=5000), first_due=date(2026, 1, 1))
    assert [(row.principal, row.charge, row.total, row.balance) for row in rows] == [
        (4_900, 100, 5_000, 5_100),
        (4_900, 100, 5_000, 200),
        (200, 1_000, 1_200, 0),  # the flat charge that remains comes with the last
    ]


def test_a_declining_loan_that_ends_early_owes_no_more_jasa():
    rows = schedule(terms(10_000, 12, rate="1", method="declining", round_to=5000), first_due=date(2026, 1, 1))
    assert [(row.principal, row.charge) for row in rows] == [(4_900, 100), (4_949, 51), (151, 2)]


def test_a_step_beyond_the_loan_makes_it_one_instalment():
    (row,) = schedule(terms(10_000, 12, rate="1", round_to=1_000_000), first_due=date(2026, 1, 1))
    assert (row.principal, row.charge, row.balance) == (10_000, 1_200, 0)


# Rates and dates


@pytest.mark.parametrize(
    ("unit", "rate", "rate_per", "per_period"),
    [
        ("week", "1.5", "month", Fraction(3, 800)),
        ("month", "1.5", "month", Fraction(3, 200)),
        ("month", "0.5", "week", Fraction(1, 50)),
        ("week", "0.5", "week", Fraction(1, 200)),
    ],
)
def test_four_weeks_make_a_month_both_ways(unit, rate, rate_per, per_period):
    assert terms(100_000, 10, unit=unit, rate=rate, rate_per=rate_per).rate_per_period == per_period


def test_a_rate_may_be_a_fraction():
    rows = schedule(Terms(300_000, 3, "month", Fraction(1, 3), "month", "flat", 0), first_due=date(2026, 1, 1))
    assert [row.charge for row in rows] == [1_000] * 3


def test_monthly_dates_keep_their_day_without_drifting():
    due = list(due_dates(terms(5_000_000, 14), disbursed_on=date(2026, 12, 31)))
    assert due[:4] == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]
    assert due[13] == date(2028, 2, 29)
    due = list(due_dates(terms(5_000_000, 3), first_due=date(2026, 2, 28)))
    assert due == [date(2026, 2, 28), date(2026, 3, 28), date(2026, 4, 28)]
    due = list(due_dates(terms(5_000_000, 2), disbursed_on=date(2026, 1, 30), first_due=date(2026, 3, 30)))
    assert due == [date(2026, 3, 30), date(2026, 4, 30)]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_monthly_dates_are_a_month_apart(anchor, periods):
    due = list(due_dates(terms(1_000_000, periods), disbursed_on=anchor))
    for months, day in enumerate(due, start=1):
        assert (day.year * 12 + day.month) - (anchor.year * 12 + anchor.month) == months
        assert day.day == anchor.day or (day.day < anchor.day and (day + timedelta(days=1)).day == 1)


def test_weekly_dates_keep_their_weekday():
    due = list(due_dates(terms(100_000, 3, unit="week"), first_due=date(2025, 12, 24)))
    assert due == [date(2025, 12, 24), date(2025, 12, 31), date(2026, 1, 7)]


# Refusals


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"principal": 0}, "principal", "principal_too_small"),
        ({"principal": -5}, "principal", "principal_too_small"),
        ({"principal": 11}, "principal", "principal_below_periods"),
        ({"periods": 0}, "periods", "periods_out_of_range"),
        ({"periods": 521, "principal": 10**9}, "periods", "periods_out_of_range"),
        ({"rate": Decimal("-0.1")}, "rate", "rate_out_of_range"),
        ({"rate": Decimal("100.1")}, "rate", "rate_out_of_range"),
        ({"rate": Decimal("NaN")}, "rate", "rate_out_of_range"),
        ({"rate": Decimal("Infinity")}, "rate", "rate_out_of_range"),
        ({"rate": Decimal("1e-900")}, "rate", "rate_too_fine"),
        ({"rate": 1.5}, "rate", "rate_not_exact"),
        ({"round_to": -1}, "round_to", "round_to_negative"),
        ({"unit": "day"}, "unit", "unknown_unit"),
        ({"rate_per": "year"}, "rate_per", "unknown_rate_per"),
        ({"method": "bunga"}, "method", "unknown_method"),
    ],
)
def test_terms_nobody_can_lend_on_are_refused(changed, field, code):
    good = {
        "principal": 100_000,
        "periods": 12,
        "unit": "week",
        "rate": Decimal(1),
        "rate_per": "month",
        "method": "flat",
        "round_to": 0,
    }
    Terms(**good)
    with pytest.raises(InvalidTerms) as refused:
        Terms(**{**good, **changed})
    assert (refused.value.field, refused.value.code) == (field, code)
    assert str(refused.value)


def test_dates_that_make_no_schedule_are_refused():
    with pytest.raises(InvalidTerms) as refused:
        schedule(terms(100_000, 10), disbursed_on=date(2026, 1, 2), first_due=date(2026, 1, 1))
    assert (refused.value.field, refused.value.code) == ("first_due", "due_before_disbursed")
    for unit in ("week", "month"):
        with pytest.raises(InvalidTerms) as refused:
            schedule(terms(100_000, 10, unit=unit), disbursed_on=date(9999, 12, 20))
        assert (refused.value.field, refused.value.code) == ("first_due", "beyond_calendar")
    with pytest.raises(TypeError, match="disbursed_on"):
        schedule(terms(100_000, 10))


# What holds for any terms


@st.composite
def any_terms(draw):
    periods = draw(st.integers(1, 60) | st.just(520))
    return Terms(
        principal=draw(st.integers(periods, 10**8) | st.integers(periods, periods * 20)),
        periods=periods,
        unit=draw(st.sampled_from(["week", "month"])),
        rate=draw(st.decimals(0, 100, places=4) | st.decimals(0, 3, places=2)),
        rate_per=draw(st.sampled_from(["week", "month"])),
        method=draw(st.sampled_from(["flat", "declining", "annuity"])),
        round_to=draw(st.sampled_from([0, 1, 500, 1000]) | st.integers(0, 10**6)),
    )


@given(any_terms())
@example(Terms(520, 520, "month", Decimal(100), "week", "annuity", 0))
@example(Terms(16, 10, "month", Decimal(1), "month", "annuity", 0))
def test_any_schedule_pays_the_principal_once_and_never_runs_backwards(terms):
    rows = schedule(terms, disbursed_on=date(2026, 1, 31))
    assert sum(row.principal for row in rows) == terms.principal
    assert [row.no for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) <= terms.periods
    assert sorted({row.due_on for row in rows}) == [row.due_on for row in rows]
    balance = terms.principal
    for row in rows:
        assert row.principal >= 0
        assert row.charge >= 0
        assert row.total > 0
        balance -= row.principal
        assert row.balance == balance >= 0
    assert balance == 0
    if terms.method == "flat":
        assert sum(row.charge for row in rows) == half_up(terms.principal * terms.rate_per_period * terms.periods)
    else:
        before = terms.principal
        for row in rows:
            assert row.charge == half_up(before * terms.rate_per_period)
            before = row.balance
    if terms.round_to == 0 and terms.method != "annuity":
        assert len(rows) == terms.periods


@given(any_terms().filter(lambda terms: terms.round_to))
def test_rounding_goes_only_up_by_less_than_a_step_and_spares_the_last(terms):
    rows = schedule(terms, disbursed_on=date(2026, 1, 31))
    rate, before = terms.rate_per_period, terms.principal
    charge = half_up(terms.principal * rate * terms.periods)
    for row in rows[:-1]:
        if terms.method == "flat":
            exact = Fraction(terms.principal + charge, terms.periods)
        elif terms.method == "declining":
            exact = Fraction(terms.principal, terms.periods) + before * rate
        elif rate:
            exact = terms.principal * rate / (1 - (1 + rate) ** -terms.periods)
        else:
            exact = Fraction(terms.principal, terms.periods)
        assert row.total % terms.round_to == 0
        assert 0 <= row.total - exact < terms.round_to
        before = row.balance
