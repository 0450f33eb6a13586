"""Portfolio, figures, bounds, reserve and rewards on screen: sorted, filtered, exported, written, refused."""

from datetime import date
from io import BytesIO
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from groups.models import Appointment
from loans.models import UpkPolicy
from tests.loans.upk_village import balances, ksm, lend, lestari, pay, staff, write

pytestmark = pytest.mark.django_db
UPK = "/b/BKM-LESTARI/upk/"
D = date


@pytest.fixture
def upk():
    upk = lestari()
    write(upk, "upk_capital", D(2018, 1, 2), 50_000_000, memo="Modal awal")
    return upk


@pytest.fixture
def rini(upk, client):
    client.force_login(staff(upk))
    return client


def names(answer) -> list[str]:
    return [row.loan.group.name for row in answer.context["page"].object_list]


def test_the_portfolio_is_sorted_filtered_and_exported_at_any_past_day(upk, rini):
    lend(upk, ksm(upk, "Mawar"), 10_000_000, D(2018, 1, 15))
    melati = lend(upk, ksm(upk, "=SUM Melati"), 5_000_000, D(2018, 1, 20))
    pay(melati, 575_000, D(2018, 2, 20))
    page = UPK + "portfolio/?on=2018-03-31"
    assert names(rini.get(page)) == ["Mawar", "=SUM Melati"]
    assert names(rini.get(page + "&sort=outstanding")) == ["=SUM Melati", "Mawar"]
    assert names(rini.get(page + "&sort=-last")) == ["=SUM Melati", "Mawar"]
    assert names(rini.get(page + "&q=maw")) == ["Mawar"]
    assert names(rini.get(page + "&late=3")) == []
    assert names(rini.get(page + "&grade=2&late=1")) == ["Mawar", "=SUM Melati"]
    assert names(rini.get(UPK + "portfolio/?on=2018-01-14&sort=siapa&grade=x&late=9")) == []
    book = load_workbook(BytesIO(rini.get(UPK + "portfolio.xlsx?on=2018-03-31&sort=no").content))
    rows = list(book["Portofolio"].values)
    assert rows[1][:1] + rows[1][2:3] + rows[1][4:9] == (1, "KSM Mawar", 10_000_000, 10_000_000, 2_300_000, 2, 44)
    assert (rows[2][2], rows[2][5], rows[2][9], rows[2][10]) == ("KSM =SUM Melati", 4_500_000, "II perhatian", 450_000)
    assert {cell.data_type for cell in book["Portofolio"]["C"]} == {"s"}
    entries = rini.get(UPK + "portfolio/2/?on=2018-03-31").content.decode()
    assert "4.500.000" in entries
    assert "75.000" in entries
    assert rini.get(UPK + "portfolio/3/").status_code == 404


def test_a_month_shows_its_figures_with_their_parts_and_definitions(upk, rini):
    loan = lend(upk, ksm(upk, "Mawar"), 10_000_000, D(2018, 1, 15))
    pay(loan, 1_150_000, D(2018, 2, 15))
    page = rini.get(UPK + "indicators/?month=2018-05")
    assert page.context["figures"].on == D(2018, 5, 31)
    text = page.content.decode()
    for said in ("1 dari 1 KSM", "Rp9.000.000 / Rp9.000.000", "100,0 %", "61,7 %", "Penundaan", "Belum dinilai"):
        assert said in text, said
    assert rini.get(UPK + "indicators/?month=2999-01").status_code == 200
    assert rini.get(UPK + "indicators/?month=kapan").status_code == 200
    assert rini.get(UPK + "indicators/?month=2018-13").status_code == 200
    assert UPK + "indicators/bounds/" not in text


def test_pages_take_as_many_queries_for_three_loans_as_for_one(upk, rini, django_assert_max_num_queries):
    pages = ["portfolio/?on=2018-03-31", "indicators/?month=2018-03", "reserve/?month=2018-03", "rewards/"]

    def asked() -> list[int]:
        counts = []
        for page in pages:
            with django_assert_max_num_queries(25) as captured:
                assert rini.get(UPK + page).status_code == 200
            counts.append(len(captured))
        return counts

    def one(name: str) -> None:
        group = ksm(upk, name)
        lend(upk, group, 1_000_000, D(2018, 1, 15))
        pay(lend(upk, group, 1_000_000, D(2018, 1, 15), rate="0"), 1_000_000, D(2018, 1, 16))

    one("Mawar")
    first = asked()
    one("Melati")
    one("Kenanga")
    assert asked() == first


def test_the_coordinator_writes_the_bounds_and_nobody_else(upk, client):
    bounds = {"from_on": "2018-01-01", "lar_good": "5", "lar_limit": "12,5", "par_good": "10", "par_limit": "20"}
    bounds |= {"ccr_good": "125", "ccr_limit": "100", "roi_good": "10", "roi_limit": "-2,5", "rr_good": "90"}
    bounds |= {"rr_limit": "80", "reward": "10"}
    client.force_login(staff(upk))
    assert client.post(UPK + "indicators/bounds/", bounds).status_code == 403
    client.force_login(staff(upk, Appointment.Role.COORDINATOR))
    assert client.get(UPK + "indicators/bounds/").context["form"]["ccr_good"].value() == "125"
    for wrong in ({"lar_limit": "4"}, {"rr_good": "1.000"}, {"reward": "101"}, {"par_good": ""}):
        assert client.post(UPK + "indicators/bounds/", bounds | wrong).status_code == 422
    assert client.post(UPK + "indicators/bounds/", bounds).status_code == 302
    assert client.post(UPK + "indicators/bounds/", bounds).status_code == 422
    policy = UpkPolicy.objects.get()
    assert (policy.version, str(policy.lar_limit), str(policy.roi_limit)) == (1, "12.50", "-2.50")
    assert "12,5 %" in client.get(UPK + "indicators/").content.decode()
    assert 'value="12,5"' in client.get(UPK + "indicators/bounds/").content.decode()


def test_staff_write_the_reserve_that_was_shown_and_take_it_back(upk, rini):
    lend(upk, ksm(upk, "Mawar"), 10_000_000, D(2018, 1, 15))
    shown = rini.get(UPK + "reserve/?month=2018-01")
    assert shown.context["sheet"].change == 100_000
    sent = {"key": str(uuid4()), "seen": "100000"}
    refused = rini.post(UPK + "reserve/2018-01-01/write/", {**sent, "seen": "99999"})
    assert refused.status_code == 422
    assert "error-summary" in refused.content.decode()
    answer = rini.post(UPK + "reserve/2018-01-01/write/", sent)
    assert balances(upk)["1229"] == 100_000
    back = answer.headers["Location"].replace("/book/", "/reserve/") + "back/"
    assert back in rini.get(answer.headers["Location"]).content.decode()
    assert rini.post(back, {"key": str(uuid4()), "reason": ""}).status_code == 422
    assert rini.post(back, {"key": str(uuid4()), "reason": "Salah bulan"}).status_code == 302
    assert "1229" not in balances(upk)
    assert rini.get(UPK + "reserve/1/back/").status_code == 404


def test_a_reward_is_paid_and_taken_back_on_its_page(upk, client):
    coordinator, rini = staff(upk, Appointment.Role.COORDINATOR), staff(upk)
    UpkPolicy.objects.create(bkm=upk.bkm, version=1, from_on=D(2018, 1, 1), reward=10, written_at="2018-01-01T00:00Z")
    loan = lend(upk, ksm(upk, "Mawar"), 3_000_000, D(2018, 1, 15), periods=3)
    client.force_login(rini)
    assert "Rp0" in client.get(UPK + "rewards/1/").content.decode()
    pay(loan, 3_135_000, D(2018, 2, 15))
    assert "Rp13.500" in client.get(UPK + "rewards/").content.decode()
    assert "Rp13.500" in client.get(UPK + "rewards/1/").content.decode()
    client.force_login(coordinator)
    assert client.post(UPK + "rewards/1/", {"key": str(uuid4()), "on": "2018-02-20"}).status_code == 403
    client.force_login(rini)
    assert client.post(UPK + "rewards/1/", {"key": str(uuid4()), "on": "2018-02-14"}).status_code == 422
    assert client.post(UPK + "rewards/1/", {"key": str(uuid4()), "on": "2018-02-20"}).status_code == 302
    assert UPK + "rewards/1/back/" in client.get(UPK + "rewards/").content.decode()
    assert client.get(UPK + "rewards/1/back/").status_code == 200
    assert client.post(UPK + "rewards/1/back/", {"key": str(uuid4()), "reason": "Salah"}).status_code == 302
    assert "5170" not in balances(upk)
    assert client.get(UPK + "rewards/9/").status_code == 404
