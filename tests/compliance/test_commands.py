"""The two commands: the five rules in JSON and in words, and all rows made anew."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from compliance.models import GroupWeek
from tests.compliance.test_selectors import EXAMPLE
from tests.compliance.test_services import worked_group
from tests.compliance.village import day, found_group

pytestmark = pytest.mark.django_db


def said(*arguments, **options):
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_the_worked_group_is_printed_as_the_example_has_it():
    worked_group()
    printed = said("compliance", "--group", "KSM-MAWAR", "--on", "2026-02-02", "--json")
    assert json.loads(printed) == EXAMPLE
    assert '"value": 17.0,' in printed
    assert '"due": 20,' in printed
    assert list(json.loads(printed)) == ["group", "on", "policy", "weeks", "rules", "assessed", "total", "grade"]


def test_without_json_it_is_said_in_words():
    worked_group()
    text = said("compliance", "--group", "KSM-MAWAR", "--on", "2026-02-02")
    assert text.splitlines() == [
        "Mawar (KSM-MAWAR), 2 Februari 2026",
        "4 pekan dinilai: 5–11 Januari 2026 … 26 Januari–1 Februari 2026, kebijakan 1",
        "",
        "1. Tabungan mingguan              85,0 %  jaga   17 / 20",
        "2. Pertemuan mingguan             84,2 %  jaga   3 dari 4 pekan bertemu, 14 dari 15 hadir",
        "3. Pembukuan mingguan             75,0 %  jaga   3 / 4",
        "4. Perguliran pinjaman            36,1 %  bantu  70.000 bergulir, 115.750 di kas, 1 dari 5 anggota meminjam",
        "5. Pengembalian pinjaman          83,3 %  jaga   25.625 / 30.750",
        "",
        "Total 72,7, 5 dari 5 dinilai: C, perlu pendampingan",
    ]


def test_what_is_not_assessed_is_said_to_be_so():
    found_group(opening=0)
    text = said("compliance", "--group", "KSM-MAWAR", "--on", "2025-12-31")
    assert "1. Tabungan mingguan                   –  belum" in text
    assert text.endswith("Total –, 0 dari 5 dinilai: belum cukup data\n")
    assert json.loads(said("compliance", "--group", "KSM-MAWAR", "--json"))["group"] == "KSM-MAWAR"  # today


@pytest.mark.parametrize(
    "arguments",
    [
        ("--group", "KSM-TIADA", "--on", "2026-02-02"),
        ("--group", "KSM\0", "--on", "2026-02-02"),
        ("--group", "KSM-MAWAR", "--on", "2026-02-30"),
        ("--group", "KSM-MAWAR", "--on", "kemarin"),
        ("--group", "KSM-MAWAR", "--on", ""),
        ("--on", "2026-02-02"),
    ],
)
def test_bad_input_is_answered_in_a_sentence(arguments):
    found_group()
    with pytest.raises(CommandError):
        said("compliance", *arguments)


def test_all_rows_are_made_anew_and_leftovers_go():
    group = worked_group()
    found_group(code="KSM-LAIN")
    GroupWeek.objects.filter(group=group, week_start=day(2, 0)).update(at_close={"total": 100})
    GroupWeek.objects.create(group=group, week_start=day(-20, 0), at_close={})
    text = said("rebuild_weeks", verbosity=2)
    assert text == "KSM-LAIN: 2\nKSM-MAWAR: 5\n2 KSM\n"
    assert GroupWeek.objects.get(group=group, week_start=day(2, 0)).at_close["grade"] is None
    assert said("rebuild_weeks", group="KSM-MAWAR", verbosity=0) == ""


@pytest.mark.parametrize("code", ["KSM-TIADA", "A\0", ""])
def test_rebuilding_a_group_that_is_not_there_is_refused(code):
    with pytest.raises(CommandError):
        said("rebuild_weeks", group=code)
