"""A UPK's loans at any past day, its five figures by month, and the cash book of 15 December 2018."""

from datetime import date, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest

from ledger import chart
from ledger.models import Posting
from ledger.services import Draft, Leg, post
from loans import ageing
from loans.selectors import upk_book, upk_portfolio
from loans.services.upk_policy import set_upk_policy
from tests.loans.upk_village import at, ksm, lend, lestari, pay, write

pytestmark = pytest.mark.django_db
D = date
TODAY = D(2019, 6, 1)


@pytest.fixture
def upk():
    upk = lestari()
    write(upk, "upk_capital", D(2018, 1, 2), 100_000_000, memo="Modal awal")
    return upk


def test_the_takings_of_15_december_2018_stand_in_the_cash_book_to_the_rupiah(upk):
    jaya, sari = ksm(upk, "Mekar Arum Jaya"), ksm(upk, "Mekar Sari")
    five, thirty = (lend(upk, group, sum_, D(2018, 11, 15)) for group, sum_ in ((jaya, 5_000_000), (sari, 30_000_000)))
    assert (pay(five, 575_000, D(2018, 12, 15)).principal, pay(thirty, 3_450_000, D(2018, 12, 15)).charge) == (
        500_000,
        450_000,
    )
    book = upk_book.cash_book(upk, "cash", D(2018, 12, 15), D(2018, 12, 15))
    assert [(line.entry.memo, line.received, line.balance) for line in book.lines] == [
        ("KSM Mekar Arum Jaya", 575_000, 65_575_000),
        ("KSM Mekar Sari", 3_450_000, 69_025_000),
    ]
    assert (book.opening, book.received, book.paid, book.closing) == (65_000_000, 4_025_000, 0, 69_025_000)
    for line, parts in zip(book.lines, ((500_000, 75_000), (3_000_000, 450_000)), strict=True):
        legs = {leg.account.code: leg.credit for leg in upk_book.legs_of(line.entry) if leg.credit}
        assert (legs["1220"], legs["4110"]) == parts
    (lent, paid) = upk_book.loan_book(thirty, D(2018, 12, 31))
    assert (lent.lent, lent.balance) == (30_000_000, 30_000_000)
    assert (paid.principal, paid.charge, paid.balance) == (3_000_000, 450_000, 27_000_000)
    assert len(upk_book.loan_book(thirty, D(2018, 12, 14))) == 1


def test_twenty_ksm_come_to_15_10_and_97_per_cent(upk):
    """The check of domain.md, out of the books: 3 of 20 KSM hold 4 of 40 million, 1,2 million of it late."""
    for no, principal in enumerate((2_000_000, 1_000_000, 1_000_000), start=1):
        lend(upk, ksm(upk, f"Terlambat {no}"), principal, D(2018, 1, 15), rate="0")
    for no, principal in enumerate((4_000_000, *[2_000_000] * 16), start=1):
        lend(upk, ksm(upk, f"Lancar {no}"), principal, D(2018, 4, 20), rate="0")
    (found,) = upk_portfolio.figures(upk, [D(2018, 4, 30)], today=TODAY)
    values = {one.key: (one.part, one.whole, one.value, one.band) for one in found.indicators}
    assert values["lar"] == (3, 20, Fraction(15, 100), "minimum")
    assert values["par"] == (4_000_000, 40_000_000, Fraction(10, 100), "good")
    assert values["rr"] == (38_800_000, 40_000_000, Fraction(97, 100), "good")
    assert values["ccr"][2:] == (None, None)
    lines = {line.grade.roman: line for line in upk_portfolio.reserve_sheet(upk, D(2018, 4, 30), today=TODAY).lines}
    assert (lines["I"].loans, lines["I"].reserve, lines["III"].loans, lines["III"].reserve) == (
        17,
        360_000,
        3,
        1_000_000,
    )
    rows = upk_portfolio.portfolio(upk, D(2018, 4, 30), today=TODAY)
    late = upk_portfolio.chosen(rows, sort="-outstanding", query="terlambat", grade=3, late=3)
    assert [(one.age.outstanding, one.age.days_late, one.age.arrears) for one in late] == [
        (2_000_000, 74, 600_000),
        (1_000_000, 74, 300_000),
        (1_000_000, 74, 300_000),
    ]
    assert (
        upk_portfolio.chosen(rows, sort="group", query="KSM-LANCAR-1", grade=1, late=0)[0].loan.principal == 4_000_000
    )


def brute(loan, rows, on):
    """How a loan stood, from every posting up to that day."""
    moves = Posting.objects.filter(account__in=[loan.receivable_id, loan.charge_income_id], on__lte=on)
    lent = sum(one.amount for one in moves if one.account_id == loan.receivable_id)
    earned = -sum(one.amount for one in moves if one.account_id == loan.charge_income_id)
    return ageing.age(rows, loan.principal - lent + earned, lent, on)


def test_any_past_day_is_what_the_postings_up_to_it_say(upk, django_assert_num_queries, django_assert_max_num_queries):
    first = lend(upk, ksm(upk, "Mawar"), 3_000_000, D(2018, 1, 31), periods=3)
    pay(first, 500_000, D(2018, 3, 10))
    pay(first, 600_000, D(2018, 3, 31))
    second = lend(upk, ksm(upk, "Melati"), 1_200_000, D(2018, 3, 15), periods=4)
    pay(second, 1_272_000, D(2018, 6, 1))
    pay(first, 2_035_000, D(2018, 6, 20))
    days = [D(2018, 1, 1) + timedelta(days=step) for step in range(0, 190, 7)] + [D(2018, 6, 1), D(2018, 6, 20)]
    with django_assert_num_queries(3):
        found = upk_portfolio.loans_at(upk, days, today=TODAY)
    for on in days:
        wanted = {
            loan.no: brute(loan, list(loan.instalments.order_by("no")), on)
            for loan in (first, second)
            if loan.disbursed_on <= on
        }
        assert {one.loan.no: one.age for one in found[on]} == {
            no: age for no, age in wanted.items() if age.outstanding
        }, on
        with django_assert_max_num_queries(4):
            assert [one.age for one in upk_portfolio.portfolio(upk, on, today=TODAY)] == [one.age for one in found[on]]
    (row,) = upk_portfolio.portfolio(upk, D(2018, 3, 20), today=TODAY)[:1]
    assert (row.last_on, row.paid_charge, row.paid_principal) == (D(2018, 3, 10), 45_000, 455_000)
    assert upk_portfolio.portfolio(upk, D(2018, 6, 20), today=TODAY) == []


def test_what_falls_due_today_is_not_late_while_the_day_lasts(upk):
    lend(upk, ksm(upk, "Mawar"), 3_000_000, D(2018, 1, 31), periods=3)
    (now,) = upk_portfolio.portfolio(upk, D(2018, 2, 28), today=D(2018, 2, 28))
    (then,) = upk_portfolio.portfolio(upk, D(2018, 2, 28), today=D(2018, 3, 1))
    assert (now.age.instalments_late, then.age.instalments_late) == (0, 1)


def test_twelve_months_in_as_many_queries_as_one(upk, django_assert_num_queries):
    loan = lend(upk, ksm(upk, "Mawar"), 10_000_000, D(2018, 1, 15), periods=10)
    for month in (2, 3, 4):
        pay(loan, 1_150_000, D(2018, month, 15))
    write(upk, "upk_administration", D(2018, 3, 3), 300_000)
    write(upk, "upk_capital", D(2018, 5, 1), 20_000_000)
    months = upk_portfolio.months_before(D(2018, 9, 1))
    assert (months[0], months[3], months[-1]) == (D(2017, 10, 1), D(2018, 1, 1), D(2018, 9, 1))
    days = [upk_portfolio.month_end(one, TODAY) for one in months]
    for asked in (days[-1:], days):
        with django_assert_num_queries(7):
            found = upk_portfolio.figures(upk, asked, today=TODAY)
    march = {one.key: one for one in found[5].indicators}
    assert found[5].on == D(2018, 3, 31)
    assert (march["ccr"].part, march["ccr"].whole) == (300_000, 300_000)
    assert march["roi"].value == 0
    june = {one.key: one for one in found[8].indicators}
    assert june["roi"].value == Fraction(150_000 * 12, 6 * 120_000_000)
    assert [one.band for one in found[8].indicators] == ["good", "good", "good", "minimum", "good"]
    july = {one.key: one for one in found[9].indicators}
    assert (july["lar"].part, july["par"].value) == (1, 1)
    assert july["rr"].value == Fraction(7_000_000 - 3 * 1_150_000, 7_000_000)
    assert [one.value for one in found[0].indicators] == [None] * 5
    assert upk_portfolio.month_end(D(2019, 6, 1), TODAY) == TODAY
    assert upk_portfolio.month_after(D(2019, 5, 1), TODAY) == D(2019, 6, 1)
    assert upk_portfolio.month_after(D(2019, 6, 1), TODAY) is None


def test_the_last_of_december_still_shows_the_year_after_its_closing(upk):
    write(upk, "upk_other_income", D(2018, 6, 1), 900_000)
    write(upk, "upk_other_cost", D(2018, 7, 1), 600_000)
    legs = (Leg(chart.OTHER_INCOME, 900_000), Leg(chart.OTHER_COST, -600_000), Leg(chart.RETAINED_SURPLUS, -300_000))
    closing = Draft(on=D(2018, 12, 31), kind="year_end", legs=legs)
    post(book=upk.book, key=uuid4(), content={}, drafts=[closing], by=None, at=at(D(2019, 1, 5)))
    found = upk_portfolio.results_at(upk, [D(2018, 12, 31), D(2019, 1, 31)])
    assert (found[D(2018, 12, 31)].income, found[D(2018, 12, 31)].cost) == (900_000, 600_000)
    assert (found[D(2019, 1, 31)].income, found[D(2019, 1, 31)].cost) == (0, 0)


def test_every_month_is_judged_by_the_version_that_held_in_it(upk):
    lend(upk, ksm(upk, "Mawar"), 10_000_000, D(2018, 1, 15), rate="0")
    for from_on, edge in ((D(2018, 6, 1), 100), (D(2018, 8, 1), 30)):
        set_upk_policy(bkm=upk.bkm, from_on=from_on, by=None, at=at(from_on), lar_good=edge, lar_limit=edge)
    days = [D(2018, 5, 31), D(2018, 6, 30), D(2018, 8, 31)]
    bands = [one.indicators[0].band for one in upk_portfolio.figures(upk, days, today=TODAY)]
    assert bands == ["hold", "good", "hold"]
