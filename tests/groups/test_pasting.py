"""Members pasted from a spreadsheet: seen before they are kept, every problem at its row and column, all or none."""

from datetime import date

import pytest
from django.urls import reverse

from groups.pasting import PasteProblem, read_pasted
from tests.factories import GroupFactory, treasurer

DAY = date(2026, 1, 5)
HEAD = "No\tNama\tL/P\tNIK\tTelepon\tAlamat\tJabatan\tMasuk\n"
pytestmark = pytest.mark.django_db


def read(text: str, group=None):
    return read_pasted(text, joined_on=DAY, members=group.members.order_by("no") if group else [])


def test_columns_in_any_order_or_without_headings():
    (sari,) = read("Masuk\tJabatan\tNama\n29-01-2017\tKetua\t Sari  Rahayu \n").people
    assert sari == {"joined_on": date(2017, 1, 29), "office": "ketua", "name": "Sari Rahayu", "no": 1}
    (wati,) = read('3\tWati\tP\t3325 0141 0170 0001\t0812 3456 7890\t"RT 02\n""Timur"""\tbendahara\t2017-01-29').people
    assert wati == {
        "no": 3,
        "name": "Wati",
        "gender": "P",
        "nik": "3325014101700001",
        "phone": "+6281234567890",
        "address": 'RT 02 "Timur"',
        "office": "bendahara",
        "joined_on": date(2017, 1, 29),
    }


def test_numbers_follow_the_highest():
    group = GroupFactory(members=2)
    pasted = read("No\tNama\n\tSari\n7\tWati\n\tBudi", group)
    assert [(one["no"], one["name"]) for one in pasted.people] == [(8, "Sari"), (7, "Wati"), (9, "Budi")]
    assert pasted.people[0]["joined_on"] == DAY


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        (HEAD + "0\tSari", 2, "No"),
        (HEAD + "99999999999999999999\tSari", 2, "No"),
        (HEAD + "1\tSari", 2, "No"),  # taken
        (HEAD + "5\tSari\n5\tWati", 3, "No"),
        (HEAD + "5\t\tP", 2, "Nama"),
        (HEAD + f"5\t{'n' * 101}", 2, "Nama"),
        (HEAD + "5\tSari\tx", 2, "L/P"),
        (HEAD + "5\tSari\tP\t123", 2, "NIK"),
        (HEAD + "5\tSari\tP\t\tabc", 2, "Telepon"),
        (HEAD + "5\tSari\tP\t\t\t" + "a" * 201, 2, "Alamat"),
        (HEAD + "5\tSari\tP\t\t\t\traja", 2, "Jabatan"),
        (HEAD + "5\tSari\tP\t\t\t\tketua\n6\tWati\tP\t\t\t\tketua", 3, "Jabatan"),
        (HEAD + "5\tSari\tP\t\t\t\t\t31-02-2017", 2, "Masuk"),
        (HEAD + "\n\n5\tSari\tx", 4, "L/P"),  # rows are counted as pasted
        ("Nama\tUsia\nSari\t40", 1, "Usia"),
        ("Nama\tNama\nSari\tWati", 1, "Nama"),
        ("Nama\tAlamat\nSari\tRT 1\tlebih", 2, "3"),
    ],
)
def test_every_problem_is_at_its_row_and_column(text, row, column):
    found = read(text, GroupFactory(members=1)).problems
    assert (row, column) in [(one.row, one.column) for one in found]
    assert all(isinstance(one, PasteProblem) and one.reason for one in found)


def test_the_same_name_twice_is_found():
    group = GroupFactory(members=1)
    assert read("Sari\nWati\nsari", group).same == ["sari"]
    assert read("anggota  1", group).same == ["anggota 1"]


@pytest.fixture
def page(client):
    group = GroupFactory(members=1)
    client.force_login(treasurer(group))
    url = reverse("members_several", args=[group.code])

    def send(names: str, **more):
        return client.post(url, {"names": names, "joined_on": "2026-01-05"} | more)

    return group, send


def test_rows_are_seen_and_then_kept(page):
    group, send = page
    text = HEAD + "2\tWati\tP\t\t\tRT 02\tbendahara\t29-01-2017\r\n\tBudi\tL"
    seen = send(text)
    assert (seen.status_code, group.members.count()) == (200, 1)
    assert "29 Januari 2017" in seen.content.decode()
    mark = seen.context["form"].fingerprint
    assert send(text + "\n\tLain", seen=mark).status_code == 200  # not what she saw
    assert group.members.count() == 1
    assert send(text.replace("\r\n", "\n"), seen=mark).status_code == 302
    assert list(group.members.order_by("no").values_list("no", "name", "office", "gender")) == [
        (1, "Anggota 1", "anggota", ""),
        (2, "Wati", "bendahara", "P"),
        (3, "Budi", "anggota", "L"),
    ]


def test_two_of_one_name_are_asked_about(page):
    group, send = page
    asked = send("Sari\nSari")
    assert (asked.status_code, "Sari" in asked.content.decode(), group.members.count()) == (200, True, 1)
    mark = asked.context["form"].fingerprint
    assert send("Sari\nSari", seen=mark).status_code == 200
    assert send("Sari\nSari", seen=mark, two="1").status_code == 302
    assert group.members.filter(name="Sari").count() == 2


@pytest.mark.parametrize(
    "text", ["", "\t\t", "Nama", HEAD, HEAD + "2\tSari\tx\n3\tWati", "\n".join("abcdefghi" * 7), "a\0b"]
)
def test_what_does_not_fit_keeps_everybody_out(page, text):
    group, send = page
    assert send(text).status_code == 422
    assert group.members.count() == 1


def test_a_number_taken_in_the_meantime_keeps_everybody_out(page, monkeypatch):
    group, send = page
    text = HEAD + "2\tWati\n3\tBudi"
    mark = send(text).context["form"].fingerprint
    monkeypatch.setattr("groups.forms.read_pasted", lambda *told, **more: read_pasted(*told, **more | {"members": []}))
    answer = send(text.replace("3\t", "1\t"), seen=mark)
    assert answer.status_code == 200
    answer = send(text.replace("3\t", "1\t"), seen=answer.context["form"].fingerprint)
    assert (answer.status_code, group.members.count()) == (422, 1)
