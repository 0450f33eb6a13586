"""What the screens of loans read: list, borrower and card, to the rupiah, in a fixed number of queries."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups.models import Member
from ledger.services import Leg
from loans import selectors, services
from meetings.models import HandOver
from meetings.services import correct_hand_over
from meetings.sheet import Payment, Row
from tests.compliance.village import day, found_group, meet, noon, post
from tests.loans.test_services import BUDI, JULAIKA, SARI, SYAWIYAH, WATI, asks, sheet

pytestmark = pytest.mark.django_db


def queries(act):
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


def test_social_fund_and_money_of_the_upk_in_the_box_are_not_lent():
    group = found_group(opening=150_000)
    assert selectors.lendable(group) == selectors.Lendable(cash=150_000, social=0, held_for_upk=0)
    post(group, day(1), "opening", Leg("1110", 30_000), Leg("2310", -30_000))
    post(group, day(1), "opening", Leg("1110", 45_500), Leg("2220", -45_500))
    assert selectors.lendable(group) == selectors.Lendable(cash=225_500, social=30_000, held_for_upk=45_500)
    assert selectors.lendable(group).amount == 150_000
    sheet(group, day(1), lend=[asks(group, SARI, 200_000, day(1))])
    assert (selectors.lendable(group).cash, selectors.lendable(group).amount) == (25_500, 0)


def test_the_list_of_a_day_says_who_owes_who_waits_and_who_never_borrowed():
    group = found_group()
    first, second = asks(group, JULAIKA, 100_000, day(1)), asks(group, SARI, 20_000, day(1), periods=2)
    sheet(group, day(1), lend=[first, second])
    asks(group, BUDI, 30_000, day(2))
    sheet(group, day(2), pay={SARI: 10_050})
    sheet(group, day(3), pay={SARI: 10_050, JULAIKA: 8_000})

    book = selectors.loan_book(group, day(4))
    (line,) = book.lines
    assert (line.loan.no, line.loan.member.name) == (1, "Julaika")
    # Three are due, 30.750; 8.000 came, of it 500 jasa.
    assert (line.state.outstanding, line.state.arrears, line.state.instalments_late) == (92_500, 22_750, 3)
    assert (line.light, line.state.next_due, line.next_amount) == ("red", day(5), 10_250)
    assert (book.outstanding, book.arrears, book.late) == (92_500, 22_750, 1)
    assert [(one.request.member.no, one.days) for one in book.waiting] == [(BUDI, 14)]
    assert [member.no for member in book.never] == [WATI, BUDI, SYAWIYAH]
    assert book.lendable.amount == 150_000 - 120_000 + 28_100
    assert [(loan.no, loan.settled_on) for loan in selectors.settled_loans(group)] == [(2, day(3))]


@pytest.mark.parametrize(("late", "light"), [(0, "green"), (1, "amber"), (2, "amber"), (3, "red"), (12, "red")])
def test_three_instalments_late_is_red(late, light):
    assert selectors.light_of(late) == light


def test_a_borrower_is_weighed_by_her_savings_and_her_loans():
    group = found_group()
    meet(group, day(1), {JULAIKA: 2000}, voluntary={JULAIKA: 5000}, lend=[])
    sheet(group, day(2), lend=[asks(group, JULAIKA, 20_000, day(2), periods=2)])
    sheet(group, day(4), pay={JULAIKA: 5_000})
    weighed = selectors.borrower(group, group.members.get(no=JULAIKA), day(4))
    # 20.100 were due; 5.000 paid both weeks' jasa (100) and 4.900 of the pokok.
    assert (weighed.savings, weighed.outstanding, weighed.arrears, weighed.borrowed_before) == (
        7_000,
        15_100,
        15_100,
        0,
    )
    sheet(group, day(5), pay={JULAIKA: 15_100})
    weighed = selectors.borrower(group, group.members.get(no=JULAIKA), day(5))
    assert (weighed.outstanding, weighed.lines, weighed.borrowed_before) == (0, [], 1)


def test_the_next_form_opens_with_the_terms_of_the_last_loan():
    group = found_group()
    assert selectors.last_terms(group) is None
    asked = asks(group, SARI, 20_000, day(1), periods=4)
    assert selectors.last_terms(group) == asked
    sheet(group, day(1), lend=[asked])
    asks(group, WATI, 20_000, day(2), periods=6)
    assert selectors.last_terms(group).periods == 4


def test_a_card_shows_each_instalment_each_payment_and_what_is_left():
    group = found_group()
    sheet(group, day(1), lend=[asks(group, JULAIKA, 100_000, day(1))])
    sheet(group, day(2), pay={JULAIKA: 10_250})
    sheet(group, day(4), pay={JULAIKA: 15_000})
    card = selectors.loan_card(group, 1, day(4))
    assert card.disbursed.number == 2
    assert [(p.entry.number, p.charge, p.principal, p.balance) for p in card.payments] == [
        (3, 250, 10_000, 90_000),
        (4, 500, 14_500, 75_500),
    ]
    assert [(r.row.no, r.total, r.coverage.covered_on, r.coverage.lacking, r.late) for r in card.rows[:4]] == [
        (1, 10_250, day(2), 0, False),
        (2, 10_250, day(4), 0, False),
        (3, 10_250, None, 5_500, True),
        (4, 10_250, None, 10_250, False),
    ]
    assert [row.paid for row in card.rows] == [True, True, *[False] * 8]
    assert card.totals == {"principal": 100_000, "charge": 2_500, "total": 102_500}
    assert (card.state.outstanding, card.state.arrears, card.light) == (75_500, 5_500, "amber")


def test_a_corrected_payment_leaves_the_card_and_is_named():
    group = found_group()
    sheet(group, day(1), lend=[asks(group, JULAIKA, 100_000, day(1))])
    sheet(group, day(2), pay={JULAIKA: 20_250})
    wrong = HandOver.objects.get(entry__number=3)
    row = Row(JULAIKA, "H", payments=(Payment(10_250),))
    correct_hand_over(hand_over=wrong, row=row, reason="salah tulis", key=uuid4(), by=None, at=noon(day(2)))
    card = selectors.loan_card(group, 1, day(2))
    assert card.corrected == [3]
    assert [(p.entry.number, p.entry.on, p.total, p.balance) for p in card.payments] == [(5, day(2), 10_250, 90_000)]
    assert card.state.outstanding == 90_000


def test_a_loan_of_another_group_has_no_card_here():
    mawar, melati = found_group(), found_group(code="KSM-MELATI")
    sheet(mawar, day(1), lend=[asks(mawar, SARI, 20_000, day(1))])
    assert selectors.loan_card(melati, 1, day(1)) is None
    assert selectors.loan_book(melati, day(1)).lines == []
    assert selectors.borrower(melati, Member.objects.get(group=melati, no=SARI), day(1)).lines == []


def test_more_loans_and_more_payments_cost_no_more_queries():
    group = found_group(opening=500_000)
    sheet(group, day(1), lend=[asks(group, SARI, 100_000, day(1))])
    sheet(group, day(2), pay={SARI: 10_250})
    reads = (
        lambda: selectors.loan_book(group, day(5)),
        lambda: selectors.loan_card(group, 1, day(5)).rows,
        lambda: selectors.borrower(group, group.members.get(no=SARI), day(5)),
    )
    before = [queries(read) for read in reads]
    assert before == [4, 2, 4]
    sheet(group, day(3), pay={SARI: 10_250}, lend=[asks(group, no, 100_000, day(3)) for no in (SARI, WATI, BUDI)])
    sheet(group, day(4), pay={SARI: 10_250, WATI: 10_250})
    services.request_loan(
        group=group,
        member=group.members.get(no=SYAWIYAH),
        amount=10_000,
        purpose="",
        terms=services.terms_of(asks(group, JULAIKA, 10_000, day(4)), 10_000),
        on=day(4),
    )
    assert [queries(read) for read in reads] == before
