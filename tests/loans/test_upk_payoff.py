"""A KSM pays its UPK loan off early: the quote of the day, both books in one step, and jasa that is never asked for."""

from copy import deepcopy
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from ledger.models import Entry
from loans import services
from loans.models import UpkLoan, UpkPayment, UpkPolicy
from loans.payoff import Quote
from loans.selectors import open_loans, open_upk_loans, reconcile, settled_upk_loans, upk_card, upk_lines
from loans.selectors.upk_portfolio import figures, loans_at, reserve_sheet
from loans.selectors.upk_rewards import rewards, settled_loans
from meetings.models import HandOver
from meetings.services import correct_hand_over
from meetings.sheet import Payment, Row
from tests.factories import treasurer
from tests.loans.two_tiers import book, lend, monthly, pass_on, refused, rules, sheet, village
from tests.loans.upk_village import at, staff

pytestmark = pytest.mark.django_db

LENT, FIRST, DEC = date(2018, 11, 15), date(2018, 11, 22), date(2018, 12, 15)
EARLY, MEETING, DAY, LATER = date(2018, 12, 10), date(2019, 1, 17), date(2019, 1, 20), date(2019, 1, 24)


@pytest.fixture(scope="module")
def group_of_the_file(whole_file):
    return village()


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


@pytest.fixture
def loan(group):
    """2.400.000, declining at 1,5 % a month: pokok 200.000, jasa 36.000, 33.000, 30.000 … 3.000, 234.000 in all.

    The members brought 300.000; the KSM passed the first instalment on, holds 64.000, and has 2.500.000 of its own.
    """
    loan = lend(group, [480_000] * 5, monthly(2_400_000, 12, method="declining", round_to=0), LENT)
    sheet(group, FIRST, dict.fromkeys(range(1, 6), 60_000))
    pass_on(loan, 236_000, DEC)
    sheet(group, MEETING, {}, weekly=500_000)
    return loan


def flat(group, percent):
    """2.500.000, flat: jasa 37.500 a month. The members brought all 2.875.000 of it within a month."""
    rules(group.bkm.upk, spared_percent=percent)
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10, round_to=0), LENT)
    sheet(group, FIRST, dict.fromkeys(range(1, 6), 575_000))
    return loan


def pay_off(loan, amount, on=DAY, **more):
    told = {"key": uuid4(), "by": None, "at": at(on), "payoff": True}
    return services.receive_upk_payment(loan=loan, amount=amount, on=on, **told | more)


def take_back(payment, on=LATER):
    told = {"reason": "Keliru", "key": uuid4(), "by": None, "at": at(on)}
    return services.take_back_upk_payment(payment=payment, **told)


def quoted(loan, on):
    (line,) = upk_lines(UpkLoan.objects.filter(pk=loan.pk), on)
    return line.quote


def test_a_payoff_pays_what_is_due_and_running_and_ends_the_loan_in_both_books(group, loan):
    asked = quoted(loan, DAY)
    assert asked == Quote(DAY, principal=2_200_000, overdue=33_000, running=30_000, ahead=0, spared=135_000)
    upk, ksm, key = book(loan.upk), book(group), uuid4()
    payment = pay_off(loan, 2_263_000, key=key)
    assert pay_off(loan, 2_263_000, key=key) == payment
    assert (payment.principal, payment.charge, payment.spared) == (2_200_000, 63_000, 135_000)
    assert payment.forgiven == {str(no): 27_000 - 3_000 * (no - 4) for no in range(4, 13)}
    after = book(loan.upk)
    assert (after["1110"], after["4110"], "1220" in after) == (upk["1110"] + 2_263_000, 99_000, False)
    # The KSM: 64.000 it held, 2.199.000 of its own money; and no titipan any more.
    after = book(group)
    assert (after["1110"], after["5110"], {"2210", "2220"} & set(after)) == (ksm["1110"] - 2_263_000, 99_000, set())
    assert (after["1210"], after["4110"]) == (ksm["1210"], ksm["4110"]), "the shares are as they were"
    assert reconcile() == []
    assert (list(open_upk_loans(group=group)), list(settled_upk_loans(loan.upk))) == ([], [loan])
    (line,) = upk_lines(UpkLoan.objects.filter(pk=loan.pk), LATER)
    assert (line.state.remaining, line.state.arrears, line.quote.total) == (0, 0, 0)
    assert sum(row.charge for row in line.agreed) - sum(row.charge for row in line.rows) == 135_000
    # The UPK's figures: the day before still knows it late, the day itself knows nothing of it.
    days = loans_at(loan.upk, [DEC, date(2019, 1, 19), DAY], today=LATER)
    late = [
        [(one.age.outstanding, one.age.arrears, one.age.instalments_late) for one in each] for each in days.values()
    ]
    assert late == [[(2_200_000, 0, 0)], [(2_200_000, 233_000, 1)], []]
    (found,) = figures(loan.upk, [DAY], today=LATER)
    assert (found.balance, found.results.income) == (0, 63_000)
    assert reserve_sheet(loan.upk, DAY, today=LATER).needed == 0
    assert refused(lambda: pay_off(loan, 1)) == ["settled"]
    assert refused(lambda: pass_on(loan, 1, LATER)) == {"amount": ["overpaid"]}


def test_what_members_bring_after_a_payoff_is_the_ksm_s_own(group, loan):
    pay_off(loan, 2_263_000)
    before = book(group)
    sheet(group, LATER, dict.fromkeys(range(1, 6), 60_000))
    after = book(group)
    assert after["1110"] == before["1110"] + 300_000
    assert {"2210", "2220"} & set(after) == set()
    assert after["5110"] == before["5110"]
    assert before["1210"] - after["1210"] + after["4110"] - before["4110"] == 300_000
    # A sheet from before the payoff is corrected: the KSM's own money stands for what was not collected.
    hand_over = HandOver.objects.get(meeting__group=group, meeting__on=FIRST, member__no=1)
    row = Row(1, "H", payments=(Payment(50_000),))
    correct_hand_over(hand_over=hand_over, row=row, reason="Salah", key=uuid4(), by=None, at=at(LATER))
    assert (reconcile(), {"2210", "2220"} & set(book(group))) == ([], set())
    for share in open_loans(group):
        sheet(group, LATER.replace(day=24 + share.loan.member.no), {share.loan.member.no: share.remaining})
    assert (open_loans(group), reconcile(), {"2210", "2220"} & set(book(group))) == ([], [], set())


def test_a_payoff_taken_back_leaves_both_books_as_they_were(group, loan):
    before = book(loan.upk), book(group), quoted(loan, DAY)
    payment = take_back(pay_off(loan, 2_263_000))
    assert (payment.status, payment.payoff) == (UpkPayment.Status.REVERSED, True)
    assert (book(loan.upk), book(group), quoted(loan, DAY)) == before
    assert (reconcile(), list(settled_loans(loan.upk))) == ([], [])
    # It can be paid off again; a month later it takes another month's jasa.
    assert refused(lambda: pay_off(loan, 2_263_000, date(2019, 2, 16))) == {"amount": ["not_the_quote"]}
    assert pay_off(loan, 2_263_000, LATER).spared == 135_000


@pytest.mark.parametrize(
    ("percent", "total", "own"), [(0, 2_875_000, 0), (50, 2_706_250, 168_750), (100, 2_537_500, 337_500)]
)
def test_a_flat_loan_owes_all_its_jasa_unless_the_rules_spare_it(group, percent, total, own):
    """The first month is running, 37.500; 337.500 are ahead. What members brought too much of it is the KSM's own."""
    loan = flat(group, percent)
    cash = book(group)["1110"]
    assert book(group)["2220"] == 2_875_000
    payment = pay_off(loan, total, EARLY)
    after = book(group)
    assert (payment.charge, payment.spared) == (375_000 - own, own)
    assert (after.get("1110", 0) - cash, after["5110"]) == (-total, 375_000 - own)
    assert ({"2210", "2220"} & set(after), reconcile()) == (set(), [])
    UpkPolicy.objects.create(bkm=loan.upk.bkm, version=1, from_on=LENT, reward=10, written_at=at(LENT))
    (earned,) = rewards(settled_loans(loan.upk), loan.upk.bkm_id)
    assert (earned.prompt, earned.charge, earned.amount) == (True, 375_000 - own, (375_000 - own) // 10)
    take_back(payment, EARLY)
    assert (book(group)["2220"], reconcile()) == (2_875_000, [])


def test_a_loan_written_off_is_paid_off_as_income_of_the_upk(group, loan):
    told = {"decided_on": DAY, "decision": "Macet", "key": uuid4(), "by": None, "at": at(DAY)}
    services.write_off_upk_loan(loan=loan, on=DAY, **told)
    payment = pay_off(loan, 2_263_000)
    assert (payment.recovery, payment.principal, book(loan.upk)["4190"]) == (True, 2_200_000, 2_263_000)
    assert (reconcile(), list(open_upk_loans(group=group))) == ([], [])


def test_an_announcement_is_answered_by_the_payoff(group, loan):
    told = {"loan": loan, "amount": 2_263_000, "key": uuid4(), "by": None}
    announced = services.announce_upk_payment(**told, on=DAY)
    payment = pay_off(loan, 2_263_000, announced=announced)
    assert (payment.no, payment.payoff, upk_card(UpkLoan.objects.filter(pk=loan.pk), DAY).announced) == (2, True, None)


@pytest.mark.parametrize(
    ("amount", "on", "codes"),
    [
        (2_398_000, DAY, {"amount": ["not_the_quote"]}),  # all that the schedule asks for
        (2_200_000, date(2018, 12, 14), {"on": ["before_last"]}),
        (2_263_000, date(2019, 1, 16), {"on": ["before_sheet"]}),
    ],
)
def test_a_payoff_that_cannot_be_is_refused_at_its_field(group, loan, amount, on, codes):
    before, entries = book(group), Entry.objects.count()
    assert refused(lambda: pay_off(loan, amount, on)) == codes
    assert (book(group), Entry.objects.count()) == (before, entries)


@pytest.mark.tampers
def test_the_named_check_finds_a_payoff_that_left_something(group, loan):
    payment = pay_off(loan, 2_263_000)
    UpkPayment.objects.filter(pk=payment.pk).update(spared=130_000)
    number = payment.group_entry.number
    assert [(one.check, one.in_group, one.in_upk, one.entry) for one in reconcile()] == [
        ("payoff", 234_000, 234_000, number)
    ]


def test_staff_see_what_it_takes_confirm_it_and_print_it(group, loan, client):
    client.force_login(treasurer(group))
    seen = client.get(reverse("group_upk_loan", args=[group.code, loan.no])).text
    assert "Rp2.398.000" in seen, "by today the last instalment is due"
    agreement = reverse("upk_agreement_print", args=[group.code, loan.no])
    client.force_login(staff(loan.upk))
    args = [loan.upk.bkm.code, loan.no]
    card, address, paper = (reverse(name, args=args) for name in ("upk_loan", "upk_payoff", "upk_payoff_print"))
    assert address in client.get(card).text
    assert client.get(paper).status_code == 404
    assert "Rp2.398.000" in client.get(address).text
    said = {"key": uuid4(), "on": "20-01-2019", "seen": "2398000", "remark": ""}
    new = client.post(address, said)  # on that day less is asked: she sees it first
    assert (new.status_code, list(new.context["form"].errors), 'value="2263000"' in new.text) == (
        422,
        ["__all__"],
        True,
    )
    for text in ("Rp2.263.000", "Rp135.000", "Rp64.000", "Rp2.199.000"):
        assert text in new.text
    shown = client.post(address, said | {"show": "1", "on": "14-12-2018"})
    assert (shown.status_code, 'value="2200000"' in shown.text) == (200, True)
    early = client.post(address, said | {"on": "14-12-2018", "seen": "2200000"})
    assert (early.status_code, list(early.context["form"].errors)) == (422, ["on"])
    bad = client.post(address, {"key": uuid4(), "on": "", "seen": ""})
    assert (bad.status_code, set(bad.context["form"].errors)) == (422, {"on", "seen"})
    assert UpkPayment.objects.filter(payoff=True).count() == 0
    done = client.post(address, said | {"seen": "2263000", "remark": "Pelunasan dipercepat"})
    assert done.headers["Location"] == card
    after = client.get(card).text
    assert (paper in after, f'"{address}"' in after, "Rp135.000" in after) == (True, False, True)
    printed = client.get(paper, {"paper": "f4"}).text
    for text in ("dua juta dua ratus enam puluh tiga ribu", "Rp135.000", "Pelunasan dipercepat"):
        assert text in printed
    settled = client.get(address)
    assert (settled.status_code, "btn-primary" in settled.text) == (200, False)
    again = client.post(address, said | {"key": uuid4(), "seen": "0"})
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["__all__"])
    client.force_login(treasurer(group))
    assert "Rp234.000" in client.get(agreement).text, "what was agreed stays agreed"
