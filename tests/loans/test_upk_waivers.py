"""A UPK waives jasa of a loan: it is never posted, both books seal the decision, and members' shares keep theirs."""

from copy import deepcopy
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from ledger.models import Submission
from loans import services
from loans.models import UpkPolicy, UpkWaiver
from loans.selectors import open_loans, reconcile
from loans.selectors.upk_portfolio import loans_at
from loans.selectors.upk_rewards import rewards, settled_loans
from meetings.models import HandOver
from meetings.services import correct_hand_over
from meetings.sheet import Payment, Row
from tests.factories import treasurer
from tests.loans.two_tiers import book, lend, line_of, monthly, pass_on, refused, sheet, village
from tests.loans.upk_village import at, staff

pytestmark = pytest.mark.django_db

LENT, FIRST, DAY, LATER, TODAY = (
    date(2018, 11, 15), date(2018, 11, 22), date(2018, 12, 20), date(2018, 12, 27), date(2019, 1, 2),
)  # fmt: skip


@pytest.fixture(scope="module")
def group_of_the_file(whole_file):
    return village()


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


@pytest.fixture
def loan(group):
    """2.500.000 over ten months, flat, 37.500 jasa a month. Members brought 300.000: 253.125 pokok, 46.875 jasa."""
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10, round_to=0), LENT)
    sheet(group, FIRST, dict.fromkeys(range(1, 6), 60_000))
    assert {code: book(group)[code] for code in ("2210", "2220", "5110")} == {
        "2210": 2_246_875, "2220": 300_000, "5110": 46_875,
    }  # fmt: skip
    return loan


def waive(loan, amount, on=DAY, **more):
    told = {"decided_on": on, "decision": "Banjir", "key": uuid4(), "by": None, "at": at(TODAY)}
    return services.waive_upk_jasa(loan=loan, amount=amount, on=on, **told | more)


def undo(waiver, reason="Keliru", key=None):
    return services.undo_upk_waiver(waiver=waiver, reason=reason, key=key or uuid4(), by=None, at=at(TODAY))


def test_jasa_that_is_waived_is_not_asked_for_and_what_was_collected_of_it_stands_for_principal(group, loan):
    """Of 375.000 there stay 25.000, of the last instalment: 21.875 of the 46.875 collected are principal now."""
    before, upk, key = book(group), book(loan.upk), uuid4()
    waiver = waive(loan, 350_000, key=key)
    assert waive(loan, 350_000, key=key) == waiver
    assert waiver.forgiven == {**{str(no): 37_500 for no in range(1, 10)}, "10": 12_500}
    after = book(group)
    assert after == before | {"2210": 2_225_000, "2220": 300_000, "5110": 25_000}
    assert (book(loan.upk), reconcile()) == (upk, [])
    sealed = Submission.objects.filter(key=key).order_by("book")
    assert len({one.content for one in sealed}) == 1
    assert (len(sealed), "Banjir" in sealed[0].content) == (2, True)
    line = line_of(loan, DAY)
    assert (line.state.outstanding, line.state.charge_due, line.state.arrears, line.charge_left) == (
        2_500_000, 0, 250_000, 25_000,
    )  # fmt: skip
    # The day before still knew it late with its jasa.
    ages = loans_at(loan.upk, [date(2018, 12, 19), DAY], today=LATER)
    assert [one.age.arrears for day in ages.values() for one in day] == [287_500, 250_000]
    payment = pass_on(loan, 300_000, LATER)
    assert (payment.principal, payment.charge) == (300_000, 0)
    assert ({"2220", "4110"} & set(book(loan.upk)) | {"2220"} & set(book(group)), reconcile()) == (set(), [])
    # All that the members still bring: 2.225.000 for the UPK, the rest is the KSM's own.
    sheet(group, LATER, {share.loan.member.no: share.remaining for share in open_loans(group)})
    assert (book(group)["2220"], book(group)["5110"], reconcile()) == (2_225_000, 25_000, [])
    pass_on(loan, 2_225_000, date(2018, 12, 30))
    assert (line_of(loan, DAY).state.remaining, {"2210", "2220"} & set(book(group)), reconcile()) == (0, set(), [])
    UpkPolicy.objects.create(bkm=loan.upk.bkm, version=1, from_on=LENT, reward=10, written_at=at(LENT))
    (earned,) = rewards(settled_loans(loan.upk), loan.upk.bkm_id)
    assert (earned.charge, earned.late, earned.amount) == (25_000, 1, 0)
    assert refused(lambda: waive(loan, 1, date(2018, 12, 30))) == ["settled"]


def test_jasa_collected_when_no_principal_is_left_to_collect_becomes_the_ksm_s_own(group):
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10, round_to=0), LENT)
    sheet(group, FIRST, dict.fromkeys(range(1, 6), 575_000))
    before = book(group)
    waiver = waive(loan, 300_000)
    assert book(group) == before | {"2220": 2_575_000, "5110": 75_000}
    assert (reconcile(), waiver.entry.on) == ([], DAY)
    key = uuid4()
    assert undo(waiver, key=key) == undo(waiver, key=key)
    assert (book(group), reconcile(), line_of(loan, DAY).charge_left) == (before, [], 375_000)
    assert refused(lambda: undo(waiver)) == ["undone"]
    assert waive(loan, 300_000).no == 2


def test_a_waiver_taken_back_after_a_correction_leaves_the_books_in_order(group, loan):
    """Nothing was collected beyond what is asked for: no entry. Then there was, and sheets are corrected."""
    small = waive(loan, 75_000)
    assert (small.entry, book(group)["5110"]) == (None, 46_875)
    large = waive(loan, 300_000)
    assert book(group).get("5110", 0) == 0
    assert refused(lambda: undo(small)) == ["later_history"]
    for no in range(1, 6):
        hand_over = HandOver.objects.get(meeting__group=group, meeting__on=FIRST, member__no=no)
        row = Row(no, "H", payments=(Payment(1_000),))
        correct_hand_over(hand_over=hand_over, row=row, reason="Salah", key=uuid4(), by=None, at=at(TODAY))
    assert reconcile() == []
    undo(large)
    undo(small)
    assert (reconcile(), line_of(loan, DAY).charge_left, line_of(loan, DAY).spared) == ([], 375_000, 0)


def test_what_was_waived_is_not_taken_back_behind_its_back(group, loan):
    first = pass_on(loan, 100_000, DAY)
    waiver = waive(loan, 100_000, LATER)
    told = {"reason": "Salah", "by": None, "at": at(TODAY)}
    assert refused(lambda: services.take_back_upk_payment(payment=first, key=uuid4(), **told)) == ["waived"]
    second = pass_on(loan, 100_000, LATER)
    assert refused(lambda: undo(waiver)) == ["later_history"]
    services.take_back_upk_payment(payment=second, key=uuid4(), **told)
    lost = services.write_off_upk_loan(
        loan=loan, on=LATER, decided_on=LATER, decision="Macet", key=uuid4(), by=None, at=at(TODAY)
    )
    assert refused(lambda: undo(waiver)) == ["written_off"]
    assert refused(lambda: waive(loan, 1, LATER)) == ["written_off"]
    services.undo_upk_write_off(write_off=lost, key=uuid4(), **told)
    undo(waiver)
    services.take_back_upk_payment(payment=first, key=uuid4(), **told)
    assert (reconcile(), line_of(loan, DAY).charge_left) == ([], 375_000)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"amount": 0}, {"amount": ["waived"]}),
        ({"amount": 337_501}, {"amount": ["waived"]}),
        ({"decision": " "}, {"decision": ["required"]}),
        ({"decided_on": LATER}, {"decided_on": ["decided_later"]}),
        ({"on": date(2018, 12, 19), "decided_on": LENT}, {"on": ["before_last"]}),
        ({"on": date(2019, 1, 5)}, {"on": ["future"]}),
    ],
)
def test_a_waiver_that_cannot_be_is_refused_at_its_field(group, loan, change, codes):
    pass_on(loan, 287_500, DAY)
    before = book(group)
    assert refused(lambda: waive(loan, **{"amount": 1_000} | change)) == codes
    assert (book(group), UpkWaiver.objects.count()) == (before, 0)


def test_a_waiver_is_not_taken_back_without_a_reason(loan):
    assert refused(lambda: undo(waive(loan, 1), reason=" ")) == {"reason": ["reason_required"]}


@pytest.mark.tampers
def test_the_named_check_finds_a_waiver_that_says_another_sum(loan):
    waive(loan, 100_000)
    UpkWaiver.objects.update(amount=90_000)
    assert [(one.check, one.in_group, one.in_upk) for one in reconcile()] == [("waiver", 100_000, 90_000)]


def test_staff_waive_jasa_print_it_and_take_it_back(group, loan, client):
    client.force_login(staff(loan.upk))
    args = [loan.upk.bkm.code, loan.no]
    card, address = reverse("upk_loan", args=args), reverse("upk_waive", args=args)
    paper, back = (reverse(name, args=[*args, 1]) for name in ("upk_waiver_print", "upk_waiver_back"))
    assert address in client.get(card).text
    shown = client.get(address).text
    assert ("Rp375.000" in shown, "Rp2.500.000" in shown) == (True, True)
    said = {"key": uuid4(), "amount": "400.000", "on": "20-12-2018", "decided_on": "19-12-2018", "decision": "Banjir"}
    bad = client.post(address, said)
    assert (bad.status_code, set(bad.context["form"].errors)) == (422, {"amount"})
    assert client.post(address, said | {"amount": "350.000"}).headers["Location"] == card
    after = client.get(card).text
    assert [text in after for text in ("Banjir", paper, back, "37.500 tidak ditagih")] == [True] * 4
    printed = client.get(paper, {"paper": "f4"}).text
    for text in ("tiga ratus lima puluh ribu", "Rp350.000", "Rp375.000", "Banjir"):
        assert text in printed
    client.force_login(treasurer(group))
    theirs = client.get(reverse("group_upk_loan", args=[group.code, loan.no])).text
    assert ("Banjir" in theirs, back in theirs) == (True, False)
    client.force_login(staff(loan.upk))
    assert client.post(back, {"key": uuid4(), "reason": ""}).status_code == 422
    assert client.post(back, {"key": uuid4(), "reason": "Keliru"}).headers["Location"] == card
    assert client.get(back).status_code == 404
