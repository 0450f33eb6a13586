"""Lending rules: adopted by a meeting, followed and never edited; what they refuse, block and leave to whom."""

import threading
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from groups.models import Appointment
from ledger import chart
from ledger import services as ledger
from loans import services
from loans.models import CollectabilityClass, LendingRules, Loan, LoanRequest
from loans.schedule import Terms
from loans.services.upk_policy import set_upk_policy
from meetings.models import Meeting
from meetings.services import adopt_lending_rules, correct_hand_over, post_sheet
from meetings.sheet import Decision, Disbursement, Payment, Row, Sheet
from tests.compliance.village import cash, day, found_group, meet, noon
from tests.factories import AppointmentFactory, BkmFactory
from tests.loans.lives import deed

SARI, WATI, BUDI, JULAIKA = 1, 2, 3, 4

AGREED = {
    "most": 1_000_000,
    "savings_multiple": Decimal(20),
    "steps": (100_000, 200_000),
    "most_weeks": 20,
    "most_months": 6,
    "rate": Decimal(1),
    "rate_per": "month",
    "method": "flat",
    "round_to": 0,
    "fine": 500,
    "blocked_percent": Decimal(5),
    "decider": "meeting",
}


def adopt(group, on=None, **changes):
    """The meeting of a day adopts rules that hold from it on."""
    on = on or day(1)
    given = {"adopted_on": on, "from_on": on, **AGREED, **changes}
    adopted_on, from_on = given.pop("adopted_on"), given.pop("from_on")
    return adopt_lending_rules(
        group=group, agreed=services.Agreement(**given), adopted_on=adopted_on, from_on=from_on, by=None, at=noon(on)
    )


def asks(group, no, amount, on, **changes):
    terms = {"periods": 10, "unit": "week", "rate": Decimal(1), "rate_per": "month", "method": "flat", "round_to": 0}
    terms = Terms(amount, **(terms | changes))
    return services.request_loan(
        group=group, member=group.members.get(no=no), amount=amount, purpose="Warung", terms=terms, on=on
    )


@pytest.fixture
def mawar(db):
    """Five members who saved 10.000 each at a first meeting; 200.000 in the box."""
    group = found_group()
    meet(group, day(1), dict.fromkeys(range(1, 6), 10_000))
    return group


def saved(group, no, code=chart.BLOCKED_SAVINGS, loan=0):
    account = group.book.accounts.filter(code=code, member_no=no, loan_no=loan).first()
    return -account.balance if account else 0


def refused(call, field=""):
    """The codes of a refusal, at a field or of the whole."""
    with pytest.raises(ValidationError) as caught:
        call()
    errors = caught.value.error_dict[field] if field else caught.value.error_list
    return [error.code for error in errors]


def test_a_version_is_followed_and_never_edited(mawar):
    first = adopt(mawar)
    meet(mawar, day(2), {})
    second = adopt(mawar, day(2), from_on=day(3), most=None, steps=[], savings_multiple=None)
    found = LendingRules.objects.in_force
    assert (first.version, second.version) == (1, 2)
    assert [found(mawar, on) for on in (day(1) - timedelta(days=1), day(1), day(2), day(3))] == [
        None,
        first,
        first,
        second,
    ]
    assert second.most_periods("week") == 20
    assert second.most_periods("month") == 6
    assert refused(lambda: adopt(mawar, day(2), from_on=day(3)), "from_on") == ["not_after_last"]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"adopted_on": day(2), "from_on": day(2)}, "adopted_on", "no_meeting"),
        ({"from_on": day(1) - timedelta(days=1)}, "from_on", "before_meeting"),
        ({"steps": [200_000, 100_000]}, "steps", "steps"),
        ({"steps": [0]}, "steps", "steps"),
        ({"steps": [1] * 10}, "steps", "steps"),
        ({"most": 0}, "most", "too_little"),
        ({"savings_multiple": Decimal(0)}, "savings_multiple", "too_little"),
        ({"most_weeks": 521}, "most_weeks", "not_a_count"),
        ({"most_months": 0}, "most_months", "not_a_count"),
        ({"rate": Decimal(101)}, "rate", "rate_out_of_range"),
        ({"round_to": -1}, "round_to", "round_to_negative"),
        ({"fine": -1}, "fine", "negative"),
        ({"blocked_percent": Decimal(101)}, "blocked_percent", "percent"),
    ],
)
def test_rules_nobody_can_keep_are_refused(mawar, changes, field, code):
    assert refused(lambda: adopt(mawar, **changes), field) == [code]
    assert not LendingRules.objects.exists()


def test_what_exceeds_is_refused_at_its_field_with_the_reason(mawar):
    adopt(mawar)
    with pytest.raises(ValidationError) as caught:
        asks(mawar, SARI, 100_001, day(1), periods=21, rate=Decimal(2), rate_per="week", method="annuity", round_to=500)
    assert set(caught.value.error_dict) == {"amount", "periods", "rate", "rate_per", "method", "round_to"}
    assert caught.value.message_dict["amount"] == [
        "Ia boleh meminjam Rp100.000 sekarang: pinjamannya ke-1 paling banyak Rp100.000."
    ]
    assert refused(lambda: asks(mawar, SARI, 90_000, day(1), unit="month", periods=7), "periods") == [
        "too_many_periods"
    ]
    assert asks(mawar, SARI, 100_000, day(1), periods=20).amount == 100_000


def test_the_second_loan_may_be_higher_once_the_first_is_paid_back(mawar):
    adopt(mawar)
    meet(mawar, day(2), {}, lend=[Disbursement(asks(mawar, SARI, 100_000, day(2)).no)])
    with pytest.raises(ValidationError) as caught:
        asks(mawar, SARI, 50_000, day(2))
    assert caught.value.message_dict["amount"] == [
        "Ia boleh meminjam Rp0 sekarang: pinjamannya ke-1 paling banyak Rp100.000, dan ia masih berutang Rp100.000."
    ]
    meet(mawar, day(3), {}, pay={SARI: 102_500})
    sari = services.standing(mawar, mawar.members.get(no=SARI), day(3))
    assert sari.allowance.amount == 200_000
    adopt(mawar, day(3), steps=[], savings_multiple=Decimal("2.5"), most=None)
    assert refused(lambda: asks(mawar, SARI, 25_001, day(3)), "amount") == ["above_ceiling"]
    with pytest.raises(ValidationError, match=r"2,5 kali simpanannya Rp10.000 adalah Rp25.000"):
        asks(mawar, SARI, 25_001, day(3))
    meet(mawar, day(4), {})
    adopt(mawar, day(4), steps=[], savings_multiple=None, most=30_000)
    with pytest.raises(ValidationError, match=r"aturan membolehkan satu anggota paling banyak Rp30.000"):
        asks(mawar, SARI, 30_001, day(4))


def test_a_written_off_loan_opens_no_higher_step(mawar):
    adopt(mawar)
    meet(mawar, day(2), {}, lend=[Disbursement(asks(mawar, SARI, 100_000, day(2)).no)])
    loan = Loan.objects.get()
    services.call_guarantee(loan=loan, deed=deed(day(3)), parts={(SARI, loan.no): 5_000})
    services.write_off(loan=loan, deed=deed(day(3), decision="pindah"))
    assert services.standing(mawar, mawar.members.get(no=SARI), day(3)).allowance.amount == 100_000


def test_what_is_blocked_stays_behind_and_comes_back_when_the_loan_is_paid(mawar):
    adopt(mawar)
    before = cash(mawar)
    meet(mawar, day(2), {}, lend=[Disbursement(asks(mawar, SARI, 100_000, day(2)).no)], counted=before - 95_000)
    loan = Loan.objects.select_related("rules").get()
    assert (loan.rules.version, loan.blocked, services.blocked_for(loan)) == (1, 5_000, 5_000)
    legs = Meeting.objects.get(on=day(2)).hand_overs.get().entry.postings
    assert sorted(legs.values_list("account__code", "account__member_no", "account__loan_no", "amount")) == [
        ("1110", 0, 0, -95_000),
        ("1210", SARI, 1, 100_000),
        ("2130", SARI, 1, -5_000),
    ]

    def give_back(to="savings", on=None, key=None):
        return services.release_blocked(
            group=mawar, loan_no=loan.no, to=to, on=on or day(3), key=key or uuid4(), by=None, at=noon(day(3))
        )

    assert refused(give_back) == ["still_owed"]
    meet(mawar, day(3), {}, pay={SARI: 102_500})
    assert refused(lambda: give_back(on=day(2) - timedelta(days=1)), "on") == ["before_disbursed"]
    key = uuid4()
    assert [give_back(key=key).created for _twice in range(2)] == [True, False]
    assert (saved(mawar, SARI, loan=1), saved(mawar, SARI, chart.VOLUNTARY_SAVINGS)) == (0, 5_000)
    assert refused(give_back) == ["nothing_blocked"]

    meet(mawar, day(4), {}, lend=[Disbursement(asks(mawar, SARI, 200_000, day(4)).no)])
    meet(mawar, day(5), {}, pay={SARI: 205_000})
    held, loan = cash(mawar), Loan.objects.get(no=2)
    give_back("cash", day(5))
    assert (cash(mawar), services.blocked_for(loan)) == (held - 10_000, 0)


def test_two_loans_on_one_sheet_are_judged_together_at_their_fields(mawar):
    first, second = asks(mawar, SARI, 60_000, day(1)), asks(mawar, SARI, 50_000, day(1))
    adopt(mawar)
    lend = [Disbursement(first.no), Disbursement(second.no)]
    assert refused(lambda: meet(mawar, day(2), {}, lend=lend), f"q{second.no}") == ["above_ceiling"]
    assert not Loan.objects.exists()
    meet(mawar, day(2), {}, lend=lend[:1])
    assert refused(lambda: approve(second, in_meeting=True, on=day(2)), "amount") == ["above_ceiling"]
    sheet = Sheet(day(3), _here(mawar), decisions=(Decision(second.no, approve=True),))
    assert refused(lambda: _send(mawar, sheet), f"q{second.no}") == [None]
    second.refresh_from_db()
    assert second.status == "waiting"


def _here(group):
    return tuple(Row(m.no, "H") for m in group.members.all())


def _send(group, sheet, by=None):
    return post_sheet(group=group, key=uuid4(), sheet=sheet, by=by, at=noon(sheet.on))


def test_a_group_without_rules_lends_as_before(mawar):
    meet(mawar, day(2), {}, lend=[Disbursement(asks(mawar, SARI, 150_000, day(2), periods=52).no)])
    loan = Loan.objects.get()
    assert (loan.rules, loan.blocked, cash(mawar)) == (None, 0, 50_000)
    assert services.standing(mawar, loan.member, day(2)).allowance.amount is None


def approve(request, by=None, *, on=None, yes=True, in_meeting=False):
    return services.decide(
        request=request,
        approve=yes,
        decision="" if yes else "kas kurang",
        on=on or day(1),
        by=by,
        in_meeting=in_meeting,
    )


def test_who_may_decide(mawar):
    chair = AppointmentFactory(group=mawar, role=Appointment.Role.CHAIR).user
    treasurer = AppointmentFactory(group=mawar, role=Appointment.Role.TREASURER).user
    free, one, two, three, four = (asks(mawar, no, 10_000, day(1)) for no in range(1, 6))
    assert approve(free, treasurer).decided_by == treasurer

    adopt(mawar)
    assert refused(lambda: approve(one, chair)) == ["meeting_decides"]
    _send(mawar, Sheet(day(2), _here(mawar), decisions=(Decision(one.no, approve=False, reason="tunggu"),)), chair)
    one.refresh_from_db()
    assert (one.status, one.decided_by, one.decided_on, one.decision) == ("rejected", chair, day(2), "tunggu")

    adopt(mawar, day(2), decider="chair")
    assert refused(lambda: approve(two, treasurer, on=day(2))) == ["not_decider"]
    assert refused(lambda: approve(two, None, on=day(2))) == ["not_decider"]
    assert approve(two, chair, on=day(2)).status == "approved"

    meet(mawar, day(3), {})
    adopt(mawar, day(3), decider="chair_treasurer")
    waiting = approve(three, treasurer, on=day(3))
    assert (waiting.status, waiting.agreed_by, waiting.decided_by) == ("waiting", treasurer, None)
    assert refused(lambda: approve(three, treasurer, on=day(3))) == ["agreed_before"]
    assert (approve(three, chair, on=day(3)).status, approve(four, chair, on=day(3), yes=False).status) == (
        "approved",
        "rejected",
    )


def test_paying_out_on_the_sheet_is_a_decision_too(mawar):
    treasurer = AppointmentFactory(group=mawar, role=Appointment.Role.TREASURER).user
    chair = AppointmentFactory(group=mawar, role=Appointment.Role.CHAIR).user
    approved, asked = asks(mawar, SARI, 20_000, day(1)), asks(mawar, WATI, 30_000, day(1))
    approve(approved, chair)
    _send(mawar, Sheet(day(2), _here(mawar), disbursements=(Disbursement(1), Disbursement(2))), treasurer)
    assert list(LoanRequest.objects.order_by("no").values_list("status", "decided_on", "decided_by")) == [
        ("disbursed", day(1), chair.pk),
        ("disbursed", day(2), treasurer.pk),
    ]
    assert asked.no == 2


def test_of_two_who_decide_at_once_one_does(fresh_database):
    group = found_group()
    request = asks(group, SARI, 10_000, day(1))
    answers, start = [], threading.Barrier(2)

    def decide(yes):
        start.wait()
        try:
            answers.append(approve(request, yes=yes).status)
        except ValidationError as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    people = [threading.Thread(target=decide, args=[yes]) for yes in (True, False)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    request.refresh_from_db()
    assert sorted(answers) == sorted(["decided", request.status])


def test_collectability_classes_of_a_bkm_replace_the_common_ones(db):
    bkm, found = BkmFactory(), CollectabilityClass.objects.in_force
    common = found(bkm.pk, day(1))
    assert [(grade.least_late, grade.reserve) for grade in common] == [(0, 1), (1, 10), (3, 25), (5, 50), (7, 100)]
    assert found(None, day(1)) == common
    assert services.set_classes(bkm=bkm, from_on=day(2), rows=[("baik", 0, Decimal(0)), ("macet", 4, Decimal(100))])
    assert found(bkm.pk, day(1)) == common
    assert [(grade.no, grade.name, grade.least_late) for grade in found(bkm.pk, day(2))] == [
        (1, "baik", 0),
        (2, "macet", 4),
    ]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "from_none_late"),
        ([("baik", 1, Decimal(0))], "from_none_late"),
        ([("baik", 0, Decimal(0)), ("macet", 0, Decimal(9))], "rising"),
        ([("baik", 0, Decimal(101))], "percent"),
        ([("baik", 0, Decimal(5)), ("macet", 2, Decimal(4))], "rising"),
        ([("", 0, Decimal(5))], "name"),
    ],
)
def test_classes_nobody_can_reckon_with_are_refused(db, rows, code):
    bkm = BkmFactory()
    assert code in refused(lambda: services.set_classes(bkm=bkm, from_on=day(1), rows=rows))
    services.set_classes(bkm=bkm, from_on=day(1), rows=[("baik", 0, Decimal(0))])
    assert refused(lambda: services.set_classes(bkm=bkm, from_on=day(1), rows=[("baik", 0, Decimal(0))])) == [
        "not_after_last"
    ]


def test_a_correction_of_a_sheet_keeps_what_is_blocked(mawar):
    adopt(mawar)
    meet(mawar, day(2), {}, lend=[Disbursement(asks(mawar, SARI, 100_000, day(2)).no)])
    met = meet(mawar, day(3), {}, pay={SARI: 10_250})
    hand_over = met.hand_overs.get()
    correct_hand_over(
        hand_over=hand_over, row=Row(SARI, payments=(Payment(20_500),)), reason="salah tulis", key=uuid4(), by=None,
        at=noon(day(3)),
    )  # fmt: skip
    assert saved(mawar, SARI, loan=1) == 5_000
    assert ledger.lock_book(mawar.book_id).last_number == 5 + 1 + 1 + 1 + 2


@pytest.mark.parametrize("table", ["loans_lendingrules", "loans_collectabilityclass", "loans_upkpolicy"])
def test_versions_are_kept_by_the_database_itself(mawar, table):
    """Neither raw SQL nor a stale `save()` changes what loans and months were judged by."""
    adopt(mawar)
    services.set_classes(bkm=mawar.bkm, from_on=day(2), rows=[("lancar", 0, Decimal(1))])
    set_upk_policy(bkm=mawar.bkm, from_on=day(2), by=None, at=noon(day(2)))
    for statement in (f"UPDATE {table} SET from_on = from_on - 1", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
