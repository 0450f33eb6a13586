"""The arithmetic of statements: sums on their sides, and a surplus that is shown once, closed or not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.statements.figures import Flow, Movement, Results, Turnover, balance_sheet, merged, trial_balance
from reports.statements.period import QUICK, Period, quick

CODES = ["1110", "1120", "1210", "2110", "2310", "3110", "3910", "4110", "5130"]


def test_a_trial_balance_lists_what_held_or_moved_anything():
    lines, sums = trial_balance(
        {"1110": 150_000, "3210": -150_000, "1120": 0}, {"1110": Turnover(8_000, 105_000), "2110": Turnover(0, 8_000)}
    )
    assert [(line.code, line.opening, line.closing) for line in lines] == [
        ("1110", 150_000, 53_000),
        ("2110", 0, -8_000),
        ("3210", -150_000, -150_000),
    ]
    assert (sums.opening_debit, sums.opening_credit) == (150_000, 150_000)
    assert (sums.debit, sums.credit) == (8_000, 113_000)
    assert (sums.closing_debit, sums.closing_credit) == (53_000, 158_000)


@given(st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(CODES), st.integers(1, 10**9)), max_size=20))
def test_a_balance_sheet_of_balanced_books_balances(entries):
    held: dict[str, int] = {}
    for debited, credited, amount in entries:
        held[debited] = held.get(debited, 0) + amount
        held[credited] = held.get(credited, 0) - amount
    year = Results({code: (-1 if code < "5" else 1) * held[code] for code in held if code >= "4"})
    found = balance_sheet(held, year)
    assert found.owned == found.owed + found.own
    assert found.this_year == year.surplus
    assert found.earlier == 0


@pytest.mark.parametrize(
    ("unclosed", "gained", "closed", "earlier", "this_year"),
    [
        (240, 240, 0, 0, 240),  # in the first year
        (1_240, 240, 0, 1_000, 240),  # the year before was never closed
        (240, 240, -1_000, 0, 240),  # it was closed in January
        (0, 240, -240, 0, 0),  # this year is closed on its last day
        (0, 240, -1_240, 0, 0),  # both are
        (50, 290, -240, 0, 50),  # something came after the closing
        (740, 240, -500, 500, 240),  # half of the year before was closed
        (-60, -60, 0, 0, -60),  # a loss
        (-260, -60, 0, -200, -60),  # two of them
        (0, -40, -60, 0, 0),  # this year's loss ate what was left of the last, and both are closed
    ],
)
def test_the_surplus_is_shown_until_it_is_closed(unclosed, gained, closed, earlier, this_year):
    results = Results({"4110": gained} if gained > 0 else {"5130": -gained}, closed)
    found = balance_sheet({"1110": unclosed, "4110": -unclosed}, results)
    assert (found.earlier, found.this_year) == (earlier, this_year)
    assert found.own == unclosed


def test_flows_of_one_purpose_are_one():
    found = merged([Flow("1210", into=10_000), Flow("1210", out=100_000), Flow("2110", into=8_000)])
    assert found == {"1210": Flow("1210", 10_000, 100_000), "2110": Flow("2110", 8_000, 0)}
    assert found["1210"].net == -90_000


def test_a_movement_closes_at_what_it_opened_with_and_gained():
    both = Movement(8_000, 2_000, 0) + Movement(0, 5_000, 1_000)
    assert both == Movement(8_000, 7_000, 1_000)
    assert both.closing == 14_000
    assert not Movement()


def test_periods_are_called_as_people_call_them():
    assert Period(date(2026, 1, 1), date(2026, 12, 31)).label() == "2026"
    assert Period(date(2024, 2, 1), date(2024, 2, 29)).label() == "Februari 2024"
    assert Period(date(2026, 1, 7), date(2026, 1, 7)).label() == "7 Januari 2026"
    assert Period(date(2026, 1, 7), date(2026, 1, 14)).label() == "7–14 Januari 2026"
    assert Period(date(2026, 1, 7), date(2026, 3, 26)).label() == "7 Januari–26 Maret 2026"
    assert Period(date(2025, 12, 1), date(2026, 1, 31)).label() == "1 Desember 2025–31 Januari 2026"
    assert Period(date(2026, 1, 7), date(2026, 1, 14)).label("en") == "7–14 January 2026"


def test_the_quick_choices():
    today, span = date(2026, 3, 26), (date(2024, 5, 6), date(2026, 3, 25))
    assert [quick(name, today, span) for name in QUICK] == [
        Period(date(2026, 3, 1), today),
        Period(date(2026, 2, 1), date(2026, 2, 28)),
        Period(date(2026, 1, 1), today),
        Period(date(2025, 1, 1), date(2025, 12, 31)),
        Period(date(2024, 5, 6), today),
    ]
    assert quick("all", today, None) == Period(today, today)
