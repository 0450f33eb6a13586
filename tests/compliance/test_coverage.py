"""Which weeks a member's wajib covers: the worked weeks of rule 1, seen from one member, and what she paid ahead."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from compliance.coverage import coverage
from groups.models import Holiday
from ledger.services import Draft, Leg, post
from meetings.services import post_sheet
from meetings.sheet import Row, Sheet
from savings.terms import agree_terms
from tests.factories import GroupFactory, treasurer

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 8, 9, 0, tzinfo=UTC)
WEEKS = [date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19), date(2026, 1, 26)]


@pytest.fixture
def group():
    group = GroupFactory(members=2)
    agree_terms(group=group, from_on=group.start_on, weekly=2_000, principal=0)
    return group


def meet(group, on, *amounts):
    rows = tuple(Row(no, "H", weekly=amount) for no, amount in enumerate(amounts, start=1))
    post_sheet(group=group, key=uuid4(), sheet=Sheet(on, rows), by=None, at=AT)


def test_oldest_weeks_first_and_what_is_paid_ahead_reaches_past_a_holiday(group):
    Holiday.objects.create(group=group, week_start=date(2026, 2, 9), reason="Lebaran", declared_on=date(2026, 1, 1))
    meet(group, date(2026, 1, 7), 2_000, 0)
    meet(group, date(2026, 1, 14), 7_500, 2_000)
    meet(group, date(2026, 1, 28), 4_000, 3_000)
    own = coverage(group, 1, date(2026, 1, 31))
    assert [(w.week, w.how, w.covered_on) for w in own.weeks[::-1]] == [
        (WEEKS[0], "on_time", date(2026, 1, 7)),
        (WEEKS[1], "on_time", date(2026, 1, 14)),
        (WEEKS[2], "on_time", date(2026, 1, 14)),
        (WEEKS[3], "on_time", date(2026, 1, 14)),
    ]
    assert (own.deposited, own.owed, own.behind) == (13_500, 8_000, 0)
    assert (own.ahead, own.over) == ([date(2026, 2, 2), date(2026, 2, 16)], 1_500)
    other = coverage(group, 2, date(2026, 1, 31))
    assert [(w.how, w.covered_on, w.part) for w in other.weeks[::-1]] == [
        ("late", date(2026, 1, 14), 0),
        ("late", date(2026, 1, 28), 0),
        ("uncovered", None, 1_000),
        ("current", None, 0),  # Saturday: its week is not over
    ]
    assert (other.behind, other.owed, other.ahead, other.over) == (1_000, 8_000, [], 0)
    assert coverage(group, 2, date(2026, 2, 2)).behind == 3_000


def test_a_transfer_or_gift_to_wajib_covers_nothing_and_free_amounts_have_no_ahead(group):
    meet(group, date(2026, 1, 7), 0, 0)
    gift = Draft(date(2026, 1, 8), "gift", (Leg("5190", 9_000), Leg("2110", -9_000, 1)))
    post(book=group.book, key=uuid4(), content={}, drafts=[gift], by=None, at=AT)
    own = coverage(group, 1, date(2026, 1, 12))
    assert ([w.how for w in own.weeks], own.deposited, own.behind) == (["current", "uncovered"], 0, 2_000)
    free = GroupFactory(members=1)
    meet(free, date(2026, 1, 7), 500)
    found = coverage(free, 1, date(2026, 1, 19))
    assert [(w.how, w.owed) for w in found.weeks] == [("current", 0), ("uncovered", 0), ("on_time", 0)]
    assert (found.ahead, found.behind, found.weekly) == ([], 0, 0)
    assert coverage(free, 1, date(2026, 1, 1)).weeks == []


def test_the_page_says_how_far_she_is(client, group):
    meet(group, date(2026, 1, 7), 2_000, 0)
    client.force_login(treasurer(group))
    page = client.get(f"/g/{group.code}/members/1/weeks/").content.decode()
    assert "5–11 Januari 2026" in page
    assert client.get(f"/g/{group.code}/members/9/weeks/").status_code == 404
