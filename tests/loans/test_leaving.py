"""A member leaves, and sometimes comes back: her savings less her debts, to the rupiah."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from groups.models import Member
from groups.services import readmit
from ledger import chart
from ledger.models import Account, Entry
from ledger.services import Leg
from loans import services
from loans.models import Leaving, Loan, LoanRequest, LoanStep
from loans.selectors import debts, reckoning
from meetings.services import post_sheet
from meetings.sheet import Payment, Row, Sheet
from tests.books import close_through
from tests.compliance.village import assert_rows_are_what_the_books_say, day, found_group, meet, noon, post
from tests.loans.lives import BUDI, JULAIKA, SARI, deed, lent, repayment, standing
from tests.loans.test_services import asks, balance, code_of

ALL = dict.fromkeys(range(1, 6), 2_000)


def member(group, no):
    return group.members.select_related("group").get(no=no)


def leave(group, no, on, **more):
    act = more.pop("act", None) or deed(on)
    return services.leave(member=member(group, no), deed=act, **{"reason": "wish"} | more)


@pytest.mark.django_db
def test_sari_leaves_with_all_her_savings():
    group = found_group()
    meet(group, day(1), ALL, voluntary={SARI: 10_000})
    post(group, day(1), "income", Leg("1110", 5_000), Leg(chart.PRINCIPAL_SAVINGS, -5_000, SARI))
    asks(group, SARI, 50_000, day(1))
    left = leave(group, SARI, day(2))
    assert (left.savings, left.principal, left.charge, left.paid_out) == (17_000, 0, 0, 17_000)
    entry = Entry.objects.get(submission=left.submission)
    assert (entry.kind, entry.on, entry.memo) == ("exit", day(2), left.decision)
    assert balance(group, chart.CASH) == 150_000 + 20_000 + 5_000 - 17_000
    assert sum(balance(group, code, SARI) for code in (chart.WEEKLY_SAVINGS, chart.VOLUNTARY_SAVINGS)) == 0
    assert member(group, SARI).left_on == day(2) + timedelta(days=1)
    assert LoanRequest.objects.get(group=group).status == LoanRequest.Status.WITHDRAWN
    assert_rows_are_what_the_books_say(group)
    with pytest.raises(ValidationError) as refusal:
        leave(group, SARI, day(3))
    assert code_of(refusal) == ["left"]


@pytest.mark.django_db
def test_julaika_leaves_and_her_savings_pay_her_loan():
    group, loan = lent()
    meet(group, day(4), ALL, voluntary={JULAIKA: 90_000})
    post(group, day(4), "income", Leg("1110", 5_000), *services.block(member_no=JULAIKA, loan_no=1, amount=5_000))
    found = reckoning(group, member(group, JULAIKA), day(5))
    assert (found.saved, found.principal, found.overdue, found.charge, found.left) == (
        97_000,
        80_000,
        500,
        2_000,
        16_500,
    )
    left = leave(group, JULAIKA, day(5), waived={1: 1_500})
    assert (left.savings, left.principal, left.charge, left.waived, left.paid_out) == (
        97_000, 80_000, 500, 1_500, 16_500,
    )  # fmt: skip
    [step] = LoanStep.objects.filter(loan=loan)
    assert (step.kind, step.principal, step.charge, step.waived, step.closes) == ("exit", 80_000, 500, 1_500, True)
    assert step.entry == Entry.objects.get(submission=left.submission)
    assert standing(group) == (0, 0, 0, 0)
    assert balance(group, chart.CASH) == 70_500 + 10_000 + 90_000 + 5_000 - 16_500
    assert balance(group, chart.CHARGE_INCOME, JULAIKA, 1) == 1_000
    # Of week 4 everything was paid a week late, of week 5 in its week.
    assert repayment(group, day(6)) == {"on_time": 30_750, "late": 10_250, "uncovered": 0, "lacking": 0}


@pytest.mark.django_db
def test_who_owes_more_than_she_saved_cannot_just_leave():
    group, loan = lent()
    meet(group, day(4), ALL, voluntary={JULAIKA: 48_000})  # 50.000 saved, 80.000 and jasa of 500 owed
    with pytest.raises(ValidationError) as refusal:
        leave(group, JULAIKA, day(5), waived={1: 1_500})
    assert code_of(refusal) == ["owes_more"]
    assert refusal.value.params == {"lacking": "Rp30.500"}
    assert member(group, JULAIKA).left_on is None
    left = leave(group, JULAIKA, day(5), waived={1: 1_500}, reason="died", write_off=True)
    assert (left.savings, left.charge, left.principal, left.written_off, left.paid_out) == (
        50_000, 500, 49_500, 30_500, 0,
    )  # fmt: skip
    assert [(s.kind, s.principal, s.charge, s.closes) for s in LoanStep.objects.filter(loan=loan)] == [
        ("exit", 49_500, 500, False),
        ("write_off", 30_500, 0, True),
    ]
    assert balance(group, chart.WRITE_OFF, JULAIKA, 1) == 30_500
    assert standing(group) == (0, 0, 0, 0)
    [debt] = debts(group)
    assert debt.left == 30_500
    # Due 41.000; 20.500 in time, then 50.000 cover weeks 4 (late) and 5.
    assert repayment(group, day(6)) == {"on_time": 30_750, "late": 10_250, "uncovered": 0, "lacking": 0}
    services.recover(loan=loan, deed=deed(day(7)), amount=500)
    with pytest.raises(ValidationError) as refusal:
        services.undo_leaving(leaving=left, key=deed(day(7)).key, reason="Keliru", by=None, at=noon(day(7)))
    assert code_of(refusal) == ["later_history"]


@pytest.mark.django_db
def test_the_debt_of_somebody_without_savings_is_written_off_when_she_dies():
    group, _loan = lent(paid=0)
    left = leave(group, JULAIKA, day(4), reason="died", write_off=True)
    assert (left.savings, left.paid_out, left.written_off) == (0, 0, 100_000)
    assert Entry.objects.get(submission=left.submission).kind == "write_off"
    assert debts(group)[0].whole == 100_000 + 2_500  # with all the jasa the meeting did not forgive
    assert standing(group) == (0, 0, 0, 0)
    services.undo_leaving(leaving=left, key=deed(day(7)).key, reason="Keliru", by=None, at=noon(day(7)))
    assert standing(group, on=day(2)) == (100_000, 10_250, 1, 102_500)


@pytest.mark.django_db
def test_a_leaving_that_cannot_be_is_refused_with_its_reason():
    group, _loan = lent()
    meet(group, day(4), ALL)
    post(group, day(4), "income", Leg("1110", 5_000), *services.block(member_no=SARI, loan_no=1, amount=5_000))
    post(group, day(4), "expense", Leg("1110", -balance(group, chart.CASH)), Leg("5190", balance(group, chart.CASH)))
    before = Entry.objects.count()
    for no, on, more, codes in (
        (SARI, day(5), {}, ["backs_another"]),
        (BUDI, day(5), {}, ["below_zero"]),
        (BUDI, day(3), {}, {"on": ["later_history"]}),
        (JULAIKA, day(5), {"waived": {1: 2_001}}, {"waived": ["waived"]}),
        (JULAIKA, day(5), {"waived": {1: -1}}, {"waived": ["waived"]}),
        (BUDI, day(5), {"act": deed(day(5), decision="")}, {"decision": ["required"]}),
    ):
        with pytest.raises(ValidationError) as refusal:
            leave(group, no, on, **more)
        assert code_of(refusal) == codes
    assert Entry.objects.count() == before
    assert not Leaving.objects.exists()


@pytest.mark.django_db
def test_somebody_with_nothing_leaves_with_nothing():
    group = found_group()
    act = deed(day(1))
    left = leave(group, BUDI, day(1), act=act)
    assert (left.paid_out, left.submission.first_number) == (0, None)
    assert leave(group, BUDI, day(1), act=act) == left
    assert member(group, BUDI).left_on == day(1, 4)


@pytest.mark.django_db
def test_nobody_leaves_on_a_closed_day_be_it_with_nothing():
    group = found_group()
    close_through(book=group.book, on=day(1))
    with pytest.raises(ValidationError) as refusal:
        leave(group, BUDI, day(1))
    assert (code_of(refusal), member(group, BUDI).left_on) == (["closed"], None)


@pytest.mark.django_db
def test_a_leaving_is_taken_back():
    group, _loan = lent()
    meet(group, day(4), ALL, voluntary={JULAIKA: 90_000})
    before = standing(group, on=day(9)), repayment(group, day(9)), balance(group, chart.CASH)
    left = leave(group, JULAIKA, day(5))
    key = deed(day(6)).key
    back = {"leaving": left, "by": None, "at": noon(day(6))}
    with pytest.raises(ValidationError) as refusal:
        services.undo_leaving(**back, key=key, reason=" ")
    assert code_of(refusal) == {"reason": ["reason_required"]}
    undone = services.undo_leaving(**back, key=key, reason="Tidak jadi keluar")
    assert services.undo_leaving(**back, key=key, reason="Tidak jadi keluar") == undone
    assert (standing(group, on=day(9)), repayment(group, day(9)), balance(group, chart.CASH)) == before
    assert member(group, JULAIKA).left_on is None
    with pytest.raises(ValidationError) as refusal:
        services.undo_leaving(**back, key=deed(day(6)).key, reason="Lagi")
    assert code_of(refusal) == ["undone"]
    assert leave(group, JULAIKA, day(6)).paid_out == 10_000


@pytest.mark.django_db
def test_who_comes_back_begins_anew_under_a_number_of_her_own():
    group = found_group()
    meet(group, day(1), ALL)
    left = leave(group, SARI, day(1))
    sari = member(group, SARI)
    for no, on, codes in ((SARI, day(1), {"joined_on": ["dates"]}), (BUDI, day(3), ["not_left"])):
        with pytest.raises(ValidationError) as refusal:
            readmit(former=member(group, no), joined_on=on)
        assert code_of(refusal) == codes
    again = readmit(former=sari, joined_on=day(3))
    assert (again.no, again.name, again.former, again.joined_on, again.left_on) == (6, "Sari", sari, day(3), None)
    with pytest.raises(ValidationError) as refusal:
        readmit(former=sari, joined_on=day(4))
    assert code_of(refusal) == ["not_left"]
    meet(group, day(3), {2: 4_000, 3: 4_000, 4: 4_000, 5: 4_000, 6: 2_000})
    assert balance(group, chart.WEEKLY_SAVINGS, 6) == 2_000
    [found] = [one for one in _findings(group, day(3)) if one.rule == "savings"]
    # Week 1: five; week 2: four, paid a week late; week 3: five, Sari under her new number.
    assert dict(found.parts) == {"on_time": 10, "late": 4, "uncovered": 0}
    with pytest.raises(ValidationError) as refusal:
        services.undo_leaving(leaving=left, key=deed(day(4)).key, reason="Keliru", by=None, at=noon(day(4)))
    assert code_of(refusal) == ["returned"]


def _findings(group, on):
    from compliance.selectors import findings  # noqa: PLC0415

    assert_rows_are_what_the_books_say(group)
    return findings(group, on).evaluation.findings


# Races


def at_once(*works):
    """Run each in a thread of its own, started together; what each came to, or what it refused with."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(index, work):
        barrier.wait()
        try:
            results[index] = work()
        except ValidationError as refusal:
            results[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_two_payoffs_at_once_one_is_taken(fresh_database):
    group, loan = lent()
    results = at_once(*[lambda: services.pay_off(loan=loan, deed=deed(day(4)))] * 2)
    assert sorted(type(one).__name__ for one in results) == ["LoanStep", "ValidationError"]
    assert balance(group, chart.CASH) == 152_500
    assert standing(group) == (0, 0, 0, 0)


def test_a_payoff_against_a_sheet_takes_no_rupiah_twice(fresh_database):
    group, loan = lent()
    rows = tuple(Row(no, "H", payments=(Payment(10_250),) if no == JULAIKA else ()) for no in range(1, 6))
    sheet = Sheet(on=day(4), rows=rows)
    results = at_once(
        lambda: services.pay_off(loan=loan, deed=deed(day(4))),
        lambda: post_sheet(group=group, key=deed(day(4)).key, sheet=sheet, by=None, at=noon(day(4))),
    )
    assert isinstance(results[0], LoanStep)
    assert isinstance(results[1], ValidationError) or results[0].total == 71_750
    assert balance(group, chart.CASH) == 152_500
    assert balance(group, chart.CHARGE_INCOME, JULAIKA, 1) == 2_500
    assert standing(group) == (0, 0, 0, 0)
    assert Account.objects.get(book=group.book, code=chart.CASH).balance == 152_500
    assert Loan.objects.count() == 1
    assert Member.objects.filter(left_on=None).count() == 5
