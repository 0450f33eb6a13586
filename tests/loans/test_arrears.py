"""What a payment pays and what is late: village stories, and what holds however people pay."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.arrears import InvalidPayment, Split, State, coverage, due_now, prior_credit, split, state
from loans.schedule import Row, Terms, schedule

MONDAY = date(2026, 1, 5)


def week(number):
    """The Monday `number` weeks after the loan of Julaika went out: instalment `number` is due that day."""
    return MONDAY + timedelta(weeks=number)


JULAIKA = schedule(Terms(100_000, 10, "week", Decimal(1), "month", "flat", 0), disbursed_on=MONDAY)


# A loan of 100.000 over ten weeks, 10.000 + 250 a week


def test_before_the_first_instalment_nothing_is_late():
    assert state(JULAIKA, 0, 0, week(0)) == State(
        outstanding=100_000, charge_due=0, arrears=0, instalments_late=0, remaining=102_500, next_due=week(1)
    )


def test_an_instalment_due_today_and_unpaid_is_late():
    assert state(JULAIKA, 0, 0, week(1)) == State(
        outstanding=100_000, charge_due=250, arrears=10_250, instalments_late=1, remaining=102_500, next_due=week(2)
    )
    assert due_now(JULAIKA, 0, 0, week(1)) == 10_250
    assert due_now(JULAIKA, 0, 0, week(1) - timedelta(days=1)) == 0


def test_julaika_pays_misses_a_week_and_catches_up():
    assert split(JULAIKA, 0, 0, 10_250, week(1)) == Split(charge=250, principal=10_000)
    missed = state(JULAIKA, 250, 10_000, week(2))
    assert (missed.arrears, missed.instalments_late, missed.charge_due) == (10_250, 1, 250)
    assert due_now(JULAIKA, 250, 10_000, week(3)) == 20_500
    assert split(JULAIKA, 250, 10_000, 20_500, week(3)) == Split(charge=500, principal=20_000)
    assert state(JULAIKA, 750, 30_000, week(3)) == State(
        outstanding=70_000, charge_due=0, arrears=0, instalments_late=0, remaining=71_750, next_due=week(4)
    )


def test_a_short_payment_pays_all_jasa_due_before_any_pokok():
    # Three weeks due: 750 jasa and 30.000 pokok.
    assert split(JULAIKA, 0, 0, 600, week(3)) == Split(600, 0)
    assert split(JULAIKA, 0, 0, 5_000, week(3)) == Split(750, 4_250)
    short = state(JULAIKA, 750, 4_250, week(3))
    # Laid oldest first over pokok + jasa, 5.000 does not cover the first instalment; all three are late.
    assert (short.charge_due, short.arrears, short.instalments_late) == (0, 25_750, 3)
    assert short.outstanding == 95_750


def test_jasa_paid_ahead_of_late_pokok_still_counts_towards_the_oldest_instalments():
    # 10.500 in week 3 is 750 jasa + 9.750 pokok, yet it covers the whole first instalment (10.250) and 250 of the next.
    paid = split(JULAIKA, 0, 0, 10_500, week(3))
    assert paid == Split(750, 9_750)
    after = state(JULAIKA, paid.charge, paid.principal, week(3))
    assert (after.instalments_late, after.arrears, after.charge_due) == (2, 20_250, 0)


def test_paying_ahead_covers_coming_instalments_in_order_jasa_first():
    assert split(JULAIKA, 0, 0, 10_250 + 100, week(1)) == Split(350, 10_000)
    assert split(JULAIKA, 0, 0, 10_250 + 1_250, week(1)) == Split(500, 11_000)
    ahead = state(JULAIKA, 500, 11_000, week(2))
    assert (ahead.charge_due, ahead.arrears, ahead.instalments_late) == (0, 9_000, 1)
    # Next week she owes the rest of that pokok, then the third week's jasa.
    assert split(JULAIKA, 500, 11_000, 9_100, week(2)) == Split(100, 9_000)


def test_two_weeks_ahead_leaves_the_third_as_the_next():
    paid = split(JULAIKA, 0, 0, 20_500, week(0))
    assert paid == Split(500, 20_000)
    assert state(JULAIKA, 500, 20_000, week(0)).next_due == week(3)
    assert due_now(JULAIKA, 500, 20_000, week(2)) == 0


def test_all_that_remains_settles_the_loan_and_a_rupiah_more_is_refused():
    assert split(JULAIKA, 250, 10_000, 92_250, week(2)) == Split(2_250, 90_000)
    settled = state(JULAIKA, 2_500, 100_000, week(10))
    assert settled == State(0, 0, 0, 0, 0, None)
    with pytest.raises(InvalidPayment) as refused:
        split(JULAIKA, 250, 10_000, 92_251, week(2))
    assert (refused.value.code, refused.value.remaining) == ("overpaid", 92_250)
    assert split(JULAIKA, 2_500, 100_000, 0, week(10)) == Split(0, 0)


def test_less_than_nothing_is_refused():
    with pytest.raises(InvalidPayment) as refused:
        split(JULAIKA, 0, 0, -1, week(1))
    assert refused.value.code == "negative_payment"


def test_a_surplus_of_jasa_never_pays_pokok():
    # Only a corrected book could hold this: 3.000 jasa where 2.500 was agreed.
    assert state(JULAIKA, 3_000, 90_000, week(10)).remaining == 10_000
    assert split(JULAIKA, 3_000, 90_000, 10_000, week(10)) == Split(0, 10_000)


def test_after_the_last_instalment_no_date_is_next():
    late = state(JULAIKA, 0, 0, week(12))
    assert (late.instalments_late, late.arrears, late.next_due) == (10, 102_500, None)


# An instalment of jasa that changes, so that order shows

UNEVEN = [
    Row(1, week(1), 100, 30, 200),
    Row(2, week(2), 100, 20, 100),
    Row(3, week(3), 100, 10, 0),
]


def test_due_jasa_then_due_pokok_then_the_coming_jasa_and_pokok():
    steps = [split(UNEVEN, 0, 0, amount, week(2)) for amount in (40, 50, 250, 255, 260, 300, 360)]
    assert [(step.charge, step.principal) for step in steps] == [
        (40, 0),
        (50, 0),
        (50, 200),
        (55, 200),
        (60, 200),
        (60, 240),
        (60, 300),
    ]
    assert steps[-1].total == 360


# Loans older than their book


def test_returned_pokok_counts_whole_instalments_with_their_jasa():
    assert prior_credit(JULAIKA, 0) == (0, 0)
    assert prior_credit(JULAIKA, 9_999) == (0, 9_999)
    assert prior_credit(JULAIKA, 10_000) == (250, 10_000)
    assert prior_credit(JULAIKA, 34_000) == (750, 34_000)
    assert prior_credit(JULAIKA, 100_000) == (2_500, 100_000)


def test_a_loan_older_than_its_book_is_late_only_for_what_it_lacks():
    charge, principal = prior_credit(JULAIKA, 34_000)
    old = state(JULAIKA, charge, principal, week(4))
    assert (old.outstanding, old.arrears, old.instalments_late, old.charge_due) == (66_000, 6_250, 1, 250)


@pytest.mark.parametrize(("returned", "code"), [(-1, "negative_payment"), (100_001, "overpaid")])
def test_impossible_returns_are_refused(returned, code):
    with pytest.raises(InvalidPayment) as refused:
        prior_credit(JULAIKA, returned)
    assert (refused.value.code, refused.value.remaining) == (code, 100_000)


# However people pay


@st.composite
def loans(draw):
    periods = draw(st.integers(1, 15))
    return schedule(
        Terms(
            principal=draw(st.integers(periods, 10**6)),
            periods=periods,
            unit="week",
            rate=draw(st.decimals(0, 20, places=2)),
            rate_per="month",
            method=draw(st.sampled_from(["flat", "declining", "annuity"])),
            round_to=draw(st.sampled_from([0, 500, 1000])),
        ),
        disbursed_on=MONDAY,
    )


days = st.integers(-1, 130).map(lambda n: MONDAY + timedelta(days=n))
shares = st.integers(0, 100)


def pay(rows, payments):
    """Pay shares (per cent of what remains) on days in order; return the sums paid."""
    charge = principal = 0
    for share, on in payments:
        paid = split(rows, charge, principal, state(rows, charge, principal, on).remaining * share // 100, on)
        charge, principal = charge + paid.charge, principal + paid.principal
    return charge, principal


@given(loans(), st.lists(st.tuples(shares, days), max_size=8))
def test_payments_in_any_order_conserve_money(rows, payments):
    charge = principal = 0
    for share, on in payments:
        before = state(rows, charge, principal, on)
        amount = before.remaining * share // 100
        paid = split(rows, charge, principal, amount, on)
        assert paid.total == amount
        assert min(paid.charge, paid.principal) >= 0
        charge, principal = charge + paid.charge, principal + paid.principal
        after = state(rows, charge, principal, on)
        assert after.remaining == before.remaining - amount
        assert after.outstanding == before.outstanding - paid.principal >= 0
        assert after.arrears == max(0, before.arrears - amount)
        assert after.charge_due == max(0, before.charge_due - amount)
        assert after.instalments_late <= before.instalments_late
    last = split(rows, charge, principal, state(rows, charge, principal, MONDAY).remaining, MONDAY)
    assert charge + last.charge == sum(row.charge for row in rows)
    assert principal + last.principal == sum(row.principal for row in rows)


@given(loans(), st.lists(st.tuples(shares, days), max_size=4), shares, shares, days)
def test_two_payments_on_a_day_are_one(rows, earlier, first_share, second_share, on):
    charge, principal = pay(rows, earlier)
    remaining = state(rows, charge, principal, on).remaining
    first = remaining * first_share // 100
    second = (remaining - first) * second_share // 100
    one = split(rows, charge, principal, first + second, on)
    a = split(rows, charge, principal, first, on)
    b = split(rows, charge + a.charge, principal + a.principal, second, on)
    assert (one.charge, one.principal) == (a.charge + b.charge, a.principal + b.principal)


@given(loans(), st.lists(st.tuples(shares, days), max_size=6), days)
def test_what_is_due_now_is_exactly_what_takes_the_arrears_away(rows, payments, on):
    charge, principal = pay(rows, payments)
    due = due_now(rows, charge, principal, on)
    before = state(rows, charge, principal, on)
    assert (before.instalments_late > 0) == (due > 0)
    paid = split(rows, charge, principal, due, on)
    after = state(rows, charge + paid.charge, principal + paid.principal, on)
    assert (after.arrears, after.instalments_late) == (0, 0)
    if due:
        almost = split(rows, charge, principal, due - 1, on)
        assert state(rows, charge + almost.charge, principal + almost.principal, on).instalments_late == 1


@given(loans(), shares)
def test_a_prior_credit_leaves_a_prefix_of_whole_instalments_paid(rows, share):
    lent = sum(row.principal for row in rows)
    charge, principal = prior_credit(rows, lent * share // 100)
    assert principal == lent * share // 100
    whole = [row for row in rows if lent - row.balance <= principal]
    assert charge == sum(row.charge for row in whole)
    end = state(rows, charge, principal, date(2100, 1, 1))
    assert end.instalments_late == len(rows) - len(whole)
    assert end.remaining == sum(row.total for row in rows) - charge - principal


# How far payments reach into each instalment


def test_an_instalment_is_covered_by_the_payment_that_fills_it():
    found = coverage(JULAIKA, 0, [(week(1), 10_250), (week(3), 15_000), (week(4), 5_500)])
    assert [one.covered_on for one in found[:4]] == [week(1), week(3), week(4), None]
    assert [one.lacking for one in found] == [0, 0, 0, *[10_250] * 7]


def test_what_was_paid_before_has_no_day_and_a_part_is_what_is_lacking():
    found = coverage(JULAIKA, 20_500 + 250, [(week(5), 5_000)])
    assert [(one.lacking, one.covered_on) for one in found[:4]] == [(0, None), (0, None), (5_000, None), (10_250, None)]


@given(before=st.integers(0, 102_500), paid=st.lists(st.integers(1, 30_000), max_size=8))
def test_what_all_instalments_lack_is_what_was_not_paid(before, paid):
    found = coverage(JULAIKA, before, [(week(no), amount) for no, amount in enumerate(paid, start=1)])
    assert sum(one.lacking for one in found) == max(0, 102_500 - before - sum(paid))
    days = [one.covered_on for one in found if one.covered_on]
    assert days == sorted(days)
