"""Passbooks and the small books on screen and on paper, to the rupiah and in a fixed number of queries."""

from copy import deepcopy
from datetime import date
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from groups.models import Guest, InventoryItem
from groups.offices import set_offices
from ledger import chart
from ledger.models import Account
from meetings.models import HandOver, Meeting
from meetings.services import correct_attendance, correct_hand_over
from meetings.sheet import Row
from reports import papers
from reports.members.passbook import members_in, passbooks
from reports.members.period import Period, PeriodForm, last_year
from tests.factories import treasurer
from tests.reports import village
from tests.reports.test_papers import paper, words

pytestmark = pytest.mark.django_db

JANUARY = Period(date(2026, 1, 1), date(2026, 1, 31))


@pytest.fixture(scope="module")
def mawar_of_the_file(whole_file):
    """Two meetings, Sari corrected from 2.000 to 3.000; Julaika has paid 10.250 of 102.500."""
    group = village.mawar()
    village.first_meeting(group)
    village.second_meeting(group)
    village.correct_sari(group)
    return group


@pytest.fixture
def mawar(mawar_of_the_file):
    return deepcopy(mawar_of_the_file)


@pytest.fixture
def wati(mawar):
    client = Client()
    client.force_login(treasurer(mawar))
    return client


def told(book):
    """Date, number, what moved of wajib and loan, jasa, and the balances after it."""
    return [
        (r.entry.on.day, r.entry.number, r.moved.weekly, r.moved.owed, r.charge, r.after.savings, r.after.owed)
        for r in book.rows
    ]


def test_a_passbook_holds_every_entry_of_hers_with_what_it_left(mawar):
    sari, julaika = (mawar.members.get(no=no) for no in (1, 3))
    mine, hers = passbooks(mawar, [sari, julaika], JANUARY)
    assert told(mine) == [
        (7, 2, 2_000, 0, 0, 2_000, 0),
        (14, 8, 2_000, 0, 0, 4_000, 0),
        (14, 14, -2_000, 0, 0, 2_000, 0),
        (14, 15, 3_000, 0, 0, 5_000, 0),
    ]
    assert [(row.corrected, row.reverses) for row in mine.rows] == [
        (False, False),
        (True, False),
        (False, True),
        (False, False),
    ]
    assert told(hers) == [
        (7, 4, 2_000, 0, 0, 2_000, 0),
        (7, 6, 0, 100_000, 0, 2_000, 100_000),
        (14, 10, 2_000, -10_000, 250, 4_000, 90_000),
    ]
    assert (mine.opening.savings, mine.closing.savings) == (0, 5_000)


def test_fines_and_gifts_come_with_her_hand_overs_and_go_with_their_reversals(mawar):
    hand_over = HandOver.objects.select_related("entry", "meeting__group", "member").get(
        meeting__group=mawar, meeting__on=village.SECOND, member__no=1, entry__number=15
    )
    for key, row in ((1, Row(1, weekly=3_000, fine=500, social=1_000)), (2, Row(1, weekly=3_000))):
        (*_reversal, entry) = correct_hand_over(
            hand_over=hand_over, row=row, reason="denda", key=UUID(int=key), by=None, at=village.at(village.SECOND)
        )
        hand_over = HandOver.objects.select_related("entry", "meeting__group", "member").get(entry=entry)
    (book,) = passbooks(mawar, [mawar.members.get(no=1)], JANUARY)
    assert [(row.entry.number, row.other) for row in book.rows if row.other] == [(17, 1_500), (18, -1_500)]


def test_a_later_period_opens_with_what_the_earlier_one_closed(mawar):
    members = members_in(mawar, JANUARY)
    first = passbooks(mawar, members, Period(date(2026, 1, 1), date(2026, 1, 13)))
    second = passbooks(mawar, members, Period(date(2026, 1, 14), date(2026, 1, 31)))
    assert [book.closing for book in first] == [book.opening for book in second]
    after = passbooks(mawar, members, Period(date(2026, 2, 1), date(2026, 2, 28)))
    assert [book.rows for book in after] == [[]] * 5
    balances = dict.fromkeys((chart.WEEKLY_SAVINGS, chart.MEMBER_LOANS), 0)
    for account in Account.objects.filter(book=mawar.book_id, code__in=balances):
        balances[account.code] += chart.on_normal_side(account.code, account.balance)
    assert sum(book.closing.weekly for book in after) == balances[chart.WEEKLY_SAVINGS] == 21_000
    assert sum(book.closing.owed for book in after) == balances[chart.MEMBER_LOANS] == 90_000


def test_all_passbooks_take_as_many_queries_as_one(mawar, django_assert_num_queries):
    members = members_in(mawar, JANUARY)
    for some in (members[:1], members):
        with django_assert_num_queries(4):
            passbooks(mawar, some, JANUARY)


def test_a_passbook_on_screen_and_paper(wati, mawar):
    page = wati.get(reverse("passbook", args=[mawar.code, 3]), {"since": "2026-01-01", "until": "2026-01-31"})
    text = words(page)
    assert "Pencairan pinjaman" in text
    assert "90.000" in text
    bad = wati.get(reverse("passbook", args=[mawar.code, 3]), {"since": "2026-01-31", "until": "2026-01-01"})
    assert (bad.status_code, list(bad.context["form"].errors)) == (422, ["until"])
    early = wati.get(reverse("passbook", args=[mawar.code, 3]), {"since": "0001-01-01"})
    assert list(early.context["form"].errors) == ["since"]
    assert wati.get(reverse("passbook", args=[mawar.code, 99])).status_code == 404
    assert "Julaika" in words(wati.get(reverse("passbooks", args=[mawar.code])))
    printed = paper(wati, "passbooks/3/?since=2026-01-01&until=2026-01-31")
    assert "Buku anggota No 3 · Julaika · 01-01-2026 – 31-01-2026" in printed
    assert "14-01-26 10 Setoran 2.000 4.000 −10.000 250 90.000" in printed
    assert "Saldo akhir 0 4.000 0 0 4.000 90.000" in printed
    every = wati.get(f"/g/{mawar.code}/papers/passbooks/?since=2026-01-01&until=2026-01-31")
    assert every.content.decode().count("paper-body") == 5


def test_a_long_passbook_carries_forward(wati, mawar, monkeypatch):
    monkeypatch.setattr("reports.members.passbook.ROWS", {"a4": (2, 1), "f4": (2, 1)})
    printed = paper(wati, "passbooks/1/?since=2026-01-01&until=2026-01-31")
    assert printed.count("Pindahan") == 2
    assert "Dipindahkan 0 4.000 0 0 4.000 0" in printed
    assert "Pindahan 0 4.000 0 0 4.000 0" in printed
    quiet = paper(wati, "passbooks/1/?since=2026-02-01&until=2026-02-28")
    assert quiet.count("0 5.000 0 0 5.000 0") == 2  # opening and closing, and nothing between


def test_balances_are_read_from_paper_with_the_books_seal(wati, mawar):
    printed = paper(wati, "balances/2026-01-14/")
    assert "1 Sari Simpanan wajib Rp5.000 Simpanan sukarela Rp0 Pinjaman tidak ada" in printed
    assert "Dikoreksi pada lembar 14 Januari 2026: Salah tulis" in printed
    assert "3 Julaika Simpanan wajib Rp4.000 Simpanan sukarela Rp0 Sisa pinjaman no. 1 Rp90.000" in printed
    mawar.book.refresh_from_db()
    assert f"{mawar.book.head_digest[:4]} {mawar.book.head_digest[4:8]}" in printed
    assert wati.get(f"/g/{mawar.code}/papers/balances/2020-01-01/").status_code == 404


def test_the_corrections_of_a_period_are_printed(wati, mawar):
    meeting = Meeting.objects.select_related("group").get(group=mawar, on=village.FIRST)
    correct_attendance(
        meeting=meeting,
        attendance={4: "I"},
        reason="Sakit anaknya",
        key="00000000-0000-4000-8000-000000000009",
        by=None,
        at=village.at(date(2026, 2, 4)),
    )
    printed = paper(wati, "corrections/?since=2026-01-01&until=2026-01-31")
    assert "15-01-2026 – Salah tulis lembar 14-01-2026 No. 8 2.000 No. 15 3.000 Sari: belum ditanya" in printed
    assert "Sakit anaknya" not in printed
    assert "Syawiyah: A Syawiyah: I" in paper(wati, "corrections/?since=2026-02-01&until=2026-02-28")
    screen = words(wati.get(reverse("corrections", args=[mawar.code])))
    assert "Sakit anaknya" in screen
    assert "Salah tulis" in screen


def test_all_minutes_of_a_period_are_one_book(wati, mawar, django_assert_num_queries):
    printed = paper(wati, "minutes-book/?since=2026-01-01&until=2026-01-31")
    assert printed.index("(07-01-2026)") < printed.index("(14-01-2026)")
    held = list(Meeting.objects.filter(group=mawar).order_by("on"))
    for some in (held[:1], held):
        with django_assert_num_queries(10):
            papers.minutes_papers(mawar, some, village.at(village.SECOND))
    assert "Tidak ada pertemuan" in paper(wati, "minutes-book/?since=2025-01-01&until=2025-01-31")


def test_minutes_are_signed_by_who_held_the_office_that_day(mawar):
    by_no = {member.no: member for member in mawar.members.all()}
    set_offices(group=mawar, from_on=village.SECOND, chair=by_no[5], secretary=by_no[3], treasurer=by_no[2])
    held = list(Meeting.objects.filter(group=mawar).order_by("on"))
    signed = [(one.chair, one.secretary) for one in papers.minutes_papers(mawar, held, village.at(village.SECOND))]
    assert signed == [("Sari", "Julaika"), ("Budi", "Julaika")]


def test_the_officers_book_says_who_held_what_from_when_to_when(wati, mawar):
    by_no = {member.no: member for member in mawar.members.all()}
    set_offices(group=mawar, from_on=village.SECOND, chair=by_no[5], secretary=by_no[3], treasurer=by_no[2])
    printed = paper(wati, "officers/?since=2026-01-01&until=2026-01-31")
    assert "Sari Ketua 05-01-2026 14-01-2026" in printed
    assert "Budi Ketua 14-01-2026 kini" in printed
    assert "Sari" in words(wati.get(reverse("officers_book", args=[mawar.code])))


def test_guests_are_written_put_right_and_printed_filled_and_blank(wati, mawar):
    new = reverse("guest_new", args=[mawar.code])
    bad = wati.post(new, {"on": "31-02-2026", "name": "", "origin": "x" * 101})
    assert (bad.status_code, set(bad.context["form"].errors)) == (422, {"on", "name", "origin"})
    said = {"on": "2026-01-14", "name": "Bu Camat", "origin": "Wonotunggal", "purpose": "Melihat buku"}
    assert wati.post(new, said).status_code == 302
    edit = reverse("guest_edit", args=[mawar.code, 1])
    assert wati.post(edit, said | {"name": ""}).status_code == 422
    assert wati.post(edit, said | {"name": "Ibu Camat"}).status_code == 302
    assert wati.get(reverse("guest_edit", args=[mawar.code, 2])).status_code == 404
    assert list(Guest.objects.values_list("no", "name")) == [(1, "Ibu Camat")]
    assert "Ibu Camat" in words(wati.get(reverse("guests", args=[mawar.code])))
    printed = paper(wati, "guests/?since=2026-01-01&until=2026-01-31")
    assert "1 14-01-2026 Ibu Camat Wonotunggal Melihat buku" in printed
    assert "Tidak ada tamu" in paper(wati, "guests/?since=2026-02-01&until=2026-02-28")
    assert "Ibu Camat" not in paper(wati, "guests/?blank=1")


def test_an_inventory_keeps_what_it_said_and_what_is_gone(wati, mawar):
    new = reverse("item_new", args=[mawar.code])
    bad = wati.post(new, {"name": "", "acquired_on": "x", "quantity": "0", "value": "10,5", "condition": "hilang"})
    assert set(bad.context["form"].errors) == {"name", "acquired_on", "quantity", "value", "condition"}
    said = {"name": "Kursi", "acquired_on": "2026-01-07", "quantity": "10", "value": "500.000", "condition": "baik"}
    assert wati.post(new, said).status_code == 302
    assert wati.post(new, said | {"name": "Kotak kas", "quantity": "1", "value": "150.000"}).status_code == 302
    edit = reverse("item_edit", args=[mawar.code, 1])
    assert wati.post(edit, said | {"quantity": "8", "condition": "sedang"}).status_code == 302
    item = InventoryItem.objects.get(no=1)
    (change,) = item.changes.all()
    assert (item.quantity, change.before) == (8, {"quantity": "10", "condition": "baik"})
    assert wati.post(edit, said | {"quantity": "8", "condition": "sedang"}).status_code == 302  # nothing changed
    assert item.changes.count() == 1
    assert "“10”" in words(wati.get(edit))
    off = reverse("item_off", args=[mawar.code, 1])
    assert wati.post(off, {"on": "2026-01-01", "why": "patah"}).context["form"].errors.keys() == {"on"}
    assert wati.post(off, {"on": "2026-02-01", "why": ""}).status_code == 422
    assert wati.post(off, {"on": "2026-02-01", "why": "patah semua"}).status_code == 302
    assert wati.get(edit).status_code == 404
    assert "patah semua" in words(wati.get(reverse("inventory", args=[mawar.code])))
    printed = paper(wati, "inventory/?since=2026-01-01&until=2026-02-28")
    assert "8 500.000 Sedang 01-02-2026: patah semua" in printed
    assert "Nilai barang yang masih ada 150.000" in printed
    assert "Nilai barang yang masih ada 650.000" in paper(wati, "inventory/?since=2026-01-01&until=2026-01-31")


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (date(2026, 11, 26), date(2025, 12, 1)),
        (date(2026, 12, 31), date(2026, 1, 1)),
        (date(2026, 1, 5), date(2025, 2, 1)),
    ],
)
def test_without_a_wish_the_last_twelve_months_are_shown(today, since):
    assert last_year(today) == Period(since, today)
    assert PeriodForm({}, today=today).period == Period(since, today)
    assert PeriodForm({"since": "x"}, today=today).period == Period(since, today)
    assert PeriodForm({"since": "2026-01-02"}, today=today).period.since == date(2026, 1, 2)
