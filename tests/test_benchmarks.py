"""Each measurement of `make bench` in its smallest form: it still runs, and what it counts is there."""

import gc
from collections.abc import Iterator

import pytest
from django.db import connection

from benchmarks import __main__ as all_of_them
from benchmarks import books, lending, pages, posting
from groups import services as groups
from groups.models import Bkm, Group, Region
from reports import demo
from reports.statements.catalogue import CATALOGUE


@pytest.fixture
def bkm(fresh_database) -> Iterator[Bkm]:
    connection.ensure_connection()
    yield groups.create_bkm(name="BKM Ukur", code="BKM-UKUR")
    gc.unfreeze()


@pytest.fixture
def said() -> list[str]:
    return []


def test_posting_takes_as_many_statements_whatever_the_history(bkm, said):
    found = posting.run(bkm, said.append, 2, weeks=(1, 3), members=5, sizes=(5, 6))
    assert found["statements"][5] == found["statements"][6]
    ordinary = found["statements"][5]
    assert ordinary.service < ordinary.request < ordinary.corrected <= 20
    assert list(found["by_hand"]) == [1, 3]
    assert len(said) == 11


def test_the_pages(bkm, said):
    found = pages.dashboards(bkm, said.append, 1, boards=(3, 6), members=5, weeks=3)
    assert len(found["statements"]) == 1
    assert found["rows"] > 9 * 3
    counts = [count for count, _ms in pages.sheets(bkm, said.append, 1, sizes=(5, 6), weeks=3).values()]
    assert counts[:3] == counts[3:]
    assert all(counts)


def test_the_statements(bkm, said):
    found = books.statements(bkm, said.append, 1, short=1, long=6, members=5)
    assert set(found["ratios"]) == set(CATALOGUE)
    assert found["same_statements"]


def test_the_loans(bkm, said):
    lending.run(bkm, said.append, 1, borrowers=(5, 6), boards=(1, 2))
    assert len(said) == 3 + 4 + 2


def test_the_demonstration(bkm, capsys, monkeypatch):
    Region.objects.create(code="33.25", name="Batang")
    monkeypatch.setattr(demo.invented, "SMALL", demo.invented.SMALL[:1])
    monkeypatch.setattr(demo.invented, "WEEKS", 2)
    all_of_them.demonstration(["--small"])
    assert Group.objects.get().code == "GR-MAWAR"
    assert "--small" in capsys.readouterr().out
