"""The named check finds whatever was done to one of the two books alone, and says of which loan."""

import json
from copy import deepcopy
from datetime import date
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from ledger import services as ledger
from ledger.models import Book
from ledger.services import Draft, Leg
from loans.models import Loan, UpkLoan, UpkPayment
from loans.selectors import reconcile
from tests.ledger.village import by_force
from tests.loans.two_tiers import ksm, lend, monthly, pass_on, sheet, village
from tests.loans.upk_village import at

pytestmark = pytest.mark.django_db

LENT, DEC = date(2018, 11, 15), date(2018, 12, 15)


@pytest.fixture(scope="module")
def loan_of_the_file(whole_file):
    """A UPK's second loan, with a payment in both books and something held."""
    group = village()
    lend(ksm(group.bkm.upk, "Lain"), [500_000] * 5, monthly(2_500_000, 10), LENT)
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10), LENT)
    sheet(group, date(2018, 11, 22), dict.fromkeys(range(1, 6), 80_000))
    pass_on(loan, 300_000, DEC)
    assert reconcile() == []
    return loan


@pytest.fixture
def loan(loan_of_the_file):
    return deepcopy(loan_of_the_file)


def write(book: Book, *legs: Leg, kind: str = "other") -> int:
    draft = Draft(on=DEC, kind=kind, legs=legs, memo="Titipan")
    return ledger.post(book=book, key=uuid4(), content={}, drafts=[draft], by=None, at=at(DEC)).entries[0].number


def found(**of):
    return [(one.check, one.in_group, one.in_upk) for one in reconcile(**of)]


def test_a_payment_in_the_upk_s_book_alone(loan):
    number = write(loan.upk.book, Leg("1110", 100_000), Leg("1220", -100_000, loan_no=loan.no))
    lines = reconcile()
    assert {one.loan for one in lines} == {loan.no}
    assert {one.group for one in lines} == {loan.group.code}
    assert [one.check for one in lines] == ["principal", "stranger"]
    assert lines[0].in_group - lines[0].in_upk == 100_000
    assert lines[1].entry == number


def test_jasa_made_larger_in_the_upk_s_book(loan):
    write(loan.upk.book, Leg("1220", 20_000, loan_no=loan.no), Leg("4110", -20_000, loan_no=loan.no))
    checks = [one.check for one in reconcile()]
    assert checks == ["principal", "charge", "stranger"], "sums that cancel out are found all the same"


def test_held_money_spent_in_the_group_s_book_alone(loan):
    write(loan.group.book, Leg("2220", 100_000, loan_no=loan.no), Leg("1110", -100_000), kind="expense")
    checks = {one.check: one for one in reconcile()}
    assert sorted(checks) == ["held", "principal", "stranger"]
    assert checks["principal"].in_upk - checks["principal"].in_group == 100_000


def test_a_debt_made_smaller_in_the_group_s_book(loan):
    write(loan.group.book, Leg("2210", 50_000, loan_no=loan.no), Leg("3210", -50_000))
    assert [one.check for one in reconcile()] == ["principal", "stranger"]


def test_jasa_laid_aside_that_is_no_jasa(loan):
    """Within the group's book alone: principal called jasa."""
    write(loan.group.book, Leg("5110", -50_000, loan_no=loan.no), Leg("2210", 50_000, loan_no=loan.no))
    assert "held" in [one.check for one in reconcile()]


def test_a_payment_that_says_other_than_the_entries(loan):
    payment = loan.payments.get()
    UpkPayment.objects.filter(pk=payment.pk).update(principal=payment.principal - 1, charge=payment.charge + 1)
    assert sorted(one.check for one in reconcile()) == ["charge", "payment", "principal"]
    UpkPayment.objects.filter(pk=payment.pk).update(
        principal=payment.principal, charge=payment.charge, on=date(2018, 12, 14)
    )
    assert [(one.check, one.in_group, one.in_upk) for one in reconcile()] == [("payment", 300_000, 300_000)]
    UpkPayment.objects.filter(pk=payment.pk).update(on=DEC, status="reversed")
    assert [one.check for one in reconcile()][:2] == ["principal", "charge"]


def test_a_payment_whose_other_side_is_another_s(loan):
    other = UpkLoan.objects.get(no=1)
    by_force("UPDATE loans_upkpayment SET loan_id = %s WHERE id = %s", other.pk, loan.payments.get().pk)
    assert {one.loan for one in reconcile()} == {1, 2}
    assert ("payment", 0, 0) in found()


def test_shares_that_do_not_add_up_to_the_loan(loan):
    Loan.objects.filter(upk_loan=loan, no=1).update(upk_loan=None)
    assert found() == [("disbursed", 2_000_000, 2_500_000)]


@pytest.mark.tampers
def test_a_loan_the_upk_never_paid_out(loan):
    UpkLoan.objects.filter(pk=loan.pk).update(principal=2_400_000)
    assert ("disbursed", 2_500_000, 2_500_000) in found()


@pytest.mark.tampers
def test_accounts_without_a_loan_of_the_upk(loan):
    group, upk = loan.group, loan.upk
    write(group.book, Leg("1110", 70_000), Leg("2220", -70_000))
    write(group.book, Leg("1110", 70_000), Leg("2210", -70_000, loan_no=9))
    write(upk.book, Leg("1220", 70_000, loan_no=9), Leg("1110", -70_000))
    assert found() == [("no_loan", 70_000, 0), ("no_loan", 70_000, 0), ("no_loan", 0, 70_000)]
    assert found(group=group) == [("no_loan", 70_000, 0)] * 2
    assert len(found(upk=upk)) == 3


def test_the_same_number_of_statements_however_many_loans(loan, django_assert_num_queries):
    with django_assert_num_queries(10):
        assert reconcile(group=loan.group) == []
    with django_assert_num_queries(10):
        assert reconcile(upk=loan.upk) == []


def test_from_the_terminal(loan):
    def run(*arguments):
        out = StringIO()
        try:
            call_command("reconcile_upk", *arguments, stdout=out)
        except CommandError as difference:
            return out.getvalue(), str(difference)
        return out.getvalue(), ""

    assert run("--json") == ("[]\n", "")
    text, refusal = run()
    assert (refusal, "2" in text) == ("", True)
    number = write(loan.group.book, Leg("2220", 100_000, loan_no=loan.no), Leg("1110", -100_000), kind="expense")
    text, refusal = run("--group", loan.group.code, "--json")
    assert [one["check"] for one in json.loads(text)] == ["principal", "held", "stranger"]
    assert json.loads(text)[2]["entry"] == number
    assert refusal
    assert run("--group", "KSM-LAIN", "--json")[0] == "[]\n"
    assert "KSM-APA" in run("--group", "KSM-APA")[1]
