"""The facilitator prints: every paper comes out of Chromium on the right sheet, whole, with its foot on every page."""

import io
import re
from datetime import date
from pathlib import Path

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page
from pypdf import PageObject, PdfReader

from groups.models import Appointment, Group, Region
from tests.factories import AppointmentFactory, BkmFactory
from tests.reports import village

MM = 72 / 25.4
LINES_OF_FIRST_WORDS = """place => {
  const range = document.createRange();
  range.selectNode(place.firstChild);
  return range.getClientRects().length;
}"""
SIZES = {"a4": (210, 297), "f4": (215, 330)}


def villages(members: int = 5) -> Group:
    """KSM Mawar with its two meetings, and KSM Melati of 25 in the same BKM."""
    bkm = BkmFactory(code="BKM-SUMBER-REJEKI", name="Sumber Rejeki")
    group = village.mawar(members, bkm=bkm)
    village.first_meeting(group)
    village.second_meeting(group)
    village.correct_sari(group)
    village.mawar(25, bkm=bkm, code="KSM-MELATI", name="Melati")
    return group


def sign_in(page: Page, group: Group) -> None:
    """As a facilitator who signed in before; the other journeys begin at the form."""
    client = Client()
    client.force_login(AppointmentFactory(bkm=group.bkm, role=Appointment.Role.FACILITATOR).user)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    page.context.add_cookies([{**session, "url": page.context.home}])


def follow(page: Page, name: str, *, last: bool = False) -> None:
    """Follow a link and wait until its whole page is there: half a page prints as half a paper."""
    links = page.get_by_role("link", name=name)
    with page.expect_navigation(wait_until="load"):
        (links.last if last else links.first).click()


def printed(page: Page, artefacts: Path, address: str, name: str) -> PdfReader:
    """Open a page and print it as Chromium would; the print is kept among the artefacts."""
    response = page.goto(address)
    assert response.status == 200
    content = page.pdf(prefer_css_page_size=True)
    (artefacts / f"print-{name}.pdf").write_bytes(content)
    return PdfReader(io.BytesIO(content))


def levels(page: PageObject, words: str) -> list[float]:
    """How far from the bottom of the sheet some words stand, each time they do, the lowest first."""
    found: list[float] = []

    def seen(text: str, sheet: list[float], at: list[float], _font: object, _size: float) -> None:
        if words in text:
            found.append(sheet[3] * at[5] + sheet[5])

    page.extract_text(visitor_text=seen)
    return sorted(found)


def sizes(pdf: PdfReader) -> set[tuple[int, int]]:
    return {(round(float(p.mediabox.width) / MM), round(float(p.mediabox.height) / MM)) for p in pdf.pages}


def said(page: PageObject) -> str:
    return re.sub(r"\s+", " ", page.extract_text())


def test_every_paper_fits_its_sheet(page, artefacts):
    sign_in(page, villages(members=15))
    papers = (
        ("attendance/2026-02-11", 1, False, "06/MAWAR/II/2026"),
        ("sheet/2026-02-11", 2, True, "Kas dihitung berdua"),
        ("posted/2026-01-14", 2, True, "Salah tulis"),
        ("minutes/2026-01-07", 1, False, "dua ribu dua puluh enam"),
        ("receipt/2026-01-14", 1, False, "potong di sini"),
        ("kwitansi/2026-01-14", 3, False, "Kwitansi No. 35"),
        ("kwitansi/entry/18", 1, False, "DIKOREKSI"),
    )
    for size, sheet in SIZES.items():
        for address, pages, wide, words in papers:
            pdf = printed(
                page, artefacts, f"/g/KSM-MAWAR/papers/{address}/?paper={size}", f"{address.replace('/', '-')}-{size}"
            )

            assert sizes(pdf) == {sheet[::-1] if wide else sheet}, address
            assert len(pdf.pages) == pages, address
            text = [said(each) for each in pdf.pages]
            assert words in " ".join(text), address
            for number, each in enumerate(text, start=1):
                assert "KSM Mawar · pekan" in each, address
                assert "sidik" in each, address
                # a receipt's two copies, to be cut apart, are a page each
                assert each.count(f"hal. {number} dari {pages}") == (2 if address.startswith("receipt") else 1), address


def test_the_signatures_zig_zag_and_the_last_row_is_on_paper(page, artefacts):
    sign_in(page, villages(members=16))

    pdf = printed(page, artefacts, "/g/KSM-MAWAR/papers/attendance/2026-02-11/", "attendance-16")

    assert len(pdf.pages) == 1  # sixteen members and a row to spare still fit on A4
    page.set_viewport_size({"width": 680, "height": 1009})  # what the margins leave of A4
    page.emulate_media(media="print")
    left = {round(sign.bounding_box()["x"]) for sign in page.locator(".sign-left > span").all()}
    right = {round(sign.bounding_box()["x"]) for sign in page.locator(".sign-right > span").all()}
    assert page.locator(".sign").count() == 17
    assert len(left) == len(right) == 1
    assert left.pop() + 60 < right.pop()


def test_the_facilitator_prints_next_week_s_lists_of_the_bkm_in_one_go(page, artefacts):
    sign_in(page, villages())
    page.goto("/b/BKM-SUMBER-REJEKI/papers/")
    follow(page, "Daftar hadir", last=True)
    assert "/papers/attendance/" in page.url

    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))

    assert sizes(pdf) == {(210, 297)}
    text = [said(each) for each in pdf.pages]
    assert len(text) == 3  # five members on one page, twenty-five on two
    assert "hal. 1 dari 1" in text[0]
    assert "KSM Mawar · pekan" in text[0]
    assert "hal. 1 dari 2" in text[1]
    assert "hal. 2 dari 2" in text[2]
    assert "KSM Melati · pekan" in text[2]
    page.screenshot(path=artefacts / "printing-bkm.png")


def test_the_tools_stay_on_the_screen(page, artefacts):
    sign_in(page, villages())
    page.goto("/g/KSM-MAWAR/papers/")
    follow(page, "Lembar kosong")
    follow(page, "F4")

    assert page.url.endswith("?paper=f4")
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert sizes(pdf) == {(330, 215)}
    assert "Kembali" not in said(pdf.pages[0])
    follow(page, "Kembali")
    assert page.url.endswith("/g/KSM-MAWAR/papers/")


def test_a_statement_is_whole_on_paper_with_its_heads_and_foot_on_every_page(page, artefacts):
    sign_in(page, villages(members=15))
    january = "from=2026-01-01&to=2026-01-31"
    page.goto(f"/g/KSM-MAWAR/books/?{january}")
    follow(page, "Buku kas")
    follow(page, "Cetak")
    assert "/books/cash/paper/" in page.url
    for name, wide, words in (("cash", False, "Jumlah 223.250 107.250 116.000"), ("trial", True, "1110 Kas")):
        for size, sheet in SIZES.items():
            address = f"/g/KSM-MAWAR/books/{name}/paper/?{january}&paper={size}"
            pdf = printed(page, artefacts, address, f"books-{name}-{size}")
            text = [said(each) for each in pdf.pages]
            assert sizes(pdf) == {sheet[::-1] if wide else sheet}
            assert (len(text) > 1) == (name == "cash")
            for number, each in enumerate(text, start=1):
                assert "KSM Mawar · Januari 2026" in each
                assert f"hal. {number} dari {len(text)}" in each
                assert "sidik" in each
                if number < len(text) or name == "trial":
                    assert "No. Tanggal Keterangan" in each or "Kode Akun" in each
            assert words in " ".join(text)


def test_a_group_of_twenty_gets_one_front_and_signs_on_one_page(page, artefacts):
    sign_in(page, villages(members=20))
    for size in SIZES:
        for address, pages, words in (
            ("attendance/2026-02-11", 1, "Mengetahui"),
            ("sheet/2026-02-11", 2, "Kas dihitung berdua"),
            ("posted/2026-01-14", 2, "Sidik lembar"),
        ):
            name = f"twenty-{address.replace('/', '-')}-{size}"
            pdf = printed(page, artefacts, f"/g/KSM-MAWAR/papers/{address}/?paper={size}", name)
            assert len(pdf.pages) == pages, name
            assert words in said(pdf.pages[-1]), name


def test_both_copies_of_a_receipt_share_a_sheet_whatever_was_paid_out(page, artefacts):
    """Ten bills go on the sheet with the other copy, in smaller letters; of forty each copy has a page of its own."""
    group = village.mawar()
    village.first_meeting(group)
    meetings = ((date(2026, 1, 21), 1, 1), (date(2026, 1, 28), 10, 1), (date(2026, 2, 4), 40, 2))
    for on, bills, _pages in meetings:
        village.outflows(group, on, bills)
    sign_in(page, group)
    for on, bills, pages in meetings:
        for size, sheet in SIZES.items():
            name = f"receipt-{bills}-{size}"
            pdf = printed(page, artefacts, f"/g/KSM-MAWAR/papers/receipt/{on}/?paper={size}", name)
            text = [said(each) for each in pdf.pages]
            assert (sizes(pdf), len(text)) == ({sheet}, pages), name
            whole = " ".join(text)
            assert whole.count("potong di sini") == 2 - pages
            assert whole.count(f"Jajan rapat ke-{bills} −1.000") == 2
            assert whole.count("Pencairan pinjaman, 1 orang −50.000") == 2
            assert f"Jumlah keluar −{50 + bills}.500" in whole
            assert ["lembar 1" in text[0], "lembar 2" in text[-1]] == [True, True]
            assert whole.count("hal. 1 dari 1") == 2


def test_the_foot_takes_one_line_and_so_does_the_place_of_signing(page, artefacts):
    """In a week of two months, in a village of a long name, in the wide letters of a bare machine."""
    group = village.mawar()
    village.first_meeting(group)
    Region.objects.filter(code=village.SILURAH).update(name="Bandungrejosari")
    village.outflows(group, date(2026, 4, 29), 1)
    sign_in(page, group)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 1009})  # what the margins leave of A4
    for size, kinds in (("a4", ("attendance", "minutes", "balances", "receipt")), ("f4", ("kwitansi", "receipt"))):
        for kind in kinds:
            name = f"foot-{kind}-{size}"
            pdf = printed(page, artefacts, f"/g/KSM-MAWAR/papers/{kind}/2026-04-29/?paper={size}", name)
            told = "KSM Mawar · pekan 27 Apr–3 Mei 2026 · dicetak"
            feet = [levels(pdf.pages[0], words) for words in (told, "sidik", "hal. ")]
            for foot in zip(*feet, strict=False):
                assert max(foot) - min(foot) < 2, name
            assert len(feet[0]) == len(feet[2]) == (2 if kind == "receipt" else 1), name
            for foot in page.locator(".paper-foot > div").all():
                assert foot.bounding_box()["height"] < 20, name
            for place in page.locator(".signature-place").all():
                assert "Bandungrejosari, 29 April 2026" in place.inner_text()
                assert place.evaluate(LINES_OF_FIRST_WORDS) == 1, name


def test_nobody_signs_on_a_page_that_tells_nothing(page):
    """Of a schedule a little longer than a page two rows go along with the signatures, or what is said below it."""
    css = (Path(settings.BASE_DIR) / "static/css/print.css").read_text()
    signed = '<div class="signatures"><div>Ketua<div class="signature-space"></div>( Sari )</div></div>'
    for rows, below, last in (
        (24, "", "Ke Rupiah 23 44.000 24 38.500 Ketua"),
        (24, "<p>Terbilang</p>", "Terbilang Ketua"),
    ):
        lines = "".join(f"<tr><td>{n}</td><td>{44_000 if n < rows else 38_500:,}</td></tr>" for n in range(1, rows + 1))
        table = f'<table class="grid"><thead><tr><th>Ke</th><th>Rupiah</th></tr></thead><tbody>{lines}</tbody></table>'
        body = f"<h1>Berita acara</h1>{table.replace(',', '.')}{below}{signed}"
        page.set_content(
            f'<style>{css}</style><table class="paper paper-a4">'
            f'<tbody><tr><td class="paper-body">{body}</td></tr></tbody>'
            '<tfoot><tr><td class="paper-foot"><div><span>KSM Mawar</span></div></td></tr></tfoot></table>'
        )
        pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        assert len(pdf.pages) == 2
        assert last in said(pdf.pages[1])
