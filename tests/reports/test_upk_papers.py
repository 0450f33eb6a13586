"""A UPK's papers: the receipt of a setoran and of other money, twice and on both sizes, and the monthly report."""

from datetime import date
from uuid import uuid4

import pytest

from loans.services import upk_book
from loans.services.upk_book import Money
from loans.services.upk_reserve import post_reserve
from reports.upk import month_report, receipt_of
from tests.loans.upk_village import at, ksm, lend, lestari, pay, staff, write

pytestmark = pytest.mark.django_db
D = date
PAPERS = "/b/BKM-LESTARI/upk/papers/"
TODAY = D(2019, 6, 1)


@pytest.fixture
def upk():
    upk = lestari()
    write(upk, "upk_capital", D(2018, 1, 2), 50_000_000, memo="Modal awal", party="BKM Lestari", place="bank")
    write(upk, "upk_from_bank", D(2018, 1, 3), 30_000_000, memo="Ambil dari bank")
    return upk


def test_a_setoran_has_its_receipt_with_pokok_jasa_and_what_is_left(upk, client):
    loan = lend(upk, ksm(upk, "Mekar Arum Jaya"), 5_000_000, D(2018, 11, 15))
    entry = pay(loan, 575_000, D(2018, 12, 15)).upk_entry
    found = receipt_of(upk, entry.number, at(TODAY))
    assert (found.kind, found.party, found.amount) == ("in", "KSM Mekar Arum Jaya", 575_000)
    assert [(part.label, part.amount, part.balance) for part in found.parts] == [
        ("Pokok", 500_000, 4_500_000),
        ("Jasa", 75_000, None),
    ]
    client.force_login(staff(upk))
    text = client.get(f"{PAPERS}receipt/{entry.number}/?paper=f4").content.decode()
    for said in (
        "paper-f4",
        "Bukti uang masuk",
        "lima ratus tujuh puluh lima ribu rupiah",
        "Rp4.500.000",
        entry.digest[:4],
    ):
        assert said in text, said
    assert text.count("receipt-copy") == 2
    assert text.count("Mekar Arum Jaya") >= 2
    assert client.get(f"{PAPERS}receipt/99/").status_code == 404


def test_other_money_out_moved_corrected_and_without_cash_says_so(upk, client):
    client.force_login(staff(upk))
    (cost,) = write(upk, "upk_administration", D(2018, 2, 1), 150_000, memo="Kertas", party="Toko Ani").entries
    out = receipt_of(upk, cost.number, at(TODAY))
    assert (out.kind, out.party, out.what_for, out.amount) == ("out", "Toko Ani", "Kertas", 150_000)
    moved = receipt_of(upk, 2, at(TODAY))
    assert (moved.kind, moved.amount, [part.label for part in moved.parts]) == ("move", 30_000_000, ["Kas", "Bank"])
    right = Money(kind="upk_administration", on=D(2018, 2, 1), amount=50_000, memo="Kertas")
    said = {"reason": "Salah tulis", "key": uuid4(), "by": None, "at": at(TODAY)}
    upk_book.correct_upk_money(upk=upk, entry=cost, in_place=right, **said)
    void = client.get(f"{PAPERS}receipt/{cost.number}/").content.decode()
    assert "DIKOREKSI" in void
    assert "Salah tulis" in void
    assert "Bukti uang masuk" in client.get(f"{PAPERS}receipt/{cost.number + 1}/").content.decode()
    lend(upk, ksm(upk, "Mawar"), 10_000_000, D(2018, 3, 1))
    seen = {"seen": 100_000, "key": uuid4(), "by": None, "at": at(TODAY), "today": TODAY}
    (reserve,) = post_reserve(upk=upk, on=D(2018, 3, 31), **seen).entries
    assert receipt_of(upk, reserve.number, at(TODAY)).kind == "memo"
    assert "Bukti uang keluar" in client.get(f"{PAPERS}receipt/{reserve.number - 1}/").content.decode()


def test_the_monthly_report_balances_and_carries_the_definitions(upk, client, django_assert_max_num_queries):
    loan = lend(upk, ksm(upk, "Mawar"), 10_000_000, D(2018, 1, 15))
    pay(loan, 1_150_000, D(2018, 2, 15))
    write(upk, "upk_administration", D(2018, 2, 20), 50_000)
    post_reserve(upk=upk, on=D(2018, 2, 28), seen=90_000, key=uuid4(), by=None, at=at(TODAY), today=TODAY)
    pay(loan, 1_150_000, D(2018, 3, 15))  # what comes later changes nothing
    with django_assert_max_num_queries(25) as captured:
        report = month_report(upk, D(2018, 2, 1), at(TODAY), today=TODAY, paper="a4")
    assert {line.code: line.amount for line in report.assets} == {
        "1110": 21_100_000,
        "1120": 20_000_000,
        "1220": 9_000_000,
        "1229": -90_000,
    }
    assert [(line.code, line.amount) for line in report.claims] == [("3210", 50_000_000), ("", 10_000)]
    assert report.assets_sum == report.claims_sum == 50_010_000
    assert (report.income_sum, report.cost_sum, report.profit) == ((150_000,) * 2, (140_000,) * 2, (10_000,) * 2)
    assert (report.cash.opening, report.cash.received, report.cash.paid, report.cash.closing) == (
        *(20_000_000, 1_150_000),
        *(50_000, 21_100_000),
    )
    lend(upk, ksm(upk, "Melati"), 1_000_000, D(2018, 2, 1))
    with django_assert_max_num_queries(len(captured)):
        month_report(upk, D(2018, 2, 1), at(TODAY), today=TODAY, paper="a4")
    client.force_login(staff(upk))
    for paper in ("a4", "f4"):
        text = client.get(f"{PAPERS}month/2018-02-14/?paper={paper}").content.decode()
        for said in ("Laporan bulanan", "Februari 2018", "LAR", "CCr", "Cadangan kerugian pinjaman", f"paper-{paper}"):
            assert said in text, said
    assert client.get(f"{PAPERS}month/2999-01-01/").status_code == 404
    assert client.get(f"{PAPERS}month/1900-01-01/").status_code == 404
