"""The life of a loan through the services: asked for, decided, paid out and back at meetings, settled."""

import threading
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from groups.services import update_group, update_member
from ledger import chart
from ledger.models import Account, Entry
from loans import arrears, services
from loans.models import Instalment, Loan, LoanRequest
from loans.schedule import Terms, schedule
from loans.selectors import loan_card, open_loans, settled_loans
from meetings.models import Meeting
from meetings.services import post_sheet
from meetings.sheet import Decision, Disbursement, Payment, Row, Sheet
from tests.compliance.village import day, found_group, meet, noon
from tests.properties import examples

SARI, WATI, BUDI, JULAIKA, SYAWIYAH = 1, 2, 3, 4, 5


def asks(
    group, no, amount, on, *, periods=10, unit="week", rate="1", per="month", method="flat", round_to=0, purpose=""
):
    """A member asks for money; the request."""
    return services.request_loan(
        group=group,
        member=group.members.get(no=no),
        amount=amount,
        purpose=purpose,
        terms=Terms(amount, periods, unit, Decimal(rate), per, method, round_to),
        on=on,
    )


def sheet(group, on, pay=None, lend: Sequence[LoanRequest] = (), decisions=()):
    """One meeting where only loans move: everybody is there, `pay` is rupiah per member, or (loan, rupiah) pairs."""
    payments = {
        no: tuple(Payment(amount, loan) for loan, amount in paid) if isinstance(paid, list) else (Payment(paid),)
        for no, paid in (pay or {}).items()
    }
    rows = tuple(Row(m.no, "H", payments=payments.get(m.no, ())) for m in group.members.active_on(on).order_by("no"))
    whole = Sheet(on=on, rows=rows, disbursements=tuple(Disbursement(r.no) for r in lend), decisions=tuple(decisions))
    return post_sheet(group=group, key=uuid4(), sheet=whole, by=None, at=noon(on))


def balance(group, code, no=0, loan=0):
    """A balance as people read it."""
    account = Account.objects.filter(book=group.book, code=code, member_no=no, loan_no=loan).first()
    return chart.on_normal_side(code, account.balance) if account else 0


def code_of(refusal):
    """Field → codes of what was refused."""
    if hasattr(refusal.value, "error_dict"):
        return {field: [e.code for e in errors] for field, errors in refusal.value.error_dict.items()}
    return [e.code for e in refusal.value.error_list]


# Worked lives


@pytest.mark.django_db
def test_julaika_borrows_at_the_first_meeting_and_is_settled_in_the_eleventh():
    group = found_group()
    request = asks(group, JULAIKA, 100_000, day(1))
    four = dict.fromkeys([SARI, WATI, JULAIKA, SYAWIYAH], 2000)
    meet(group, day(1), four, away={BUDI: "A"}, lend=[Disbursement(request.no)], snacks=5000)
    assert balance(group, chart.CASH) == 53_000
    assert balance(group, chart.MEMBER_LOANS, JULAIKA, 1) == 100_000

    meet(group, day(2), dict.fromkeys([SARI, WATI, JULAIKA, SYAWIYAH], 2000) | {BUDI: 4000}, pay={JULAIKA: 10_250})
    assert balance(group, chart.CASH) == 75_250
    assert balance(group, chart.MEMBER_LOANS, JULAIKA, 1) == 90_000
    assert sum(balance(group, chart.WEEKLY_SAVINGS, no) for no in range(1, 6)) == 20_000

    for week in range(3, 12):
        sheet(group, day(week), pay={JULAIKA: 10_250})
    assert balance(group, chart.MEMBER_LOANS, JULAIKA, 1) == 0
    assert balance(group, chart.CHARGE_INCOME, JULAIKA, 1) == 2_500
    assert open_loans(group) == []
    assert [(loan.no, loan.settled_on) for loan in settled_loans(group)] == [(1, day(11))]
    request.refresh_from_db()
    assert (request.status, request.loan.no) == ("disbursed", 1)


@pytest.mark.django_db
def test_half_a_million_over_twelve_weeks_rounded_to_a_thousand():
    group = found_group(opening=500_000)
    request = asks(group, SARI, 500_000, day(1), periods=12, rate="1.5", round_to=1000)
    sheet(group, day(1), lend=[request])
    for week in range(2, 13):
        assert open_loans(group)[0].due(day(week)) == 44_000
        sheet(group, day(week), pay={SARI: 44_000})
    assert open_loans(group)[0].due(day(13)) == 38_500
    with pytest.raises(ValidationError) as refusal:
        sheet(group, day(13), pay={SARI: 38_501})
    assert code_of(refusal) == {"r1-angsuran": ["overpaid"]}
    sheet(group, day(13), pay={SARI: 38_500})
    assert balance(group, chart.MEMBER_LOANS, SARI, 1) == 0
    assert balance(group, chart.CHARGE_INCOME, SARI, 1) == 22_500


@pytest.mark.django_db
def test_a_declining_loan_by_the_month_from_the_last_day_of_january():
    group = found_group(opening=1_200_000)
    on = date(2026, 1, 31)
    sheet(group, on, lend=[asks(group, BUDI, 1_200_000, on, periods=3, unit="month", rate="1.5", method="declining")])
    left = []
    for due, amount in [(date(2026, 2, 28), 418_000), (date(2026, 3, 31), 412_000), (date(2026, 4, 30), 406_000)]:
        assert open_loans(group)[0].due(due) == amount
        sheet(group, due, pay={BUDI: amount})
        left.append((balance(group, chart.MEMBER_LOANS, BUDI, 1), balance(group, chart.CHARGE_INCOME, BUDI, 1)))
    assert left == [(800_000, 18_000), (400_000, 30_000), (0, 36_000)]
    assert balance(group, chart.CASH) == 1_236_000


@pytest.mark.django_db
def test_an_annuity_of_a_million_over_four_months():
    group = found_group(opening=1_000_000)
    on = date(2026, 1, 15)
    sheet(group, on, lend=[asks(group, WATI, 1_000_000, on, periods=4, unit="month", rate="2", method="annuity")])
    left = []
    for month, amount in [(2, 262_624), (3, 262_624), (4, 262_624), (5, 262_623)]:
        sheet(group, date(2026, month, 15), pay={WATI: amount})
        left.append((balance(group, chart.MEMBER_LOANS, WATI, 1), balance(group, chart.CHARGE_INCOME, WATI, 1)))
    assert left == [(757_376, 20_000), (509_900, 35_148), (257_474, 45_346), (0, 50_495)]


@pytest.mark.django_db
def test_a_rate_by_the_week_on_instalments_by_the_month_counts_four_weeks():
    group = found_group(opening=300_000)
    on = date(2026, 1, 8)
    sheet(group, on, lend=[asks(group, SARI, 300_000, on, periods=3, unit="month", rate="0.5", per="week")])
    # 300.000 × 2 % × 3 = 18.000: 100.000 + 6.000 each month.
    sheet(group, date(2026, 2, 8), pay={SARI: 106_000})
    assert balance(group, chart.MEMBER_LOANS, SARI, 1) == 200_000
    assert balance(group, chart.CHARGE_INCOME, SARI, 1) == 6_000


@pytest.mark.django_db
def test_two_missed_instalments_and_a_short_payment():
    group = found_group()
    sheet(group, day(1), lend=[asks(group, JULAIKA, 100_000, day(1))])
    sheet(group, day(2), pay={JULAIKA: 10_250})
    for week in (3, 4):
        sheet(group, day(week))
    assert loan_card(group, 1, day(4)).state == arrears.State(
        outstanding=90_000, charge_due=500, arrears=20_500, instalments_late=2, remaining=92_250, next_due=day(5)
    )
    # 12.000 of the 30.750 due: all jasa first (750), then pokok; laid oldest first it fills one instalment.
    sheet(group, day(5), pay={JULAIKA: 12_000})
    assert balance(group, chart.CHARGE_INCOME, JULAIKA, 1) == 1_000
    assert loan_card(group, 1, day(5)).state == arrears.State(
        outstanding=78_750, charge_due=0, arrears=18_750, instalments_late=2, remaining=80_250, next_due=day(6)
    )
    # The day before the next falls due nothing more is late; on the day it is.
    assert loan_card(group, 1, day(6) - timedelta(days=1)).state.instalments_late == 2
    assert loan_card(group, 1, day(6)).state.instalments_late == 3
    sheet(group, day(6), pay={JULAIKA: 29_000})
    assert loan_card(group, 1, day(6)).state == arrears.State(
        outstanding=50_000, charge_due=0, arrears=0, instalments_late=0, remaining=51_250, next_due=day(7)
    )


# Asking


@pytest.mark.django_db
def test_requests_are_numbered_in_their_group_and_the_same_question_is_one_request():
    mawar, melati = found_group(), found_group(code="KSM-MELATI")
    first = asks(mawar, SARI, 50_000, day(1), purpose="dagang ")
    assert asks(mawar, SARI, 50_000, day(1), purpose="dagang").pk == first.pk
    assert [asks(mawar, SARI, 60_000, day(1)).no, asks(mawar, WATI, 50_000, day(1)).no] == [2, 3]
    assert asks(melati, SARI, 50_000, day(1)).no == 1
    assert LoanRequest.objects.count() == 4
    services.withdraw_request(request=first, on=day(1))
    assert asks(mawar, SARI, 50_000, day(1), purpose="dagang").no == 4


@pytest.mark.django_db
def test_who_may_not_ask_and_when():
    mawar, melati = found_group(), found_group(code="KSM-MELATI")
    with pytest.raises(ValidationError) as refusal:
        asks(mawar, SARI, 50_000, mawar.start_on - timedelta(days=1))
    assert code_of(refusal) == {"requested_on": ["before_books"]}
    stranger, terms = melati.members.get(no=1), Terms(50_000, 10, "week", Decimal(1), "month", "flat")
    with pytest.raises(ValidationError) as refusal:
        services.request_loan(group=mawar, member=stranger, amount=50_000, purpose="", terms=terms, on=day(1))
    assert code_of(refusal) == {"member": ["not_member"]}
    update_member(member=mawar.members.get(no=WATI), left_on=day(2))
    with pytest.raises(ValidationError) as refusal:
        asks(mawar, WATI, 50_000, day(2))
    assert code_of(refusal) == {"member": ["not_member"]}
    update_group(group=mawar, end_on=day(3))
    with pytest.raises(ValidationError) as refusal:
        asks(mawar, SARI, 50_000, day(3))
    assert code_of(refusal) == {"requested_on": ["ended"]}
    with pytest.raises(ValueError, match="no terms for 40000"):
        services.request_loan(
            group=mawar, member=mawar.members.get(no=1), amount=40_000, purpose="", terms=terms, on=day(1)
        )
    assert not LoanRequest.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "at", "code"),
    [
        ("rate", Decimal("100.0001"), "rate", "rate_out_of_range"),
        ("periods", 0, "periods", "periods_out_of_range"),
        ("periods", 521, "periods", "periods_out_of_range"),
        ("principal", 0, "principal", "principal_too_small"),
        ("principal", 9, "principal", "principal_below_periods"),
        ("method", "bunga", "method", "unknown_method"),
    ],
)
def test_terms_nobody_can_lend_on_are_refused_at_their_field(field, value, at, code):
    good = {
        "principal": 50_000,
        "periods": 10,
        "unit": "week",
        "rate": Decimal(0),
        "rate_per": "month",
        "method": "flat",
        "round_to": 0,
    }
    assert services.terms_or_refuse(**good).rate_per_period == 0
    with pytest.raises(ValidationError) as refusal:
        services.terms_or_refuse(**good | {field: value})
    assert code_of(refusal) == {at: [code]}


# Deciding


@pytest.mark.django_db
def test_a_rejection_needs_its_reason_and_a_decision_stands():
    group = found_group()
    request = asks(group, SARI, 50_000, day(1))
    with pytest.raises(ValidationError) as refusal:
        services.decide(request=request, approve=False, decision="  ", on=day(1))
    assert code_of(refusal) == {"decision": ["reason_required"]}
    with pytest.raises(ValidationError) as refusal:
        services.decide(request=request, approve=True, decision="", on=day(1) - timedelta(days=1))
    assert code_of(refusal) == ["decided_before_asked"]
    decided = services.decide(request=request, approve=False, decision=" masih menunggak ", on=day(1))
    assert (decided.status, decided.decision, decided.decided_on) == ("rejected", "masih menunggak", day(1))
    for again in (
        lambda: services.decide(request=request, approve=True, decision="", on=day(2)),
        lambda: services.withdraw_request(request=request, on=day(2)),
    ):
        with pytest.raises(ValidationError) as refusal:
            again()
        assert code_of(refusal) == ["decided"]
    with pytest.raises(ValidationError) as refusal:
        sheet(group, day(2), lend=[request])
    assert code_of(refusal) == {"q1": ["decided"]}
    assert not Meeting.objects.exists()
    assert not Loan.objects.exists()


@pytest.mark.django_db
def test_an_approved_request_is_paid_out_later_or_withdrawn():
    group = found_group()
    paid, dropped = asks(group, SARI, 50_000, day(1)), asks(group, WATI, 60_000, day(1))
    decisions = [Decision(paid.no, approve=True, reason="setuju"), Decision(dropped.no, approve=True)]
    sheet(group, day(1), decisions=decisions)
    assert services.withdraw_request(request=dropped, on=day(2)).status == "withdrawn"
    sheet(group, day(2), lend=[paid])
    loan = Loan.objects.get()
    assert (loan.no, loan.member.no, loan.requested_on, loan.disbursed_on) == (1, SARI, day(1), day(2))
    paid.refresh_from_db()
    assert (paid.status, paid.decided_on, paid.decision) == ("disbursed", day(1), "setuju")


@pytest.mark.django_db
def test_two_loans_at_one_meeting_keep_apart_what_each_was_paid():
    group = found_group()
    small, large = asks(group, SARI, 20_000, day(1), periods=2), asks(group, SARI, 100_000, day(1))
    sheet(group, day(1), lend=[small, large])
    assert balance(group, chart.CASH) == 30_000
    sheet(group, day(2), pay={SARI: [(1, 10_050), (2, 10_250)]})
    assert balance(group, chart.MEMBER_LOANS, SARI, 1) == 10_000
    assert balance(group, chart.MEMBER_LOANS, SARI, 2) == 90_000


@pytest.mark.django_db
def test_a_box_that_holds_too_little_pays_nothing_out():
    group = found_group(opening=50_000)
    request = asks(group, SARI, 50_001, day(1))
    with pytest.raises(ValidationError) as refusal:
        sheet(group, day(1), lend=[request])
    assert code_of(refusal) == {"kas": ["cash_short"]}
    request.refresh_from_db()
    assert request.status == "waiting"
    assert not Loan.objects.exists()
    assert not Instalment.objects.exists()
    assert not Account.objects.filter(code=chart.MEMBER_LOANS).exists()


@pytest.mark.django_db
def test_money_goes_out_after_it_was_asked_for_and_to_members():
    group = found_group()
    request = asks(group, SARI, 50_000, day(2))
    with pytest.raises(ValidationError) as refusal:
        sheet(group, day(1), lend=[request])
    assert code_of(refusal) == ["asked_later"]
    update_member(member=group.members.get(no=SARI), left_on=day(3))
    with pytest.raises(ValidationError) as refusal:
        sheet(group, day(3), lend=[request])
    assert code_of(refusal) == ["not_member"]
    assert not Meeting.objects.exists()


@pytest.mark.django_db
def test_a_request_withdrawn_while_the_sheet_is_written_is_not_paid_out():
    group = found_group()
    request = asks(group, SARI, 50_000, day(1))
    lending = services.Lending(request.member, services.terms_of(request, 50_000), day(1), request)
    services.withdraw_request(request=request, on=day(1))
    with pytest.raises(ValidationError) as refusal, transaction.atomic():
        services.disburse(group=group, book=group.book, lendings=[lending], on=day(1))
    assert code_of(refusal) == ["decided"]
    assert not Loan.objects.exists()


@pytest.mark.django_db
def test_a_loan_of_an_old_book_needs_no_request_and_keeps_its_number():
    group = found_group()
    terms = Terms(50_000, 5, "week", Decimal(1), "month", "flat", 0)
    lending = services.Lending(group.members.get(no=SARI), terms, day(1), no=7)
    whole = Sheet(on=day(1), rows=tuple(Row(no, "H") for no in range(1, 6)))
    post_sheet(group=group, key=uuid4(), sheet=whole, by=None, at=noon(day(1)), lendings=[lending])
    assert balance(group, chart.MEMBER_LOANS, SARI, 7) == 50_000
    assert [loan.loan.no for loan in open_loans(group)] == [7]
    sheet(group, day(2), lend=[asks(group, WATI, 10_000, day(2))])
    assert [loan.loan.no for loan in open_loans(group)] == [7, 8]


def race(*steps):
    """Run all steps at once, each on a connection of its own; what each answered or refused."""
    answers: list[str] = []
    start = threading.Barrier(len(steps))

    def run(step):
        start.wait(10)
        try:
            answers.append(step().status)
        except ValidationError as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[step]) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(answers)


def test_of_two_who_decide_at_once_one_does_and_the_other_is_told(fresh_database):
    group = found_group()
    request = asks(group, SARI, 50_000, day(1))
    answers = race(
        lambda: services.decide(request=request, approve=True, decision="", on=day(1)),
        lambda: services.decide(request=request, approve=False, decision="kas kurang", on=day(1)),
    )
    request.refresh_from_db()
    assert answers == sorted(["decided", request.status])
    assert request.decision == {"approved": "", "rejected": "kas kurang"}[request.status]


def test_a_request_written_down_twenty_times_at_once_is_one_request(fresh_database):
    group = found_group()
    assert race(*[lambda: asks(group, SARI, 50_000, day(1))] * 20) == ["waiting"] * 20
    assert LoanRequest.objects.count() == 1


# Whatever happens, the ledger and the schedule agree

terms_of_any_kind = st.builds(
    Terms,
    principal=st.integers(20, 60).map(lambda thousands: thousands * 1000),
    periods=st.integers(1, 8),
    unit=st.sampled_from(["week", "month"]),
    rate=st.sampled_from([Decimal(0), Decimal("0.75"), Decimal("1.5"), Decimal(4)]),
    rate_per=st.sampled_from(["week", "month"]),
    method=st.sampled_from(["flat", "declining", "annuity"]),
    round_to=st.sampled_from([0, 500, 1000]),
)
# At each meeting each borrower pays a share of what is left, in per cent; weeks pass in between.
payments = st.lists(st.tuples(st.integers(1, 5), st.tuples(*[st.integers(0, 100)] * 2)), min_size=1, max_size=6)


@pytest.mark.django_db
@given(lent=st.tuples(terms_of_any_kind, terms_of_any_kind), life=payments)
@settings(max_examples=examples(15))
def test_what_the_book_holds_of_a_loan_is_what_its_schedule_still_asks(lent, life):
    with transaction.atomic():
        group = found_group(names=("Sari", "Wati"), weekly=0)
        requests = [
            services.request_loan(
                group=group, member=group.members.get(no=no), amount=terms.principal, purpose="", terms=terms, on=day(1)
            )
            for no, terms in enumerate(lent, start=1)
        ]
        sheet(group, day(1), lend=requests)
        plans = [schedule(terms, disbursed_on=day(1)) for terms in lent]
        paid = [[0, 0], [0, 0]]  # charge, principal
        week = 1
        for weeks, shares in life:
            week += weeks
            on = day(week)
            asked = [sum(row.total for row in plan) - sum(one) for plan, one in zip(plans, paid, strict=True)]
            amounts = [whole * share // 100 for whole, share in zip(asked, shares, strict=True)]
            sheet(group, on, pay={no: amount for no, amount in enumerate(amounts, start=1) if amount})
            for no, (plan, one, amount) in enumerate(zip(plans, paid, amounts, strict=True), start=1):
                part = arrears.split(plan, *one, amount, on)
                one[0] += part.charge
                one[1] += part.principal
                expected = arrears.state(plan, *one, on)
                assert balance(group, chart.MEMBER_LOANS, no, no) == expected.outstanding
                assert balance(group, chart.CHARGE_INCOME, no, no) == one[0]
                assert loan_card(group, no, on).state == expected
        lent_out = sum(terms.principal for terms in lent)
        assert balance(group, chart.CASH) == 150_000 - lent_out + sum(map(sum, paid))
        assert Entry.objects.filter(book=group.book, kind="disbursement").count() == 2
        transaction.set_rollback(True)
