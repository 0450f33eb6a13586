"""Box and bank on the screen: each act by its form, its voucher, the fund's page, and a difference to its end."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from groups import clock
from ledger.models import Account, Entry
from ledger.services import close
from meetings.models import BoxCount, CashDifference
from tests.factories import GroupFactory, coordinator, treasurer

pytestmark = pytest.mark.django_db

DAY = "2026-01-07"


@pytest.fixture(autouse=True)
def january(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 8, 3, 0, tzinfo=UTC))


@pytest.fixture
def group(client):
    group = GroupFactory(code="KSM-MAWAR", members=3)
    client.force_login(treasurer(group))
    return group


def shown(client, url):
    return " ".join(client.get(url).content.decode().split())


def act(**given):
    return {"on": DAY, "key": str(uuid4()), "memo": "Uji", "payee": "Bu Siti", "place": "cash"} | given


def held(group, code):
    return Account.objects.get(book=group.book, code=code).balance


def test_every_act_has_its_form_its_line_and_its_voucher(client, group):
    url = f"/g/{group.code}/cash/"
    assert client.post(f"{url}received/", act(code="3210", amount="100.000")).status_code == 302
    assert client.post(f"{url}received/", act(code="2310", amount="20.000", memo="Iuran")).status_code == 302
    fine = act(code="4120", amount="1.000", payee="", memo="Denda")
    assert client.post(f"{url}received/", fine).status_code == 422
    assert client.post(f"{url}bank/", act(to_bank="1", amount="30.000")).status_code == 302
    assert 'value="2320" selected' in client.get(f"{url}paid/?fund=2320").content.decode()
    refused = client.post(f"{url}paid/", act(code="2310", amount="25.000", memo="Sakit"))
    assert refused.status_code == 422
    assert "Rp20.000" in refused.content.decode()
    assert client.post(f"{url}paid/", act(code="2310", amount="15.000", memo="Sakit")).status_code == 302
    assert client.post(f"{url}paid/", act(code="5130", amount="1.000", on="2026-01-09")).status_code == 422
    assert (held(group, "1110"), held(group, "1120"), held(group, "2310")) == (75_000, 30_000, -5_000)
    page = client.get(url).content.decode()
    assert "Rp75.000" in page
    assert "Bu Siti" in page
    assert "Tidak ada catatan" in client.get(f"{url}?month=2025-12-01").content.decode()
    fund = client.get(f"{url}fund/?fund=2310").content.decode()
    assert "Sakit" in fund
    assert "− 15.000" in fund
    paper = client.get(f"/g/{group.code}/papers/voucher/4/").content.decode()
    assert "lima belas ribu rupiah" in paper
    assert "Bukti kas keluar" in paper
    assert client.get(f"/g/{group.code}/papers/voucher/99/").status_code == 404
    assert "Bu Siti" in client.get(f"/g/{group.code}/papers/voucher/1/").content.decode()


def test_the_same_form_with_another_amount_is_refused_in_words_that_fit_it(client, group):
    paid = f"/g/{group.code}/cash/paid/"
    client.post(f"/g/{group.code}/cash/received/", act(code="3210", amount="100.000"))
    sent = act(code="5130", amount="1.000")
    assert client.post(paid, sent).status_code == 302
    again = client.post(paid, sent | {"amount": "2.000"})
    assert again.status_code == 422
    assert "Isian ini sudah dikirim dengan isi lain. Buka lagi halamannya" in again.content.decode()
    assert held(group, "1110") == 99_000


def test_an_act_is_taken_back_by_the_treasurer_until_the_month_is_closed(client, group):
    url = f"/g/{group.code}/cash/"
    client.post(f"{url}received/", act(code="3210", amount="100.000"))
    client.post(f"{url}bank/", act(to_bank="1", amount="30.000"))
    assert "Rp30.000" in client.get(f"{url}2/back/").content.decode()
    assert client.post(f"{url}2/back/", {"reason": "Salah", "key": str(uuid4())}).status_code == 302
    assert held(group, "1110") == 100_000
    assert client.get(f"{url}2/back/").status_code == 404
    assert "ditarik kembali" in client.get(url).content.decode()
    assert "DITARIK KEMBALI" in client.get(f"/g/{group.code}/papers/voucher/2/").content.decode()
    close(book=group.book, on=datetime(2026, 1, 7, tzinfo=UTC).date(), by=None, at=clock.now())
    given = {"reason": "Salah", "key": str(uuid4())}
    assert client.post(f"{url}1/back/", given).status_code == 422
    client.force_login(coordinator(group.bkm))
    assert client.post(f"{url}1/back/", given).status_code == 302
    assert Entry.objects.get(book=group.book, number=4).on.isoformat() == "2026-01-08"


def test_a_difference_of_today_is_not_said_to_be_old(client, group, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 7, 3, 0, tzinfo=UTC))
    client.post(f"/g/{group.code}/cash/received/", act(code="3210", amount="100.000"))
    counted = {"counted": "99.000", "counted_by": "Wati", "counted_with": "Sari", "reason": "Belum ketemu"}
    client.post(f"/g/{group.code}/cash/count/", {"on": DAY, "key": str(uuid4()), "owner": "2", **counted})
    for place in ("cash/", ""):
        assert "Rp1.000 sejak 7 Januari 2026, penanggung jawab" in shown(client, f"/g/{group.code}/{place}")
    number = CashDifference.objects.get().entry.number
    assert "kurang dari sehari" in shown(client, f"/g/{group.code}/differences/{number}/")


def test_two_people_count_and_the_difference_ends_in_the_book(client, group):
    client.post(f"/g/{group.code}/cash/received/", act(code="3210", amount="100.000"))
    url = f"/g/{group.code}/cash/count/"
    given = {"on": DAY, "key": str(uuid4()), "counted": "99.000", "counted_by": "Wati", "counted_with": ""}
    assert client.post(url, given).status_code == 422
    given |= {"counted_with": "Sari", "reason": "Belum ketemu", "owner": "2", "before_meeting": "on"}
    assert client.post(url, given).status_code == 302
    assert (BoxCount.objects.get().counted_with, held(group, "1290")) == ("Sari", 1_000)
    found = CashDifference.objects.get()
    page = f"/g/{group.code}/differences/{found.entry.number}/"
    assert "Belum ketemu" in client.get(page).content.decode()
    own = {"action": "own", "key": str(uuid4())}
    assert client.post(page, own | {"owner": "3"}).status_code == 302
    assert client.post(page, own | {"owner": "77"}).status_code == 422
    assert client.post(page, own | {"owner": "2"}).status_code == 422, "its key was used for another owner"
    hadi = Client()
    hadi.force_login(coordinator(group.bkm))
    dashboard = f"/b/{group.bkm.code}/"
    assert "selisih kas kurang Rp1.000 sudah 1 hari" in shown(hadi, dashboard)
    assert "Rp1.000 sejak 7 Januari 2026 (1 hari)" in shown(client, f"/g/{group.code}/cash/")
    ending = {"action": "end", "ending": "kept", "words": "x", "on": "2026-01-08", "key": str(uuid4())}
    ending["amount"] = "600"
    assert client.post(page, ending).status_code == 422
    assert client.post(page, ending | {"ending": "repaid", "amount": "1.001"}).status_code == 422
    assert client.post(page, ending | {"ending": "repaid"}).status_code == 302
    found.refresh_from_db()
    assert (found.owner.no, found.rest, held(group, "1290"), held(group, "1110")) == (3, 400, 400, 99_600)
    for place in ("cash/", ""):
        assert "Rp400 dari Rp1.000 sejak 7 Januari 2026" in shown(client, f"/g/{group.code}/{place}")
    assert "selisih kas kurang Rp400 dari Rp1.000 sudah 1 hari" in shown(hadi, dashboard)
    back = f"/g/{group.code}/settlements/{found.entry.number + 1}/back/"
    assert "diganti penanggung jawabnya" in client.get(page).content.decode()
    assert back in client.get(page).content.decode()
    assert "Rp600" in client.get(back).content.decode()
    for _turn in range(2):
        assert client.post(back, {"reason": "Belum dibawa", "key": str(uuid4())}).status_code == 302
    assert (held(group, "1290"), client.get(back).status_code) == (1_000, 302)
    assert "ditarik kembali oleh catatan" in client.get(page).content.decode()
    rest = ending | {"ending": "repaid", "amount": "1.000", "key": str(uuid4())}
    assert client.post(page, rest).status_code == 302
    assert (held(group, "1290"), held(group, "1110")) == (0, 100_000)
    close(book=group.book, on=datetime(2026, 1, 8, tzinfo=UTC).date(), by=None, at=clock.now())
    late = f"/g/{group.code}/settlements/{Entry.objects.latest('number').number}/back/"
    assert client.post(late, {"reason": "Salah", "key": str(uuid4())}).status_code == 422
    assert client.get(f"/g/{group.code}/settlements/1/back/").status_code == 404
    assert client.get(f"/g/{group.code}/differences/1/").status_code == 404


def test_the_page_takes_as_many_queries_for_more_acts(client, group):
    counts = []
    for _turn in range(2):
        client.post(f"/g/{group.code}/cash/received/", act(code="3210", amount="1.000"))
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/g/{group.code}/cash/")
        counts.append(len(captured))
        client.post(f"/g/{group.code}/cash/paid/", act(code="5130", amount="100"))
    assert counts[0] == counts[1]
