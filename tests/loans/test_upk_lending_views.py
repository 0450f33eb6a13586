"""The screens of lending from UPK to KSM: from the request to the payment, each by whom it is for, and on paper."""

import re
from copy import deepcopy
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from groups import clock
from groups.models import Appointment
from loans.models import UpkLoan, UpkLoanRequest, UpkPayment
from loans.selectors import reconcile
from tests.factories import AppointmentFactory
from tests.loans.two_tiers import approve, ask, book, ksm, lend, monthly, pass_on, sheet, village
from tests.loans.upk_village import write

pytestmark = pytest.mark.django_db
LENT = date(2018, 11, 15)


@pytest.fixture(scope="module")
def group_of_the_file(whole_file):
    return village()


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


def signed_in(body, role):
    where = {"group": body} if role in Appointment.GROUP_ROLES else {"bkm": body}
    client = Client()
    client.force_login(AppointmentFactory(role=role, **where).user)
    return client


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_from_the_request_to_the_payment(group):
    bkm, upk = group.bkm, group.bkm.upk
    wati, rini = signed_in(group, "treasurer"), signed_in(bkm, "upk")
    hadi = signed_in(bkm, "coordinator")
    asked = {"periods": "10", "rate": "1,5", "method": "flat", "round_to": "1.000", "requested_on": f"{clock.today()}"}
    shares = {f"share-{no}": "1.000.000" for no in range(1, 6)} | {f"purpose-{no}": "Warung" for no in range(1, 6)}

    url = f"/g/{group.code}/upk/ask/"
    assert "1 Ibu 1 Jumlah, Ibu 1 Untuk apa, Ibu 1" in text(wati.get(url))
    refused = wati.post(url, {**asked, **shares, "share-2": "20.000.000", "purpose-3": "", "periods": "25"})
    assert refused.status_code == 422
    assert "Ibu 2 boleh meminjam paling banyak Rp10.000.000" in text(refused)
    assert "Tulis untuk apa." in text(refused)
    assert "20.000.000" in refused.content.decode(), "nothing she wrote is lost"
    assert wati.post(url, asked).status_code == 422
    assert "575.000" in text(wati.post(url, {**asked, **shares, "show": "1"}))
    assert UpkLoanRequest.objects.count() == 0
    sent = wati.post(url, {**asked, **shares}, follow=True)
    assert "Rp5.000.000" in text(sent)
    assert "lima juta rupiah" in text(sent)

    page = f"/b/{bkm.code}/upk/requests/1/"
    assert "Pernyataan tanggung renteng belum ditandatangani" in text(rini.get(page))
    refused = rini.post(f"{page}decide/", {"answer": "approve"})
    assert refused.status_code == 422
    assert "Belum semua syarat terpenuhi" in text(refused)
    assert hadi.post(f"{page}decide/", {"answer": "approve"}).status_code == 403
    assert rini.post(f"{page}sign/", {"signed_on": "2018-01-01"}).status_code == 422
    assert rini.post(f"{page}sign/", {"signed_on": f"{clock.today()}"}).status_code == 302
    assert rini.post(f"{page}decide/", {"answer": "reject"}).status_code == 422
    assert rini.post(f"{page}decide/", {"answer": "approve"}).status_code == 302
    assert rini.post(f"{page}ratify/", {"answer": "approve"}).status_code == 403
    assert hadi.post(f"{page}ratify/", {"answer": "approve"}).status_code == 302
    late = {"key": uuid4(), "on": f"{clock.today() + timedelta(days=2)}"}
    assert rini.post(f"{page}disburse/", late).status_code == 422
    key = {"key": uuid4(), "on": f"{clock.today()}"}
    assert [rini.post(f"{page}disburse/", key).url for _twice in range(2)] == [f"/b/{bkm.code}/upk/loans/1/"] * 2
    assert book(upk)["1220"] == 5_000_000

    loan = f"/g/{group.code}/upk/loans/1/"
    assert "Rp5.000.000" in text(wati.get(loan))
    refused = wati.post(f"{loan}announce/", {"key": uuid4(), "amount": "100.000"})
    assert refused.status_code == 422
    assert "Kas hanya Rp0" in text(refused)
    sheet(group, clock.today(), {1: 100_000})
    today = f"{clock.today():%d}".lstrip("0")
    for who, page in ((wati, loan), (rini, f"/b/{bkm.code}/upk/"), (hadi, f"/b/{bkm.code}/")):
        said = text(who.get(page))
        assert "0 hari" not in said, "money of today is not said to be old"
        assert "elum disetor" in said
        assert "hari ini" in said or f"sejak {today} " in said
    assert wati.post(f"{loan}announce/", {"key": uuid4(), "amount": "100.000"}).status_code == 302
    assert "UPK belum menghitungnya" in text(wati.get(loan))
    url = f"/b/{bkm.code}/upk/loans/1/"
    assert "Rp100.000. Hitung uangnya" in text(rini.get(url))
    count = {"key": uuid4(), "amount": "90.000", "on": f"{clock.today()}", "remark": ""}
    assert rini.post(f"{url}receive/", {**count, "amount": "1e5"}).status_code == 422
    assert [rini.post(f"{url}receive/", count).status_code for _twice in range(2)] == [302, 302]
    assert UpkPayment.objects.get().amount == 90_000
    assert "diberitahukan Rp100.000" in text(rini.get(url))
    assert wati.post(f"{loan}announce/", {"key": uuid4(), "amount": "10.000"}).status_code == 302
    assert rini.post(f"{url}answer/", {"key": uuid4(), "remark": ""}).status_code == 422
    assert rini.post(f"{url}answer/", {"key": uuid4(), "remark": "Tidak sampai"}).status_code == 302
    assert "Tidak sampai" in text(wati.get(loan))
    assert reconcile() == []
    assert "Buku UPK dan KSM cocok" in text(rini.get(f"/b/{bkm.code}/upk/reconcile/"))


def test_withdrawn_by_the_ksm_and_asked_of_nobody(group):
    wati = signed_in(group, "treasurer")
    from tests.loans.two_tiers import ask  # noqa: PLC0415

    ask(group, [500_000] * 5, monthly(2_500_000, 10), clock.today())
    page = f"/g/{group.code}/upk/requests/1/"
    assert "Tarik permohonan" in text(wati.get(page)) or "withdraw" in wati.get(page).content.decode()
    assert wati.post(f"{page}withdraw/").status_code == 302
    assert wati.post(f"{page}withdraw/", follow=True).status_code == 200
    assert UpkLoanRequest.objects.get().status == "withdrawn"
    assert signed_in(group, "secretary").get(f"/g/{group.code}/upk/ask/").status_code == 403


def test_the_last_payment_is_taken_back_on_the_page(group):
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10), LENT)
    rini = signed_in(group.bkm, "upk")
    url = f"/b/{group.bkm.code}/upk/loans/1/"
    assert rini.post(f"{url}answer/", {"key": uuid4(), "remark": "Apa"}).status_code == 422
    sheet(group, date(2018, 11, 22), {1: 100_000})
    pass_on(loan, 100_000, date(2018, 12, 15))
    assert rini.post(f"{url}answer/", {"key": uuid4(), "remark": "Salah hitung"}).status_code == 302
    assert UpkPayment.objects.get().status == "reversed"
    page = text(rini.get(f"/b/{group.bkm.code}/upk/"))
    assert "diterima, belum disetor: Rp100.000, sejak 22 November 2018" in page
    assert "diterima, belum disetor: Rp100.000" in text(signed_in(group, "treasurer").get(f"/g/{group.code}/"))
    dashboard = text(signed_in(group.bkm, "coordinator").get(f"/b/{group.bkm.code}/"))
    assert "uang UPK Rp100.000 tertahan" in dashboard


def test_rules_on_the_page(group):
    rini = signed_in(group.bkm, "upk")
    url = f"/b/{group.bkm.code}/upk/rules/"
    page = rini.get(url)
    sent = {name: field.value() for name in page.context["form"].fields if (field := page.context["form"][name])}
    sent["from_on"] = f"{clock.today()}"
    assert rini.post(url, {**sent, "women_percent": "101", "most_periods": "1"}).status_code == 422
    assert rini.post(url, {**sent, "first_ceiling": "500.000", "saving_months": "0"}).status_code == 302
    assert group.bkm.upk.rules.order_by("-from_on").first().first_ceiling == 500_000


def test_the_papers(group):
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10), LENT)
    sheet(group, date(2018, 11, 22), {1: 100_000})
    wati = signed_in(group, "treasurer")
    at = f"/g/{group.code}/upk/"
    application = text(wati.get(f"{at}requests/1/application/"))
    assert "Rp2.500.000" in application
    assert "Ibu 5 500.000 Warung" in application
    statement = text(wati.get(f"{at}requests/1/statement/?paper=f4"))
    assert "dua juta lima ratus ribu rupiah" in statement
    assert all(f"Ibu {no} 500.000" in statement for no in range(1, 6))
    assert "Rp288.000 sebulan" in statement
    agreement = text(wati.get(f"{at}loans/{loan.no}/agreement/"))
    assert "Rp2.875.000: pokok Rp2.500.000 dan jasa Rp375.000" in agreement
    card = text(wati.get(f"{at}loans/{loan.no}/card/"))
    assert "15-12-2018 250.500 37.500 288.000 2.249.500" in card
    notice = text(wati.get(f"{at}notice/"))
    assert "Rp100.000 untuk UPK" in notice
    assert "Ibu 1" not in notice, "totals, no names"


def test_as_many_queries_for_three_loans_as_for_one(group):
    upk = group.bkm.upk
    lend(group, [500_000] * 5, monthly(2_500_000, 10), LENT)
    rini, hadi = signed_in(group.bkm, "upk"), signed_in(group.bkm, "coordinator")
    pages = [(rini, f"/b/{group.bkm.code}/upk/"), (rini, f"/b/{group.bkm.code}/upk/reconcile/")]
    pages += [(hadi, f"/b/{group.bkm.code}/"), (hadi, f"/g/{group.code}/upk/")]

    def count():
        counts = []
        for client, url in pages:
            client.get(url)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            counts.append(len(captured))
        return counts

    sheet(group, date(2018, 11, 22), {1: 100_000})
    before = count()
    for name in ("Mawar", "Melati"):
        other = ksm(upk, name)
        lend(other, [500_000] * 5, monthly(2_500_000, 10), LENT)
        sheet(other, date(2018, 11, 22), {1: 100_000})
    assert UpkLoan.objects.count() == 3
    assert count() == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rate": "100,01"}, "rate"),
        ({"rate": "-1"}, "rate"),
        ({"periods": "0"}, "periods"),
        ({"periods": "521"}, "periods"),
        ({"requested_on": "2018-07-01"}, "requested_on"),  # the day before the group's books
        ({"requested_on": "2999-01-01"}, "requested_on"),
        ({"share-1": "0"}, None),
    ],
)
def test_a_request_that_cannot_be_is_answered_at_its_field(group, change, field):
    wati = signed_in(group, "treasurer")
    asked = {"periods": "10", "rate": "0", "method": "flat", "round_to": "0", "requested_on": f"{clock.today()}"}
    asked |= {"share-1": "500.000", "purpose-1": "Warung"}
    url = f"/g/{group.code}/upk/ask/"
    assert wati.post(url, asked | {"show": "1"}).status_code == 200, "jasa of 0 is a loan without jasa"
    answer = wati.post(url, asked | change)
    assert (answer.status_code, UpkLoanRequest.objects.count()) == (422, 0)
    assert set(answer.context["form"].errors) == {field or "__all__"}


def test_more_than_the_upk_s_cash_is_not_paid_out(group):
    upk = group.bkm.upk
    approved = approve(ask(group, [1_000_000] * 5, monthly(5_000_000, 10), clock.today()), clock.today())
    write(upk, "upk_capital_back", clock.today(), 46_000_000)
    rini = signed_in(group.bkm, "upk")
    answer = rini.post(
        f"/b/{group.bkm.code}/upk/requests/{approved.no}/disburse/", {"key": uuid4(), "on": f"{clock.today()}"}
    )
    assert answer.status_code == 422
    assert "Rp4.000.000" in text(answer)
    assert not UpkLoan.objects.exists()
