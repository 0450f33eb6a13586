"""Money from the UPK to a KSM and back: both books exact after each step, and never one without the other."""

import threading
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from groups.models import Group
from groups.services import add_member, create_bkm
from ledger.models import Entry
from loans import services
from loans.models import Loan, UpkLoan, UpkPayment
from loans.selectors import gaps, gate_of, lendable, open_loans, reconcile, upk_card
from loans.services import Share
from meetings.models import HandOver
from meetings.services import correct_hand_over
from meetings.sheet import Payment, Row
from tests.books import close_through
from tests.factories import UserFactory
from tests.loans.test_services import code_of
from tests.loans.two_tiers import approve, ask, book, ksm, lend, monthly, pass_on, rules, sheet, village
from tests.loans.upk_village import at, lestari, write
from tests.properties import examples

LENT = date(2018, 11, 15)
DEC = date(2018, 12, 15)


@pytest.fixture(autouse=True)
def books_agree(request):
    """Whatever a story did, the two books tell the same at its end."""
    yield
    if "tampers" not in request.keywords and {"db", "fresh_database"} & set(request.fixturenames):
        assert reconcile() == []


# UPK Lestari


@pytest.mark.django_db
def test_what_upk_lestari_took_in_on_15_december_2018():
    sari = village()
    upk = sari.bkm.upk
    arum = ksm(upk, "Mekar Arum Jaya")
    small = lend(arum, [1_000_000] * 5, monthly(5_000_000, 10), LENT)
    large = lend(sari, [6_000_000] * 5, monthly(30_000_000, 10), LENT)
    for group in (arum, sari):  # the members bring at the meetings what the KSM then passes on
        due = {owed.loan.member.no: owed.due(date(2018, 12, 13)) for owed in open_loans(group)}
        sheet(group, date(2018, 12, 13), due)
    before = book(upk)["1110"]

    first, second = pass_on(small, 575_000, DEC), pass_on(large, 3_450_000, DEC)
    assert (first.principal, first.charge) == (500_000, 75_000)
    assert (second.principal, second.charge) == (3_000_000, 450_000)
    assert book(upk) == {
        "1110": before + 575_000 + 3_450_000,
        "1220": 4_500_000 + 27_000_000,
        "3210": 50_000_000,
        "4110": 525_000,
    }
    # 29.000 a week by five, four weeks: 580.000 collected, 575.000 passed on
    assert book(arum)["2220"] == 580_000 - 575_000
    assert (first.upk_entry.on, first.group_entry.on) == (DEC, DEC)
    assert first.upk_entry.submission.key == first.group_entry.submission.key


@pytest.mark.django_db
def test_gajah_duduk_borrows_of_the_upk():
    group = village()
    loan = lend(group, [1_000_000] * 5, monthly(5_000_000, 24), LENT)
    rows = list(loan.instalments.order_by("no"))
    assert [row.principal + row.charge for row in rows] == [284_000] * 23 + [268_000]
    assert loan.charge == 1_800_000
    assert rows[0].due_on == DEC
    share = loan.shares.first()
    assert (share.periods, share.unit, share.rate) == (96, "week", Decimal("1.5"))
    assert sum(row.charge for row in share.instalments.all()) == 360_000, "the same jasa, 4 weeks to the month"


# A whole life


@pytest.mark.django_db
def test_the_whole_life_of_a_loan_in_both_books():
    group = village(members=2, capital=3_000_000)
    upk = group.bkm.upk
    rules(upk, least_members=2, least_periods=1)
    terms = monthly(2_400_000, 3, round_to=0)  # three times 800.000 + 36.000; the shares 12 times 100.000 + 4.500
    loan = lend(group, [1_200_000] * 2, terms, LENT)
    assert book(upk) == {"1110": 600_000, "1220": 2_400_000, "3210": 3_000_000}
    assert book(group) == {"1210": 2_400_000, "2210": 2_400_000}

    sheet(group, date(2018, 11, 22), {1: 104_500, 2: 104_500})
    assert book(group) == {
        "1110": 209_000, "1210": 2_200_000, "2210": 2_200_000, "2220": 209_000, "4110": 9_000, "5110": 9_000,
    }  # fmt: skip
    assert lendable(group).amount == 0, "what is held for the UPK is not the group's to lend"
    for week in range(1, 4):
        sheet(group, date(2018, 11, 22) + timedelta(weeks=week), {1: 104_500, 2: 104_500})
    assert book(group) == {
        "1110": 836_000, "1210": 1_600_000, "2210": 1_600_000, "2220": 836_000, "4110": 36_000, "5110": 36_000,
    }  # fmt: skip
    (gap,) = gaps(group.bkm_id, date(2018, 12, 14))
    assert (gap.gap.amount, gap.gap.since, gap.gap.days, gap.held_too_long) == (836_000, date(2018, 11, 22), 22, True)

    pass_on(loan, 300_000, date(2018, 12, 14))  # nothing is due before the 15th: the first instalment in advance
    assert book(upk) == {"1110": 900_000, "1220": 2_136_000, "3210": 3_000_000, "4110": 36_000}
    assert book(group) == {
        "1110": 536_000, "1210": 1_600_000, "2210": 1_600_000, "2220": 536_000, "4110": 36_000, "5110": 36_000,
    }  # fmt: skip
    (gap,) = gaps(group.bkm_id, date(2018, 12, 14))
    assert (gap.gap.since, gap.gap.days, gap.held_too_long) == (date(2018, 11, 29), 15, True)
    pass_on(loan, 536_000, DEC)
    assert book(upk) == {"1110": 1_436_000, "1220": 1_600_000, "3210": 3_000_000, "4110": 36_000}
    assert book(group) == {"1210": 1_600_000, "2210": 1_600_000, "4110": 36_000, "5110": 36_000}
    assert gaps(group.bkm_id, DEC) == []

    # Ibu 1 pays all that is left; Ibu 2 nothing; the KSM passes on what it has and then some of its own.
    sheet(group, date(2018, 12, 20), {1: 836_000}, weekly=500_000)
    assert book(group)["2220"] == 836_000
    pass_on(loan, 1_000_000, date(2019, 1, 15))
    # 836.000 are due; of the 164.000 in advance 36.000 are the last instalment's jasa
    assert book(upk) == {"1110": 2_436_000, "1220": 672_000, "3210": 3_000_000, "4110": 108_000}
    assert book(group) == {
        "1110": 836_000, "1210": 800_000, "2110": 1_000_000, "2210": 672_000, "4110": 72_000, "5110": 108_000,
    }  # fmt: skip

    # Ibu 2 pays at last: 672.000 of it is still the UPK's, the rest is what the group advanced.
    sheet(group, date(2019, 2, 14), {2: 836_000})
    assert book(group) == {
        "1110": 1_672_000, "2110": 1_000_000, "2220": 672_000, "4110": 108_000, "5110": 108_000,
    }  # fmt: skip
    payment = pass_on(loan, 672_000, date(2019, 2, 15))
    assert (payment.principal, payment.charge) == (672_000, 0)
    assert book(upk) == {"1110": 3_108_000, "3210": 3_000_000, "4110": 108_000}
    assert book(group) == {"1110": 1_000_000, "2110": 1_000_000, "4110": 108_000, "5110": 108_000}
    card = upk_card(UpkLoan.objects.filter(pk=loan.pk), date(2019, 2, 15))
    assert [balance for _payment, balance in card.received] == [2_136_000, 1_600_000, 672_000, 0]
    assert [row["paid_on"] for row in card.rows] == [DEC, date(2019, 1, 15), date(2019, 2, 15)]
    assert (card.line.state.remaining, card.line.gap.since) == (0, None)
    with pytest.raises(ValidationError) as refusal:
        pass_on(loan, 1, date(2019, 2, 15))
    assert code_of(refusal) == {"amount": ["overpaid"]}


@pytest.mark.django_db
def test_the_second_loan_may_be_larger_once_the_share_is_paid():
    group = village(members=5)
    rules(group.bkm.upk, first_ceiling=1_000_000, repeat_ceiling=3_000_000, least_periods=1)
    on = date(2018, 12, 3)
    with pytest.raises(ValidationError) as refusal:
        ask(group, [1_000_001, 1_000_000], monthly(2_000_001, 3), LENT)
    assert code_of(refusal) == {"share-1": ["above_ceiling"]}
    loan = lend(group, [1_000_000] * 2, monthly(2_000_000, 3, rate="0"), LENT)
    sheet(group, date(2018, 11, 22), {1: 1_000_000})
    pass_on(loan, 1_000_000, on)
    with pytest.raises(ValidationError) as refusal:
        ask(group, [3_000_000, 1_000_001], monthly(4_000_001, 3), on)
    assert code_of(refusal) == {"share-2": ["above_ceiling"]}
    assert ask(group, [3_000_000, 1_000_000], monthly(4_000_000, 3), on).no == 2


# Asking and deciding


@pytest.mark.django_db
def test_asked_twice_is_asked_once_and_a_second_request_waits():
    group = village()
    first = ask(group, [500_000] * 5, monthly(2_500_000, 10), LENT)
    assert ask(group, [500_000] * 5, monthly(2_500_000, 10), LENT) == first
    with pytest.raises(ValidationError) as refusal:
        ask(group, [500_000] * 4, monthly(2_000_000, 10), LENT)
    assert code_of(refusal) == ["open_request"]
    services.withdraw_upk_request(request=first, on=LENT)
    assert ask(group, [500_000] * 4, monthly(2_000_000, 10), LENT).no == 2
    with pytest.raises(ValidationError) as refusal:
        services.withdraw_upk_request(request=first, on=LENT)
    assert code_of(refusal) == ["decided"]


@pytest.mark.django_db
def test_what_cannot_be_asked():
    group = village()
    stranger = ksm(group.bkm.upk, "Lain").members.get(no=1)
    mine = list(group.members.order_by("no"))

    def refused(shares, terms=None, on=LENT, of=group):
        total = sum(one.amount for one in shares) or 100
        with pytest.raises(ValidationError) as refusal:
            services.request_upk_loan(group=of, shares=shares, terms=terms or monthly(total, 10), by=None, on=on)
        return code_of(refusal)

    good = Share(mine[0], 500_000, "Warung")
    assert refused([good], monthly(500_001, 10)) == {"amount": ["shares_differ"]}
    assert refused([], monthly(100, 10)) == {"amount": ["no_shares"]}
    assert refused([good, Share(mine[1], 39, " ")]) == {"share-2": ["too_little"], "purpose-2": ["required"]}
    assert refused([good, Share(stranger, 500_000, "Warung")]) == {"share-1": ["not_member"]}
    assert refused([good], monthly(500_000, 2)) == {"periods": ["periods_out_of_rules"]}
    assert refused([good], monthly(500_000, 25)) == {"periods": ["periods_out_of_rules"]}
    assert refused([good], on=date(2018, 6, 1)) == {"requested_on": ["before_books"]}
    without = Group.objects.get(pk=ksm_without_upk().pk)
    own = Share(without.members.get(no=1), 500_000, "Warung")
    assert refused([own], of=without) == ["no_upk"]
    with pytest.raises(ValueError, match="one share"):
        services.request_upk_loan(group=group, shares=[good, good], terms=monthly(1_000_000, 10), by=None, on=LENT)
    with pytest.raises(ValueError, match="month"):
        services.request_upk_loan(
            group=group, shares=[good], terms=services.terms_or_refuse(
                principal=500_000, periods=10, unit="week", rate=Decimal(1), rate_per="month", method="flat"
            ), by=None, on=LENT,
        )  # fmt: skip


def ksm_without_upk() -> Group:
    from groups.services import create_group  # noqa: PLC0415

    bkm = create_bkm(name="BKM Tanpa UPK", code="BKM-TANPA")
    group = create_group(bkm=bkm, name="KSM Sendiri", code="KSM-SENDIRI", start_on=date(2018, 7, 2))
    add_member(group=group, name="Ibu", joined_on=group.start_on)
    return group


@pytest.mark.django_db
def test_two_people_decide_and_neither_before_the_gate_is_met():
    group = village(members=4)
    request = ask(group, [500_000] * 4, monthly(2_000_000, 10), LENT)
    rini, hadi = UserFactory(), UserFactory()

    def upk(approve, reason="", on=LENT):
        points = gate_of(request, on)
        return services.decide_by_upk(request=request, approve=approve, decision=reason, points=points, by=rini, on=on)

    def bkm(approve, by, reason=""):
        points = gate_of(request, LENT)
        return services.decide_by_bkm(request=request, approve=approve, decision=reason, points=points, by=by, on=LENT)

    with pytest.raises(ValidationError) as refusal:
        upk(approve=True)
    assert code_of(refusal) == ["gate"]
    with pytest.raises(ValidationError) as refusal:
        services.record_signing(request=request, signed_on=LENT + timedelta(1), by=None, on=LENT)
    assert code_of(refusal) == {"signed_on": ["out_of_range"]}
    services.record_signing(request=request, signed_on=LENT, by=rini, on=LENT)
    add_member(group=group, name="Ibu 5", joined_on=LENT, gender="P")
    request.refresh_from_db()
    with pytest.raises(ValidationError) as refusal:
        upk(approve=False)
    assert code_of(refusal) == {"decision": ["reason_required"]}
    with pytest.raises(ValidationError) as refusal:
        upk(approve=True, on=LENT - timedelta(1))
    assert code_of(refusal) == ["decided_before_asked"]
    with pytest.raises(ValidationError) as refusal:
        bkm(approve=True, by=hadi)
    assert code_of(refusal) == ["decided"], "the UPK comes first"
    request = upk(approve=True)
    assert [point["name"] for point in request.gate if point["met"]] == [
        "saving", "members", "women", "books", "signed", "ceilings",
    ]  # fmt: skip
    with pytest.raises(ValidationError) as refusal:
        bkm(approve=True, by=rini)
    assert code_of(refusal) == ["same_person"]
    with pytest.raises(ValidationError) as refusal:
        services.disburse_upk_loan(request=request, key=uuid4(), by=rini, on=LENT, at=at(LENT))
    assert code_of(refusal) == ["decided"]
    request = bkm(approve=False, by=hadi, reason="Modal UPK dipakai dahulu.")
    assert (request.status, request.bkm_decision) == ("rejected", "Modal UPK dipakai dahulu.")
    with pytest.raises(ValidationError) as refusal:
        services.record_signing(request=request, signed_on=LENT, by=None, on=LENT)
    assert code_of(refusal) == ["decided"]


@pytest.mark.django_db
def test_rules_are_data_with_days():
    upk = lestari()
    assert services.rules_on(upk, LENT).first_ceiling == 1_000_000
    rules(upk, first_ceiling=500_000)
    services.set_upk_rules(upk=upk, from_on=DEC, **_numbers(upk, first_ceiling=750_000))
    services.set_upk_rules(upk=upk, from_on=DEC, **_numbers(upk, first_ceiling=800_000))
    found = [services.rules_on(upk, on).first_ceiling for on in (date(2018, 1, 2), LENT, DEC)]
    assert found == [1_000_000, 500_000, 800_000]
    with pytest.raises(ValidationError) as refusal:
        services.set_upk_rules(
            upk=upk, from_on=DEC,
            **_numbers(upk, women_percent=101, weeks_percent=-1, least_members=0, least_periods=4, most_periods=3),
        )  # fmt: skip
    assert code_of(refusal) == {
        "women_percent": ["percent"],
        "weeks_percent": ["percent"],
        "least_members": ["too_little"],
        "most_periods": ["too_little"],
    }
    with pytest.raises(ValidationError) as refusal:
        services.set_upk_rules(upk=upk, from_on=DEC, **_numbers(upk, most_periods=131))
    assert code_of(refusal) == {"most_periods": ["too_much"]}


def _numbers(upk, **changed):
    known = {name: getattr(services.rules_on(upk, LENT), name) for name in services.upk_requests.RULE_FIELDS}
    return {**known, **changed}


# Paying out


@pytest.mark.django_db
def test_paying_out_is_one_step_or_nothing():
    group = village(members=5, capital=2_000_000)
    upk = group.bkm.upk
    request = approve(ask(group, [400_001] * 5, monthly(2_000_005, 10), LENT), LENT)

    def pay_out(on=LENT, key=None, seen=None):
        return services.disburse_upk_loan(request=request, key=key or uuid4(), by=None, on=on, at=at(seen or on))

    for on, seen, field, code in (
        (LENT, LENT, "amount", "below_zero"),
        (LENT - timedelta(1), LENT, "on", "before_approval"),
        (LENT + timedelta(1), LENT - timedelta(1), "on", "future"),
    ):
        with pytest.raises(ValidationError) as refusal:
            pay_out(on, seen=seen)
        assert code_of(refusal) == {field: [code]}
    close_through(book=group.book, on=LENT)
    write(upk, "upk_grant", date(2018, 1, 3), 5)
    with pytest.raises(ValidationError) as refusal:
        pay_out()
    assert code_of(refusal) == {"on": ["closed"]}
    assert (book(upk), book(group), UpkLoan.objects.count(), Loan.objects.count()) == (
        {"1110": 2_000_005, "3210": 2_000_005}, {}, 0, 0,
    )  # fmt: skip
    key = uuid4()
    loan = pay_out(DEC, key)
    assert pay_out(DEC, key) == loan
    with pytest.raises(ValidationError) as refusal:
        pay_out(DEC)
    assert code_of(refusal) == ["decided"]
    assert book(upk) == {"1220": 2_000_005, "3210": 2_000_005}
    assert [loan.no for loan in Loan.objects.order_by("no")] == [1, 2, 3, 4, 5]


@pytest.mark.django_db
def test_a_group_that_ended_or_had_not_begun_gets_nothing():
    group = village()
    request = approve(ask(group, [500_000] * 5, monthly(2_500_000, 10), LENT), LENT)
    Group.objects.filter(pk=group.pk).update(end_on=LENT)
    request.group.refresh_from_db()
    with pytest.raises(ValidationError) as refusal:
        services.disburse_upk_loan(request=request, key=uuid4(), by=None, on=LENT, at=at(LENT))
    assert code_of(refusal) == {"on": ["ended"]}
    Group.objects.filter(pk=group.pk).update(end_on=None, start_on=DEC)
    request.group.refresh_from_db()
    with pytest.raises(ValidationError) as refusal:
        services.disburse_upk_loan(request=request, key=uuid4(), by=None, on=LENT, at=at(LENT))
    assert code_of(refusal) == {"on": ["before_books"]}


def test_of_two_who_pay_one_request_out_one_does(fresh_database):
    group = village()
    request = approve(ask(group, [500_000] * 5, monthly(2_500_000, 10), LENT), LENT)
    answers = at_once(
        lambda: services.disburse_upk_loan(request=request, key=uuid4(), by=None, on=LENT, at=at(LENT)).no
    )
    assert sorted(map(str, answers)) == ["1", "decided"]
    assert book(group.bkm.upk)["1220"] == 2_500_000


def test_two_payments_under_one_key_are_one(fresh_database):
    group = village()
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10), LENT)
    sheet(group, date(2018, 11, 22), dict.fromkeys(range(1, 6), 50000))
    key = uuid4()
    assert at_once(lambda: pass_on(loan, 100_000, DEC, key).no) == [1, 1]
    assert book(group)["2220"] == 150_000
    # And of two who pass the same money on at once, one finds too little in the box.
    assert sorted(map(str, at_once(lambda: pass_on(loan, 150_000, DEC).no))) == ["2", "amount cash_short"]


def at_once(work):
    """Do the same in two threads; what each answered, or the code of its refusal."""
    barrier, answers = threading.Barrier(2), []

    def run():
        try:
            barrier.wait()
            answers.append(work())
        except ValidationError as refusal:
            fields = refusal.error_dict if hasattr(refusal, "error_dict") else {"": refusal.error_list}
            answers.extend(f"{field} {error.code}".strip() for field, errors in fields.items() for error in errors)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


# Passing on


@pytest.mark.django_db
def test_announced_money_counts_for_nothing_until_the_upk_has_it():
    group = village()
    upk = group.bkm.upk
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10), LENT)
    sheet(group, date(2018, 11, 22), dict.fromkeys(range(1, 6), 60000))
    before, key = (book(group), book(upk)), uuid4()

    def announce(amount, key=None):
        return services.announce_upk_payment(loan=loan, amount=amount, key=key or uuid4(), by=None, on=DEC)

    for amount, code in ((0, "too_little"), (2_875_001, "overpaid"), (300_001, "cash_short")):
        with pytest.raises(ValidationError) as refusal:
            announce(amount)
        assert code_of(refusal) == {"amount": [code]}
    said = announce(300_000, key)
    assert announce(300_000, key) == said
    with pytest.raises(ValidationError) as refusal:
        announce(100_000)
    assert code_of(refusal) == ["announced"]
    assert (book(group), book(upk)) == before
    with pytest.raises(ValidationError) as refusal:
        services.cancel_upk_payment(payment=said, remark=" ")
    assert code_of(refusal) == {"remark": ["reason_required"]}
    services.cancel_upk_payment(payment=said, remark="Tidak sampai.")
    said = announce(300_000)
    # The UPK counts 290.000: that is what counts.
    payment = services.receive_upk_payment(
        loan=loan, amount=290_000, on=DEC, key=uuid4(), by=None, at=at(DEC), announced=said, remark="Kurang 10.000"
    )
    assert (payment.pk, payment.no, payment.announced_amount, payment.amount) == (said.pk, 2, 300_000, 290_000)
    assert (payment.principal, payment.charge) == (250_500, 39_500)
    with pytest.raises(ValidationError) as refusal:
        services.cancel_upk_payment(payment=payment, remark="Terlambat")
    assert code_of(refusal) == ["answered"]
    other = lend(ksm(upk, "Lain"), [500_000] * 5, monthly(2_500_000, 10), LENT)
    said = announce(1_000)
    with pytest.raises(ValueError, match="another loan"):
        services.receive_upk_payment(loan=other, amount=1_000, on=DEC, key=uuid4(), by=None, at=at(DEC), announced=said)


@pytest.mark.django_db
def test_what_cannot_be_passed_on():
    group = village()
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10), LENT)
    sheet(group, date(2018, 11, 22), dict.fromkeys(range(1, 6), 60000))
    pass_on(loan, 100_000, date(2018, 12, 3))
    for amount, on, seen, field, code in (
        (0, DEC, DEC, "amount", "too_little"),
        (200_001, DEC, DEC, "amount", "cash_short"),
        (3_000_000, DEC, DEC, "amount", "overpaid"),
        (100_000, date(2018, 12, 2), DEC, "on", "before_last"),
        (100_000, DEC, date(2018, 12, 13), "on", "future"),
    ):
        with pytest.raises(ValidationError) as refusal:
            services.receive_upk_payment(loan=loan, amount=amount, on=on, key=uuid4(), by=None, at=at(seen))
        assert code_of(refusal) == {field: [code]}, amount
    close_through(book=group.bkm.upk.book, on=DEC)
    with pytest.raises(ValidationError) as refusal:
        pass_on(loan, 100_000, DEC)
    assert code_of(refusal) == {"on": ["closed"]}
    assert book(group)["2220"] == 200_000


@pytest.mark.django_db
def test_the_last_payment_is_taken_back_in_both_books():
    group = village()
    upk = group.bkm.upk
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10), LENT)
    sheet(group, date(2018, 11, 22), dict.fromkeys(range(1, 6), 60000), weekly=100_000)
    first = pass_on(loan, 100_000, date(2018, 12, 3))
    before = (book(group), book(upk))
    second = pass_on(loan, 700_000, DEC)  # 200.000 held and 500.000 of the group's own
    assert "1110" not in book(group)

    def take_back(payment, key=None, reason="Salah hitung"):
        return services.take_back_upk_payment(payment=payment, reason=reason, key=key or uuid4(), by=None, at=at(DEC))

    with pytest.raises(ValidationError) as refusal:
        take_back(first)
    assert code_of(refusal) == ["not_last"]
    with pytest.raises(ValidationError) as refusal:
        take_back(second, reason="")
    assert code_of(refusal) == {"remark": ["reason_required"]}
    key = uuid4()
    assert take_back(second, key).status == UpkPayment.Status.REVERSED
    assert take_back(second, key).status == UpkPayment.Status.REVERSED
    assert (book(group), book(upk)) == before
    (gap,) = gaps(group.bkm_id, DEC)
    assert (gap.gap.amount, gap.gap.since) == (200_000, date(2018, 11, 22))
    assert reconcile() == []
    write(upk, "upk_capital_back", DEC, 50_000_000 - 2_500_000 + 50_000)
    with pytest.raises(ValidationError) as refusal:
        take_back(first)
    assert code_of(refusal) == {"remark": ["below_zero"]}


# Corrections


def correct(group, no, on, paid):
    """Correct what a member paid on her share at a meeting."""
    hand_over = HandOver.objects.filter(
        meeting__group=group, meeting__on=on, member__no=no, entry__reversed_by=None, entry__reverses=None
    ).get()
    row = Row(no, payments=(Payment(paid),) if paid else ())
    correct_hand_over(hand_over=hand_over, row=row, reason="Salah tulis", key=uuid4(), by=None, at=at(DEC))


@pytest.mark.django_db
def test_a_corrected_instalment_is_laid_aside_anew():
    group = village()
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10, round_to=0), LENT)
    weeks = [date(2018, 11, 22) + timedelta(weeks=n) for n in range(3)]
    for on in weeks:
        sheet(group, on, {1: 14_375, 2: 14_375})
    assert book(group)["2220"] == 6 * 14_375
    correct(group, 1, weeks[0], 10_000)
    assert book(group)["2220"] == 6 * 14_375 - 4_375
    correct(group, 1, weeks[1], 0)
    assert book(group)["2220"] == 5 * 14_375 - 4_375
    assert reconcile() == []
    # The UPK has it all; then it turns out that 50.000 of it was never collected: the group's own money stands for it.
    sheet(group, date(2018, 12, 13), {}, weekly=20_000)
    pass_on(loan, book(group)["2220"], DEC)
    owed = book(group)["2210"]
    correct(group, 1, weeks[0], 0)
    assert "2220" not in book(group)
    assert book(group)["2210"] == owed
    cover = Entry.objects.get(book=group.book, kind="upk_cover")
    assert cover.on == weeks[0]
    assert sum(p.amount for p in cover.postings.filter(account__code="2220")) == -10_000
    assert reconcile() == []


# The property


@settings(max_examples=examples(6))
@given(data=st.data())
@pytest.mark.django_db
def test_whatever_is_paid_and_passed_on_the_books_tell_the_same(data):
    with transaction.atomic():
        group = village(members=3)
        rules(group.bkm.upk, least_members=1, least_periods=1)
        amounts = data.draw(st.lists(st.integers(20_000, 900_000), min_size=1, max_size=3))
        method = data.draw(st.sampled_from(["flat", "declining", "annuity"]))
        terms = monthly(
            sum(amounts), data.draw(st.integers(1, 6)), "1.5", method, data.draw(st.sampled_from([0, 1000]))
        )
        loan = lend(group, amounts, terms, LENT)
        on = LENT
        for _step in range(data.draw(st.integers(1, 6))):
            on += timedelta(days=data.draw(st.integers(1, 20)))
            owed = {one.loan.member.no: one.remaining for one in open_loans(group)}
            if data.draw(st.booleans()):
                pay = {no: data.draw(st.integers(0, left)) for no, left in owed.items()}
                sheet(group, on, pay, weekly=data.draw(st.sampled_from([0, 50_000])))
            else:
                cash = book(group).get("1110", 0)
                left = upk_card(UpkLoan.objects.filter(pk=loan.pk), on).line.state.remaining
                if most := min(cash, left):
                    payment = pass_on(loan, data.draw(st.integers(1, most)), on)
                    if data.draw(st.integers(0, 3)) == 0:
                        services.take_back_upk_payment(payment=payment, reason="Salah", key=uuid4(), by=None, at=at(on))
            assert reconcile() == []
            held = upk_card(UpkLoan.objects.filter(pk=loan.pk), on).line.gap
            assert min(held.parts.principal, held.parts.charge) >= 0
            assert held.amount == book(group).get("2220", 0)
        paid = HandOver.objects.filter(meeting__group=group, entry__reversed_by=None, entry__kind="handover")
        if wrong := paid.exclude(entry__postings__account__code="2110").first():
            was = sum(p.amount for p in wrong.entry.postings.filter(account__code="1110"))
            least = max(0, was - book(group).get("1110", 0))  # what was passed on is no longer in the box
            left = sum(one.remaining for one in open_loans(group) if one.loan.member == wrong.member)
            most = min(was + left, max(was, 5_000))  # what she brought later still fits into her share
            correct(group, wrong.member.no, wrong.meeting.on, data.draw(st.integers(least, most)))
            assert reconcile() == []
        transaction.set_rollback(True)
