"""What becomes of a loan, told to the rupiah: paid off, waived, rescheduled, written off, backed, taken back."""

import pytest
from django.core.exceptions import ValidationError

from groups.services import update_group
from ledger import chart
from ledger.models import Entry
from ledger.services import Leg
from loans import services
from loans.models import Loan, LoanRequest, LoanStep
from loans.selectors import debts, loan_card
from meetings.models import HandOver
from meetings.services import correct_hand_over
from meetings.sheet import Payment, Row
from tests.books import close_through
from tests.compliance.village import day, post
from tests.ledger.village import silenced
from tests.loans.lives import (
    BUDI,
    JULAIKA,
    SARI,
    WATI,
    deed,
    lent,
    new_terms,
    repayment,
    standing,
)
from tests.loans.test_services import balance, code_of, sheet

pytestmark = pytest.mark.django_db
Kind = LoanStep.Kind
PAID = {"on_time": 20_500, "late": 0, "uncovered": 0, "lacking": 0}


# Paid off


def test_julaika_pays_a_flat_loan_off_with_all_its_jasa():
    group, loan = lent()  # 80.000 and jasa of 2.000 left; 250 of it falls due on the day
    step = services.pay_off(loan=loan, deed=deed(day(4), decision=""))
    assert (step.kind, step.no, step.principal, step.charge, step.waived, step.closes) == (
        Kind.PAYOFF, 1, 80_000, 2_000, 0, True,
    )  # fmt: skip
    assert sorted((p.account.code, p.amount) for p in step.entry.postings.select_related("account")) == [
        ("1110", 82_000), ("1210", -80_000), ("4110", -2_000),
    ]  # fmt: skip
    assert balance(group, chart.CASH) == 150_000 - 100_000 + 20_500 + 82_000
    assert balance(group, chart.CHARGE_INCOME, JULAIKA, 1) == 2_500
    assert standing(group) == (0, 0, 0, 0)
    assert repayment(group, day(12)) == PAID | {"on_time": 30_750}  # what fell due by the day, all in time; no more
    card = loan_card(group, 1, day(12))
    assert [(p.principal, p.charge, p.balance) for p in card.payments][-1] == (80_000, 2_000, 0)


def test_the_meeting_waives_the_jasa_of_the_weeks_to_come():
    group, loan = lent()
    step = services.pay_off(loan=loan, deed=deed(day(4)), waived=1_750)
    assert (step.principal, step.charge, step.waived, step.decided_on) == (80_000, 250, 1_750, day(4))
    assert balance(group, chart.CHARGE_INCOME, JULAIKA, 1) == 750
    assert balance(group, chart.CASH) == 150_750
    assert standing(group) == (0, 0, 0, 0)


def test_a_declining_loan_owes_the_jasa_of_the_period_in_progress_and_no_more():
    group, loan = lent(method="declining")  # jasa 250, 225 paid; then 200, 175, 150 …
    step = services.pay_off(loan=loan, deed=deed(day(4, 4), decision=""))  # the day after the third was due
    assert (step.principal, step.charge) == (80_000, 200 + 175)
    assert standing(group) == (0, 0, 0, 0)
    # The third instalment, 10.200, was paid a day after its due date: still within its week.
    assert repayment(group, day(12)) == PAID | {"on_time": 10_250 + 10_225 + 10_200}


def test_a_payoff_that_waives_overdue_jasa_leaves_it_uncovered_in_its_own_week_only():
    group, loan = lent(paid=1)
    services.pay_off(loan=loan, deed=deed(day(5)), waived=2_250)  # three instalments late, all jasa left waived
    assert standing(group) == (0, 0, 0, 0)
    # Due 41.000, paid 10.250 in time; then 90.000 covers the rest in full: 10.250 each in weeks 3 and 4 late.
    assert repayment(group, day(6)) == {"on_time": 20_500, "late": 20_500, "uncovered": 0, "lacking": 0}


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"waived": 2_001}, {"waived": ["waived"]}),
        ({"waived": 1, "decision": " "}, {"decision": ["required"]}),
        ({"on": day(2)}, {"on": ["later_history"]}),
        ({"on": day(-4)}, {"on": ["outside"]}),
    ],
)
def test_a_payoff_that_cannot_be_is_refused_with_its_reason(change, codes):
    _group, loan = lent()
    before = Entry.objects.count()
    given = {"on": day(4), "decision": "Rapat"} | {k: v for k, v in change.items() if k != "waived"}
    with pytest.raises(ValidationError) as refusal:
        services.pay_off(loan=loan, deed=deed(**given), waived=change.get("waived", 0))
    assert code_of(refusal) == codes
    assert (Entry.objects.count(), LoanStep.objects.count()) == (before, 0)


def test_a_decision_names_a_meeting_before_the_deed():
    _group, loan = lent()
    for decided_on, code in ((None, "required"), (day(5), "decided_later"), (day(-4), "decided_later")):
        act = services.Deed(**{f: getattr(deed(day(4)), f) for f in ("key", "on", "by", "at", "decision")})
        with pytest.raises(ValidationError) as refusal:
            services.write_off(loan=loan, deed=services.Deed(act.key, act.on, None, act.at, act.decision, decided_on))
        assert code_of(refusal) == {"decided_on": [code]}


def test_a_settled_loan_takes_no_further_step():
    _group, loan = lent()
    services.pay_off(loan=loan, deed=deed(day(4)))
    for step in (
        lambda: services.pay_off(loan=loan, deed=deed(day(5))),
        lambda: services.waive(loan=loan, deed=deed(day(5)), amount=1),
        lambda: services.reschedule(loan=loan, deed=deed(day(5)), terms=new_terms(80_000, 10)),
        lambda: services.write_off(loan=loan, deed=deed(day(5))),
        lambda: services.call_guarantee(loan=loan, deed=deed(day(5)), parts={(JULAIKA, 1): 1}),
    ):
        with pytest.raises(ValidationError) as refusal:
            step()
        assert code_of(refusal) == ["settled"]


def test_the_same_step_sent_twice_is_taken_once():
    group, loan = lent()
    act = deed(day(4))
    first = services.pay_off(loan=loan, deed=act)
    assert services.pay_off(loan=loan, deed=act) == first
    assert balance(group, chart.CASH) == 152_500
    with pytest.raises(ValidationError) as refusal:
        services.pay_off(loan=loan, deed=act, waived=1)
    assert code_of(refusal) == ["key_reused"]


def test_nothing_is_posted_after_the_end_of_a_group_or_into_a_closed_book():
    group, loan = lent()
    update_group(group=group, end_on=day(5))
    with pytest.raises(ValidationError) as refusal:
        services.write_off(loan=Loan.objects.get(pk=loan.pk), deed=deed(day(5)))
    assert code_of(refusal) == {"on": ["outside"]}
    close_through(book=group.book, on=day(4))
    with pytest.raises(ValidationError) as refusal:
        services.waive(loan=loan, deed=deed(day(4)), amount=1)
    assert code_of(refusal) == ["closed"]


# Waived


def test_jasa_waived_is_due_no_more_and_the_loan_goes_on():
    group, loan = lent(paid=0)
    step = services.waive(loan=loan, deed=deed(day(4)), amount=600)  # due by then: 3 × 250 = 750
    assert (step.entry, step.forgiven, step.waived) == (None, {1: 250, 2: 250, 3: 100}, 600)
    assert balance(group, chart.CASH) == 50_000
    assert standing(group, on=day(4)) == (100_000, 30_150, 3, 101_900)
    sheet(group, day(5), {JULAIKA: 30_150 + 10_250})
    assert balance(group, chart.CHARGE_INCOME, JULAIKA, 1) == 150 + 250
    assert standing(group, on=day(5)) == (60_000, 0, 0, 61_500)
    # Weeks 2 and 3 lacked 10.250 each; of that 500 was forgiven in week 4 and never counts as paid. Week 4 owes
    # 10.150 since; both were paid in week 5.
    assert repayment(group, day(5)) == {"on_time": 10_250, "late": 20_000 + 10_150, "uncovered": 500, "lacking": 0}
    assert repayment(group, day(5, 0)) == {"on_time": 0, "late": 0, "uncovered": 20_500 + 10_150, "lacking": 0}


def test_two_waivers_forgive_the_oldest_jasa_left_each():
    group, loan = lent(paid=1)
    services.waive(loan=loan, deed=deed(day(3)), amount=250)
    services.waive(loan=loan, deed=deed(day(6)), amount=2_000)
    assert standing(group, on=day(6)) == (90_000, 40_000, 4, 90_000)
    with pytest.raises(ValidationError) as refusal:
        services.waive(loan=loan, deed=deed(day(6)), amount=1)
    assert code_of(refusal) == {"waived": ["waived"]}
    sheet(group, day(7), {JULAIKA: 90_000})
    assert standing(group) == (0, 0, 0, 0)
    assert balance(group, chart.CHARGE_INCOME, JULAIKA, 1) == 250
    assert repayment(group, day(12)) == {
        "on_time": 10_250 + 10_000 * 5,  # weeks 2, and 7 to 11 ahead of time
        "late": 10_000 * 4,
        "uncovered": 500,  # jasa of weeks 4 and 5, forgiven in week 6; that of week 3 in its own week
        "lacking": 0,
    }


# Rescheduled


def test_a_rescheduled_loan_begins_anew_and_its_old_instalments_stay_unpaid():
    group, loan = lent()
    fresh = services.reschedule(loan=loan, deed=deed(day(5)), terms=new_terms(80_000, 20), waived=500)
    assert (fresh.no, fresh.replaces_id, fresh.principal, fresh.disbursed_on) == (2, loan.pk, 80_000, day(5))
    step = LoanStep.objects.get(loan=loan)
    assert (step.kind, step.principal, step.waived, step.closes) == (Kind.RESCHEDULE, 80_000, 500, True)
    assert standing(group, 1) == (0, 0, 0, 0)
    assert standing(group, 2, on=day(5)) == (80_000, 0, 0, 84_000)  # jasa 1 % a month for 5 months
    assert balance(group, chart.CASH) == 150_000 - 100_000 + 20_500
    sheet(group, day(6), {JULAIKA: 4_200})
    assert standing(group, 2, on=day(6)) == (76_000, 0, 0, 79_800)
    # Due in weeks 4 and 5: 20.500, never paid. Then 4.200 in time. Nothing of it is carried on.
    assert repayment(group, day(6)) == {"on_time": 24_700, "late": 0, "uncovered": 20_500, "lacking": 0}
    assert repayment(group, day(18)) == {"on_time": 4_200, "late": 0, "uncovered": 4_200 * 11, "lacking": 0}


def test_another_rate_is_a_restructure():
    _group, loan = lent()
    fresh = services.reschedule(loan=loan, deed=deed(day(3)), terms=new_terms(80_000, 10, rate="0"))
    assert LoanStep.objects.get(loan=loan).kind == Kind.RESTRUCTURE
    assert [row.charge for row in fresh.instalments.all()] == [0] * 10


def test_the_same_reschedule_sent_twice_makes_one_loan():
    group, loan = lent()
    act = deed(day(3))
    first = services.reschedule(loan=loan, deed=act, terms=new_terms(80_000, 20))
    assert services.reschedule(loan=loan, deed=act, terms=new_terms(80_000, 20)) == first
    assert Loan.objects.filter(group=group).count() == 2


def test_a_reschedule_takes_over_the_principal_left_and_no_jasa_that_is_due():
    group, loan = lent()
    for terms, waived, codes in (
        (new_terms(80_001, 20), 250, ["principal"]),
        (new_terms(80_000, 20), 249, {"waived": ["charge_due"]}),
        (new_terms(80_000, 20), 251, {"waived": ["waived"]}),
    ):
        with pytest.raises(ValidationError) as refusal:
            services.reschedule(loan=loan, deed=deed(day(4)), terms=terms, waived=waived)
        assert code_of(refusal) == codes
    assert Loan.objects.filter(group=group).count() == 1


# Written off, and recovered


def test_a_debt_written_off_is_remembered_and_what_comes_back_is_income():
    group, loan = lent()
    step = services.write_off(loan=loan, deed=deed(day(8), decision="Pindah, tidak dapat dihubungi"))
    assert (step.principal, step.charge) == (80_000, 5 * 250)
    assert balance(group, chart.WRITE_OFF, JULAIKA, 1) == 80_000
    assert balance(group, chart.CASH) == 70_500
    assert standing(group) == (0, 0, 0, 0)
    assert repayment(group, day(9)) == {"on_time": 20_500, "late": 0, "uncovered": 5 * 10_250, "lacking": 0}
    # Twelve weeks later nothing of it is due any more, and nothing is carried on.
    assert repayment(group, day(20)) == {"on_time": 0, "late": 0, "uncovered": 5 * 10_250, "lacking": 4 * 10_250}
    assert repayment(group, day(21)) == {}
    services.recover(loan=loan, deed=deed(day(10)), amount=30_000)
    [debt] = debts(group)
    assert (debt.whole, debt.recovered, debt.left) == (81_250, 30_000, 51_250)
    assert [one.loan.no for one in debts(group, on=day(9)) if one.left == 81_250] == [1]
    assert balance(group, chart.OTHER_INCOME, JULAIKA, 1) == 30_000
    assert balance(group, chart.CASH) == 100_500
    assert repayment(group, day(11))["late"] == 0  # no instalment: it repairs nothing of rule 5
    for amount in (0, 51_251):
        with pytest.raises(ValidationError) as refusal:
            services.recover(loan=loan, deed=deed(day(11)), amount=amount)
        assert code_of(refusal) == {"amount": ["too_much"]}


def test_only_what_was_written_off_is_recovered():
    _group, loan = lent()
    with pytest.raises(ValidationError) as refusal:
        services.recover(loan=loan, deed=deed(day(4)), amount=1)
    assert code_of(refusal) == ["not_written_off"]


# The guarantee


def blocked(group, **members):
    """Blocked savings behind loans: `j1=5000` is Julaika's behind loan 1."""
    numbers = {"j": JULAIKA, "s": SARI, "w": WATI, "b": BUDI}
    for name, amount in members.items():
        whose = numbers[name[0]], int(name[1:])
        post(group, day(1), "income", Leg("1110", amount), *services.block(
            member_no=whose[0], loan_no=whose[1], amount=amount))  # fmt: skip


def test_the_guarantee_pays_what_is_due_and_counts_as_paid_on_its_day():
    group, loan = lent()
    blocked(group, j1=5_000, s1=20_000)
    parts = {(JULAIKA, 1): 5_000, (SARI, 1): 10_000}
    step = services.call_guarantee(loan=loan, deed=deed(day(5)), parts=parts)
    assert (step.kind, step.charge, step.principal, step.closes) == (Kind.GUARANTEE, 500, 14_500, False)
    assert (balance(group, "2130", JULAIKA, 1), balance(group, "2130", SARI, 1)) == (0, 10_000)
    assert standing(group, on=day(5)) == (65_500, 5_500, 1, 67_000)
    # Weeks 4 and 5 fell due with 10.250 each: 10.250 paid a week late, 4.750 in time.
    assert repayment(group, day(6)) == {"on_time": 25_250, "late": 10_250, "uncovered": 5_500, "lacking": 0}


def test_a_guarantee_that_pays_everything_closes_the_loan():
    group, loan = lent()
    blocked(group, j1=82_000)
    for parts, codes in (
        ({}, ["nothing"]),
        ({(JULAIKA, 1): 0}, ["nothing"]),
        ({(JULAIKA, 1): 5, (SARI, 1): -1}, ["nothing"]),
        ({(JULAIKA, 1): 82_001}, ["overpaid"]),
        ({(SARI, 1): 1_000}, ["below_zero"]),
    ):
        with pytest.raises(ValidationError) as refusal:
            services.call_guarantee(loan=loan, deed=deed(day(4)), parts=parts)
        assert code_of(refusal) == codes
    assert services.call_guarantee(loan=loan, deed=deed(day(4)), parts={(JULAIKA, 1): 82_000}).closes
    assert standing(group) == (0, 0, 0, 0)


def test_what_is_blocked_follows_a_rescheduled_loan_and_pays_before_anything_is_written_off():
    group, loan = lent()
    blocked(group, j1=5_000)
    with pytest.raises(ValidationError) as refusal:
        services.write_off(loan=loan, deed=deed(day(4)))
    assert code_of(refusal) == ["guarantee_left"]
    fresh = services.reschedule(loan=loan, deed=deed(day(3)), terms=new_terms(80_000, 20))
    assert (balance(group, "2130", JULAIKA, 1), balance(group, "2130", JULAIKA, fresh.no)) == (0, 5_000)
    services.call_guarantee(loan=fresh, deed=deed(day(5)), parts={(JULAIKA, fresh.no): 5_000})
    services.write_off(loan=fresh, deed=deed(day(5)))
    assert (standing(group), standing(group, fresh.no)) == ((0, 0, 0, 0), (0, 0, 0, 0))
    assert balance(group, chart.WRITE_OFF, JULAIKA, fresh.no) == 80_000 - 5_000 + 2 * 200


# Paid out by mistake


def test_a_loan_paid_out_by_mistake_is_taken_back_and_its_request_waits_again():
    group, loan = lent(paid=0)
    back = {"loan": loan, "key": deed(day(1)).key, "reason": "Salah orang", "by": None, "at": deed(day(2)).at}
    with pytest.raises(ValidationError) as refusal:
        services.take_back_disbursement(**back | {"reason": " "})
    assert code_of(refusal) == {"decision": ["required"]}
    step = services.take_back_disbursement(**back)
    assert services.take_back_disbursement(**back) == step
    assert (step.kind, step.on, step.principal) == (Kind.TAKEN_BACK, day(1), 100_000)
    assert standing(group) == (0, 0, 0, 0)
    assert balance(group, chart.CASH) == 150_000
    assert repayment(group, day(6)) == {}
    request = LoanRequest.objects.get(group=group)
    assert request.status == LoanRequest.Status.APPROVED
    sheet(group, day(2), lend=[request])
    assert standing(group, 2, on=day(2)) == (100_000, 0, 0, 102_500)


def test_a_loan_brought_in_without_a_request_is_taken_back_too():
    group, loan = lent(paid=0)
    Loan.objects.filter(pk=loan.pk).update(request=None)
    with silenced():
        LoanRequest.objects.filter(pk=loan.request_id).delete()
    services.take_back_disbursement(loan=loan, key=deed(day(1)).key, reason="Salah", by=None, at=deed(day(2)).at)
    assert balance(group, chart.CASH) == 150_000


def test_a_loan_that_was_paid_on_is_not_taken_back():
    _group, loan = lent(paid=1)
    with pytest.raises(ValidationError) as refusal:
        services.take_back_disbursement(loan=loan, key=deed(day(1)).key, reason="Salah", by=None, at=deed(day(3)).at)
    assert code_of(refusal) == ["touched"]


# Steps taken back, and corrections


def undo(step, **change):
    given = {"step": step, "key": deed(day(9)).key, "reason": "Keliru", "by": None, "at": deed(day(9)).at} | change
    return services.undo(**given)


def test_a_step_taken_back_leaves_the_loan_as_it_was():
    group, loan = lent()
    before = standing(group, on=day(9))
    week = repayment(group, day(9))
    for take in (
        lambda: services.pay_off(loan=loan, deed=deed(day(4)), waived=1_000),
        lambda: services.waive(loan=loan, deed=deed(day(5)), amount=2_000),
        lambda: services.write_off(loan=loan, deed=deed(day(6))),
        lambda: services.reschedule(loan=loan, deed=deed(day(7)), terms=new_terms(80_000, 4), waived=1_000),
    ):
        take()
        step = LoanStep.objects.standing().get(loan=loan)
        assert standing(group, on=day(9)) != before
        for reason, code in ((" ", {"reason": ["reason_required"]}),):
            with pytest.raises(ValidationError) as refusal:
                undo(step, reason=reason)
            assert code_of(refusal) == code
        key = deed(day(9)).key
        undone = undo(step, key=key)
        assert (undone.undone_why, undo(step, key=key)) == ("Keliru", undone)
        with pytest.raises(ValidationError) as refusal:
            undo(step)
        assert code_of(refusal) == ["undone"]
        assert standing(group, on=day(9)) == before
        assert repayment(group, day(9)) == week
    fresh = Loan.objects.get(replaces=loan)
    assert standing(group, fresh.no) == (0, 0, 0, 0)
    with pytest.raises(ValidationError) as refusal:
        undo(LoanStep.objects.get(loan=fresh))
    assert code_of(refusal) == ["final"]


def test_only_the_last_step_is_taken_back():
    group, loan = lent()
    first = services.waive(loan=loan, deed=deed(day(4)), amount=100)
    second = services.waive(loan=loan, deed=deed(day(4)), amount=100)
    with pytest.raises(ValidationError) as refusal:
        undo(first)
    assert code_of(refusal) == ["later_history"]
    undo(second)
    fresh = services.reschedule(loan=loan, deed=deed(day(4)), terms=new_terms(80_000, 20), waived=150)
    moved = LoanStep.objects.standing().get(loan=loan, closes=True)
    sheet(group, day(5), {JULAIKA: [(fresh.no, 4_200)]})
    with pytest.raises(ValidationError) as refusal:
        undo(moved)
    assert code_of(refusal) == ["later_history"]
    assert standing(group, fresh.no, on=day(5)) == (76_000, 0, 0, 79_800)


def test_what_a_step_was_decided_upon_is_not_corrected():
    group, loan = lent()
    paid = HandOver.objects.get(meeting__on=day(3), member__no=JULAIKA)
    fix = {"row": Row(JULAIKA, payments=(Payment(5_000),)), "reason": "Salah catat", "by": None, "at": deed(day(6)).at}
    step = services.waive(loan=loan, deed=deed(day(4)), amount=250)
    sheet(group, day(5), {JULAIKA: 20_250})
    with pytest.raises(ValidationError) as refusal:
        correct_hand_over(hand_over=paid, key=deed(day(6)).key, **fix)
    assert code_of(refusal) == ["before_step"]
    later = HandOver.objects.get(meeting__on=day(5), member__no=JULAIKA)
    same_day = sheet(group, day(4), {JULAIKA: 100})  # the waiver's day, written after it
    services.judge_correction(group=group, numbers=[1], on=day(4), number=same_day.hand_overs.get().entry.number)
    correct_hand_over(hand_over=later, key=deed(day(6)).key, **fix)
    assert standing(group, on=day(5)) == (75_150, 15_150, 2, 76_650)
    assert repayment(group, day(5)) == {"on_time": 20_600, "late": 5_000, "uncovered": 15_150, "lacking": 0}
    with pytest.raises(ValidationError) as refusal:
        undo(step)
    assert code_of(refusal) == ["later_history"]


def test_a_payment_before_a_step_is_corrected_once_the_step_is_taken_back():
    group, loan = lent()
    undo(services.pay_off(loan=loan, deed=deed(day(4))))
    paid = HandOver.objects.get(meeting__on=day(3), member__no=JULAIKA)
    row = Row(JULAIKA, payments=(Payment(5_000),))
    correct_hand_over(hand_over=paid, row=row, reason="Salah catat", key=deed(day(6)).key, by=None, at=deed(day(6)).at)
    services.pay_off(loan=loan, deed=deed(day(4)))
    assert balance(group, chart.CASH) == 152_500
    assert standing(group) == (0, 0, 0, 0)


def test_a_sheet_counts_the_cash_of_its_day_whatever_was_paid_later():
    group, loan = lent()
    services.pay_off(loan=loan, deed=deed(day(4, 4)))
    meeting = sheet(group, day(4))  # posted a day after the payoff
    assert (meeting.cash_before, meeting.cash_expected) == (70_500, 70_500)
    assert sheet(group, day(5)).cash_before == 152_500
