"""The key screens measured in Chromium: nothing wider than the phone, nothing too small to touch or too pale to read.

What is wrong is found by `screen.js`, which a person may also paste into the console of any page. Pictures of hers that
she sees every week are kept in `artefacts/`.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from groups.models import Region
from tests.factories import PASSWORD, coordinator, treasurer
from tests.meetings import village

WRONG = (Path(__file__).parent / "screen.js").read_text()
PICTURED = {"", "check", "health", "loans", "meetings", "members", "minutes", "posted", "receipt", "sheet"}
"""The last words of the addresses that a person may want to see on a phone, light and dark; "" is her task list."""


def sign_in(page: Page, name: str) -> None:
    page.goto("/masuk/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.press("input[name=password]", "Enter")


def look(page: Page, widths: tuple[int, ...], artefacts: Path | None = None) -> list[str]:
    """Everything wrong with the page that is open, at each width; in the dark at 360, since colours know no width."""
    found = []
    name = page.url.rstrip("/").rsplit("/", 1)[-1]
    pictured = artefacts and ("" if name.isupper() else name) in PICTURED
    for width in widths:
        page.set_viewport_size({"width": width, "height": 640})
        for theme in ("light", "dark") if width == 360 else ("light",):
            page.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme }", theme)
            found += [f"{page.url} {width} {theme}: {wrong}" for wrong in page.evaluate(WRONG, width < 768)]
            if pictured and width == 360:
                page.screenshot(path=artefacts / f"{theme}-{name}.png", full_page=True)
    return found


@pytest.fixture
def mawar(page):
    return village.mawar()


def test_the_treasurer_s_screens(mawar, page, artefacts):
    wrong_with_scripts: list[str] = []
    page.on("pageerror", lambda error: wrong_with_scripts.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda message: (
            message.type == "error"
            and "422" not in message.text  # the form that is refused below
            and wrong_with_scripts.append(f"{page.url}: {message.text}")
        ),
    )
    sign_in(page, treasurer(mawar).username)
    group, today = f"/g/{mawar.code}", village.today()
    found = look(page, (320, 360), artefacts)  # the task list, from which she starts

    page.goto(f"{group}/meetings/{today}/sheet/")
    found += look(page, (320, 360), artefacts)
    page.set_viewport_size({"width": 360, "height": 640})
    page.click("[data-all-present]")
    page.locator(".more summary").first.click()
    found += look(page, (320, 360), artefacts)
    page.goto(f"{group}/meetings/{today}/check/")
    found += look(page, (320, 360), artefacts)

    for address in (
        f"/meetings/{today}/minutes/",
        f"/meetings/{today - timedelta(weeks=1)}/posted/",
        f"/meetings/{today - timedelta(weeks=1)}/receipt/",
        "/meetings/",
        "/members/",
        "/members/several/",
        "/members/1/edit/",
        "/loans/",
        "/loans/1/",
        "/loans/new/",
        "/loans/arrears/",
        "/savings/",
        "/cash/",
        "/cash/count/",
        "/closing/",
        "/surplus/",
        "/books/",
        "/books/cash/",
        "/entries/1/",
        "/passbooks/1/",
        f"/balances/{today}/",
        "/objections/",
        "/health/",
        "/papers/",
        "/upk/",
        "/take-out/",
    ):
        response = page.goto(group + address)
        assert response.status == 200, address
        found += look(page, (320, 360), artefacts)

    # Old and new of a correction, side by side.
    page.goto(f"{group}/meetings/{today - timedelta(weeks=1)}/posted/")
    page.goto(page.locator("a[href*='/correct/']").first.get_attribute("href"))
    page.fill("[name=wajib]", "1.007.000")
    page.fill("[name=reason]", "salah tulis")
    page.click("[value=preview]")
    page.wait_for_selector("[value=confirm]")
    found += look(page, (320, 360), artefacts)

    # A refused form: its summary, its field and the sentence there.
    page.goto(f"{group}/cash/paid/")
    page.click("main .btn-primary")
    page.wait_for_selector(".error-summary")
    found += look(page, (320, 360), artefacts)
    assert not found + wrong_with_scripts, "\n".join(found + wrong_with_scripts)


def test_the_coordinator_s_screens(mawar, page):
    sign_in(page, coordinator(mawar.bkm).username)
    found = []
    for address in (
        f"/b/{mawar.bkm.code}/",
        f"/b/{mawar.bkm.code}/settings/",
        f"/b/{mawar.bkm.code}/people/",
        f"/b/{mawar.bkm.code}/groups/new/",
        f"/b/{mawar.bkm.code}/import/",
        f"/g/{mawar.code}/health/",
        f"/g/{mawar.code}/settings/",
    ):
        response = page.goto(address)
        assert response.status == 200, address
        found += look(page, (360, 1280))
    assert not found, "\n".join(found)

    # A region is looked for as she types, chosen by the keys, and saved by its code.
    Region.objects.create(code="35.73", name="Kota Malang", search="kota malang 3573 ")
    Region.objects.create(code="35.73.04.1004", name="Bandungrejosari", search="bandungrejosari 3573041004 ")
    page.goto(f"/b/{mawar.bkm.code}/settings/about/")
    page.locator("#id_region").press_sequentially("bandungrejo")
    expect(page.locator("[role=option]")).to_have_text("Kelurahan Bandungrejosari, Kota Malang (35.73.04.1004)")
    page.press("#id_region", "ArrowDown")
    page.press("#id_region", "Enter")
    expect(page.locator("#id_region")).to_have_value("35.73.04.1004")
    page.click("main .btn-primary")
    page.wait_for_url("**/settings/")
    mawar.bkm.refresh_from_db()
    assert mawar.bkm.region == "35.73.04.1004"
