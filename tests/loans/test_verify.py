"""A loan, its terms or its instalments that are not what was paid out are named."""

import json
from datetime import date
from uuid import uuid4

import pytest

from groups import clock
from ledger.models import Submission
from loans.models import Instalment, Loan, UpkLoan
from loans.services import request_loan, reschedule
from meetings.models import Meeting
from meetings.services import add_disbursement
from tests.compliance.village import day
from tests.factories import GroupFactory, UserFactory
from tests.ledger.village import by_force, named, named_if
from tests.loans.lives import deed, lent, new_terms
from tests.loans.two_tiers import ask, ksm, lend, monthly, village
from tests.meetings.test_verify_garbage import forge

pytestmark = [pytest.mark.django_db, pytest.mark.tampers]


LOAN = [
    "principal = principal / 2",
    "rate = 0",
    "rate = 'NaN'",
    "periods = periods + 1",
    "method = 'annuity'",
    "unit = 'x'",
    "prior_principal = 1000",
    "prior_charge = 1000",
    "disbursed_on = disbursed_on + 7",
    "disbursed_on = 'infinity'",
    "member_id = (SELECT max(id) FROM groups_member)",
    "receivable_id = charge_income_id, charge_income_id = receivable_id",
]


@pytest.mark.parametrize("change", LOAN)
def test_a_loan_changed_is_named(change):
    _group, loan = lent()
    assert named() == set()
    by_force(f"UPDATE loans_loan SET {change} WHERE id = %s", loan.pk)
    assert ("loans_loan", loan.pk) in named()


def test_terms_changed_together_with_their_instalments_are_not_those_asked_for():
    _group, loan = lent()
    by_force("UPDATE loans_instalment SET charge = 0 WHERE loan_id = %s", loan.pk)
    by_force("UPDATE loans_loan SET rate = 0 WHERE id = %s", loan.pk)
    assert named() == {("loans_loan", loan.pk)}


def test_terms_changed_with_their_request_and_instalments_are_not_those_that_were_sealed():
    """All rows that tell of the terms are forged together: what the sheet sealed when it paid out still says them."""
    _group, loan = lent()
    by_force("UPDATE loans_instalment SET charge = 0 WHERE loan_id = %s", loan.pk)
    for table, row in (("loans_loan", loan.pk), ("loans_loanrequest", loan.request_id)):
        by_force(f"UPDATE {table} SET rate = 0 WHERE id = %s", row)
    assert named() == {("loans_loan", loan.pk)}


@pytest.mark.parametrize("status", ["rejected", "waiting", "disbursed"])
def test_a_request_is_paid_out_when_its_loan_is_there_and_only_then(status):
    group, loan = lent()
    forged = loan.request_id
    if status == "disbursed":
        terms = {"amount": 20_000, "purpose": "Pupuk", "terms": new_terms(20_000, 4)}
        forged = request_loan(group=group, member=group.members.get(no=3), on=day(3), **terms).pk
        assert named() == set()
    stranger = GroupFactory(members=1).members.get()
    assert named_if("loans_loanrequest", forged, f"member_id = {stranger.pk}") == {("loans_loanrequest", forged)}
    by_force(f"UPDATE loans_loanrequest SET status = '{status}' WHERE id = %s", forged)
    assert named() == {("loans_loanrequest", forged)}


def test_terms_of_a_loan_that_a_sheet_left_out_are_those_that_were_sealed():
    group, _loan = lent()
    meeting = Meeting.objects.filter(group=group).latest("on")
    member = group.members.get(no=3)
    terms = {"amount": 20_000, "purpose": "Pupuk", "terms": new_terms(20_000, 4)}
    asked = request_loan(group=group, member=member, on=meeting.on, **terms)
    told = {"reason": "Lupa", "key": uuid4(), "by": None, "at": clock.now()}
    add_disbursement(meeting=meeting, request=asked, **told)
    asked.refresh_from_db()  # the same again, read from the database: what is sealed is the same text
    add_disbursement(meeting=meeting, request=asked, **told)
    assert named() == set()
    loan = Loan.objects.get(request=asked)
    by_force("UPDATE loans_instalment SET charge = 0 WHERE loan_id = %s", loan.pk)
    for table, row in (("loans_loan", loan.pk), ("loans_loanrequest", asked.pk)):
        by_force(f"UPDATE {table} SET rate = 0 WHERE id = %s", row)
    assert named() == {("loans_loan", loan.pk)}


def test_terms_of_a_reschedule_are_those_that_were_sealed():
    _group, loan = lent()
    fresh = reschedule(loan=loan, deed=deed(day(3)), terms=new_terms(80_000, 16))
    assert named() == set()
    by_force("UPDATE loans_instalment SET charge = 0 WHERE loan_id = %s", fresh.pk)
    by_force("UPDATE loans_loan SET rate = 0 WHERE id = %s", fresh.pk)
    assert named() == {("loans_loan", fresh.pk)}


INSTALMENT = ["charge = 0", "due_on = due_on + 1", "principal = principal + 1", "balance = balance + 1"]


@pytest.mark.parametrize("change", INSTALMENT)
def test_an_instalment_changed_or_taken_away_is_named(change):
    _group, loan = lent()
    one = Instalment.objects.filter(loan=loan).latest("no")
    by_force(f"UPDATE loans_instalment SET {change} WHERE id = %s", one.pk)
    assert named() == {("loans_loan", loan.pk)}
    by_force("DELETE FROM loans_instalment WHERE loan_id = %s", loan.pk)
    assert named() == {("loans_loan", loan.pk)}


def test_a_loan_taken_away_is_named_by_its_account():
    _group, loan = lent()
    by_force("DELETE FROM loans_instalment WHERE loan_id = %s", loan.pk)
    by_force("DELETE FROM loans_loan WHERE id = %s", loan.pk)
    assert named() == {("account", loan.receivable_id), ("loans_loanrequest", loan.request_id)}


@pytest.mark.parametrize(
    "change", ["principal = principal - 1", "rate = 0", "charge = charge - 1", "owed_id = held_id, held_id = owed_id"]
)
def test_a_loan_of_a_upk_and_its_shares_are_held_against_both_books(change):
    loan = lend(village(), [500_000] * 5, monthly(2_500_000, 10, round_to=0), date(2018, 11, 15))
    assert named() == set()
    by_force(f"UPDATE loans_upkloan SET {change}")
    assert ("loans_upkloan", loan.pk) in named()


def test_terms_of_a_upk_loan_changed_with_its_request_and_its_shares_are_not_those_that_were_sealed():
    loan = lend(village(), [500_000] * 5, monthly(2_500_000, 10, round_to=0), date(2018, 11, 15))
    shares = {("loans_loan", pk) for pk in Loan.objects.filter(upk_loan=loan).values_list("pk", flat=True)}
    for table in ("loans_upkloanrequest", "loans_upkloan", "loans_loan"):
        by_force(f"UPDATE {table} SET rate = 0")
    for table in ("loans_upkinstalment", "loans_instalment"):
        by_force(f"UPDATE {table} SET charge = 0")
    by_force("UPDATE loans_upkloan SET charge = 0")
    assert named() == {("loans_upkloan", loan.pk), ("loans_upkloanrequest", loan.request_id), *shares}


ASKED = [
    "no = no + 7",
    "status = 'approved'",
    "rate = 0",
    "rate = 'NaN'",
    "periods = periods + 1",
    "amount = amount + 1",
    "requested_on = requested_on - 1",
    "requested_by_id = {user}",
    "signed_on = NULL",
    "signed_by_id = {user}",
    "upk_decided_on = upk_decided_on - 1",
    "upk_decided_by_id = {user}",
    "bkm_decided_by_id = {user}",
    "bkm_decision = 'Ditolak'",
    "gate = '[]'",
    "gate = '7'",
    "gate = jsonb_set(gate, '{0,met}', 'false')",
    "group_id = (SELECT max(id) FROM groups_group)",
]


def test_what_was_asked_of_a_upk_and_who_decided_on_it_is_what_was_sealed_with_the_money():
    group = village()
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10, round_to=0), date(2018, 11, 15))
    waiting = ask(ksm(group.bkm.upk, "Lain"), [500_000] * 5, monthly(2_500_000, 10), date(2018, 11, 15))
    user, asked = UserFactory(), ("loans_upkloanrequest", loan.request_id)
    assert named() == set()
    for change in ASKED:
        done = change.replace("{user}", str(user.pk))
        assert named_if("loans_upkloanrequest", loan.request_id, done) == {asked}, change
    share = loan.request.shares.earliest("pk")
    stranger = waiting.shares.earliest("pk")
    for change in ("amount = amount + 1", f"member_id = {stranger.member_id}", f"request_id = {waiting.pk}"):
        assert asked in named_if("loans_upkshare", share.pk, change), change
    for change, row in (("status = 'disbursed'", waiting.pk), ("periods = 3, requested_on = '2018-01-01'", None)):
        found = named_if("loans_upkloanrequest", waiting.pk, change)
        assert found == ({("loans_upkloanrequest", row)} if row else set()), "one that waits was not sealed"


def test_a_request_of_a_upk_that_was_sealed_without_its_decisions_is_held_for_what_was_sealed():
    loan = lend(village(), [500_000] * 5, monthly(2_500_000, 10, round_to=0), date(2018, 11, 15))
    submission = Submission.objects.get(book=loan.upk.book_id, content__contains='"upk_loan"')
    old = json.loads(submission.content)
    del old["upk_loan"]["asked"]
    forge(submission, json.dumps(old, sort_keys=True, separators=(",", ":")))
    asked = ("loans_upkloanrequest", loan.request_id)
    assert asked not in named()
    assert asked not in named_if("loans_upkloanrequest", loan.request_id, "requested_on = requested_on - 1")
    assert asked in named_if("loans_upkloanrequest", loan.request_id, "periods = periods + 1")


def test_a_share_and_a_upk_loan_taken_away_are_named():
    loan = lend(village(), [500_000] * 5, monthly(2_500_000, 10, round_to=0), date(2018, 11, 15))
    share = Loan.objects.filter(upk_loan=loan).latest("no")
    by_force("UPDATE loans_loan SET rate = 0 WHERE id = %s", share.pk)
    assert named() == {("loans_loan", share.pk)}
    by_force("UPDATE loans_loan SET upk_loan_id = NULL")
    by_force("DELETE FROM loans_upkinstalment")
    by_force("DELETE FROM loans_upkloan")
    assert ("account", loan.receivable_id) in named()
    assert not UpkLoan.objects.exists()
