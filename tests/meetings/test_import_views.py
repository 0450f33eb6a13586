"""The coordinator brings a book in on screen: she sends it, sees what does not fit, and confirms what she saw."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from groups import clock
from groups.models import Appointment, Group
from meetings import uploads
from meetings.models import BookUpload
from meetings.xlsx import MAX_PACKED, MAX_UNPACKED
from tests.factories import AppointmentFactory, BkmFactory, GroupFactory, UserFactory, coordinator, treasurer
from tests.meetings.workbooks import melati, packed, rewritten, row_counts, with_cells

pytestmark = pytest.mark.django_db


@pytest.fixture
def bkm():
    return BkmFactory(code="BKM-GUYUB")


@pytest.fixture
def ibu(bkm, client):
    user = coordinator(bkm)
    client.force_login(user)
    return user


def send(client, content: bytes, code: str = "BKM-GUYUB", name: str = "melati.xlsx"):
    return client.post(reverse("import_book", args=[code]), {"file": SimpleUploadedFile(name, content)})


def check(client, code: str = "BKM-GUYUB"):
    return client.get(reverse("import_check", args=[code]))


def confirm(client, code: str = "BKM-GUYUB", **fields):
    seen = BookUpload.objects.filter(bkm__code=code).values_list("content_hash", flat=True).first() or "0" * 64
    return client.post(reverse("import_check", args=[code]), {"seen": seen} | fields)


def test_a_book_is_sent_seen_and_confirmed(client, ibu):
    page = client.get(reverse("import_book", args=["BKM-GUYUB"]))
    assert 'enctype="multipart/form-data"' in page.content.decode()
    assert send(client, packed(melati())).url == reverse("import_check", args=["BKM-GUYUB"])
    assert not Group.objects.exists()
    before = row_counts()
    words = check(client).content.decode()
    assert row_counts() == before
    assert "Rp158.250" in words
    assert "Tulis buku KSM Melati, 10 catatan" in words
    assert "lembar Kelompok, sel B4" in words
    answer = confirm(client)
    assert answer.url == reverse("group_home", args=["KSM-MELATI"])
    group = Group.objects.get(code="KSM-MELATI")
    assert (group.bkm.code, group.book.last_number) == ("BKM-GUYUB", 10)
    assert group.book.entries.first().posted_by == ibu
    assert not BookUpload.objects.exists()


def test_problems_stand_with_their_cells_and_nothing_can_be_confirmed(client, ibu):
    send(client, packed(with_cells({"Lembar!E2": "2,000", "Lembar!B3": 9, "Anggota!B2": "<b>Tini</b>"})))
    words = check(client).content.decode()
    assert "lembar Lembar, sel E2" in words
    assert "lembar Lembar, sel B3" in words
    assert 'name="seen"' not in words
    assert "Tulis buku" not in words
    before = row_counts()
    answer = confirm(client)
    assert answer.status_code == 409
    assert row_counts() == before


def test_the_second_confirmation_finds_nothing_waiting(client, ibu):
    send(client, packed(melati()))
    confirm(client)
    before = row_counts()
    again = confirm(client)
    assert again.url == reverse("import_book", args=["BKM-GUYUB"])
    assert row_counts()["ledger_entry"] == before["ledger_entry"]
    send(client, packed(melati()))
    assert "Buku ini sudah ada di sini" in check(client).content.decode()
    assert confirm(client).url == reverse("group_home", args=["KSM-MELATI"])
    assert row_counts()["ledger_entry"] == before["ledger_entry"]


def test_only_the_file_she_looked_at_is_brought_in(client, ibu):
    send(client, packed(melati()))
    seen = BookUpload.objects.get().content_hash
    send(client, packed(with_cells({"Lembar!E2": 9000, "Pertemuan!E3": None})))
    for wrong in (seen, "", "x", "0" * 64, "a\0"):
        answer = confirm(client, seen=wrong)
        assert answer.url == reverse("import_check", args=["BKM-GUYUB"])
    assert not Group.objects.exists()


def test_what_one_sent_nobody_else_confirms(client, ibu, bkm):
    send(client, packed(melati()))
    other = Client()
    other.force_login(coordinator(bkm))
    assert check(other).url == reverse("import_book", args=["BKM-GUYUB"])
    assert confirm(other).url == reverse("import_book", args=["BKM-GUYUB"])
    neighbour = BkmFactory(code="BKM-LAIN")
    AppointmentFactory(user=ibu, bkm=neighbour, role=Appointment.Role.COORDINATOR)
    assert check(client, "BKM-LAIN").url == reverse("import_book", args=["BKM-LAIN"])
    assert not Group.objects.exists()


@pytest.mark.parametrize("name", ["import_book", "import_check", "import_discard"])
def test_other_bkm_do_not_exist_and_readers_are_refused(client, ibu, bkm, name):
    BkmFactory(code="BKM-LAIN")
    assert client.post(reverse(name, args=["BKM-LAIN"])).status_code == 404
    reader = Client()
    reader.force_login(AppointmentFactory(bkm=bkm, role=Appointment.Role.AUDITOR).user)
    assert reader.post(reverse(name, args=["BKM-GUYUB"])).status_code == 403


def test_bad_files_are_answered_on_the_page(client, ibu):
    address = reverse("import_book", args=["BKM-GUYUB"])
    assert client.post(address).status_code == 422
    assert client.post(address, {"file": "teks"}).status_code == 422
    assert send(client, b"").status_code == 422
    large = send(client, bytes(MAX_PACKED + 1))
    assert large.status_code == 422
    assert "1 MB" in large.content.decode()
    assert not BookUpload.objects.exists()
    send(client, b"bukan buku", name="x" * 300 + "\0.xlsx")
    page = check(client)
    assert (page.status_code, "bukan buku kerja" in page.content.decode()) == (200, True)
    assert client.get(reverse("import_discard", args=["BKM-GUYUB"])).status_code == 405


GOOD = packed(melati())
UNKNOWN = b'<?xml version="1.0" encoding="bogus"?>'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (rewritten(GOOD, lambda _name, data: data, {"xl/media/nol.bin": bytes(MAX_UNPACKED)}), "20 MB"),
        (GOOD[: len(GOOD) // 2], "bukan buku kerja"),
        (GOOD[:-1], "bukan buku kerja"),
        (rewritten(GOOD, lambda _name, data: data.replace(b"Kopi", b"Ko\0pi")), "rusak"),
        (rewritten(GOOD, lambda name, data: UNKNOWN + data if name.endswith("sheet1.xml") else data), "rusak"),
    ],
    ids=["bomb", "half", "a byte short", "NUL", "unknown letters"],
)
def test_a_bomb_and_a_torn_file_are_said_on_the_page(client, ibu, content, says):
    send(client, content)
    page = check(client)
    assert (page.status_code, says in page.content.decode()) == (200, True)
    assert confirm(client).status_code == 409
    assert not Group.objects.exists()


def test_amounts_beyond_any_book_and_letters_nobody_prints_stand_at_their_cells(client, ibu):
    huge = packed(with_cells({"Lembar!E2": 10**20, "Saldo awal!E2": -(10**20), "Kas lain!D2": "1" + "0" * 20}))
    send(client, rewritten(huge, lambda _name, data: data.replace(b"Tini<", b"Ti_x0000_ni<")))
    page = check(client)
    words = page.content.decode()
    assert page.status_code == 200
    for sheet, cell in (("Lembar", "E2"), ("Saldo awal", "E2"), ("Kas lain", "D2"), ("Anggota", "B2")):
        assert f"lembar {sheet}, sel {cell}" in words
    assert "\0" not in words
    assert confirm(client).status_code == 409
    assert not Group.objects.exists()


def test_a_file_can_be_forgotten_and_is_after_a_day(client, ibu, bkm):
    send(client, packed(melati()))
    client.post(reverse("import_discard", args=["BKM-GUYUB"]))
    assert not BookUpload.objects.exists()
    yesterday = clock.now() - timedelta(days=1, minutes=1)
    uploads.keep(bkm=bkm, name="lama.xlsx", content=b"x", by=UserFactory(), at=yesterday)
    send(client, packed(melati()))
    assert [upload.name for upload in BookUpload.objects.all()] == ["melati.xlsx"]


def test_upk_staff_bring_books_in_and_treasurers_do_not(client, bkm):
    staff = AppointmentFactory(bkm=bkm, role=Appointment.Role.UPK_STAFF).user
    client.force_login(staff)
    send(client, packed(melati()))
    assert confirm(client).status_code == 302
    group = Group.objects.get(code="KSM-MELATI")
    assert group.start_on == date(2026, 1, 5)
    client.force_login(treasurer(group))
    assert client.get(reverse("import_book", args=["BKM-GUYUB"])).status_code == 404


def test_a_second_group_of_the_same_name_is_told_of_before_it_is_brought_in(client, ibu, bkm):
    GroupFactory(bkm=bkm, code="KSM-LAMA", name="MELATI")
    GroupFactory(bkm=BkmFactory(), code="KSM-LAIN", name="Melati")
    send(client, packed(melati()))
    words = check(client).content.decode()
    assert "dengan kode KSM-LAMA" in words
    assert "KSM-LAIN" not in words
    assert "Tulis buku KSM Melati" in words  # told, not refused
