"""A UPK writes a loan off: the reserve first, the KSM goes on owing it, and what comes later is income of the UPK."""

from copy import deepcopy
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from loans import services
from loans.models import UpkWriteOff
from loans.selectors import open_upk_loans, reconcile, settled_upk_loans, upk_rewards
from loans.selectors.upk_portfolio import figures, loans_at, reserve_sheet
from loans.services.upk_reserve import post_reserve
from tests.factories import treasurer
from tests.loans.two_tiers import book, lend, line_of, monthly, pass_on, refused, sheet, village
from tests.loans.upk_village import at, staff

pytestmark = pytest.mark.django_db

LENT, FIRST, DEC = date(2018, 11, 15), date(2018, 11, 22), date(2018, 12, 15)
APRIL, MAY, LATER, TODAY = date(2019, 4, 30), date(2019, 5, 2), date(2019, 5, 10), date(2019, 6, 1)


@pytest.fixture(scope="module")
def loan_of_the_file(whole_file):
    """2.500.000 over ten months; 287.500 passed on, 12.500 held; four instalments are late at the end of April."""
    group = village()
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10, round_to=0), LENT)
    sheet(group, FIRST, dict.fromkeys(range(1, 6), 60_000), weekly=200_000)
    pass_on(loan, 287_500, DEC)
    told = {"by": None, "at": at(TODAY), "today": TODAY}
    post_reserve(upk=loan.upk, on=APRIL, seen=562_500, key=uuid4(), **told)  # class III: 25 % of 2.250.000
    return loan


@pytest.fixture
def loan(loan_of_the_file):
    return deepcopy(loan_of_the_file)


def write_off(loan, on=MAY, **more):
    told = {"decided_on": MAY, "decision": "KSM bubar", "key": uuid4(), "by": None, "at": at(TODAY)}
    return services.write_off_upk_loan(loan=loan, on=on, **told | more)


def test_the_reserve_bears_a_loss_first_and_the_ksm_goes_on_owing(loan):
    in_group, key = book(loan.group), uuid4()
    lost = write_off(loan, key=key)
    assert write_off(loan, key=key) == lost
    assert (lost.principal, lost.from_reserve, lost.loss, lost.charge) == (2_250_000, 562_500, 1_687_500, 150_000)
    legs = lost.entry.postings.select_related("account").order_by("account__code")
    assert [(leg.account.code, leg.account.loan_no, leg.amount) for leg in legs] == [
        ("1220", 1, -2_250_000), ("1229", 0, 562_500), ("5140", 1, 1_687_500),
    ]  # fmt: skip
    assert (book(loan.group), reconcile()) == (in_group, [])
    line = line_of(loan, LATER)
    assert (line.lost, line.state.outstanding, line.state.instalments_late) == (2_250_000, 2_250_000, 4)
    assert [one.pk for one in open_upk_loans(group=loan.group)] == [loan.pk]
    # No figure of the UPK counts it from that day on; those of the days before still do.
    at_days = loans_at(loan.upk, [APRIL, MAY], today=TODAY)
    assert [[one.loan.no for one in at_days[day]] for day in (APRIL, MAY)] == [[1], []]
    (found,) = figures(loan.upk, [MAY], today=TODAY)
    assert (found.balance, found.results.cost) == (0, 562_500 + 1_687_500)
    asked = reserve_sheet(loan.upk, MAY, today=TODAY)
    assert (asked.needed, asked.held) == (0, 0)
    assert refused(lambda: write_off(loan)) == ["written_off"]


def test_what_comes_in_later_is_income_and_lessens_what_is_remembered(loan):
    write_off(loan)
    before = book(loan.upk)
    payment = pass_on(loan, 300_000, LATER)  # all jasa due, and 150.000 of the principal
    assert (payment.principal, payment.charge, payment.recovery) == (150_000, 150_000, True)
    after = book(loan.upk)
    assert (after["1110"], after["4190"]) == (before["1110"] + 300_000, 300_000)
    assert (after["4110"], "1220" in after) == (before["4110"], False)
    assert (line_of(loan, LATER).lost, line_of(loan, LATER).paid_charge, reconcile()) == (2_100_000, 187_500, [])
    first = loan.payments.get(no=1)
    back = {"reason": "Salah", "key": uuid4(), "by": None, "at": at(TODAY)}
    services.take_back_upk_payment(payment=payment, **back)
    assert (book(loan.upk), line_of(loan, LATER).lost, reconcile()) == (before, 2_250_000, [])
    assert refused(lambda: services.take_back_upk_payment(payment=first, **back | {"key": uuid4()})) == ["written_off"]
    assert refused(lambda: pass_on(loan, 1, APRIL)) == {"on": ["before_last"]}
    # The members bring all that is left of their shares, and the KSM passes it on.
    sheet(loan.group, LATER, {}, weekly=500_000)
    pass_on(loan, line_of(loan, LATER).state.remaining, LATER)
    assert (line_of(loan, LATER).lost, line_of(loan, LATER).state.remaining, reconcile()) == (0, 0, [])
    assert {"2210", "2220"} & set(book(loan.group)) == set()
    assert list(upk_rewards.settled_loans(loan.upk)) == [], "given up once, never rewarded"


def test_a_write_off_is_taken_back_and_the_loan_is_as_before(loan):
    before = book(loan.upk)
    lost = write_off(loan)
    payment = pass_on(loan, 100_000, LATER)
    undo = {"write_off": lost, "reason": "Keliru", "by": None, "at": at(TODAY)}
    assert refused(lambda: services.undo_upk_write_off(**undo, key=uuid4())) == ["later_history"]
    services.take_back_upk_payment(payment=payment, reason="Keliru", key=uuid4(), by=None, at=at(TODAY))
    key = uuid4()
    undone = services.undo_upk_write_off(**undo, key=key)
    assert services.undo_upk_write_off(**undo, key=key) == undone
    assert (book(loan.upk), line_of(loan, LATER).lost, reconcile()) == (before, None, [])
    assert refused(lambda: services.undo_upk_write_off(**undo, key=uuid4())) == ["undone"]
    assert write_off(loan).pk != lost.pk


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"decision": " "}, {"decision": ["required"]}),
        ({"decided_on": LATER}, {"decided_on": ["decided_later"]}),
        ({"decided_on": FIRST - (DEC - LENT)}, {"decided_on": ["decided_later"]}),
        ({"on": APRIL.replace(day=1), "decided_on": LENT}, {"on": ["before_last"]}),
        ({"on": date(2019, 6, 30)}, {"on": ["future"]}),
    ],
)
def test_a_write_off_that_cannot_be_is_refused_with_its_reason(loan, change, codes):
    before = book(loan.upk)
    assert refused(lambda: write_off(loan, **change)) == codes
    assert (book(loan.upk), UpkWriteOff.objects.count()) == (before, 0)


def test_a_loan_that_is_paid_back_is_not_written_off(loan):
    sheet(loan.group, MAY, {}, weekly=500_000)
    pass_on(loan, line_of(loan, LATER).state.remaining, MAY)
    assert refused(lambda: write_off(loan)) == ["settled"]
    assert [one.pk for one in settled_upk_loans(loan.upk)] == [loan.pk]


@pytest.mark.tampers
def test_the_named_check_finds_a_write_off_that_says_another_sum(loan):
    write_off(loan)
    UpkWriteOff.objects.update(principal=2_000_000)
    assert [(one.check, one.in_group, one.in_upk) for one in reconcile()] == [
        ("principal", 2_250_000, 2_000_000),
        ("write_off", 2_000_000, 2_250_000),
    ]


def test_staff_write_it_off_print_it_and_take_it_back(loan, client):
    client.force_login(staff(loan.upk))
    code = loan.upk.bkm.code
    card = reverse("upk_loan", args=[code, loan.no])
    address = reverse("upk_write_off", args=[code, loan.no])
    assert address in client.get(card).text
    assert "Rp2.250.000" in client.get(address).text
    said = {"key": uuid4(), "on": "02-05-2019", "decided_on": "02-05-2019", "decision": ""}
    bad = client.post(address, said)
    assert (bad.status_code, set(bad.context["form"].errors)) == (422, {"decision"})
    assert client.post(address, said | {"decision": "KSM bubar"}).headers["Location"] == card
    shown = client.get(card).text
    for text in ("KSM bubar", "Rp562.500", "Rp1.687.500"):
        assert text in shown
    printed = client.get(reverse("upk_write_off_print", args=[code, loan.no]), {"paper": "f4"}).text
    for text in ("dua juta dua ratus lima puluh ribu", "Rp2.250.000", "KSM bubar"):
        assert text in printed
    listed = client.get(reverse("upk_lending", args=[code])).text
    assert "Dihapus buku, masih terutang" in listed
    client.force_login(treasurer(loan.group))
    assert "dihapus buku" in client.get(reverse("group_upk_loan", args=[loan.group.code, loan.no])).text.lower()
    client.force_login(staff(loan.upk))
    back = reverse("upk_write_off_back", args=[code, loan.no])
    assert client.post(back, {"key": uuid4(), "reason": "Keliru"}).headers["Location"] == card
    assert client.get(back).status_code == 404
