"""Two people at once, each on her own connection: one order or the other, nothing half done, the books in order."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from ledger import chart, verify
from ledger.models import Entry
from loans import services
from loans.models import Leaving, LoanStep, UpkLoanRequest, UpkWriteOff
from loans.selectors import reconcile
from meetings.models import Meeting
from meetings.services import post_sheet
from meetings.sheet import Payment, Row, Sheet
from tests.compliance.village import day, meet, noon
from tests.factories import UserFactory
from tests.loans.lives import JULAIKA, deed, lent, standing
from tests.loans.test_leaving import at_once
from tests.loans.test_services import balance, code_of
from tests.loans.two_tiers import ask, book, lend, monthly, pass_on, sheet, village
from tests.loans.upk_village import at

LENT, DEC = date(2018, 11, 15), date(2018, 12, 15)


def codes(refusal):
    assert isinstance(refusal, ValidationError), refusal
    return (
        {error.code for errors in refusal.error_dict.values() for error in errors}
        if hasattr(refusal, "error_dict")
        else {error.code for error in refusal.error_list}
    )


def test_a_member_leaves_while_the_sheet_of_that_day_is_sent(fresh_database):
    """Julaika saved 100.000 and owes 80.000 and jasa; the sheet brings 2.000 and an instalment of hers."""
    group, loan = lent()
    meet(group, day(3, 4), {}, voluntary={JULAIKA: 100_000})
    julaika = group.members.select_related("group").get(no=JULAIKA)
    rows = tuple(Row(no, "H", weekly=2_000, payments=(Payment(10_250),) if no == JULAIKA else ()) for no in range(1, 6))
    left, posted = at_once(
        lambda: services.leave(member=julaika, deed=deed(day(4)), reason="wish"),
        lambda: post_sheet(group=group, key=uuid4(), sheet=Sheet(on=day(4), rows=rows), by=None, at=noon(day(4))),
    )
    assert isinstance(left, Leaving), "in either order her savings cover what she owes"
    if isinstance(posted, Meeting):  # the sheet was first
        assert (left.savings, left.principal, left.charge) == (102_000, 70_000, 1_750)
        assert balance(group, chart.WEEKLY_SAVINGS, 1) == 2_000
    else:  # she had gone: nothing of the sheet is in the book
        assert codes(posted) == {"left", "no_loan"}
        assert (left.savings, left.principal, left.charge) == (100_000, 80_000, 2_000)
        assert not Meeting.objects.filter(on=day(4)).exists()
    assert sum(balance(group, code, JULAIKA) for code in ("2110", "2120", "3110")) == 0
    assert standing(group) == (0, 0, 0, 0)
    assert LoanStep.objects.get(loan=loan).closes
    assert list(verify.problems([group.book_id])) == []


def test_what_a_sheet_brings_of_somebody_reckoned_with_is_refused_at_her_row(db):
    group, _loan = lent()
    services.leave(member=group.members.get(no=1), deed=deed(day(5)), reason="wish")
    before = Entry.objects.count()
    for row in (Row(1, "H", weekly=2_000), Row(1, "H", withdrawal=1), Row(1, "H", principal=5_000)):
        rows = (row, *(Row(no, "H") for no in range(2, 6)))
        for on in (day(4), day(5)):  # a late sheet of an earlier week, and that of her last day
            with pytest.raises(ValidationError) as refusal:
                post_sheet(group=group, key=uuid4(), sheet=Sheet(on=on, rows=rows), by=None, at=noon(day(5)))
            assert code_of(refusal) == {"r1": ["left"]}
    assert Entry.objects.count() == before
    rows = (Row(1, "H", social=500), *(Row(no, "H") for no in range(2, 6)))
    assert post_sheet(group=group, key=uuid4(), sheet=Sheet(on=day(5), rows=rows), by=None, at=noon(day(5)))


def test_of_two_who_say_the_upk_s_word_at_once_one_is_heard(fresh_database):
    group = village()
    request = ask(group, [500_000] * 5, monthly(2_500_000, 10), LENT)
    services.record_signing(request=request, signed_on=LENT, by=None, on=LENT)
    people = [UserFactory(), UserFactory()]
    said = {"request": request, "points": [], "on": LENT, "decision": "Sudah diperiksa"}
    answers = at_once(
        lambda: services.decide_by_upk(**said, approve=True, by=people[0]),
        lambda: services.decide_by_upk(**said, approve=False, by=people[1]),
    )
    (refusal,) = [one for one in answers if isinstance(one, ValidationError)]
    (heard,) = [one for one in answers if not isinstance(one, ValidationError)]
    assert codes(refusal) == {"decided"}
    stands = UpkLoanRequest.objects.get(pk=request.pk)
    assert (stands.status, stands.upk_decided_by_id) == (heard.status, heard.upk_decided_by_id)


def test_a_loan_is_written_off_while_the_ksm_brings_money_and_once_only(fresh_database):
    group = village()
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10, round_to=0), LENT)
    told = {"loan": loan, "on": DEC, "decided_on": DEC, "decision": "Bubar", "by": None, "at": at(DEC)}
    sheet(group, date(2018, 11, 22), {}, weekly=50_000)
    lost, again, paid = at_once(
        lambda: services.write_off_upk_loan(**told, key=uuid4()),
        lambda: services.write_off_upk_loan(**told, key=uuid4()),
        lambda: pass_on(loan, 100_000, DEC),
    )
    done = [one for one in (lost, again) if isinstance(one, UpkWriteOff)]
    (refusal,) = [one for one in (lost, again) if isinstance(one, ValidationError)]
    assert (len(done), codes(refusal)) == (1, {"written_off"})
    # Either the payment was first and less was given up, or it is what came in afterwards.
    assert done[0].principal == (2_500_000 if paid.recovery else 2_437_500)
    assert book(group.bkm.upk).get("4190", 0) == (100_000 if paid.recovery else 0)
    assert reconcile() == []
    assert list(verify.problems([group.book_id, group.bkm.upk.book_id])) == []
