"""Corrections on screen: what is typed, what it changes, what is written, and who may do it."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from ledger.models import Account, Entry
from meetings.models import Attendance, CashDifference, Correction, HandOver
from meetings.services import post_sheet
from meetings.sheet import CashCount, Payment, Row, Sheet
from tests.books import close_through
from tests.factories import coordinator, treasurer
from tests.meetings import village
from tests.meetings.test_services import AT
from tests.meetings.test_views import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def group_of_the_file(whole_file):
    """KSM Mawar; today everybody pays 5.000, Julaika 10.250 too, and the box is 500 short."""
    found = village.mawar()
    rows = [Row(no, "H", weekly=5_000) for no in (1, 2)]
    rows += [Row(3, "H", weekly=5_000, payments=(Payment(10_250),)), Row(4, "A"), Row(5, "A")]
    count = CashCount(99_750, reason="receh", owner_no=2)
    post_sheet(group=found, key=uuid4(), sheet=Sheet(on=village.today(), rows=tuple(rows), count=count), by=None, at=AT)
    return found


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


@pytest.fixture
def wati(group):
    return signed_in(treasurer(group))


def number_of(kind, no=None, on=None):
    found = HandOver.objects.filter(entry__kind=kind, entry__reversed_by=None, meeting__on=on or village.today())
    return found.get(**({"member__no": no} if no else {})).entry.number


def address(group, kind, no=None, on=None):
    return reverse("correct", args=[group.code, number_of(kind, no, on)])


def say(client, place, action="preview", **fields):
    return client.post(place, {"key": str(uuid4()), "action": action, "reason": "salah tulis"} | fields)


def test_a_hand_over_shows_balances_and_findings_before_it_is_written(wati, group):
    place = address(group, "handover", 3)
    entries = Entry.objects.count()
    page = say(wati, place, wajib="5.000", angsuran="12.250")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "private, no-cache"), "for Back"
    assert page.context["preview"]["sides"] == [("Angsuran", "10.250", "12.250"), ("Jumlah", "15.250", "17.250")]
    moved = [(one.who, one.label, one.before, one.after) for one in page.context["preview"]["effect"].moved]
    assert moved == [
        ("Julaika", "Piutang pinjaman anggota", 90_000, 88_250),
        ("Julaika", "Pendapatan jasa", 250, 500),  # of the coming instalment, jasa first
        ("", "Kas", 99_750, 101_750),
    ]
    assert Entry.objects.count() == entries
    text = page.content.decode()
    assert "Penilaian pada akhir pekan" in text
    assert "Tulis koreksi" in text
    again = say(wati, place, "again", wajib="5.000", angsuran="12.250")
    assert "Lihat lama dan baru" in again.content.decode()
    assert say(wati, place, "confirm", wajib="5.000", angsuran="12.250").status_code == 302
    assert Account.objects.get(code="1210", member_no=3).balance == 88_250
    assert say(wati, place, "confirm", wajib="1").status_code == 302  # it was corrected: nothing more is written
    assert Correction.objects.count() == 1


def test_each_wrong_field_is_said_where_it_stands(wati, group):
    place = address(group, "handover", 3)
    for fields, field in (
        ({"angsuran": "900.000"}, "angsuran"),
        ({"wajib": "5.5"}, "wajib"),
        ({"sukarela": "9" * 20}, "sukarela"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"wajib": "5.000", "angsuran": "10.250"}, "__all__"),
    ):
        page = say(wati, place, **fields)
        assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
        assert page.context["preview"] is None


def test_a_cash_difference_is_corrected_from_the_sheet(wati, group):
    place = address(group, "difference")
    assert wati.get(place).status_code == 200
    assert list(say(wati, place, side="short", amount="").context["form"].errors) == ["amount"]
    assert list(say(wati, place, side="short", amount="500").context["form"].errors) == ["__all__"]
    page = say(wati, place, side="none")
    assert [(one.label, one.before, one.after) for one in page.context["preview"]["effect"].moved] == [
        ("Kas", 99_750, 100_250),
        ("Selisih kas", 500, 0),
    ]
    assert say(wati, place, "confirm", side="none").status_code == 302
    assert CashDifference.objects.get().resolved_on == village.today()
    sheet = wati.get(reverse("posted_sheet", args=[group.code, village.today()]))
    assert sheet.status_code == 200


def test_a_forgotten_hand_over_is_written_from_the_sheet(wati, group):
    place = reverse("add_hand_over", args=[group.code, village.today()])
    assert "Budi" in wati.get(place).content.decode()
    assert wati.get(place, {"member": "99"}).status_code == 422
    budi = f"{place}?member=5"
    assert wati.get(budi).status_code == 200
    assert list(say(wati, budi, reason="").context["form"].errors) == ["reason"]
    assert say(wati, budi).status_code == 422
    assert list(say(wati, budi, angsuran="1.000").context["form"].errors) == ["angsuran"]
    assert say(wati, f"{place}?member=1", wajib="1.000").status_code == 422  # hers stands in the book
    page = say(wati, budi, wajib="5.000", denda="500")
    assert page.context["preview"]["sides"][-1] == ("Jumlah", "0", "5.500")
    assert say(wati, budi, "confirm", wajib="5.000", denda="500").status_code == 302
    assert Account.objects.get(code="2110", member_no=5).balance == -10_000
    assert wati.get(reverse("add_hand_over", args=[group.code, date(2001, 1, 1)])).status_code == 404


def test_forgotten_other_money_and_a_withdrawal_show_their_effect_first(wati, group):
    place = reverse("add_expense", args=[group.code, village.today()])
    assert wati.get(place).status_code == 200
    given = {"amount": "2.500", "code": "5130", "memo": "Teh"}
    assert list(say(wati, place, **given | {"code": "2110"}).context["form"].errors) == ["code"]
    assert list(say(wati, place, **given | {"amount": "900.000"}).context["form"].errors) == ["__all__"]
    page = say(wati, place, **given)
    assert page.context["preview"]["sides"][-1] == ("Jumlah", "0", "2.500")
    assert ("1110", 99_750, 97_250) in [
        (m.label and "1110", m.before, m.after) for m in page.context["preview"]["effect"].moved
    ]
    assert say(wati, place, "confirm", **given).status_code == 302
    gift = reverse("add_income", args=[group.code, village.today()])
    assert say(wati, gift, "confirm", amount="1.000", code="4190", memo="Jual koran").status_code == 302
    place = reverse("add_hand_over", args=[group.code, village.today()]) + "?what=withdrawal&member=1"
    assert wati.get(place).status_code == 200
    assert list(say(wati, place, tarik="1.000").context["form"].errors) == ["tarik"]  # she has no sukarela
    assert Account.objects.get(code="1110", book=group.book).balance == 98_250
    assert list(Correction.objects.order_by("pk").values_list("kind", flat=True)) == ["expense", "income"]


def test_attendance_is_put_right_from_the_sheet(wati, group):
    place = reverse("correct_attendance", args=[group.code, village.today()])
    assert wati.get(place).status_code == 200
    same = {"a1": "H", "a2": "H", "a3": "H", "a4": "A", "a5": "A"}
    assert list(say(wati, place, **same).context["form"].errors) == ["__all__"]
    assert list(say(wati, place, **same | {"a4": "X"}).context["form"].errors) == ["a4"]
    page = say(wati, place, **same | {"a4": "I"})
    assert page.context["preview"]["sides"] == [("Syawiyah", "A", "I")]
    key = {"key": str(uuid4())}
    for _sent in range(2):
        assert say(wati, place, "confirm", **same | {"a4": "I"} | key).status_code == 302
    assert Attendance.objects.get(meeting__on=village.today(), member__no=4).status == "I"
    assert Correction.objects.get().kind == "attendance"


def test_the_receipt_says_which_numbers_its_sum_is_of(wati, group):
    """One put right, one taken back, and one that was forgotten."""
    place = reverse("receipt", args=[group.code, village.today()])
    sari, julaika = (number_of("handover", no) for no in (1, 3))
    assert wati.get(place).context["book"].added == []
    say(wati, address(group, "handover", 1), "confirm", wajib="6.000")
    sari_now = number_of("handover", 1)
    page = wati.get(place)
    assert f"No. {sari} tidak dihitung lagi; no. {sari_now} dihitung." in page.content.decode()
    assert f"%2C%20tanpa%20{sari}%2C%20dengan%20{sari_now}%20" in page.context["whatsapp"]
    say(wati, address(group, "handover", 3), "confirm", wajib="0", angsuran="0")
    page = wati.get(place)
    assert (page.context["book"].dropped, page.context["book"].added) == ([sari, julaika], [sari_now])
    say(wati, address(group, "handover", 1), "confirm", wajib="7.000")
    page = wati.get(place)
    assert (page.context["book"].dropped, page.context["book"].added) == ([sari, julaika], [number_of("handover", 1)])


def test_a_loan_is_not_corrected_but_taken_back(wati, group):
    last_week = village.today() - timedelta(weeks=1)
    page = wati.get(address(group, "disbursement", on=last_week)).content.decode()
    assert "sudah diangsur" in page
    say(wati, address(group, "handover", 3), "confirm", wajib="5.000")
    page = wati.get(address(group, "disbursement", on=last_week)).content.decode()
    assert "dibatalkan seluruhnya" in page
    reversal = Entry.objects.filter(reverses__isnull=False).first()
    assert wati.get(reverse("correct", args=[group.code, reversal.number])).status_code == 404


def test_a_closed_day_is_the_coordinators(wati, group):
    last_week = village.today() - timedelta(weeks=1)
    close_through(book=group.book, on=last_week)
    place = address(group, "handover", 1, last_week)
    page = say(wati, place, wajib="6.000")
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["__all__"])
    assert "Hanya koordinator" in page.content.decode()
    hadi = signed_in(coordinator(group.bkm))
    assert "periode berjalan" in say(hadi, place, wajib="6.000").content.decode()
    assert say(hadi, place, "confirm", wajib="6.000").status_code == 302
    assert {e.on for e in Correction.objects.get().submission.entries.all()} == {village.today()}
    sheet = hadi.get(reverse("posted_sheet", args=[group.code, last_week])).content.decode()
    assert "Ditulis kemudian" in sheet
    assert "dikoreksi kemudian oleh catatan" in sheet
    assert hadi.get(reverse("paper_posted_sheet", args=[group.code, last_week])).status_code == 200
    assert hadi.get(reverse("paper_receipts", args=[group.code, last_week])).status_code == 200
    assert "25.000" in hadi.get(reverse("meeting_list", args=[group.code])).content.decode()


def test_a_forgotten_disbursement_is_added_after_seeing_what_it_changes(wati, group):
    village.request_loan(
        group=group,
        member=group.members.get(no=1),
        amount=40_000,
        purpose="Benih",
        terms=replace(village.LOAN, principal=40_000),
        on=village.today(),
    )
    where = reverse("add_hand_over", args=[group.code, village.today()])
    place = reverse("add_disbursement", args=[group.code, village.today()])
    assert place in wati.get(where).content.decode()
    assert "Sari, Rp40.000" in wati.get(place).content.decode()
    assert say(wati, place, request="1").status_code == 422, "only what waits or was approved"
    page = say(wati, place, request="2")
    assert page.context["preview"]["sides"] == [("Sari", "0", "40.000")]
    moved = [(one.who, one.label, one.before, one.after) for one in page.context["preview"]["effect"].moved]
    assert ("Sari", "Piutang pinjaman anggota", 0, 40_000) in moved
    assert ("", "Kas", 99_750, 59_750) in moved
    key = str(uuid4())
    for _turn in range(2):
        assert say(wati, place, action="confirm", request="2", key=key).status_code == 302
    assert HandOver.objects.filter(entry__kind="disbursement", meeting__on=village.today()).count() == 1
    assert "40.000" in wati.get(reverse("posted_sheet", args=[group.code, village.today()])).content.decode()
    receipt = wati.get(reverse("receipt", args=[group.code, village.today()])).content.decode()
    assert f"No. {number_of('disbursement')} juga dihitung." in receipt
