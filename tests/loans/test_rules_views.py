"""The screens of lending rules, the queue, arrears and classes as people use them, bad input included."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups.models import Appointment
from loans.models import CollectabilityClass, LendingRules, Loan, LoanRequest
from meetings.sheet import Disbursement
from tests.compliance.village import cash, day, found_group, meet
from tests.factories import AppointmentFactory
from tests.loans.test_rules import adopt, asks
from tests.loans.test_views import (  # noqa: F401 (fixtures)
    ASKED,
    BUDI,
    JULAIKA,
    NINES,
    NUL,
    SARI,
    WATI,
    client_of,
    group,
    said,
    today,
    url,
    wati,
)

pytestmark = pytest.mark.django_db

RULES = {
    "adopted_on": day(1).isoformat(),
    "from_on": day(1).isoformat(),
    "step_1": "100.000",
    "step_2": "200.000",
    "savings_multiple": "2,5",
    "rate": "1",
    "rate_per": "month",
    "method": "flat",
    "round_to": "0",
    "fine": "500",
    "blocked_percent": "5",
    "decider": "chair_treasurer",
}


@pytest.fixture
def hadi(group):  # noqa: F811
    """The coordinator's browser."""
    client = Client()
    client.force_login(AppointmentFactory(role=Appointment.Role.COORDINATOR, bkm=group.bkm).user)
    return client


def errors(response):
    assert response.status_code == 422
    return {name for name, found in response.context["form"].errors.items() if found}


def test_rules_are_written_once_a_meeting_adopted_them(wati, group):  # noqa: F811
    address = url("lending_rules_new", group)
    assert errors(wati.post(address, RULES)) == {"adopted_on"}
    meet(group, day(1), {SARI: 40_000})
    for wrong, fields in (
        ({"rate": "101"}, {"rate"}),
        ({"rate": "-1", "blocked_percent": NINES}, {"rate", "blocked_percent"}),
        ({"most_weeks": "521", "most_months": "0"}, {"most_weeks", "most_months"}),
        ({"step_1": "", "fine": NUL}, {"step_1", "fine"}),
        ({"step_2": "50.000"}, {"step_1"}),
        ({"savings_multiple": "dua"}, {"savings_multiple"}),
        ({"savings_multiple": "0"}, {"savings_multiple"}),
        ({"decider": "saya"}, {"decider"}),
        ({"from_on": "2025-01-01"}, {"from_on"}),
    ):
        assert errors(wati.post(address, RULES | wrong)) == fields
    assert not LendingRules.objects.exists()
    assert wati.post(address, RULES, follow=True).redirect_chain[-1][0] == url("lending_rules", group)
    rules = LendingRules.objects.get()
    assert (rules.steps, rules.written_by.name) == ([100_000, 200_000], wati.get("/").wsgi_request.user.name)
    page = wati.get(url("lending_rules", group)).text
    assert "Rp100.000 · Rp200.000" in page
    assert "2,5" in page
    assert 'value="200.000"' in wati.get(address).text
    # what she may borrow and why, and the refusal at its field before anybody decides
    shown = wati.get(url("loan_request", group) + "?member=1")
    assert re.search(r"2,5 kali simpanannya Rp40\.000", shown.text)
    assert "yang terendah menentukan" in shown.text
    assert shown.context["form"].initial["rate"] == 1
    asked = ASKED | {"member": "1", "amount": "100.001", "periods": "521"}
    assert set(wati.post(url("loan_request", group), asked).context["form"].errors) == {"periods"}
    refused = wati.post(url("loan_request", group), asked | {"periods": "10", "rate": "2"})
    assert set(refused.context["form"].errors) == {"amount", "rate"}
    wati.post(url("loan_request", group), asked | {"periods": "10", "amount": "100.000"}, follow=True)
    # two decide together
    decide = url("loan_request_decide", group, 1)
    assert said(wati.post(decide, {"answer": "approve"}, follow=True)) == [
        "Anda setuju. Sekarang giliran pengurus yang lain memutuskan."
    ]
    assert "satu pengurus lagi memutuskan" in wati.get(url("loan_request_detail", group, 1)).text
    assert said(client_of("chair", group).post(decide, {"answer": "approve"}, follow=True)) == ["Disetujui."]
    request = LoanRequest.objects.get()
    assert (request.status, request.decided_by.name) != ("waiting", None)


def test_blocked_savings_from_the_sheet_to_the_card_and_back(wati, group, today):  # noqa: F811
    meet(group, day(1), {}, voluntary={SARI: 50_000})
    adopt(group, fine=700)
    asks(group, SARI, 100_000, day(1))
    today(day(2))
    sheet = reverse("sheet", args=[group.code, day(2)])
    shown = wati.get(sheet).text
    assert "Rp95.000 tunai, Rp5.000 ditahan" in shown
    assert 'data-lend="95000"' in shown
    wati.post(sheet, {"q1-choice": "pay", "q1-reason": "sepakat", "action": "save"})
    checked = wati.get(reverse("check", args=[group.code, day(2)]))
    assert checked.context["check"].expected == cash(group) - 95_000
    assert "Rp100.000, Rp5.000 di antaranya ditahan" in checked.text
    meet(group, day(2), {}, lend=[Disbursement(1, "sepakat")])
    assert LoanRequest.objects.get().decision == "sepakat"
    assert "Rp5.000 ditahan" in wati.get(reverse("posted_sheet", args=[group.code, day(2)])).text
    assert "Rp5.000 ditahan" in wati.get(reverse("paper_posted_sheet", args=[group.code, day(2)])).text
    slip = wati.get(reverse("paper_receipts", args=[group.code, day(2)]))
    (one,) = slip.context["pages"][0]
    assert (one.amount, [(line.amount, line.balance) for line in one.lines]) == (
        95_000,
        [(100_000, 100_000), (-5_000, 5_000)],
    )
    minutes = wati.get(reverse("paper_minutes", args=[group.code, day(2)])).text
    assert "ditahan sebagai tabungan tanggung renteng. Alasan: sepakat" in minutes
    card, release = url("loan_card", group, 1), url("loan_release", group, 1)
    assert "Dikembalikan bila pinjaman lunas" in wati.get(card).text
    key = wati.get(card).context["key"]
    assert said(wati.post(release, {"key": key, "to": "cash"}, follow=True)) == [
        "Pinjaman belum lunas: masih berutang Rp100.000."
    ]
    meet(group, day(3), {}, pay={SARI: 102_500})
    today(day(3))
    assert said(wati.post(release, {"key": NINES, "to": "cash"}, follow=True)) == ["Pilih ke mana uangnya."]
    assert said(wati.post(release, {"key": key, "to": "savings"}, follow=True)) == [
        "Tabungan tanggung renteng sudah dikembalikan."
    ]
    assert release not in wati.get(card).text
    assert wati.post(url("loan_release", group, 9)).status_code == 404


def test_a_fine_is_pencilled_for_each_instalment_late(wati, group, today):  # noqa: F811
    meet(group, day(1), {}, voluntary={SARI: 50_000}, lend=[Disbursement(asks(group, SARI, 50_000, day(1)).no)])
    adopt(group, fine=700)
    today(day(4))
    context = wati.get(reverse("sheet", args=[group.code, day(4)])).context["form"]
    assert context.suggestions(group.members.get(no=SARI))["denda"] == "1.400"
    assert "denda" not in context.suggestions(group.members.get(no=WATI))


def test_arrears_of_a_group_and_of_its_board_on_any_day(wati, hadi, group, today):  # noqa: F811
    meet(group, day(1), {}, lend=[Disbursement(asks(group, no, 50_000, day(1)).no) for no in (SARI, WATI)])
    meet(group, day(2), {}, pay={SARI: 5_125})
    today(day(3))
    page = wati.get(url("loan_arrears", group))
    assert [(loan.no, grade.no) for loan, grade in page.context["book"].graded] == [(2, 2)]
    assert url("loan_card", group, 2) in page.text
    past = wati.get(url("loan_arrears", group), {"on": day(3).isoformat()})
    assert [loan.no for loan in past.context["book"].late] == [2]  # due today can still be paid
    past = wati.get(url("loan_arrears", group), {"on": day(2).isoformat()})
    assert [loan.age.instalments_late for loan in past.context["book"].late] == [1]
    for wrong in ("2025-12-31", day(4).isoformat(), "2026-02-30", NINES, NUL):
        assert errors(wati.get(url("loan_arrears", group), {"on": wrong})) == {"on"}
    board = hadi.get(reverse("bkm_arrears", args=[group.bkm.code]))
    assert (board.context["book"].arrears, board.context["book"].outstanding) == (5_125, 95_000)
    assert url("loan_arrears", group) in board.text

    def queries(call):
        with CaptureQueriesContext(connection) as seen:
            call()
        return len(seen)

    pages = [
        lambda: wati.get(url("loan_arrears", group)),
        lambda: wati.get(url("loan_queue", group)),
        lambda: hadi.get(reverse("bkm_arrears", args=[group.bkm.code])),
    ]
    before = [queries(page) for page in pages]
    found_group(code="KSM-LAIN")
    adopt(group, day(2), steps=(), savings_multiple=None, blocked_percent=0)
    before[1] += 3  # rules and somebody who waits are there now
    for no in (BUDI, JULAIKA):
        asks(group, no, 10_000, day(2))
    assert [queries(page) for page in pages] == before
    assert "belum pernah meminjam" in wati.get(url("loan_queue", group)).text


def test_a_board_writes_its_own_classes(hadi, group, today):  # noqa: F811
    address = reverse("collectability", args=[group.bkm.code])
    opened = hadi.get(address)
    rows = {name: bound.value() for name in opened.context["form"].fields for bound in [opened.context["form"][name]]}
    sent = {name: "" if value is None else str(value) for name, value in rows.items()} | {"from_on": day(2).isoformat()}
    assert errors(hadi.post(address, sent | {"late_2": "0"})) == {"__all__"}
    assert errors(hadi.post(address, sent | {"reserve_5": "101", "late_3": ""})) == {"reserve_5", "late_3"}
    assert not CollectabilityClass.objects.filter(bkm=group.bkm).exists()
    assert hadi.post(address, sent | {"name_5": "", "reserve_1": "2,5"}).status_code == 302
    assert [str(grade.reserve) for grade in CollectabilityClass.objects.in_force(group.bkm.pk, day(2))] == [
        "2.50",
        "10.00",
        "25.00",
        "50.00",
    ]
    assert Loan.objects.count() == 0
    today(day(2) + timedelta(days=1))
    assert "2,5" in hadi.get(address).text
