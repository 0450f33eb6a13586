"""A UPK reschedules a loan: the rest is a new loan in both books, what is held and the members' shares move with it."""

from copy import deepcopy
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from ledger.models import Account
from loans import services
from loans.models import Loan, LoanStep, UpkLoan, UpkReschedule
from loans.selectors import open_loans, open_upk_loans, reconcile, settled_upk_loans
from loans.selectors.upk_portfolio import figures, loans_at
from loans.selectors.upk_rewards import settled_loans
from loans.services import Deed
from tests.factories import treasurer
from tests.loans.two_tiers import book, lend, line_of, monthly, pass_on, refused, rules, sheet, village
from tests.loans.upk_village import at, staff
from tests.test_bad_input import fields_of

pytestmark = pytest.mark.django_db

LENT, FIRST, DEC, DAY, NEXT, TODAY = (
    date(2018, 11, 15), date(2018, 11, 22), date(2018, 12, 15), date(2018, 12, 27), date(2019, 1, 3), date(2019, 2, 1),
)  # fmt: skip
FIFTEEN = monthly(2_250_000, 15, round_to=0)  # 150.000 and jasa 33.750 a month, 506.250 in all


@pytest.fixture(scope="module")
def group_of_the_file(whole_file):
    return village()


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


@pytest.fixture
def loan(group):
    """2.500.000 over ten months, flat. 287.500 of 300.000 passed on: held are 3.125 pokok and 9.375 jasa."""
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10, round_to=0), LENT)
    sheet(group, FIRST, dict.fromkeys(range(1, 6), 60_000))
    pass_on(loan, 287_500, DEC)
    return loan


def reschedule(loan, on=DAY, terms=FIFTEEN, **more):
    told = {"decided_on": on, "decision": "Gagal panen", "key": uuid4(), "by": None, "at": at(TODAY)}
    return services.reschedule_upk_loan(loan=loan, terms=terms, on=on, **told | more)


def undo(move, reason="Keliru", key=None):
    return services.undo_upk_reschedule(reschedule=move, reason=reason, key=key or uuid4(), by=None, at=at(TODAY))


def by_loan(body, *codes):
    accounts = Account.objects.filter(book=body.book_id, code__in=codes).exclude(balance=0)
    return {(one.code, one.loan_no): abs(one.balance) for one in accounts}


def test_the_rest_of_a_loan_goes_on_as_a_new_one_in_both_books(group, loan):
    before, upk, key = book(group), book(loan.upk), uuid4()
    move = reschedule(loan, key=key)
    assert reschedule(loan, key=key) == move
    fresh = move.fresh
    assert (fresh.no, fresh.replaces, fresh.principal, fresh.charge, fresh.blocked_percent) == (
        2, loan, 2_250_000, 506_250, loan.blocked_percent,
    )  # fmt: skip
    assert (move.principal, move.spared, move.forgiven) == (
        2_250_000,
        337_500,
        {str(no): 37_500 for no in range(2, 11)},
    )
    assert (book(group), book(loan.upk), reconcile()) == (before, upk, [])
    assert by_loan(loan.upk, "1220", "4110") == {("1220", 2): 2_250_000, ("4110", 1): 37_500}
    assert by_loan(group, "2210", "2220", "5110") == {
        ("2210", 2): 2_246_875, ("2220", 2): 12_500, ("5110", 1): 37_500, ("5110", 2): 9_375,
    }  # fmt: skip
    old, new = line_of(loan, DAY), line_of(fresh, DAY)
    assert (old.state.remaining, old.state.arrears, old.gap.amount, old.spared) == (0, 0, 0, 337_500)
    assert (new.state.remaining, new.state.arrears, new.gap.amount, new.gap.since) == (2_756_250, 0, 12_500, FIRST)
    assert (list(open_upk_loans(group=group)), list(settled_upk_loans(loan.upk))) == ([fresh], [loan])
    assert list(settled_loans(loan.upk)) == [], "no reward for a loan that was not paid back as agreed"
    # Figures: until the day before one loan, from the day on the other.
    days = loans_at(loan.upk, [date(2018, 12, 26), DAY], today=TODAY)
    assert [[(one.loan.no, one.age.outstanding, one.age.arrears) for one in day] for day in days.values()] == [
        [(1, 2_250_000, 0)], [(2, 2_250_000, 0)],
    ]  # fmt: skip
    (found,) = figures(loan.upk, [DAY], today=TODAY)
    assert (found.balance, found.results.income) == (2_250_000, 37_500)
    # The shares: 449.375 each over sixty weeks; 1.875 of jasa that was due is waived with it.
    shares = open_loans(group)
    assert [(one.loan.upk_loan, one.outstanding, one.loan.periods, len(one.rows)) for one in shares] == [
        (fresh, 449_375, 60, 60)
    ] * 5
    steps = LoanStep.objects.filter(loan__upk_loan=loan)
    assert {(one.kind, one.principal, one.waived, one.decision) for one in steps} == {
        ("reschedule", 449_375, 1_875, "Gagal panen")
    }
    # It goes on: laid aside for the new loan, passed on, and paid back to the last rupiah.
    sheet(group, NEXT, dict.fromkeys(range(1, 6), 20_000))
    assert (by_loan(group, "2220"), reconcile()) == ({("2220", 2): 112_500}, [])
    pass_on(fresh, 112_500, NEXT)
    assert reconcile() == []
    sheet(group, TODAY, {one.loan.member.no: one.remaining for one in open_loans(group)})
    pass_on(fresh, line_of(fresh, DAY).state.remaining, TODAY)
    assert (open_loans(group), line_of(fresh, DAY).state.remaining, reconcile()) == ([], 0, [])
    assert {"2210", "2220"} & set(book(group)) == set()
    assert list(settled_loans(loan.upk)) == []


def test_a_reschedule_taken_back_leaves_both_books_and_the_shares_as_they_were(group, loan):
    shares = [(one.loan.no, one.remaining) for one in open_loans(group)]
    before = by_loan(group, "2210", "2220", "5110"), by_loan(loan.upk, "1220", "4110"), line_of(loan, DAY), shares
    move, key = reschedule(loan), uuid4()
    (step, *_rest) = LoanStep.objects.filter(loan__upk_loan=loan).order_by("loan__no")
    alone = {"step": step, "key": uuid4(), "reason": "Keliru", "by": None, "at": at(TODAY)}
    assert refused(lambda: services.undo(**alone)) == ["upk_reschedule"]
    assert undo(move, key=key) == undo(move, key=key)
    after = [(one.loan.no, one.remaining) for one in open_loans(group)]
    assert (
        by_loan(group, "2210", "2220", "5110"),
        by_loan(loan.upk, "1220", "4110"),
        line_of(loan, DAY),
        after,
    ) == before
    assert (reconcile(), list(settled_upk_loans(loan.upk))) == ([], [])
    assert (line_of(move.fresh, DAY).state.remaining, Loan.objects.filter(upk_loan=move.fresh).count()) == (0, 5)
    assert refused(lambda: undo(move)) == ["undone"]
    again = reschedule(loan)
    assert (again.fresh.no, reconcile()) == (3, [])
    assert refused(lambda: undo(again, reason=" ")) == {"reason": ["reason_required"]}


def test_what_happened_since_is_taken_back_first(group, loan):
    waiver = services.waive_upk_jasa(
        loan=loan, amount=1_000, on=DAY, decided_on=DAY, decision="Banjir", key=uuid4(), by=None, at=at(TODAY)
    )
    move = reschedule(loan)
    told = {"reason": "Keliru", "key": uuid4(), "by": None, "at": at(TODAY)}
    assert refused(lambda: services.undo_upk_waiver(waiver=waiver, **told)) == ["rescheduled"]
    payment = pass_on(move.fresh, 12_500, DAY)
    assert refused(lambda: undo(move)) == ["later_history"]
    services.take_back_upk_payment(payment=payment, **told)
    share = Loan.objects.filter(upk_loan=move.fresh).first()
    act = Deed(key=uuid4(), on=DAY, by=None, at=at(TODAY), decision="Mufakat", decided_on=DAY)
    step = services.waive(loan=share, deed=act, amount=1)
    assert refused(lambda: undo(move)) == ["later_history"]
    services.undo(step=step, **told | {"key": uuid4()})
    undo(move)
    services.undo_upk_waiver(waiver=waiver, **told | {"key": uuid4()})
    assert reconcile() == []


def test_a_payment_of_the_old_loan_stays_while_its_rest_is_rescheduled(loan):
    reschedule(loan)
    told = {"reason": "Keliru", "key": uuid4(), "by": None, "at": at(TODAY)}
    assert refused(lambda: services.take_back_upk_payment(payment=loan.payments.get(), **told)) == ["rescheduled"]
    assert refused(lambda: reschedule(loan)) == ["settled"]


def test_blocked_savings_back_the_new_share(group):
    rules(group.bkm.upk, blocked_percent=10)
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10, round_to=0), LENT)
    reschedule(loan, on=LENT, terms=monthly(2_500_000, 15, "1", round_to=0))
    shares = Loan.objects.filter(upk_loan__replaces=loan)
    assert by_loan(group, "2130") == {("2130", share.no): 50_000 for share in shares}
    assert {one.kind for one in LoanStep.objects.all()} == {"restructure"}
    assert reconcile() == []


def test_when_all_jasa_of_the_old_loan_is_paid_nothing_is_spared(group):
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10, "0", round_to=0), LENT)
    move = reschedule(loan, terms=monthly(2_500_000, 12, "0", round_to=0))
    assert (move.spared, move.forgiven, reconcile()) == (0, {}, [])


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"decision": " "}, {"decision": ["required"]}),
        ({"terms": monthly(2_249_999, 15)}, ["principal"]),
        ({"terms": monthly(2_250_000, 15, "0")}, ["held"]),
        ({"on": date(2018, 12, 14)}, {"on": ["later_history"]}),
        ({"on": date(2019, 1, 16)}, {"on": ["charge_due"]}),
        ({"on": date(2019, 2, 5)}, {"on": ["future"]}),
    ],
)
def test_a_reschedule_that_cannot_be_is_refused_at_its_field(group, loan, change, codes):
    before = book(group)
    assert refused(lambda: reschedule(loan, **change)) == codes
    assert (book(group), UpkReschedule.objects.count(), UpkLoan.objects.count()) == (before, 0, 1)


def test_other_states_of_a_loan_that_refuse_it(group, loan):
    sheet(group, DAY, {1: open_loans(group)[0].remaining - 50})
    assert refused(lambda: reschedule(loan)) == {"periods": ["principal_below_periods"]}
    announced = services.announce_upk_payment(loan=loan, amount=1, key=uuid4(), by=None, on=DAY)
    assert refused(lambda: reschedule(loan)) == ["announced"]
    services.cancel_upk_payment(payment=announced, remark="Batal")
    services.write_off_upk_loan(loan=loan, on=DAY, decided_on=DAY, decision="Macet", key=uuid4(), by=None, at=at(TODAY))
    assert refused(lambda: reschedule(loan)) == ["written_off"]


@pytest.mark.tampers
def test_the_named_check_finds_a_reschedule_that_says_another_sum(loan):
    reschedule(loan)
    UpkReschedule.objects.update(principal=2_000_000)
    assert {(one.check, one.loan) for one in reconcile()} == {("reschedule", 1), ("reschedule", 2)}


def test_staff_see_the_new_schedule_confirm_it_print_it_and_take_it_back(group, loan, client):
    client.force_login(staff(loan.upk))
    code = loan.upk.bkm.code
    address, card, paper, back = (
        reverse(name, args=[code, 1])
        for name in ("upk_reschedule", "upk_loan", "upk_reschedule_print", "upk_reschedule_back")
    )
    assert address in client.get(card).text
    assert (client.get(address).status_code, client.get(paper).status_code) == (200, 404)
    said = {
        "key": uuid4(), "periods": "15", "rate": "1,5", "method": "flat", "round_to": "0", "seen": "",
        "on": "27-12-2018", "decided_on": "27-12-2018", "decision": "Gagal panen",
    }  # fmt: skip
    new = client.post(address, said)
    assert (new.status_code, list(new.context["form"].errors)) == (422, ["__all__"])
    for text in ("183.750", "2.756.250", "449.375", "jasa jatuh tempo, dibebaskan: Rp1.875"):
        assert text in new.text
    shown = client.post(address, said | {"show": "1", "decision": ""})
    assert (shown.status_code, set(shown.context["form"].errors)) == (422, {"decision"})
    seen = new.context["seen"]
    for field, wrong in (("round_to", "2.000.000"), ("periods", "0"), ("decided_on", "28-12-2018")):
        bad = client.post(address, said | {"seen": seen, field: wrong})
        assert (bad.status_code, field in bad.context["form"].errors) == (422, True), field
    done = client.post(address, said | {"seen": seen})
    assert done.headers["Location"] == reverse("upk_loan", args=[code, 2])
    old = client.get(card).text
    assert [text in old for text in (paper, back, "Gagal panen", f'"{address}"')] == [True, True, True, False]
    assert old.count("dijadwal ulang</span>") == 9, "its other nine instalments are not called paid, nor late"
    assert "pinjaman UPK no. 1" in client.get(reverse("upk_loan", args=[code, 2])).text
    printed = client.get(paper, {"paper": "f4"}).text
    for text in ("dua juta dua ratus lima puluh ribu", "Rp337.500", "Gagal panen", "183.750"):
        assert text in printed
    assert client.get(address).status_code == 200
    client.force_login(treasurer(group))
    assert "Dijadwal ulang" in client.get(reverse("group_upk_loan", args=[group.code, 1])).text
    assert client.get(reverse("upk_agreement_print", args=[group.code, 2])).status_code == 200
    client.force_login(staff(loan.upk))
    assert client.post(back, {"key": uuid4(), "reason": ""}).status_code == 422
    assert client.post(back, {"key": uuid4(), "reason": "Keliru"}).headers["Location"] == card
    assert client.get(back).status_code == 404
    assert "dibatalkan" in client.get(reverse("upk_loan", args=[code, 2])).text


@pytest.mark.parametrize("name", ["upk_payoff", "upk_waive", "upk_reschedule"])
def test_whatever_is_typed_into_the_steps_of_a_loan_gets_an_answer(loan, client, name):
    client.force_login(staff(loan.upk))
    address = reverse(name, args=[loan.upk.bkm.code, loan.no])
    good = {"periods": "15", "rate": "1", "method": "flat", "round_to": "0", "on": "27-12-2018", "amount": "1000"}
    good |= {"decided_on": "27-12-2018", "decision": "Mufakat", "remark": "", "seen": "0", "key": str(uuid4())}
    pages = client.get(address), client.post(address, good | {"show": "1"})
    asked_for = good.keys() & {field for page in pages for field in fields_of(page)}
    assert len(asked_for) > 2
    for field in sorted(asked_for):
        for text in ("", "\x00", "9" * 20, "-1", "31-12-9999"):
            answer = client.post(address, good | {"show": "1", field: text})
            assert answer.status_code in (200, 302, 422), (field, text)
