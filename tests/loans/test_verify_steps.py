"""A step of a loan or a leaving that is not what was sealed is named, and so is one that is lost."""

from uuid import uuid4

import pytest
from django.db import connection

from ledger.models import Submission
from loans import services
from loans.models import Leaving, LoanStep
from meetings.models import Meeting
from meetings.services import correct_hand_over
from meetings.sheet import Payment, Row
from tests.compliance.village import day, meet, noon
from tests.ledger.village import by_force, named, named_if
from tests.loans.lives import JULAIKA, SARI, deed, lent, new_terms

pytestmark = [pytest.mark.django_db, pytest.mark.tampers]


def waived(loan):
    return services.waive(loan=loan, deed=deed(day(3)), amount=500)


def paid_off(loan):
    return services.pay_off(loan=loan, deed=deed(day(3)), waived=250)


def rescheduled(loan):
    services.reschedule(loan=loan, deed=deed(day(3)), terms=new_terms(80_000, 12))
    return loan.steps.get()


def written_off(loan):
    return services.write_off(loan=loan, deed=deed(day(3)))


def recovered(loan):
    services.write_off(loan=loan, deed=deed(day(3)))
    return services.recover(loan=loan, deed=deed(day(4)), amount=10_000)


def taken_back(loan):
    told = {"key": deed(day(2)).key, "reason": "Salah orang", "by": None, "at": noon(day(2))}
    return services.take_back_disbursement(loan=loan, **told)


def undone(loan):
    told = {"key": deed(day(4)).key, "reason": "Keliru", "by": None, "at": noon(day(4))}
    return services.undo(step=paid_off(loan), **told)


STEPS = [waived, paid_off, rescheduled, written_off, recovered, taken_back, undone]
ANY = [
    '"on" = "on" + 7',
    "decided_on = '2026-01-01'",
    "decision = decision || '.'",
    "principal = principal + 1",
    "waived = waived + 1",
    "closes = NOT closes",
    "at = at + interval '1 day'",
    "after_number = after_number + 1",
    "no = no + 1",
    "forgiven = '{\"9\": 100}'",
]


@pytest.mark.parametrize("taken", STEPS)
def test_a_step_changed_is_named(taken):
    _group, loan = lent(paid=0 if taken is taken_back else 2)
    step = taken(loan)
    assert named() == set()
    for change in ANY:
        if taken is not recovered or "closes" not in change:  # the loan was closed before: the database refuses it
            assert ("loans_loanstep", step.pk) in named_if("loans_loanstep", step.pk, change), change


@pytest.mark.parametrize(
    ("taken", "change"),
    [
        (paid_off, "charge = charge + 1"),
        (paid_off, "kind = 'write_off'"),
        (waived, "kind = 'payoff'"),
        (waived, 'waived = 600, forgiven = \'{"3": 250, "4": 350}\''),
        (recovered, "kind = 'guarantee'"),
        (rescheduled, "kind = 'payoff'"),
        (waived, "loan_id = (SELECT max(id) FROM loans_loan)"),
    ],
)
def test_a_step_of_another_kind_or_amount_is_named(taken, change):
    _group, loan = lent()
    step = taken(loan)
    lent(code="KSM-LAIN")
    assert named() == set()
    by_force(f"UPDATE loans_loanstep SET {change} WHERE id = %s", step.pk)
    assert ("loans_loanstep", step.pk) in named()


MOVED = """forgiven = '{"4": 250, "5": 250}'"""


def test_a_waiver_falls_on_the_oldest_instalments_that_were_not_paid():
    """The sum may be right: moved to other instalments, it lets one of them be late that was not."""
    _group, loan = lent()
    first, second = waived(loan), services.waive(loan=loan, deed=deed(day(4)), amount=300)
    assert (first.forgiven, second.forgiven) == ({3: 250, 4: 250}, {5: 250, 6: 50})
    assert named() == set()
    for step, change in (
        (first, MOVED),
        (first, """forgiven = '{"03": 250, "4": 250}'"""),
        (first, "forgiven = '[]'"),
        (second, """forgiven = '{"5": 200, "6": 100}'"""),
        (second, """forgiven = '{"3": 250, "6": 50}'"""),
    ):
        assert named_if("loans_loanstep", step.pk, change) == {("loans_loanstep", step.pk)}, change


def test_a_waiver_that_was_taken_back_leaves_its_instalments_to_the_next():
    _group, loan = lent()
    told = {"reason": "Keliru", "by": None, "at": noon(day(3))}
    services.undo(step=waived(loan), key=uuid4(), **told)
    again = waived(loan)
    third = services.waive(loan=loan, deed=deed(day(3)), amount=250)
    services.undo(step=third, key=uuid4(), **told)
    services.undo(step=again, key=uuid4(), **told)
    assert (again.forgiven, third.forgiven, named()) == ({3: 250, 4: 250}, {5: 250}, set())
    assert named_if("loans_loanstep", again.pk, MOVED) == {("loans_loanstep", again.pk)}
    assert named_if("loans_loanstep", third.pk, """forgiven = '{"3": 250}'""") == {("loans_loanstep", third.pk)}


def test_jasa_that_was_due_when_a_loan_was_written_off_is_that_of_its_schedule():
    _group, loan = lent(paid=0)
    step = services.write_off(loan=loan, deed=deed(day(3)))
    assert (step.charge, named()) == (500, set())
    for change in ("charge = 0", "charge = charge + 1"):
        assert named_if("loans_loanstep", step.pk, change) == {("loans_loanstep", step.pk)}, change


def test_jasa_that_was_given_up_with_who_left_is_what_her_savings_did_not_pay():
    group, loan = lent(paid=0)
    services.waive(loan=loan, deed=deed(day(2)), amount=100)
    given = {"reason": "died", "write_off": True, "waived": {1: 50}}
    left = services.leave(member=group.members.get(no=JULAIKA), deed=deed(day(3)), **given)
    step = loan.steps.get(kind="write_off")
    assert (left.charge + step.charge, named()) == (2_350, set())
    assert named_if("loans_loanstep", step.pk, "charge = charge - 1") == {("loans_loanstep", step.pk)}


@pytest.mark.parametrize("kept", [True, False])
def test_a_step_taken_back_in_its_row_alone_is_named_and_so_is_one_that_hides_it(kept):
    _group, loan = lent()
    step = (undone if kept else paid_off)(loan)
    assert named() == set()
    to = "undone_at = NULL, undone_why = ''" if kept else f"undone_at = '{noon(day(4))}', undone_why = 'Keliru'"
    by_force(f"UPDATE loans_loanstep SET {to} WHERE id = %s", step.pk)
    assert named() == {("loans_loanstep", step.pk)}
    by_force("UPDATE loans_loanstep SET undone_at = at, undone_why = 'lupa' WHERE id = %s", step.pk)
    assert named() == {("loans_loanstep", step.pk)}


@pytest.mark.parametrize("taken", STEPS)
def test_a_step_that_is_lost_is_missed(taken):
    _group, loan = lent(paid=0 if taken is taken_back else 2)
    step = taken(loan)
    by_force("DELETE FROM loans_loanstep WHERE id = %s", step.pk)
    assert {table for table, _row in named()} & {"entry", "ledger_submission"}


def test_what_ends_the_loan_that_a_reschedule_made_stays():
    """Where the reschedule is taken back, its loan is ended by a step of its own."""
    _group, loan = lent()
    told = {"key": deed(day(4)).key, "reason": "Keliru", "by": None, "at": noon(day(4))}
    services.undo(step=rescheduled(loan), **told)
    ended = LoanStep.objects.get(kind="taken_back")
    assert named() == set()
    for change in ("waived = 100", "decided_on = '2026-01-01'", "entry_id = NULL", "decision = 'Lain'"):
        assert named_if("loans_loanstep", ended.pk, change) == {("loans_loanstep", ended.pk)}, change
    by_force("DELETE FROM loans_loanstep WHERE id = %s", ended.pk)
    assert {table for table, _row in named()} == {"entry"}


def test_a_waiver_that_nobody_decided_is_named():
    """The quietest way to make a debt look paid: one row, and no money moves."""
    group, loan = lent()
    sheet = Submission.objects.filter(book=group.book).latest("id")
    forged = LoanStep.objects.create(
        loan=loan, no=1, kind="waiver", on=day(3), decided_on=day(3), decision="Rapat", waived=250,
        forgiven={"3": 250}, submission=sheet, after_number=sheet.first_number - 1, at=sheet.posted_at,
    )  # fmt: skip
    assert named() == {("loans_loanstep", forged.pk)}


def test_a_loan_that_nobody_took_back_is_not_ended_by_the_reason_of_a_correction():
    group, loan = lent()
    meeting = Meeting.objects.filter(group=group).latest("on")
    told = {"reason": "Salah catat", "key": uuid4(), "by": None, "at": noon(day(4))}
    correct_hand_over(hand_over=meeting.hand_overs.get(), row=Row(JULAIKA, payments=(Payment(10_000),)), **told)
    sealed = Submission.objects.filter(book=group.book).latest("id")
    forged = LoanStep.objects.create(
        loan=loan, no=1, kind="taken_back", on=day(3), decision="Salah catat", closes=True, submission=sealed,
        after_number=sealed.first_number - 1, at=sealed.posted_at,
    )  # fmt: skip
    assert named() == {("loans_loanstep", forged.pk)}


LEAVING = [
    '"on" = "on" + 1',
    "decided_on = decided_on + 1",
    "decision = 'Lain'",
    "reason = 'died'",
    "waived = waived + 1",
    "written_off = written_off + 1",
    "savings = savings + 1, paid_out = paid_out + 1",
    "principal = principal + 1, paid_out = paid_out - 1",
    "at = at + interval '1 day'",
    "undone_at = at, undone_why = 'Keliru'",
    "member_id = (SELECT max(id) FROM groups_member)",
]


def test_a_leaving_changed_is_named():
    group, _loan = lent()
    meet(group, day(4), dict.fromkeys(range(1, 6), 2_000))
    left = services.leave(member=group.members.get(no=SARI), deed=deed(day(5)), reason="moved")
    assert (left.paid_out, named()) == (2_000, set())
    for change in LEAVING:
        assert ("loans_leaving", left.pk) in named_if("loans_leaving", left.pk, change), change


def test_a_leaving_with_debts_written_off_fits_and_is_missed_when_it_is_lost():
    group, _loan = lent(paid=0)
    member = group.members.get(no=JULAIKA)
    left = services.leave(member=member, deed=deed(day(5)), reason="died", write_off=True)
    assert left.written_off > 0
    assert named() == set()
    told = {"key": deed(day(6)).key, "reason": "Keliru", "by": None, "at": noon(day(6))}
    services.undo_leaving(leaving=left, **told)
    assert named() == set()
    by_force("UPDATE loans_leaving SET undone_at = NULL, undone_why = '' WHERE id = %s", left.pk)
    assert named() == {("loans_leaving", left.pk)}
    by_force("DELETE FROM loans_leaving WHERE id = %s", left.pk)
    assert named() == {("ledger_submission", left.submission_id)}
    assert Leaving.objects.count() == 0


def test_who_left_is_a_member_until_the_day_after():
    group, _loan = lent()
    left = services.leave(member=group.members.get(no=SARI), deed=deed(day(5)), reason="moved")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE groups_member SET left_on = NULL WHERE id = %s", [left.member_id])
    assert named() == {("loans_leaving", left.pk)}
