"""The coordinator at a laptop: from the dashboard to the entry behind a red light in three clicks."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from compliance.models import Policy
from groups import clock
from groups.dates import format_week
from groups.models import Group, Region
from meetings.services import post_sheet
from meetings.sheet import Payment, Row, Sheet
from tests.factories import PASSWORD, coordinator
from tests.journeys.test_treasurer import Finger
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


@pytest.fixture
def short_week(hadi):
    """This week Sari and Julaika alone came: Sari saved, Julaika paid 5.000 of her 10.250, nobody counted the box.

    The board is content with four fifths of a rule.
    """
    Policy.objects.create(bkm=hadi.bkm, version=1, from_on=hadi.start_on, amber="0.8")
    rows = (
        Row(1, "H", weekly=5_000),
        Row(2, "I"),
        Row(3, "H", payments=(Payment(5_000),)),
        Row(4, "S"),
        Row(5, "A"),
    )
    post_sheet(group=hadi, key=uuid4(), sheet=Sheet(village.today(), rows), by=None, at=clock.now())
    return format_week(village.today())


def test_from_each_red_light_to_its_entries_in_three_clicks(hadi, short_week, page, artefacts):
    row, finger = page.locator("table.groups tbody tr"), Finger(page)
    for number, target, ends_at, says in (
        (1, ".line-link:has-text('Budi')", "**/posted/#m5", "Budi"),
        (2, ".line:has-text('Budi') .chip", "**/posted/#m5", "Budi"),
        (3, f".line-link:has-text('{short_week}')", "**/posted/#count-title", "Agenda– Keputusan–"),
        (4, ".line-link:has-text('Budi')", "**/passbooks/5/*", "Setoran"),
        (5, ".line-link:has-text('Julaika')", "**/loans/1/#w*", "5.250"),
    ):
        page.goto(f"/b/{hadi.bkm.code}/")
        expect(row.locator(".cell-light").nth(number - 1).locator(".light-bad")).to_be_visible()
        assert row.bounding_box()["height"] < 52  # two lines, in a long-named village too
        finger.taps = 0
        if number == 1:
            page.screenshot(path=artefacts / "coordinator-1-dashboard.png", full_page=True)
        finger.tap("a.group-name")
        if number == 1:
            page.screenshot(path=artefacts / "coordinator-2-health.png", full_page=True)
        expect(page.locator(".page-head")).to_contain_text("5 anggota · ")
        finding = f".findings tbody tr:nth-child({number})"
        expect(page.locator(f"{finding} .light-bad")).to_be_visible()
        finger.tap(f"{finding} td.finding-cost a")
        page.screenshot(path=artefacts / f"coordinator-3-evidence-{number}.png", full_page=True)
        finger.tap(f"main {target}")
        page.wait_for_url(ends_at)
        assert finger.taps == 3
        expect(page.locator("main")).to_contain_text(says)
        if "#" in ends_at:
            expect(page.locator(":target")).to_be_in_viewport()
        assert page.locator("a[href*='/entries/']").count() > 0


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
