"""The treasurer's week on a phone of 360 × 640, in a real browser; the pictures are kept in `artefacts/`."""

import pytest
from playwright.sync_api import Page, expect

from ledger.models import Account
from meetings.models import Attendance, CashDifference, Meeting
from tests.factories import PASSWORD, treasurer
from tests.meetings import village


class Finger:
    """Counts what she touches."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, target: str) -> None:
        self.page.locator(target).first.click()
        self.taps += 1


def sign_in(page: Page, user) -> None:
    page.goto("/masuk/")
    page.fill("input[name=username]", user.username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button:has-text('Masuk')")
    page.wait_for_url("**/KSM-MAWAR/")


@pytest.fixture
def wati(page):
    group = village.mawar()
    group.wati = treasurer(group)
    sign_in(page, group.wati)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda message: is_error(message) and page.errors.append(message.text))
    return group


def is_error(message) -> bool:
    """Whether the console complains about the page; a refused form (422) is no fault of it."""
    return message.type == "error" and "422" not in message.text


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the phone"


def test_an_ordinary_week_takes_six_taps(wati, page, artefacts):
    page.screenshot(path=artefacts / "treasurer-1-home.png", full_page=True)
    fits(page)
    page.click("a.btn-primary")
    finger = Finger(page)
    page.screenshot(path=artefacts / "treasurer-2-sheet.png")
    finger.tap("[data-all-present]")
    finger.tap("[data-all-paid]")
    finger.tap("#c-total")
    page.keyboard.type("110250")
    page.keyboard.press("Enter")  # the key a phone has; it goes on to who counted with her
    page.keyboard.type("Sari")
    expect(page.locator("#c-total")).to_have_value("110.250")
    expect(page.locator("[data-bar=difference]")).to_have_text("pas")
    expect(page.locator("[data-bar=recorded]")).to_have_text("Rp110.250")
    page.screenshot(path=artefacts / "treasurer-3-filled.png", full_page=True)
    fits(page)
    finger.tap(".bar button")
    page.screenshot(path=artefacts / "treasurer-4-check.png", full_page=True)
    fits(page)
    finger.tap("#m-none")
    finger.tap("button.btn-primary")
    page.wait_for_url("**/receipt/")
    page.screenshot(path=artefacts / "treasurer-5-receipt.png", full_page=True)
    fits(page)
    assert finger.taps <= 6
    expect(page.locator(".receipt-total")).to_have_text("Rp35.250")
    expect(page.locator(".words")).to_have_text("tiga puluh lima ribu dua ratus lima puluh rupiah")
    meeting = Meeting.objects.get(on=village.today())
    assert (meeting.cash_expected, meeting.cash_counted, meeting.decisions) == (
        110_250,
        110_250,
        "Tidak ada keputusan",
    )
    assert Account.objects.get(book=wati.book, code="1110").balance == 110_250
    assert page.errors == []


def test_three_exceptions_and_a_cash_difference(wati, page, artefacts):
    page.click("a.btn-primary")
    page.click("[data-all-present]")
    page.click("#r4-attendance label:nth-of-type(2)")  # Syawiyah izin
    page.click("#r5-attendance label:nth-of-type(4)")  # Budi alpa
    page.fill("#r3-angsuran", "")
    page.locator("#r3-angsuran").type("5000")
    expect(page.locator("#r3 [data-say]")).to_contain_text("Kurang Rp5.250")
    page.click("[data-all-paid]")
    for pieces, value in (("1", 50_000), ("4", 10_000), ("4", 1_000), ("1", 500)):
        page.fill(f"#c-{value}", pieces)
    page.fill("#c-by", "Sari")
    expect(page.locator("[data-bar=difference]")).to_contain_text("kurang Rp500")
    page.screenshot(path=artefacts / "exceptions-1-sheet.png", full_page=True)
    page.click(".bar button")
    page.wait_for_url("**/check/")
    expect(page.locator("#unusual")).to_contain_text("hal lain dari biasa")
    page.click("button.btn-primary")
    expect(page.locator(".error-summary")).to_contain_text("Tulis mengapa kas dan buku berbeda.")
    page.screenshot(path=artefacts / "exceptions-2-refused.png", full_page=True)
    fits(page)
    page.fill("#d-reason", "Receh belum ketemu, dicari sampai pekan depan.")
    page.select_option("#d-owner", "1")
    page.fill("#m-decisions", "Pertemuan pekan depan di rumah Sari")
    page.click("button.btn-primary")
    page.wait_for_url("**/receipt/")
    page.screenshot(path=artefacts / "exceptions-3-receipt.png", full_page=True)
    assert dict(Attendance.objects.filter(meeting__on=village.today()).values_list("member__no", "status")) == {
        1: "H",
        2: "H",
        3: "H",
        4: "I",
        5: "A",
    }
    found = CashDifference.objects.get()
    assert (found.amount, found.owner.name) == (-500, "Sari")
    assert Account.objects.get(book=wati.book, code="1110").balance == 94_500
    assert page.errors == []


CUT = """() => [...document.querySelectorAll(".sheet-row input[inputmode], .sheet-total > [class^=f-], #c-total")]
    .filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth)
    .map((e) => `${innerWidth}: ${e.name ?? "sum"} ${e.value ?? e.textContent}`)"""
"""The amounts of the sheet that are wider than their place, and so not all seen."""


def test_every_amount_is_seen_whole_at_every_width(wati, page, artefacts):
    page.click("a.btn-primary")
    page.click("[data-all-present]")
    page.click("#r3 .more summary")
    for name in ("r1-wajib", "r1-sukarela", "r3-wajib", "r3-sukarela", "r3-angsuran", "r3-denda", "c-total"):
        page.fill(f"#{name}", "99999999")  # all three of a row, or some of it
    for name, amount in {
        "r2-wajib": 50_000,
        "r2-sukarela": 99_999_999,
        "r4-wajib": 999_999,
        "r4-sukarela": 999_999,
    }.items():
        page.fill(f"#{name}", str(amount))
    page.fill("#r5-sukarela", "1250000")
    cut = []
    for state in ("open", "closed"):
        if state == "closed":
            page.click("[data-all-paid]")
            page.locator("#r5-sukarela").blur()
        for width in (320, 360, 412, 768):
            page.set_viewport_size({"width": width, "height": 640})
            cut += page.evaluate(CUT)
            fits(page)
            if width < 400:
                page.screenshot(path=artefacts / f"sheet-millions-{state}-{width}.png", full_page=True)
    assert cut == []
    expect(page.locator("[data-total=sukarela]")).to_have_text("302.249.996")


def test_a_wrong_field_is_said_once_until_it_is_put_right(wati, page, artefacts):
    page.click("a.btn-primary")
    page.click("[data-all-present]")
    page.fill("#r3-angsuran", "44,000")
    page.fill("#r2-wajib", "1" * 20)
    page.fill("#c-total", "12x")
    expect(page.locator("#r2 [data-say]")).to_have_text(
        "“11.111.111.111.111.111.111” terlalu besar. Paling banyak 13 angka."
    )
    expect(page.locator("[data-bar=counted]")).to_have_text("Hitung")
    expect(page.locator("[data-bar=difference]")).to_have_text("belum")
    expect(page.locator("#c-total")).to_have_attribute("aria-invalid", "true")
    page.click("#r3 .catat")
    expect(page.locator("#r3-catat")).not_to_be_checked()
    page.click("[data-all-paid]")
    page.click(".bar button")
    expect(page.locator(".error-summary li")).to_have_count(3)
    expect(page.locator("[data-recorded-words]")).to_have_text("3 dari 5 dicatat")
    page.screenshot(path=artefacts / "sheet-errors.png", full_page=True)
    said, field = page.locator("#r3 [data-say] p:visible"), page.locator("#r3 .f-angsuran")
    expect(said).to_have_text("“44,000” bisa dibaca Rp44.000 atau Rp44. Tulis 44.000.")
    expect(field.locator(".amount-cap")).to_have_text("44.000?", use_inner_text=True)
    assert page.evaluate("getComputedStyle(document.querySelector('#r3-angsuran')).borderWidth") == "2px", "all four"
    page.click(".cover-back")
    page.wait_for_url("**/KSM-MAWAR/")
    page.go_back()  # to the form that was refused: no error of the browser's
    expect(page.locator(".error-summary li")).to_have_count(3)
    page.fill("#r3-angsuran", "10.250")
    expect(said).to_have_count(0)
    expect(field.locator(".amount-cap")).to_have_text("usulan", use_inner_text=True)
    page.fill("#r3-angsuran", "450000")
    page.click("#r3 .catat")
    page.fill("#r2-wajib", "5000")
    page.fill("#c-total", "")
    expect(page.locator("#c-total-error")).to_be_hidden()
    page.click(".bar button")
    expect(page.locator(".error-summary li")).to_have_text(["Julaika, angsuran: Sisa pinjamannya Rp102.500."])
    expect(said).to_have_text("Sisa pinjamannya Rp102.500.")
    expect(page.locator("#r3-catat")).not_to_be_checked()
    assert page.errors == []


WATCH = """() => {
  window.rewritten = [];
  const row = (node) => (node.closest ? node : node.parentElement).closest("[data-row]")?.id ?? "";
  new MutationObserver((all) => window.rewritten.push(...all.map((one) => row(one.target))))
    .observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
}"""
"""From now on `rewritten` says in which row each change of the page was; "" is outside of them."""


def test_enter_goes_down_letters_say_who_came_and_space_records(wati, page, artefacts):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.click("a.btn-primary")
    page.fill("#r3-wajib", "50000")
    said = page.locator("#r3 [data-say]")
    expect(said).to_contain_text("Wajib: jauh di atas biasanya: lima puluh ribu rupiah.")
    page.click("#r3 [data-say] button:has-text('Jadi 5.000')")
    expect(page.locator("#r3-wajib")).to_have_value("5.000")
    expect(said).to_be_hidden()
    page.focus("#r1-sukarela")
    page.keyboard.type("h10000")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "r2-sukarela"
    page.keyboard.press("s")
    expect(page.locator("#r1-sukarela")).to_have_value("10.000")
    expect(page.locator("#r1-catat")).to_be_checked()
    expect(page.locator("#r2-attendance input[value=S]")).to_be_checked()
    expect(page.locator("[data-total=sukarela]")).to_have_text("10.000")
    page.screenshot(path=artefacts / "sheet-1280.png")

    # A key has nothing laid out anew but what it changes: a cheap phone would take a fifth of a second for it.
    page.evaluate(WATCH)
    page.focus("#r1-sukarela")
    page.keyboard.press("End")
    page.keyboard.press("5")
    expect(page.locator("[data-total=sukarela]")).to_have_text("100.005")
    rewritten = page.evaluate("rewritten")
    assert set(rewritten) == {"", "r1"}
    assert len(rewritten) < 20


def test_what_she_typed_is_kept_while_she_goes_on_as_she_leaves_and_without_signal(wati, page):
    page.click("a.btn-primary")
    sheet = page.url
    page.fill("#r2-sukarela", "7000")
    expect(page.locator("[data-draft-state]")).to_contain_text("Draf tersimpan")
    page.goto("/")
    page.click("a.btn-primary")
    expect(page.locator("#r2-sukarela")).to_have_value("7.000")

    # A breath before the draft is sent she is gone: the browser sends it after the page.
    page.wait_for_load_state("load")
    page.evaluate("""() => {
      const field = document.querySelector("#r3-sukarela");
      field.value = "8.000";
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      location.href = "/";
    }""")
    page.wait_for_url("**/KSM-MAWAR/")
    page.evaluate("localStorage.clear()")  # what comes back comes from the server
    arrived = "async (sheet) => (await (await fetch(sheet)).text()).includes('8.000')"
    page.wait_for_function(arrived, arg=sheet, polling=50)
    page.goto(sheet)
    expect(page.locator("#r3-sukarela")).to_have_value("8.000")
    assert page.errors == []

    page.wait_for_load_state("load")  # a phone that never got the sheet's script keeps nothing
    page.context.set_offline(True)
    page.fill("#r4-sukarela", "9000")
    expect(page.locator("[data-draft-state]")).to_contain_text("di HP ini, belum terkirim")
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#r4-sukarela")).to_have_value("9.000")
    expect(page.locator("[data-draft-state]")).to_contain_text("Draf tersimpan")


def test_a_phone_that_runs_no_script_posts_the_week(wati, browser, site):
    plain = browser.new_context(base_url=site.url, viewport={"width": 360, "height": 640}, java_script_enabled=False)
    try:
        page = plain.new_page()
        sign_in(page, wati.wati)
        page.click("a.btn-primary")
        page.click("[data-all-present]")
        page.fill("#r2-wajib", "50000")
        page.click("[data-all-paid]")
        expect(page.locator("#r2 [data-say]")).to_contain_text("Wajib: jauh di atas biasanya: lima puluh ribu rupiah.")
        page.click("#r2 button[name=take]")
        expect(page.locator("#r2-wajib")).to_have_value("5.000")
        page.fill("#c-total", "110.250")
        page.fill("#c-by", "Sari")
        page.click(".bar button")
        page.check("#m-none")
        page.click("button.btn-primary")
        expect(page.locator(".receipt-total")).to_have_text("Rp35.250")
    finally:
        plain.close()
    assert Account.objects.get(book=wati.book, code="1110").balance == 110_250


def test_two_phones_fill_in_one_sheet_and_show_each_other_s_rows(wati, page, browser, site):
    page.click("a.btn-primary")
    other = browser.new_context(base_url=site.url, viewport={"width": 360, "height": 640})
    try:
        second = other.new_page()
        sign_in(second, wati.wati)
        second.click("a.btn-primary")
        with second.expect_response("**/draft/"):
            second.click("#r2 .catat")
        page.fill("#r4-sukarela", "4500")
        expect(page.locator("[data-notice]")).to_contain_text("tampak juga di sini: Wati.")
        expect(page.locator("#r2-catat")).to_be_checked()
        expect(page.locator("[data-recorded-words]")).to_contain_text("1 dari 5")
        second.reload()  # the answer that showed this came after the server had it
        expect(second.locator("#r4-sukarela")).to_have_value("4.500")
        expect(second.locator("#r2-catat")).to_be_checked()
        # Without signal she goes on; what she then sends does not put back what the other phone changed meanwhile.
        second.wait_for_load_state("load")
        other.set_offline(True)
        second.fill("#r5-sukarela", "5500")
        expect(second.locator("[data-draft-state]")).to_contain_text("belum terkirim")
        with page.expect_response("**/draft/"):
            page.fill("#r3-sukarela", "3000")
        with second.expect_response("**/draft/"):
            other.set_offline(False)
            second.reload()
        expect(second.locator("#r3-sukarela")).to_have_value("3.000")
        expect(second.locator("#r5-sukarela")).to_have_value("5.500")
        page.reload()
        expect(page.locator("#r5-sukarela")).to_have_value("5.500")
        assert page.errors == []
    finally:
        other.close()


def test_a_sheet_left_on_a_phone_stands_beside_the_book_that_was_sent_meanwhile(wati, page, browser, site, artefacts):
    page.click("a.btn-primary")
    page.wait_for_load_state("load")
    page.context.set_offline(True)
    page.click("#r1-attendance label:nth-of-type(1)")
    page.fill("#r1-sukarela", "7000")
    page.click("#r1 .catat")
    expect(page.locator("[data-draft-state]")).to_contain_text("belum terkirim")

    other = browser.new_context(base_url=site.url, viewport={"width": 360, "height": 640})
    try:
        second = other.new_page()
        sign_in(second, treasurer(wati))
        second.click("a.btn-primary")
        second.click("[data-all-present]")
        second.click("[data-all-paid]")
        second.fill("#c-total", "110.250")
        second.fill("#c-by", "Sari")
        second.click(".bar button")
        second.click("#m-none")
        second.click("button.btn-primary")
        second.wait_for_url("**/receipt/")
        expect(second.locator("[data-unsent]")).to_be_hidden()  # what is on her own phone is what was sent
    finally:
        other.close()

    page.context.set_offline(False)
    expect(page.locator("[data-draft-state]")).to_contain_text("sudah di buku")
    page.goto(f"/g/KSM-MAWAR/meetings/{village.today()}/receipt/")
    expect(page.locator("[data-unsent]")).to_contain_text("belum pernah terkirim")
    page.screenshot(path=artefacts / "late-1-receipt.png", full_page=True)
    page.click("[data-unsent] button")
    page.wait_for_url("**/compare/")
    expect(page.locator("tr.differs")).to_contain_text("H · Wajib 5.000 · Sukarela 7.000")
    expect(page.locator("tr.differs")).to_have_count(1)
    page.screenshot(path=artefacts / "late-2-both.png", full_page=True)
    fits(page)
    page.get_by_role("button", name="Buku sudah benar").click()
    page.goto(f"/g/KSM-MAWAR/meetings/{village.today()}/receipt/")
    expect(page.locator("[data-unsent]")).to_be_hidden()
    lost_and_refused = ("ERR_INTERNET_DISCONNECTED", "409 (Conflict)")
    assert [error for error in page.errors if not any(words in error for words in lost_and_refused)] == []
