"""The pages of the UPK's own book: who may write and read, a story through the forms, a fixed number of queries."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from groups import clock
from groups.models import Appointment
from tests.factories import BkmFactory, coordinator
from tests.loans.two_tiers import ksm, lend, monthly, rules
from tests.loans.upk_village import balances, lestari, staff, write

pytestmark = pytest.mark.django_db
BOOK = "/b/BKM-LESTARI/upk/book/"
CASH = "/b/BKM-LESTARI/upk/books/cash/"
PERIOD = "?from=2018-01-01&to=2018-01-31"


@pytest.fixture
def upk():
    return lestari()


@pytest.fixture
def rini(upk, client) -> Client:
    client.force_login(staff(upk))
    return client


def sent(**fields):
    said = {"key": str(uuid4()), "on": "2018-01-02", "kind": "upk_capital", "place": "cash", "amount": "1.000.000"}
    return {**said, "memo": "Modal awal", "party": "BKM Lestari", **fields}


def test_staff_write_money_and_correct_it(upk, rini):
    assert b"Modal awal" not in rini.get(CASH + PERIOD).content
    answer = rini.post(BOOK + "new/", sent())
    assert answer.headers["Location"] == BOOK + "1/"
    page = rini.get(BOOK + "1/").content.decode()
    assert "1.000.000" in page
    assert BOOK + "1/correct/" in page
    opened = rini.get(BOOK + "1/correct/").content.decode()
    assert 'value="1.000.000"' in opened
    assert 'value="2018-01-02"' in opened
    answer = rini.post(BOOK + "1/correct/", sent(amount="900.000", reason="Salah hitung"))
    assert answer.headers["Location"] == BOOK + "3/"
    assert balances(upk) == {"1110": 900_000, "3210": 900_000}
    book = rini.get(CASH + PERIOD).content.decode()
    assert "900.000" in book
    assert f'href="{BOOK}3/"' in book
    assert rini.get(BOOK + "1/correct/").status_code == 404
    assert BOOK + "1/correct/" not in rini.get(BOOK + "1/").content.decode()
    answer = rini.post(BOOK + "3/correct/", sent(amount="0", reason="Tidak jadi"))
    assert balances(upk) == {}


def test_what_cannot_be_comes_back_at_its_field_with_what_was_typed(upk, rini):
    tomorrow = clock.today() + timedelta(days=2)
    for fields, said in (
        ({"amount": "44,000"}, "44,000"),
        ({"kind": "upk_administration"}, "Kas"),
        ({"kind": "mencuri"}, "mencuri"),
        ({"on": "2017-12-31"}, "1 Januari 2018"),
        ({"on": tomorrow.isoformat()}, "Modal awal"),
        ({"memo": ""}, "1.000.000"),
    ):
        answer = rini.post(BOOK + "new/", sent(**fields))
        assert answer.status_code == 422, fields
        assert said in answer.content.decode(), fields
    write(upk, "upk_capital", date(2018, 1, 2), 1_000)
    answer = rini.post(BOOK + "1/correct/", sent(reason=""))
    assert answer.status_code == 422
    assert rini.post(BOOK + "1/correct/", sent(reason="Salah", on="2017-01-01")).status_code == 422
    assert rini.get(BOOK + "2/").status_code == 404
    assert balances(upk) == {"1110": 1_000, "3210": 1_000}


def test_there_is_one_cash_book_and_one_page_of_an_entry(upk, rini):
    """The door leads to the statement, from where money is written down; its lines and their accounts lead on."""
    write(upk, "upk_capital", date(2018, 1, 2), 5_000_000)
    rules(upk)
    loan = lend(ksm(upk), [500_000] * 5, monthly(2_500_000, 10), date(2018, 11, 15))
    assert rini.get(BOOK).headers["Location"] == CASH
    page = rini.get(CASH + "?from=2018-11-01&to=2018-11-30").content.decode()
    assert f'href="{BOOK}new/"' in page
    entry = loan.receivable.postings.get().entry.number
    assert f'href="{BOOK}{entry}/"' in page
    page = rini.get(f"{BOOK}{entry}/").content.decode()
    assert f'href="/b/BKM-LESTARI/upk/loans/{loan.no}/"' in page
    ledger = "/b/BKM-LESTARI/upk/books/ledger/?from=2018-01-01&to=2018-12-31&account=1220.0.1"
    assert ledger.replace("&", "&amp;") in page
    assert "KSM Mekar Sari" in rini.get(ledger).content.decode()


def test_coordinator_and_auditor_read_and_a_facilitator_does_not(upk, client):
    write(upk, "upk_capital", date(2018, 1, 2), 1_000)
    for role in (Appointment.Role.COORDINATOR, Appointment.Role.AUDITOR):
        client.force_login(staff(upk, role))
        assert client.get(BOOK, follow=True).status_code == 200
        assert BOOK + "new/" not in client.get(CASH).content.decode()
        assert "/correct/" not in client.get(BOOK + "1/").content.decode()
        assert client.post(BOOK + "new/", sent()).status_code == 403
        assert client.post(BOOK + "1/correct/", sent(reason="x")).status_code == 403
    client.force_login(staff(upk, Appointment.Role.FACILITATOR))
    assert [client.get(address).status_code for address in (BOOK, CASH)] == [403, 403]


def test_a_board_without_a_upk_says_who_opens_its_book(client, db):
    bkm = BkmFactory(code="BKM-BARU")
    doors = ("/b/BKM-BARU/upk/book/", "/b/BKM-BARU/upk/")  # what the menu leads to
    client.force_login(coordinator(bkm))
    menu = client.get("/b/BKM-BARU/settings/").content.decode()
    for door in doors:
        assert f'href="{door}"' in menu
        assert "/settings/upk/" in client.get(door).content.decode()
    client.force_login(staff(type("Unit", (), {"bkm": bkm})))
    for door in doors:
        page = client.get(door)
        assert (page.status_code, "/settings/upk/" in page.content.decode()) == (200, False)
    assert client.get("/b/BKM-BARU/upk/book/new/").status_code == 404


def test_the_book_takes_as_many_queries_for_three_lines_as_for_one(upk, rini, django_assert_max_num_queries):
    def asked() -> int:
        with django_assert_max_num_queries(20) as captured:
            rini.get(CASH + PERIOD)
        return len(captured)

    write(upk, "upk_capital", date(2018, 1, 2), 1_000)
    one = asked()
    for day in (3, 4):
        write(upk, "upk_capital", date(2018, 1, day), 1_000)
    assert asked() == one
