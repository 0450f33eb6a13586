"""Rows of weeks that were painted over, taken away, or judged by what was changed behind their back are named."""

import pytest
from django.core.management import call_command

from compliance.models import GroupWeek
from groups.models import Group
from ledger import verify
from tests.compliance.test_services import worked_group
from tests.compliance.village import day
from tests.ledger.village import by_force

pytestmark = [pytest.mark.django_db, pytest.mark.tampers]


def named(group: Group) -> list[tuple[str, int]]:
    return [(one.table, one.row) for one in verify.problems([group.book_id], derived=True)]


def rows(group: Group) -> dict:
    return {row.week_start: row.pk for row in GroupWeek.objects.filter(group=group)}


def test_a_light_painted_green_is_named_and_so_is_a_week_that_is_missing():
    group = worked_group()
    assert named(group) == []
    weeks = rows(group)
    third = weeks[day(3, 0)]
    change = """at_close = jsonb_set(at_close, '{lights}', '["green","green","green","green","green"]')"""
    by_force(f"UPDATE compliance_groupweek SET {change} WHERE id = %s", third)
    assert named(group) == [("compliance_groupweek", third)]
    call_command("rebuild_weeks", group=group.code, verbosity=0)
    third = rows(group)[day(3, 0)]
    by_force("UPDATE compliance_groupweek SET brief = brief || '{\"holiday\": true}' WHERE id = %s", third)
    assert named(group) == [("compliance_groupweek", third)], "what later weeks look back on"
    by_force("DELETE FROM compliance_groupweek WHERE id = %s", third)
    assert named(group) == [("book", group.book_id)]
    call_command("rebuild_weeks", group=group.code, verbosity=0)
    assert named(group) == []


def test_what_the_weeks_were_judged_by_is_not_changed_behind_their_back():
    group = worked_group()
    weeks = rows(group)
    by_force("UPDATE compliance_policy SET quorum = 0, late_value = 1")
    assert {row for _table, row in named(group)} >= {weeks[day(week, 0)] for week in (2, 3, 4)}
    call_command("rebuild_weeks", group=group.code, verbosity=0)
    by_force(
        "INSERT INTO groups_holiday (group_id, bkm_id, week_start, reason, declared_on)"
        " VALUES (%s, NULL, %s, 'Hujan', %s)",
        *(group.pk, day(2, 0), day(1, 0)),
    )
    assert ("compliance_groupweek", rows(group)[day(2, 0)]) in named(group)
