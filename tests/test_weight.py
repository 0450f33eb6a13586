"""What a phone on a weak signal has to fetch: whole pages, packed as the server packs them. Budgets in KB of 1,024."""

import re
from datetime import timedelta
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from benchmarks.village import new_ksm
from groups import clock
from groups.dates import week_start
from tests.factories import BkmFactory, coordinator

pytestmark = pytest.mark.django_db
KB = 1024


class Phone:
    """Fetches pages as a browser does, keeping what it has."""

    def __init__(self, user) -> None:
        self.client, self.has = Client(headers={"accept-encoding": "gzip"}), set()
        self.client.force_login(user)

    def fetch(self, address: str) -> tuple[int, int]:
        """Return bytes and requests of a page with all it needs that is not here yet."""
        answer = self.client.get(address)
        assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, "gzip")
        page = self.client.get(address, headers={"accept-encoding": "identity"}).content.decode()
        needed = set(re.findall(r'(?:src|href)="/static/([^"?#]+)"', page)) - self.has
        self.has |= needed
        packed = [len(brotli.compress(Path(finders.find(name)).read_bytes())) for name in needed]
        return len(answer.content) + sum(packed), 1 + len(packed)


def test_the_treasurer_s_pages_weigh_little():
    """25 members, 10 of them with a loan, in their ninth week."""
    today = clock.today()
    ksm = new_ksm(BkmFactory(), 25, week_start(today) - timedelta(weeks=8)).live(8)
    phone, code = Phone(ksm.treasurer), ksm.group.code
    size, requests = phone.fetch(reverse("group_home", args=[code]))
    assert requests <= 6
    assert size <= 50 * KB
    last = ksm.on - timedelta(weeks=1)
    for name, on in (("sheet", today), ("minutes", today), ("receipt", last), ("posted_sheet", last)):
        size, _requests = phone.fetch(reverse(name, args=[code, on]))
        assert size <= 10 * KB, f"{name}: {size}"


def test_the_coordinator_s_pages_weigh_little():
    bkm = BkmFactory()
    today = clock.today()
    for _group in range(10):
        new_ksm(bkm, 5, week_start(today) - timedelta(weeks=3)).live(3)
    laptop = Phone(coordinator(bkm))
    size, _requests = laptop.fetch(reverse("bkm_dashboard", args=[bkm.code]))
    assert size <= 120 * KB
    size, _requests = laptop.fetch(reverse("bkm_dashboard", args=[bkm.code]))
    assert size <= 30 * KB
