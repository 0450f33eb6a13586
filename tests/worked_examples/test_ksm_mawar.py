"""The worked group of the five rules, brought in from its workbook, says what the examples beside it say."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from ledger import verify
from ledger.models import Book

HERE = Path(__file__).parent
pytestmark = pytest.mark.django_db


def example(name: str) -> dict:
    return json.loads((HERE / name).read_text())


def said(*command: str) -> dict:
    out = StringIO()
    call_command(*command, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def mawar() -> dict:
    return said("import_book", str(HERE / "ksm_mawar.xlsx"), "--bkm", "BKM-CONTOH", "--create-bkm", "--json")


def test_the_book_says_what_the_example_says(mawar):
    assert mawar["status"] == "imported"
    state = said("book_state", "KSM-MAWAR", "--on", "2026-02-02", "--json")
    # 1 opening; 4 + 5 + 5 hand-overs; the loan paid out; the snacks
    assert state.pop("entries") == 17
    assert state.pop("digest") == Book.objects.get(group__code="KSM-MAWAR").head_digest
    assert state == example("ksm_mawar.state.json")
    assert list(state) == list(example("ksm_mawar.state.json"))
    assert list(verify.problems()) == []


def test_the_rules_say_what_the_example_says(mawar):
    found = said("compliance", "--group", "KSM-MAWAR", "--on", "2026-02-02", "--json")
    assert found.pop("policy", 1) == 1
    assert found == example("ksm_mawar.compliance.json")


def test_the_second_time_changes_nothing(mawar):
    again = said("import_book", str(HERE / "ksm_mawar.xlsx"), "--bkm", "BKM-CONTOH", "--json")
    assert again["status"] == "unchanged"
    assert again["digest"] == mawar["digest"]
    assert said("book_state", "KSM-MAWAR", "--on", "2026-02-02", "--json")["entries"] == 17
