"""The papers of lending: what stands on them, to the rupiah, and in a fixed number of queries."""

import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from loans import services
from loans.models import Loan
from meetings.sheet import Disbursement
from tests.compliance.village import MONDAY, day, meet, noon
from tests.loans.lives import deed, new_terms
from tests.loans.test_rules import adopt, asks
from tests.loans.test_views import BUDI, JULAIKA, SARI, WATI, group, today, wati  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db


def read(response):
    assert response.status_code == 200
    assert response["Content-Language"] == "id"
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def paper(name, group, value):  # noqa: F811
    return reverse(name, args=[group.code, value])


def test_an_application_is_filled_in_and_has_room_to_sign(wati, group):  # noqa: F811
    meet(group, day(1), {SARI: 6_000})
    asks(group, SARI, 100_000, day(1))
    text = read(wati.get(paper("paper_application", group, 1)))
    assert "Rp100.000 , seratus ribu rupiah" in text
    assert "Simpanan saya Rp6.000" in text
    assert "Angsuran pertama Rp10.250" in text
    assert "Warung" in text
    assert "☐ disetujui" in text
    meet(group, day(2), {}, lend=[Disbursement(1, "rukun")])
    assert "disetujui , Kamis, 15 Januari 2026. Alasan: rukun" in read(wati.get(paper("paper_application", group, 1)))
    assert wati.get(paper("paper_application", group, 2)).status_code == 404


def test_an_agreement_says_the_terms_the_loan_was_made_under(wati, group):  # noqa: F811
    meet(group, day(1), {}, voluntary={SARI: 300_000})
    adopt(group, rate=Decimal("1.5"), round_to=1000, steps=(500_000,), fine=500)
    asks(group, SARI, 400_000, day(1), periods=12, rate=Decimal("1.5"), round_to=1000)
    meet(group, day(2), {}, lend=[Disbursement(1)])
    text = read(wati.get(paper("paper_agreement", group, 1), {"paper": "f4"}))
    assert "Rp400.000 (empat ratus ribu rupiah)" in text
    assert (
        "Rp20.000 ditahan sebagai tabungan tanggung renteng sampai pinjaman lunas; peminjam menerima Rp380.000 tunai"
    ) in text
    assert "Jasa seluruhnya Rp18.000, jadi yang dikembalikan Rp418.000" in text
    assert "Setiap angsuran Rp35.000, yang pertama Kamis, 22 Januari 2026; yang terakhir Rp33.000" in text
    assert "denda yang disepakati rapat Rp500" in text
    assert "versi 1 yang disepakati rapat 8 Januari 2026" in text
    assert wati.get(paper("paper_agreement", group, 9)).status_code == 404


def test_a_declining_loan_without_rules_is_agreed_plainly(wati, group):  # noqa: F811
    asks(group, SARI, 100_000, day(1), method="declining", rate=Decimal(4))
    meet(group, day(1), {}, lend=[Disbursement(1)])
    text = read(wati.get(paper("paper_agreement", group, 1)))
    assert "Angsuran pertama Rp11.000 pada Kamis, 15 Januari 2026, yang terakhir Rp10.100" in text
    assert "ditahan" not in text


def test_the_week_s_instalments_and_what_is_late(wati, group, django_assert_max_num_queries):  # noqa: F811
    lend = [Disbursement(asks(group, no, 40_000, day(1)).no) for no in (WATI, SARI)]
    meet(group, day(1), {}, lend=lend)
    meet(group, day(2), {}, pay={SARI: 4_100})
    address = paper("paper_due", group, MONDAY.replace(day=19))
    with django_assert_max_num_queries(20) as few:
        text = read(wati.get(address))
    assert "1 Sari 2 2 0 4.100 4.100" in text
    assert "2 Wati 1 2 4.100 4.100 8.200" in text
    assert "Total 4.100 8.200 12.300" in text
    more = [Disbursement(asks(group, no, 10_000, day(3)).no) for no in (BUDI, JULAIKA)]
    meet(group, day(3), {}, lend=more)
    with django_assert_max_num_queries(len(few)):
        wati.get(address)
    assert "Tidak ada angsuran jatuh tempo pekan ini" in read(wati.get(paper("paper_due", group, MONDAY)))
    assert wati.get(paper("paper_due", group, day(1))).status_code == 404
    assert "Angsuran jatuh tempo" in wati.get(reverse("papers", args=[group.code])).text


def test_minutes_quote_what_the_meeting_decided_on_loans_on_screen_and_on_paper(wati, group):  # noqa: F811
    """A waiver, a reschedule carried out a day later, a step taken back, a member who leaves, new rules."""
    asks(group, SARI, 100_000, day(1))
    asks(group, BUDI, 50_000, day(1))
    meet(group, day(1), {JULAIKA: 2_000}, lend=[Disbursement(1), Disbursement(2)])
    meet(group, day(2), {})
    adopt(group, adopted_on=day(2), from_on=day(3))
    on = day(2)
    budi = Loan.objects.select_related("group", "member").get(group=group, no=2)
    step = services.waive(loan=budi, deed=deed(on, decision="Panen gagal"), amount=125)
    services.undo(step=step, key=uuid4(), reason="Salah pinjaman", by=None, at=noon(on))
    sari = Loan.objects.select_related("group", "member").get(group=group, no=1)
    services.waive(loan=sari, deed=deed(on, decision="Rumahnya kebanjiran"), amount=250)
    later = deed(day(2, 4), decision="Diperpanjang", decided_on=on)
    services.reschedule(loan=sari, deed=later, terms=new_terms(100_000, 20))
    leaver = group.members.select_related("group").get(no=JULAIKA)
    services.leave(member=leaver, deed=deed(on, decision="Pindah ke Semarang"), reason="moved")
    paid = services.pay_off(loan=budi, deed=deed(on, decision=""))
    assert paid.decided_on == on
    quoted = (
        "Pinjaman no. 1, Sari – jasa dibebaskan : Rp250. Alasan: Rumahnya kebanjiran",
        "Pinjaman no. 1, Sari – dijadwal ulang pada 16 Januari 2026: pokok Rp100.000. Alasan: Diperpanjang",
        "Dilanjutkan sebagai pinjaman no. 3, 20 kali angsuran, setiap pekan · jasa 1 % per bulan, flat",
        "Pinjaman no. 2, Budi – jasa dibebaskan : Rp125. Alasan: Panen gagal (ditarik kembali: Salah pinjaman)",
        "Julaika, anggota no. 4 – keluar 15 Januari 2026 (pindah): simpanan Rp2.000, dibayarkan Rp2.000. Alasan",
        "Aturan pinjaman versi 1 berlaku mulai 22 Januari 2026",
    )
    january = {"since": "2026-01-01", "until": "2026-01-31"}
    for name, args in (("posted_sheet", [on]), ("paper_minutes", [on]), ("paper_minutes_book", [])):
        shown = read(wati.get(reverse(name, args=[group.code, *args]), january))
        for one in quoted:
            assert one in shown, one
        assert "Budi – dilunasi" not in shown, "a payoff that nobody had to decide is no decision"
    assert "Pindah" not in read(wati.get(reverse("paper_minutes", args=[group.code, day(1)])))
