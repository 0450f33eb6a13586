"""The treasurer tries the year out, writes the decision once, prints the list; bad input comes back at its field."""

from copy import deepcopy
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups import clock
from savings.models import SurplusSplit, YearEnd
from tests.factories import MemberFactory, coordinator, treasurer
from tests.savings.village import AT, mawar

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def january(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture(scope="module")
def group_of_the_file(whole_file):
    return mawar()


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


def split_of(**lines):
    given = {"from_on": "2026-01-01", "business": "charge", "remainder_to": "3310"}
    for no, (label, percent, target) in enumerate(lines.values(), start=1):
        given |= {f"label{no}": label, f"percent{no}": percent, f"target{no}": target}
    return given


def test_tried_out_decided_and_printed(client, group):
    client.force_login(treasurer(group))
    url = f"/g/{group.code}/surplus/2026/"
    assert "Menunggu" in client.get(f"/g/{group.code}/surplus/").content.decode().replace("menunggu", "Menunggu")
    page = client.get(url).content.decode()
    for amount in ("10.800", "9.600", "12.000", "5.334", "Rp40.000"):
        assert amount in page
    assert "10.500" in client.get(f"{url}?step=500").content.decode()
    key = str(uuid4())
    sent = {"rule": "mixed", "step": "500", "pay": "cash", "on": "2027-01-10", "decision": "", "key": key}
    refused = client.post(f"{url}decide/", sent)
    assert refused.status_code == 422
    assert key in refused.content.decode()
    assert "10.500" in refused.content.decode()
    assert client.post(f"{url}decide/", sent | {"on": "2027-01-11", "decision": "Setuju"}).status_code == 422
    assert client.post(f"{url}decide/", sent | {"on": "2026-12-31", "decision": "Setuju"}).status_code == 422
    assert not YearEnd.objects.exists()
    for _turn in range(2):
        assert client.post(f"{url}decide/", sent | {"decision": "Setuju"}).status_code == 302
    assert YearEnd.objects.count() == 1
    done = client.get(url).content.decode()
    assert "10.500" in done
    assert "sisa pembagian" in done
    paper = client.get(f"/g/{group.code}/papers/surplus/2026/").content.decode()
    assert "empat puluh ribu rupiah" in paper
    assert "Julaika" in paper
    assert client.get(f"/g/{group.code}/papers/surplus/2025/").status_code == 404
    assert client.get(f"/g/{group.code}/surplus/2028/").status_code == 404
    assert client.get(f"/g/{group.code}/surplus/999999999/").status_code == 404


def test_the_group_agrees_its_own_split(client, group):
    client.force_login(coordinator(group.bkm))
    url = f"/g/{group.code}/settings/surplus/"
    assert "Dana pembangunan" in client.get(url).content.decode()
    lines = {"a": ("Anggota", "60", "equal"), "b": ("Cadangan", "39,5", "3310")}
    refused = client.post(url, split_of(**lines))
    assert refused.status_code == 422
    assert "99,5" in refused.content.decode()
    assert client.post(url, split_of(a=("", "60", ""), b=("B", "1e5", "3310"))).status_code == 422
    assert not SurplusSplit.objects.exists()
    assert client.post(url, split_of(**(lines | {"b": ("Cadangan", "40", "3310")}))).status_code == 302
    page = client.get(f"/g/{group.code}/surplus/2026/").content.decode()
    assert "16.000" in page
    assert "8.000" in page
    assert "60 %" in client.get(url).content.decode()


def test_the_simulation_takes_as_many_queries_for_more_members(client, group):
    client.force_login(treasurer(group))
    counts = []
    for _turn in range(2):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(f"/g/{group.code}/surplus/2026/")
        counts.append(len(captured))
        for _more in range(3):
            MemberFactory(group=group)
    assert counts[0] == counts[1]


def test_the_coordinator_takes_a_decision_back_after_seeing_what_it_changes(client, group):
    url, back = f"/g/{group.code}/surplus/2026/", f"/g/{group.code}/surplus/2026/back/"
    sent = {
        "rule": "mixed",
        "step": "500",
        "pay": "cash",
        "on": "2027-01-10",
        "decision": "Setuju",
        "key": str(uuid4()),
    }
    client.force_login(treasurer(group))
    assert client.post(f"{url}decide/", sent).status_code == 302
    assert "/back/" not in client.get(url).content.decode()
    assert client.get(back).status_code == 403
    client.force_login(coordinator(group.bkm))
    assert back in client.get(url).content.decode()
    assert "Rp15.000 dibayar tunai" in client.get(back).content.decode()  # 10.500, 4.000 and 500
    key = str(uuid4())
    assert client.post(back, {"reason": "", "key": key}).status_code == 422
    preview = client.post(back, {"reason": "Salah aturan", "key": key})
    sides = preview.context["preview"]["sides"]
    assert sides[:3] == [("Sari", "10.500", "0"), ("Wati", "4.000", "0"), ("Julaika", "500", "0")]
    assert sides[-1] == ("Sisa hasil usaha (SHU)", "40.000", "0")
    moved = {one.label: (one.before, one.after) for one in preview.context["preview"]["effect"].moved if not one.who}
    assert moved["Kas"] == (225_000, 240_000)
    assert moved["Cadangan"] == (17_000, 0)
    assert moved["Pendapatan jasa"] == (0, 40_000), "the loans' own accounts and the common one together"
    assert YearEnd.objects.standing().exists(), "a rehearsal leaves nothing"
    for _turn in range(2):
        done = client.post(back, {"reason": "Salah aturan", "key": key, "action": "confirm"})
        assert (done.status_code, done["Location"]) == (302, url)
    assert client.get(back).status_code == 404
    assert not YearEnd.objects.standing().exists()
    page = client.get(url).content.decode()
    assert "Salah aturan" in page
    assert f"{url}decide/" in page
    for place in (f"/g/{group.code}/corrections/", f"/g/{group.code}/balances/2027-01-10/"):
        assert "Salah aturan" in client.get(place).content.decode()
    assert client.get(f"/g/{group.code}/papers/surplus/2026/").status_code == 404
    for paper in ("corrections/", "balances/2027-01-10/"):
        assert "Salah aturan" in client.get(f"/g/{group.code}/papers/{paper}").content.decode()
