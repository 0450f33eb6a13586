"""The screens of loans as people use them: ask, look at the schedule, decide, pay out, look at the card, print it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups import clock
from groups.models import Appointment
from loans import services
from loans.models import Loan, LoanRequest
from tests.compliance.village import day, found_group, noon
from tests.factories import AppointmentFactory
from tests.loans.test_services import BUDI, JULAIKA, SARI, WATI, asks, sheet

pytestmark = pytest.mark.django_db

NINES = "9" * 20
NUL = "10\x00"
ASKED = {
    "member": str(JULAIKA),
    "amount": "100.000",
    "purpose": "modal dagang",
    "periods": "10",
    "unit": "week",
    "rate": "1",
    "rate_per": "month",
    "method": "flat",
    "round_to": "0",
    "requested_on": day(1).isoformat(),
}


@pytest.fixture
def today(monkeypatch):
    """Turns the page of the calendar; it opens on the first meeting."""

    def turn(on):
        monkeypatch.setattr(clock, "now", lambda: noon(on))

    turn(day(1))
    return turn


@pytest.fixture
def group(today):
    return found_group()


def client_of(role, group):
    client = Client()
    client.force_login(AppointmentFactory(role=role, group=group).user)
    return client


@pytest.fixture
def wati(group):
    """Her browser: she keeps the book."""
    return client_of(Appointment.Role.TREASURER, group)


def url(name, group, *no):
    return reverse(name, args=[group.code, *no])


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_from_the_question_to_the_last_instalment(wati, group, today):
    response = wati.post(url("loan_request", group), ASKED)
    assert response["Location"] == url("loan_request_detail", group, 1)
    response = wati.get(response["Location"])
    assert said(response) == ["Permintaan sudah dicatat. Pertemuan yang memutuskan."]
    assert response.context["totals"] == {"principal": 100_000, "charge": 2_500, "total": 102_500}
    assert response.context["rows"][0].due_on == day(2)
    response = wati.post(url("loan_request_decide", group, 1), {"answer": "approve", "decision": ""}, follow=True)
    assert said(response) == ["Disetujui."]
    assert LoanRequest.objects.get().decided_on == day(1)

    response = wati.get(url("loan_list", group))
    assert [(line.request.no, line.days) for line in response.context["book"].waiting] == [(1, 0)]
    sheet(group, day(1), lend=[LoanRequest.objects.get()])
    response = wati.get(url("loan_request_detail", group, 1))
    assert response.context["loan"] == Loan.objects.get()
    assert "rows" not in response.context
    assert url("loan_card", group, 1) in response.text

    sheet(group, day(2), pay={JULAIKA: 10_250})
    today(day(3))
    state = wati.get(url("loan_card", group, 1)).context["card"].state
    assert (state.arrears, state.instalments_late) == (0, 0), "today is not over yet"
    today(day(3) + timedelta(days=1))
    response = wati.get(url("loan_card", group, 1))
    state = response.context["card"].state
    assert (state.outstanding, state.arrears, state.instalments_late, state.charge_due) == (90_000, 10_250, 1, 250)
    assert "1 angsuran terlambat" in response.text
    for needle in ("Rp90.000", "Rp10.250", "Rp250", "Rp92.250"):
        assert needle in response.text
    response = wati.get(url("loan_list", group))
    assert "1 angsuran terlambat, Rp10.250" in response.text

    for week in range(3, 12):
        sheet(group, day(week), pay={JULAIKA: 10_250})
    today(day(12))
    response = wati.get(url("loan_list", group))
    assert response.context["book"].lines == []
    assert "1 pinjaman selesai" in response.text
    response = wati.get(url("loan_card", group, 1))
    assert response.context["card"].state.remaining == 0
    assert all(row.paid for row in response.context["card"].rows)


def test_the_schedule_is_shown_before_anything_is_written(wati, group):
    response = wati.post(url("loan_request", group), ASKED | {"rate": "1,5", "round_to": "1.000", "show": "1"})
    rows = response.context["rows"]
    # (100.000 + 3.750) / 10 = 10.375, rounded up to 11.000; the last instalment is what is left.
    assert [row.total for row in rows] == [11_000] * 9 + [4_750]
    assert [row.charge for row in rows] == [375] * 10
    assert response.context["short"] == 0
    assert response.context["borrower"].member.no == JULAIKA
    assert "Catat permintaan Rp100.000" in response.text
    assert not LoanRequest.objects.exists()


def test_the_screen_says_how_much_the_box_is_short(wati, group):
    response = wati.post(url("loan_request", group), ASKED | {"amount": "175.000", "show": "1"})
    assert response.context["short"] == 25_000
    assert "kurang Rp25.000" in response.text
    wati.post(url("loan_request", group), ASKED | {"amount": "175.000"})
    assert LoanRequest.objects.get().amount == 175_000  # she may ask; the meeting and the cash decide


def test_the_form_opens_with_the_terms_lent_on_last_and_for_the_member_named(wati, group):
    response = wati.get(url("loan_request", group), {"member": "3"})
    form = response.context["form"]
    assert (form["periods"].value(), form["rate"].value(), form["round_to"].value()) == (12, "1,5", "1.000")
    assert form["requested_on"].value() == day(1)
    assert response.context["borrower"].member.no == BUDI
    asks(group, SARI, 20_000, day(1), periods=4, unit="month", rate="0.25", method="annuity")
    form = wati.get(url("loan_request", group)).context["form"]
    shown = {name: form[name].value() for name in ("periods", "unit", "rate", "method", "round_to")}
    assert shown == {"periods": 4, "unit": "month", "rate": "0,25", "method": "annuity", "round_to": "0"}


def test_a_form_for_nobody_is_a_form_for_anybody(wati, group):
    for member in ("99", "0", "-1", NINES, "x", NUL, ""):
        response = wati.get(url("loan_request", group), {"member": member})
        assert (response.status_code, response.context["borrower"]) == (200, None), member


def test_asking_twice_by_two_taps_is_asking_once(wati, group):
    first, second = (wati.post(url("loan_request", group), ASKED)["Location"] for _tap in range(2))
    assert first == second
    assert LoanRequest.objects.count() == 1


BAD = {
    "amount": ["", "0", "-5", "10,5", "1e5", "5", NINES, NUL, "٣٤٥٠٠"],
    "periods": ["", "0", "521", "-1", "10.000", "1e1", "10,5", NINES, NUL, "١٢"],
    "rate": ["", "100,01", "101", "-1", "1,55555", "1e1", "1.000,5", "NaN", "٣", NINES, NUL],
    "round_to": ["", "-1", "10,5", "1.000.001", "5000000000", NINES, NUL],
    "requested_on": [
        *["", "2026-02-30", "kemarin", "2026-01-09", "2025-12-31", "0001-01-01", "9999-12-31", NINES, NUL],
    ],
    "member": ["", "99", "0", "x", "-1", NINES, NUL],
    "unit": ["", "day", NUL],
    "rate_per": ["", "year", NUL],
    "method": ["", "bunga", NUL],
    "purpose": ["x" * 201, "beras\x00"],
}


@pytest.mark.parametrize("field", BAD)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_written(wati, group, field):
    for value in BAD[field]:
        for button in ({}, {"show": "1"}):
            response = wati.post(url("loan_request", group), ASKED | {field: value} | button)
            assert (response.status_code, list(response.context["form"].errors)) == (200, [field]), value
            assert response.context["form"].summary[0]["id"] == f"id_{field}"
            assert "rows" not in response.context
    assert not LoanRequest.objects.exists()


def test_what_only_the_service_can_know_is_said_above_the_form(wati, group, monkeypatch):
    def ended(**_asked):
        raise ValidationError("Kelompok ini sudah berakhir.", code="ended")

    monkeypatch.setattr(services, "request_loan", ended)  # as if somebody ended the group in between
    response = wati.post(url("loan_request", group), ASKED)
    assert response.context["form"].summary == [{"id": "", "text": "Kelompok ini sudah berakhir."}]
    assert "rows" not in response.context


def test_a_missing_field_is_named(wati, group):
    response = wati.post(url("loan_request", group), {})
    assert set(response.context["form"].errors) == set(ASKED) - {"purpose"}


def test_per_cent_is_read_as_written(wati, group):
    written = {
        "0": "0",
        "0,0000": "0",
        "100": "100",
        "1.5": "1.5",
        "1,5": "1.5",
        "1,5 %": "1.5",
        "2,25%": "2.25",
        "00,75": ".75",
    }
    for text, rate in written.items():
        wati.post(url("loan_request", group), ASKED | {"rate": text, "purpose": text})
        assert LoanRequest.objects.get(purpose=text).rate == Decimal(rate)


def test_the_longest_and_the_largest_loan_is_drawn(wati, group):
    largest = {"amount": "9.999.999.999.999", "periods": "520", "unit": "month", "rate": "100", "rate_per": "week"}
    for method in ("flat", "declining", "annuity"):
        response = wati.post(url("loan_request", group), ASKED | largest | {"method": method, "show": "1"})
        assert response.context["totals"]["principal"] == 9_999_999_999_999
        assert len(response.context["rows"]) == 520


def test_somebody_of_another_group_cannot_ask_here(wati, group):
    other = found_group(code="KSM-MELATI", names=("Tumini", "Rukmi", "Partini", "Darmi", "Mujiati", "Yatmi"))
    response = wati.post(url("loan_request", group), ASKED | {"member": "6"})
    assert list(response.context["form"].errors) == ["member"]
    asks(other, SARI, 20_000, day(1))
    sheet(other, day(1), lend=[LoanRequest.objects.get()])
    for name in ("loan_request_detail", "loan_card", "loan_card_print"):
        assert wati.get(url(name, other, 1)).status_code == 404
        assert wati.get(url(name, group, 1)).status_code == 404
    for name in ("loan_request_decide", "loan_request_withdraw"):
        assert wati.post(url(name, other, 1)).status_code == 404
        assert wati.post(url(name, group, 1)).status_code == 404


def test_a_rejection_without_its_reason_is_asked_for_it(wati, group):
    asks(group, SARI, 20_000, day(1))
    for text in ("", "  ", "x" * 201, "nol\x00"):
        response = wati.post(url("loan_request_decide", group, 1), {"answer": "reject", "decision": text})
        assert response.status_code == 200
        assert list(response.context["form"].errors) == ["decision"]
    assert wati.post(url("loan_request_decide", group, 1), {"answer": "later"}).status_code == 200
    assert LoanRequest.objects.get().status == "waiting"
    wati.post(url("loan_request_decide", group, 1), {"answer": "reject", "decision": "kas dipakai Lebaran"})
    response = wati.get(url("loan_request_detail", group, 1))
    decider = LoanRequest.objects.get().decided_by.name
    assert f"Tidak disetujui Kamis, 8 Januari 2026, {decider}: kas dipakai Lebaran" in response.text
    assert url("loan_request_decide", group, 1) not in response.text


def test_who_comes_second_is_told_and_changes_nothing(wati, group):
    asks(group, SARI, 20_000, day(1))
    chair = client_of(Appointment.Role.CHAIR, group)
    page = chair.get(url("loan_request_detail", group, 1))
    assert url("loan_request_decide", group, 1) in page.text
    response = wati.post(url("loan_request_decide", group, 1), {"answer": "approve"}, follow=True)
    assert said(response) == ["Disetujui."]
    response = chair.post(
        url("loan_request_decide", group, 1), {"answer": "reject", "decision": "kas kurang"}, follow=True
    )
    assert said(response) == ["Permintaan ini sudah diputuskan: disetujui."]
    assert LoanRequest.objects.get().status == "approved"
    response = chair.post(url("loan_request_withdraw", group, 1), follow=True)
    assert said(response) == ["Permintaan dibatalkan."]
    response = wati.post(url("loan_request_withdraw", group, 1), follow=True)
    assert said(response) == ["Permintaan ini sudah diputuskan: dibatalkan."]


def test_the_secretary_asks_but_does_not_decide(group):
    siti = client_of(Appointment.Role.SECRETARY, group)
    siti.post(url("loan_request", group), ASKED)
    page = siti.get(url("loan_request_detail", group, 1))
    assert url("loan_request_decide", group, 1) not in page.text
    assert url("loan_request_withdraw", group, 1) in page.text
    assert siti.post(url("loan_request_decide", group, 1), {"answer": "approve"}).status_code == 403
    assert LoanRequest.objects.get().status == "waiting"


def test_who_only_reads_sees_no_buttons(group):
    asks(group, SARI, 20_000, day(1))
    client = Client()
    client.force_login(AppointmentFactory(role=Appointment.Role.AUDITOR, bkm=group.bkm).user)
    assert url("loan_request", group) not in client.get(url("loan_list", group)).text
    page = client.get(url("loan_request_detail", group, 1)).text
    assert "<form" not in page.split("<main")[1]
    assert client.get(url("loan_request", group)).status_code == 403


def test_addresses_that_write_do_not_read_and_the_other_way_round(wati, group):
    asks(group, SARI, 20_000, day(1))
    for name in ("loan_request_decide", "loan_request_withdraw"):
        assert wati.get(url(name, group, 1)).status_code == 405
    assert wati.post(url("loan_list", group)).status_code == 405
    assert wati.post(url("loan_request_detail", group, 1)).status_code == 405


def test_settled_loans_are_shown_twenty_at_a_time(wati, group, today):
    requests = [asks(group, WATI, 1_000 + n, day(1), periods=1, rate="0") for n in range(21)]
    sheet(group, day(1), lend=requests)
    sheet(group, day(2), pay={WATI: [(n + 1, 1_000 + n) for n in range(21)]})
    today(day(2))
    first = wati.get(url("loan_list", group))
    assert [loan.no for loan in first.context["page"]] == list(range(21, 1, -1))
    assert [loan.no for loan in wati.get(url("loan_list", group), {"page": "2"}).context["page"]] == [1]
    for page in ("0", "-1", "99", "x", NINES, NUL):
        assert wati.get(url("loan_list", group), {"page": page}).status_code == 200, page


def test_the_list_costs_the_same_with_one_loan_and_with_many(wati, group, today):
    def count():
        with CaptureQueriesContext(connection) as seen:
            assert wati.get(url("loan_list", group)).status_code == 200
        return len(seen)

    sheet(group, day(1), lend=[asks(group, SARI, 10_000, day(1), periods=1, rate="0")])
    sheet(group, day(2), pay={SARI: 10_000}, lend=[asks(group, SARI, 10_000, day(2))])
    asks(group, WATI, 5_000, day(2))
    today(day(3))
    few = count()
    sheet(group, day(3), lend=[asks(group, no, 10_000, day(3)) for no in (WATI, BUDI, JULAIKA)])
    asks(group, BUDI, 5_000, day(3))
    assert count() == few


def test_the_card_is_printed_on_either_paper_with_the_fingerprint_of_the_book(wati, group, today):
    sheet(group, day(1), lend=[asks(group, JULAIKA, 100_000, day(1))])
    sheet(group, day(2), pay={JULAIKA: 10_250})
    today(day(2))
    page = wati.get(url("loan_card_print", group, 1))
    group.book.refresh_from_db()
    assert f"{group.book.head_digest[:4]} {group.book.head_digest[4:8]}" in page.text
    assert "paper-a4" in page.text
    assert "catatan terakhir no. 3" in page.text
    assert page.text.count('<td class="no">') == 11  # ten instalments and their sum
    assert "15-01-2026" in page.text
    assert "paper-f4" in wati.get(url("loan_card_print", group, 1), {"paper": "f4"}).text
    assert "paper-a4" in wati.get(url("loan_card_print", group, 1), {"paper": "\x00"}).text


def test_a_request_of_a_member_who_left_is_still_shown(wati, group, today):
    asked = asks(group, SARI, 20_000, day(1))
    services.decide(request=asked, approve=True, decision="", on=day(1))
    today(day(1) + timedelta(days=3))
    response = wati.get(url("loan_request_detail", group, 1))
    assert response.context["days"] == 3
    assert "Disetujui Kamis, 8 Januari 2026" in response.text
