"""The papers of KSM Mawar: what stands on them, to the rupiah, in Indonesian, and who gets none."""

import re
from copy import deepcopy
from datetime import date

import pytest
from django.test import Client

from groups import services as groups
from groups.models import Appointment, Group
from ledger.models import Entry
from tests.factories import AppointmentFactory, BkmFactory, GroupFactory, MemberFactory
from tests.reports import village

pytestmark = pytest.mark.django_db

AFTER = date(2026, 3, 4)


def facilitator(group: Group) -> Client:
    client = Client()
    client.force_login(AppointmentFactory(bkm=group.bkm, role=Appointment.Role.FACILITATOR).user)
    return client


def words(response) -> str:
    """What a person reads on the paper, one blank between words."""
    assert response.status_code == 200
    body = response.content.decode().split("<main")[1]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))
    return text.replace(" ,", ",").replace(" .", ".")


def paper(client: Client, address: str, group: str = "KSM-MAWAR") -> str:
    return words(client.get(f"/g/{group}/papers/{address}"))


@pytest.fixture(scope="module")
def mawar_of_the_file(whole_file) -> Group:
    """Two meetings: entries 1–7 and 8–13; then 14 takes 8 back and 15 stands in its place."""
    group = village.mawar()
    village.first_meeting(group)
    village.second_meeting(group)
    village.correct_sari(group)
    return group


@pytest.fixture
def mawar(mawar_of_the_file) -> Group:
    return deepcopy(mawar_of_the_file)


def test_attendance_list_names_everyone_with_office_and_address(mawar):
    text = paper(facilitator(mawar), "attendance/2026-02-11/")

    assert "KSM Mawar Kelompok Swadaya Masyarakat · Desa Silurah, Kecamatan Wonotunggal, Kabupaten Batang" in text
    assert "Binaan BKM Sumber Rejeki · berdiri 14 Juni 2016" in text
    assert "Nomor 06/MAWAR/II/2026 Tanggal Rabu, 11 Februari 2026 Kelompok KSM Mawar, Desa Silurah" in text
    assert "Waktu 15.30 WIB Acara Pertemuan pekan 9–15 Februari 2026 Tempat Rumah Bu Sari, RT 01/01" in text
    assert "1 Sari Ketua RT 01/01 1 2 Wati Bendahara RT 02/01 2 3 Julaika Sekretaris RT 01/01 3" in text
    assert "Silurah, Februari 2026 Mengetahui, Ketua Kelompok ( Sari )" in text
    last = Entry.objects.get(book=mawar.book_id, number=15).digest
    assert f"sampai no. 15 · sidik {last[:4]} {last[4:8]}" in text


@pytest.mark.parametrize(("members", "rows"), [(0, 15), (5, 15), (14, 15), (15, 16), (16, 17), (25, 26)])
def test_attendance_list_has_fifteen_rows_and_one_to_spare(members, rows):
    group = village.mawar(members, code="KSM-LAIN")
    body = facilitator(group).get("/g/KSM-LAIN/papers/attendance/2026-02-11/").content.decode()

    signs = re.findall(r'class="sign sign-(left|right)"><span>(\d+) ', body)
    assert signs == [("left" if n % 2 else "right", str(n)) for n in range(1, rows + 1)]


def test_a_long_list_goes_on_with_its_heads_and_foot():
    group = village.mawar(25, code="KSM-LAIN")
    client = facilitator(group)

    for size, first in (("a4", 17), ("f4", 20)):
        pages = (
            client.get(f"/g/KSM-LAIN/papers/attendance/2026-02-11/?paper={size}")
            .content.decode()
            .split('<table class="paper ')[1:]
        )
        assert [len(re.findall('class="sign ', page)) for page in pages] == [first, 26 - first]
        assert all("Tanda tangan" in page and "pekan 9–15 Feb 2026 · dicetak" in page for page in pages)
        assert ["Mengetahui" in page for page in pages] == [False, True]
        assert "lanjutan" in pages[1]


def test_papers_are_indonesian_whatever_the_screen(mawar):
    client = facilitator(mawar)
    client.cookies["language"] = client.cookies["django_language"] = "en"

    response = client.get("/g/KSM-MAWAR/papers/attendance/2026-02-11/", headers={"accept-language": "en"})

    assert 'lang="id"' in response.content.decode()
    assert response["Content-Language"] == "id"
    assert "Daftar hadir" in words(response)


def test_blank_sheet_stands_in_the_order_of_the_screen_with_what_is_due(mawar):
    text = paper(facilitator(mawar), "sheet/2026-01-21/")

    assert "No Nama H I S A Wajib Sukarela Jatuh tempo Angsuran Denda Pokok Tarik sukarela Dana sosial Jumlah" in text
    assert "1 Sari 2.000 2 Wati 2.000 3 Julaika 2.000 10.250 4 Syawiyah 2.000 5 Budi 2.000 Jumlah" in text
    assert "100.000 50.000 20.000 10.000 5.000 2.000 1.000 500 200 100 Kas dihitung" in text
    assert "Kas awal 76.000" in text  # 75.250 by the book, less 250 missing, and the 1.000 of the correction
    assert "1. Bendahara ( Wati ) 2. Ikut menghitung ( )" in text
    back = "Pencairan pinjaman|Kas lain keluar|Pemasukan lain|Hitung kas|Alasan|Agenda|Pembahasan|Keputusan"
    found = [text.find(head, text.index("Syawiyah 2.000")) for head in back.split("|")]
    assert -1 not in found
    assert found == sorted(found)
    keeper = Client()
    keeper.force_login(AppointmentFactory(role="treasurer", group=mawar, from_on=date(2026, 1, 1)).user)
    page = keeper.get("/g/KSM-MAWAR/meetings/2026-01-21/sheet/").content.decode()
    fields = list(dict.fromkeys(re.findall(r'<(?:input|select)[^>]* name="([a-z]+[0-9]*-[a-z0-9]+)"', page)))
    columns = "attendance wajib sukarela angsuran denda pokok tarik sosial catat"
    assert [name for name in fields if name.startswith("r3-")] == [f"r3-{name}" for name in columns.split()]
    below = list(dict.fromkeys(re.sub("[0-9]*-.*", "", name) for name in fields))
    assert below == ["r", "out", "in", "c"], "members, money out, money in, the count"


def test_blank_sheet_of_a_day_in_the_book_guesses_no_dues(mawar):
    text = paper(facilitator(mawar), "sheet/2026-01-14/")

    assert "3 Julaika 2.000 4 Syawiyah 2.000" in text
    assert "Kas awal + Jumlah masuk" in text


def test_posted_sheet_shows_what_stands_and_what_was_corrected(mawar):
    text = paper(facilitator(mawar), "posted/2026-01-14/")

    assert "1 Sari H 3.000 3.000 * 15" in text
    assert "3 Julaika H 2.000 10.250 250 12.250 10" in text
    assert "Jumlah 5 H 13.000 0 10.250 250 0 0 0 0 23.250" in text
    assert "No. 8 (Sari, Rp2.000 ) dibatalkan dengan no. 14: Salah tulis. Gantinya no. 15, Rp3.000." in text
    assert "catatan no. 8–13" in text
    assert "Kas awal 53.000 + Jumlah masuk 23.250 − Jumlah keluar 0 Kas seharusnya 76.250" in text
    assert "Kas seharusnya saat dikirim 75.250 Selisih (Kembalian keliru; diurus Sari) −250" in text


def test_posted_sheet_names_other_money_and_the_notes(mawar):
    text = paper(facilitator(mawar), "posted/2026-01-07/")

    assert (
        "Masuk · Modal awal (1) 150.000 Keluar · pinjaman Julaika (6) −100.000 Keluar · Jajan rapat (7) −5.000" in text
    )
    assert "10.000 × 4 40.000 1.000 × 13 13.000 Kas dihitung 53.000" in text
    assert "4 Syawiyah A" in text


def test_minutes_tell_the_meeting_in_words(mawar):
    text = paper(facilitator(mawar), "minutes/2026-01-07/")

    assert (
        "Pada hari ini, hari Rabu tanggal tujuh bulan Januari tahun dua ribu dua puluh enam (07-01-2026), KSM Mawar "
        "mengadakan pertemuan mingguan bertempat di Rumah Bu Sari, RT 01/01." in text
    )
    assert "Hadir 4 dari 5 anggota, izin 0, sakit 0, alpa 1. Kuorum tercapai" in text
    assert "Tidak hadir: Syawiyah (A)." in text
    assert "Agenda Tabungan pertama Pinjaman" in text
    assert (
        "Keputusan Permintaan no. 1, Julaika, Rp100.000 (warung), 10 kali angsuran, setiap pekan · jasa 1 % per bulan, "
        "flat – disetujui dan dicairkan sebagai pinjaman no. 1 Wajib Rp2.000 sepekan Rapat tetap hari Rabu" in text
    )
    assert "1 Membeli kotak kas Wati 14 Januari 2026" in text
    assert "Silurah, 7 Januari 2026 Ketua ( Sari ) Sekretaris ( Julaika )" in text


def test_minutes_without_a_quorum_say_so():
    group = village.mawar(4, code="KSM-LAIN")
    village.first_meeting(group)
    groups.add_members(group=group, names=["Tumini", "Rohmah"], joined_on=village.FIRST)

    text = paper(facilitator(group), "minutes/2026-01-07/", group.code)

    assert "Hadir 3 dari 6 anggota" in text
    assert "Kuorum tidak tercapai." in text


def test_sheet_receipt_is_printed_twice(mawar):
    text = paper(facilitator(mawar), "receipt/2026-01-07/")

    assert text.count("No. 1–7") == 2
    assert text.count("Uang sejumlah Rp158.000, seratus lima puluh delapan ribu rupiah") == 2
    assert text.count("Simpanan wajib, 4 orang 8.000 Modal awal 150.000 Jumlah masuk 158.000") == 2
    assert text.count("Kas awal 0 Jumlah keluar −105.000 Kas seharusnya 53.000 Kas dihitung berdua 53.000 Pas 0") == 2
    assert "lembar 1, untuk kelompok" in text
    assert "potong di sini" in text
    assert "lembar 2, untuk BKM" in text
    assert "disimpan 7 Jan 2026, 16.47 WIB" in text
    assert text.count("· hal. 1 dari 1") == 2


def test_sheet_receipt_names_the_shortage_and_the_correction(mawar):
    text = paper(facilitator(mawar), "receipt/2026-01-14/")

    assert "(1 baris sudah dikoreksi)" in text.replace("( ", "(").replace(" )", ")")
    assert text.count("No. 8 tidak dihitung lagi; no. 15 dihitung.") == 2, "on either copy"
    assert "Kas dihitung berdua 75.000 Kurang, diurus Sari 250" in text


def test_each_member_gets_a_receipt_with_her_balances(mawar):
    text = paper(facilitator(mawar), "kwitansi/2026-01-14/")

    assert text.count("Kwitansi No.") == 5
    assert "Kwitansi No. 8 " not in text  # corrected: 15 stands in its place
    assert "Kwitansi No. 15" in text
    assert "Pengganti no. 8." in text
    assert (
        "Diterima dari Sari (1) Uang sejumlah Rp3.000 tiga ribu rupiah Untuk Rp Saldo Simpanan wajib 3.000 5.000"
        in text
    )
    assert (
        "Diterima dari Julaika (3) Uang sejumlah Rp12.250 dua belas ribu dua ratus lima puluh rupiah Untuk Rp Saldo "
        "Simpanan wajib 2.000 4.000 Pinjaman no. 1, jasa 250 Pinjaman no. 1, pokok 10.000 sisa 90.000" in text
    )
    digest = Entry.objects.get(book=mawar.book_id, number=10).digest
    assert f"sidik {digest[:4]} {digest[4:8]}" in text


def test_a_balance_is_that_of_its_entry_not_of_today(mawar):
    text = paper(facilitator(mawar), "kwitansi/entry/2/")

    assert "Diterima dari Sari (1) Uang sejumlah Rp2.000" in text
    assert "Simpanan wajib 2.000 2.000" in text  # 5.000 by now


def test_a_disbursement_prints_a_pay_out(mawar):
    text = paper(facilitator(mawar), "kwitansi/entry/6/")

    assert "Bukti Kas Keluar No. 6" in text
    assert "Dibayar kepada Julaika (3) Uang sejumlah Rp100.000 seratus ribu rupiah" in text
    assert "Pinjaman no. 1, 10 pekan 100.000 sisa 100.000" in text
    assert "Penerima ( Julaika )" in text


def test_a_corrected_receipt_says_so(mawar):
    text = paper(facilitator(mawar), "kwitansi/entry/8/")

    assert "DIKOREKSI dibatalkan dengan no. 14: Salah tulis. Gantinya no. 15, Rp3.000." in text


@pytest.mark.parametrize(
    "address",
    [
        "attendance/2026-01-04/",  # before the books began
        "attendance/9999-12-31/",
        "attendance/2026-02-30/",
        "sheet/2025-12-31/",
        "posted/2026-01-21/",  # no sheet
        "minutes/2026-01-21/",
        "receipt/2026-01-21/",
        "kwitansi/2026-01-21/",
        "kwitansi/entry/1/",  # no member's
        "kwitansi/entry/14/",  # a reversal
        "kwitansi/entry/999/",
        "kwitansi/entry/0/",
    ],
)
def test_what_is_not_there_is_not_printed(mawar, address):
    assert facilitator(mawar).get(f"/g/KSM-MAWAR/papers/{address}").status_code == 404


def test_nothing_is_printed_for_a_day_after_the_end(mawar):
    groups.update_group(group=mawar, end_on=date(2026, 2, 11))
    client = facilitator(mawar)

    assert client.get("/g/KSM-MAWAR/papers/attendance/2026-02-10/").status_code == 200
    assert client.get("/g/KSM-MAWAR/papers/attendance/2026-02-11/").status_code == 404


def test_another_bkm_sees_no_paper(mawar):
    stranger = facilitator(GroupFactory())

    for address in ("", "attendance/2026-02-11/", "kwitansi/entry/10/"):
        assert stranger.get(f"/g/KSM-MAWAR/papers/{address}").status_code == 404
    assert stranger.get(f"/b/{mawar.bkm.code}/papers/attendance/2026-02-09/").status_code == 404


@pytest.mark.parametrize("paper_size", ["a4", "f4", "a5", "", "\0"])
def test_any_other_paper_is_a4(mawar, paper_size):
    body = facilitator(mawar).get("/g/KSM-MAWAR/papers/attendance/2026-02-11/", {"paper": paper_size}).content.decode()

    assert ("paper-f4" in body) == (paper_size == "f4")
    assert ("paper-a4" in body) == (paper_size != "f4")


def test_the_whole_week_of_a_bkm_in_one_go():
    bkm = BkmFactory(code="BKM-SUMBER-MAKMUR")
    mawar = village.mawar(bkm=bkm, code="KSM-LAIN")
    village.mawar(22, bkm=bkm, code="KSM-MELATI", name="Melati", meeting_weekday=4)
    off = GroupFactory(bkm=bkm, name="Kenanga")
    groups.declare_holiday(group=off, week_start=date(2026, 2, 9), reason="Panen", declared_on=date(2026, 2, 1))
    GroupFactory(bkm=bkm, name="Anggrek", start_on=AFTER)

    text = words(facilitator(mawar).get("/b/BKM-SUMBER-MAKMUR/papers/attendance/2026-02-09/"))

    assert "Kelompok KSM Mawar, Desa Silurah" in text
    assert "Tanggal Jumat, 13 Februari 2026 Kelompok KSM Melati, Desa Silurah" in text
    assert "hal. 1 dari 1" in text
    assert "hal. 2 dari 2" in text
    assert "Kenanga libur pekan ini: Panen" in text
    assert "KSM Kenanga" not in text
    assert "Anggrek" not in text
    client = facilitator(mawar)
    assert client.get("/b/BKM-SUMBER-MAKMUR/papers/attendance/2026-02-10/").status_code == 404  # no Monday
    assert client.get("/b/BKM-SUMBER-MAKMUR/papers/attendance/0001-01-01/").status_code == 404


def test_a_holiday_of_the_bkm_leaves_no_list():
    group = village.mawar(code="KSM-LAIN", bkm=BkmFactory())
    groups.declare_holiday(bkm=group.bkm, week_start=date(2026, 2, 9), reason="Lebaran", declared_on=date(2026, 2, 1))

    text = words(facilitator(group).get(f"/b/{group.bkm.code}/papers/attendance/2026-02-09/"))

    assert "Tidak ada kelompok yang bertemu pekan ini." in text
    assert "KSM Mawar libur pekan ini: Lebaran" in text


def test_the_list_of_papers_offers_forms_and_past_meetings(mawar):
    body = facilitator(mawar).get("/g/KSM-MAWAR/papers/").content.decode()

    assert body.count("/papers/attendance/") == body.count("/papers/sheet/") == 2
    for kind in ("posted", "minutes", "receipt", "kwitansi"):
        assert f"/g/KSM-MAWAR/papers/{kind}/2026-01-14/" in body
        assert f"/g/KSM-MAWAR/papers/{kind}/2026-01-07/" in body


def test_the_list_of_a_bkm_leads_to_its_groups(mawar):
    body = facilitator(mawar).get(f"/b/{mawar.bkm.code}/papers/").content.decode()

    assert "/g/KSM-MAWAR/papers/" in body
    assert body.count("/papers/attendance/") == 2


@pytest.mark.parametrize(
    "address",
    [
        "",
        "attendance/2026-02-11/",
        "sheet/2026-02-11/",
        "posted/2026-01-14/",
        "minutes/2026-01-07/",
        "receipt/2026-01-14/",
        "kwitansi/2026-01-14/",
        "kwitansi/entry/3/",
    ],
)
def test_more_members_cost_no_more_queries(address, django_assert_max_num_queries):
    bkm = BkmFactory()
    counts = []
    for members, code in ((4, "KSM-KECIL"), (25, "KSM-BESAR")):
        group = village.mawar(members, code=code, bkm=bkm)
        village.first_meeting(group)
        village.second_meeting(group)
        client = facilitator(group)
        with django_assert_max_num_queries(20) as queries:
            assert client.get(f"/g/{code}/papers/{address}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_more_groups_cost_no_more_queries(django_assert_max_num_queries):
    counts = []
    for number in (1, 6):
        bkm = BkmFactory()
        for _ in range(number):
            MemberFactory(group=GroupFactory(bkm=bkm, members=3))
        client = facilitator(bkm.groups.first())
        with django_assert_max_num_queries(12) as queries:
            client.get(f"/b/{bkm.code}/papers/attendance/2026-02-09/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
