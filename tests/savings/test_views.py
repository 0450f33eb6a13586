"""Savings on the screen: who has what, one member paid out, a list looked at, written and printed."""

from uuid import uuid4

import pytest

from groups import clock
from ledger.models import Account, Entry
from savings.forall import written
from tests.factories import treasurer
from tests.savings.village import AT, mawar

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    group = mawar(closed=False)
    client.force_login(treasurer(group))
    return group


def act(**given):
    return {"on": "2026-07-01", "key": str(uuid4()), "memo": "Lebaran 2026"} | given


def saved(group, code):
    return {a.member_no: -a.balance for a in Account.objects.filter(book=group.book, code=code) if a.balance}


def test_half_of_the_wajib_is_looked_at_then_paid_then_signed_for(client, group):
    url = f"/g/{group.code}/savings/everybody/"
    assert 'value="2027"' in client.get(url).content.decode()
    given = act(year="2026", percent="50", step="1.000")
    shown = client.post(url, given | {"show": "1"}).content.decode()
    assert "Catat Rp80.000" in shown
    assert not Entry.objects.filter(kind="group_withdrawal").exists()
    done = client.post(url, given)
    assert done.status_code == 302
    page = client.get(done.headers["Location"]).content.decode()
    assert "Rp80.000" in page
    assert "Lebaran 2026" in page
    number = done.headers["Location"].split("/")[-2]
    paper = client.get(f"/g/{group.code}/papers/paid/{number}/").content.decode()
    assert "delapan puluh ribu rupiah" in paper
    assert "Wati" in paper
    assert saved(group, "2110") == {1: 50_000, 2: 30_000}
    for wrong in ({"year": "1e3"}, {"percent": "101"}, {"step": "0"}, {"on": "2027-02-01"}, {"year": "2100"}):
        assert client.post(url, given | wrong).status_code == 422
    assert (
        "Tidak ada yang menerima"
        in client.post(url, act(year="2026", percent="10", step="1") | {"show": "1"}).content.decode()
    )
    assert written(group, 1) is None
    assert client.get(f"/g/{group.code}/savings/list/1/").status_code == 404
    assert client.get(f"/g/{group.code}/papers/paid/1/").status_code == 404
    # What is taken back leaves the list; the reversal itself is no list.
    back = client.post(f"/g/{group.code}/cash/{number}/back/", {"reason": "Dobel", "key": str(uuid4())})
    assert back.status_code == 302
    assert [line[0].name for line in written(group, int(number)).lines] == ["Wati"]
    assert written(group, Entry.objects.order_by("number").last().number) is None


def test_a_gift_by_per_cent_is_looked_at_then_written(client, group):
    url = f"/g/{group.code}/savings/gift/"
    assert client.get(url).status_code == 200
    given = act(source="5190", percent="1", amount="")
    assert "Catat Rp2.000" in client.post(url, given | {"show": "1"}).content.decode()
    assert client.post(url, given).status_code == 302
    assert saved(group, "2120") == {1: 1_200, 2: 600, 3: 20_200}
    assert client.post(url, act(source="5190", percent="1", amount="5")).status_code == 422
    assert client.post(url, act(source="2310", amount="5", percent="")).status_code == 422


def test_one_member_takes_out_and_moves(client, group):
    url = f"/g/{group.code}/savings/3/"
    assert "20.000" in client.get(f"{url}out/").content.decode()
    assert client.post(f"{url}out/", act(code="2120", amount="25.000")).status_code == 422
    assert client.post(f"{url}out/", act(code="2120", amount="5.000")).status_code == 302
    assert client.post(f"{url}move/", act(source="2120", target="2120", amount="1.000")).status_code == 422
    assert client.post(f"{url}move/", act(source="2120", target="2110", amount="1.000")).status_code == 302
    assert (saved(group, "2120"), saved(group, "2110")[3]) == ({3: 14_000}, 1_000)
    page = client.get(f"/g/{group.code}/savings/").content.decode()
    assert "Rp195.000" in page
    assert client.get(f"/g/{group.code}/savings/9/out/").status_code == 404
