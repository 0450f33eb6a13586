"""Arrears on any past date, of many groups at once: what one statement says is what the books replayed say."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import chart
from ledger.models import Posting
from ledger.services import Leg
from loans import arrears, services
from loans.ageing import Age, age
from loans.models import Loan, LoanStep
from loans.selectors import arrears_of, board_arrears, group_arrears, queue
from meetings.sheet import Disbursement
from tests.compliance.village import day, found_group, meet, post
from tests.loans.test_rules import adopt, asks, noon
from tests.properties import examples

SARI, WATI, BUDI, JULAIKA = 1, 2, 3, 4


def replayed(group, on: date) -> dict[int, Age]:
    """The open loans on a day, from every posting of the book and every schedule, one by one."""
    moved: dict[tuple[str, int], int] = {}
    for posting in Posting.objects.filter(book=group.book).select_related("account"):
        if posting.on <= on and posting.account.loan_no:
            key = posting.account.code, posting.account.loan_no
            moved[key] = moved.get(key, 0) + posting.amount
    found = {}
    for loan in Loan.objects.filter(group=group):
        owed = moved.get((chart.MEMBER_LOANS, loan.no), 0)
        if owed <= 0:
            continue
        charge = loan.prior_charge - moved.get((chart.CHARGE_INCOME, loan.no), 0)
        rows = list(loan.instalments.order_by("no"))
        for step in loan.steps.filter(undone_at=None):
            for row in rows:
                row.charge -= step.forgiven.get(str(row.no), 0) if step.on <= on else 0
        found[loan.no] = age(rows, loan.principal - owed + charge, owed, on)
        state = arrears.state(rows, charge, loan.principal - owed, on)
        assert (state.arrears, state.instalments_late) == (found[loan.no].arrears, found[loan.no].instalments_late)
    return found


def stated(group, on):
    return {loan.no: loan.age for loan in arrears_of([group.pk], on)[group.pk]}


@pytest.fixture
def lent(db):
    """Sari and Wati borrow 60.000 and 40.000 over ten weeks; Sari pays, Wati pays once and too little."""
    group = found_group()
    lend = [Disbursement(asks(group, no, amount, day(1)).no) for no, amount in ((SARI, 60_000), (WATI, 40_000))]
    meet(group, day(1), {}, lend=lend)
    meet(group, day(2), {}, pay={SARI: 6_150})
    meet(group, day(3), {}, pay={SARI: 6_150, WATI: 3_000})
    return group


def test_who_is_late_by_how_much_and_how_long(lent):
    found = group_arrears(lent, day(4))
    sari, wati = found.loans
    assert (sari.member, sari.age) == ("Sari", Age(48_000, 6_150, 1, 0))
    assert (wati.no, wati.member_no, wati.principal, wati.disbursed_on) == (2, WATI, 40_000, day(1))
    assert wati.age == Age(37_200, 9_300, 3, 14)
    assert [loan.no for loan in found.late] == [2, 1]
    assert [(line.grade.no, line.loans, line.reserve) for line in found.classes if line.loans] == [
        (2, 1, 4_800),
        (3, 1, 9_300),
    ]
    assert (found.par.part, found.par_three.part, found.par.whole) == (85_200, 37_200, 85_200)
    assert (found.outstanding, found.arrears, found.reserve) == (85_200, 15_450, 14_100)
    assert [grade.no for _loan, grade in found.graded] == [3, 2]
    assert [bucket.loans for bucket in found.buckets] == [0, 2, 0, 0, 0]


def test_a_past_day_is_what_it_was_then(lent):
    meet(lent, day(9), {}, pay={WATI: 38_000, SARI: 49_200})
    for on in [day(week, weekday) for week in range(1, 14) for weekday in (2, 3)]:
        assert stated(lent, on) == replayed(lent, on)
    assert stated(lent, day(1) - timedelta(days=1)) == {}
    assert stated(lent, day(9)) == {}
    assert stated(lent, day(8))[2] == Age(37_200, 25_700, 7, 42)


@pytest.mark.tampers
def test_steps_of_a_loan_count_from_their_day(lent):
    """Forgiven jasa falls due no more, a written-off loan owes nothing, and one that was taken back is forgotten."""
    wati = Loan.objects.get(no=2)
    entry = post(lent, day(5), "write_off", Leg("5140", 37_200), Leg("1210", -37_200, WATI, 2))
    common = {"submission": entry.submission, "after_number": 1, "at": noon(day(5)), "decision": "rapat"}
    forgiven = {"on": day(4), "waived": 200, "forgiven": {"2": 100, "3": 100}}
    waived = LoanStep.objects.create(loan=wati, no=1, kind="waiver", **forgiven, **common)
    LoanStep.objects.create(loan=wati, no=2, kind="write_off", on=day(5), principal=37_200, closes=True, **common)
    assert stated(lent, day(4))[2] == Age(37_200, 9_100, 3, 14)
    assert set(stated(lent, day(5))) == {1}
    assert stated(lent, day(3))[2] == Age(37_200, 5_200, 2, 7)
    for on in (day(3), day(4), day(5)):
        assert stated(lent, on) == replayed(lent, on)
    LoanStep.objects.filter(pk=waived.pk).update(undone_at=noon(day(6)))
    assert stated(lent, day(4))[2] == Age(37_200, 9_300, 3, 14)


def test_what_falls_due_today_can_be_left_out(lent):
    later = arrears_of([lent.pk], day(4), late_on=day(4) - timedelta(days=1))[lent.pk]
    assert [loan.age for loan in later] == [Age(48_000, 0, 0, 0), Age(37_200, 5_200, 2, 13)]


@settings(max_examples=examples(10), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_book_on_any_day(db, data):
    """Random loans and payments; each day judged is compared with the book replayed."""
    from django.db import transaction  # noqa: PLC0415 (each example is taken back)

    with transaction.atomic():
        group = found_group(code=f"KSM-{uuid4().hex[:8].upper()}", opening=2_000_000)
        lend = []
        for no in data.draw(st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=3, unique=True)):
            periods = data.draw(st.integers(1, 6))
            amount = data.draw(st.integers(6, 400)) * 500
            method = data.draw(st.sampled_from(["flat", "declining", "annuity"]))
            lend.append(Disbursement(asks(group, no, amount, day(1), periods=periods, method=method).no))
        meet(group, day(1), {}, lend=lend)
        for week in range(2, 6):
            owed = {one.loan.member.no: one.remaining for one in _open(group)}
            pay = {no: min(left, data.draw(st.integers(0, 60_000))) for no, left in owed.items()}
            meet(group, day(week), {}, pay={no: paid for no, paid in pay.items() if paid})
        for on in data.draw(st.lists(st.dates(day(1) - timedelta(days=2), day(9)), min_size=2, max_size=4)):
            assert stated(group, on) == replayed(group, on)
        transaction.set_rollback(True)


def _open(group):
    from loans.selectors import open_loans  # noqa: PLC0415

    return open_loans(group)


def test_many_groups_take_as_many_statements_as_one(lent, django_assert_num_queries):
    with django_assert_num_queries(1):
        arrears_of([lent.pk], day(4))
    groups = [lent, *(found_group(code=f"KSM-{n}") for n in range(4))]
    meet(groups[1], day(1), {}, lend=[Disbursement(asks(groups[1], BUDI, 50_000, day(1)).no)])
    with django_assert_num_queries(3):
        board = board_arrears(lent.bkm, day(4))
    assert [group.code for group, _portfolio in board.groups][:2] == ["KSM-MAWAR", "KSM-0"]
    assert (board.whole.outstanding, board.whole.arrears) == (135_200, 15_450 + 15_375)
    assert [len(one.loans) for _group, one in board.groups] == [2, 1, 0, 0, 0]


def test_the_queue_weighs_rules_cash_and_waiting(lent, django_assert_max_num_queries):
    box = 150_000 - 100_000 + 15_300
    adopt(lent, day(3), steps=(), most=30_000, savings_multiple=None, blocked_percent=Decimal(10))
    asks(lent, JULAIKA, 30_000, day(3))
    asks(lent, BUDI, 30_000, day(4))
    meet(lent, day(4), {SARI: 1_000}, pay={SARI: 48_000 + 1_050})
    again = asks(lent, SARI, 20_000, day(4))
    services.decide(request=again, approve=True, decision="", on=day(4), in_meeting=True)
    adopt(lent, day(4), steps=(10_000,), most=None, savings_multiple=None, blocked_percent=Decimal(10))
    with django_assert_max_num_queries(6):
        found = queue(lent, day(5))
    assert [(one.place, one.request.member.name, one.reason, one.cash, one.fits, one.above) for one in found.lines] == [
        (1, "Julaika", "waits_longer", 27_000, True, True),
        (2, "Budi", "first_loan", 27_000, True, True),
        (3, "Sari", "last", 18_000, True, True),
    ]
    assert (found.lendable.amount, found.asked, found.cash) == (box + 50_050, 80_000, 72_000)
    assert [line.borrowed for line in found.lines] == [0, 0, 1]
    assert [line.days for line in found.lines] == [14, 7, 7]
