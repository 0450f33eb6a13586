"""The coordinator at a laptop: from the dashboard to the entry behind a red light in three clicks."""

import pytest
from playwright.sync_api import expect

from groups.models import Group, Region
from tests.factories import PASSWORD, coordinator
from tests.meetings import village


@pytest.fixture
def hadi(page):
    group = village.mawar()
    Region.objects.create(code="35.73.04.1004", name="Bandungrejosari")
    Group.objects.filter(pk=group.pk).update(region="35.73.04.1004")
    user = coordinator(group.bkm)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/masuk/")
    page.fill("input[name=username]", user.username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button:has-text('Masuk')")
    page.wait_for_url("**/b/**")
    return group


def test_from_a_light_to_its_entry_in_three_clicks(hadi, page, artefacts):
    page.screenshot(path=artefacts / "coordinator-1-dashboard.png", full_page=True)
    expect(page.locator("table.groups tbody tr")).to_have_count(1)
    assert page.locator("table.groups tbody tr").bounding_box()["height"] < 52  # two lines, in a long-named village too
    page.click("a.group-name")
    page.screenshot(path=artefacts / "coordinator-2-health.png", full_page=True)
    expect(page.locator(".page-head")).to_contain_text("5 anggota · ")
    page.locator(".findings tr", has_text="Perguliran").locator("td.finding-cost a").click()
    page.screenshot(path=artefacts / "coordinator-3-evidence.png", full_page=True)
    expect(page.locator("main")).to_contain_text("Sari")
    page.go_back()
    page.locator("table.heat td a").first.click()
    page.wait_for_url("**/posted/")
    expect(page.locator("main")).to_contain_text("Pencairan pinjaman Julaika")
    page.screenshot(path=artefacts / "coordinator-4-sheet.png", full_page=True)


def test_the_dashboard_sorts_filters_and_is_taken_away_as_a_workbook(hadi, page):
    page.click("th a:has-text('Kelompok')")
    assert "sort=name" in page.url
    page.fill("input[name=q]", "tidak ada")
    page.click("form.filters button")
    expect(page.locator("main")).to_contain_text("Tidak ada kelompok")
    page.goto(f"/b/{hadi.bkm.code}/")
    with page.expect_download() as download:
        page.click("a:has-text('.xlsx')")
    assert download.value.suggested_filename.endswith(".xlsx")
