"""The gate before a UPK lends: each point by its exact figure, in the books and by itself."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from groups.services import add_member, declare_holiday
from loans import gate, services
from loans.gate import Asked, Facts, Limits, WeekSaved
from loans.selectors import gate_before, gate_of
from meetings.services import post_sheet
from meetings.sheet import Row, Sheet
from tests.loans.two_tiers import ask, ksm, monthly
from tests.loans.upk_village import at, lestari, write

LIMITS = Limits(least_members=5, women_percent=30, saving_months=3, weeks_percent=50, posting_days=7)
GOOD = WeekSaved(10_000, 1)


def weeks(*months):
    return {week: GOOD for month in months for week in gate.weeks_of(month, ())}


SEPTEMBER, OCTOBER, NOVEMBER = date(2018, 9, 1), date(2018, 10, 1), date(2018, 11, 1)
FACTS = Facts(
    on=date(2018, 12, 10),
    weeks=weeks(SEPTEMBER, OCTOBER, NOVEMBER),
    holidays=frozenset(),
    members=5,
    women=5,
    unknown=0,
    signed_on=date(2018, 12, 8),
    shares=(Asked("Sari", 1_000_000, 1_000_000),),
)


def points(facts=FACTS, limits=LIMITS):
    return {point.name: point for point in gate.judge(facts, limits)}


def test_a_group_that_did_all_of_it():
    found = points()
    assert all(point.met for point in found.values())
    assert [month["good"] for month in found["saving"].detail] == [4, 5, 4]
    assert [month["weeks"] for month in found["saving"].detail] == [4, 5, 4]


def test_the_months_are_the_last_full_ones_before_the_day():
    assert gate.full_months(date(2019, 2, 1), 3) == [NOVEMBER, date(2018, 12, 1), date(2019, 1, 1)]
    assert gate.full_months(date(2019, 1, 31), 3) == [OCTOBER, NOVEMBER, date(2018, 12, 1)]
    assert gate.full_months(date(2019, 1, 31), 0) == []


def test_a_month_without_saving_breaks_the_row():
    found = points(replace(FACTS, weeks=weeks(SEPTEMBER, NOVEMBER)))["saving"]
    assert (found.met, found.have, found.need, found.missing) == (False, 1, 3, 2)


def test_half_the_weeks_of_a_month_are_enough_and_fewer_are_not():
    first, second, *_rest = gate.weeks_of(NOVEMBER, ())
    two = weeks(SEPTEMBER, OCTOBER) | {first: GOOD, second: GOOD}
    assert points(replace(FACTS, weeks=two))["saving"].met
    one = weeks(SEPTEMBER, OCTOBER) | {first: GOOD}
    assert not points(replace(FACTS, weeks=one))["saving"].met
    off = frozenset(gate.weeks_of(NOVEMBER, ())[2:])
    assert points(replace(FACTS, weeks=one, holidays=off))["saving"].met


def test_a_week_that_saved_nothing_is_booked_and_one_booked_late_is_saved():
    month = gate.weeks_of(NOVEMBER, ())
    nothing = weeks(SEPTEMBER, OCTOBER) | dict.fromkeys(month, WeekSaved(0, 7))
    found = points(replace(FACTS, weeks=nothing))
    assert (found["saving"].met, found["books"].met) == (False, True)
    late = weeks(SEPTEMBER, OCTOBER) | dict.fromkeys(month, WeekSaved(10_000, 8))
    found = points(replace(FACTS, weeks=late))
    assert (found["saving"].met, found["books"].met) == (True, False)


@pytest.mark.parametrize(
    ("members", "women", "met"), [(5, 2, True), (5, 1, False), (4, 4, True), (10, 3, True), (0, 0, False)]
)
def test_three_of_ten_are_women(members, women, met):
    assert points(replace(FACTS, members=members, women=women))["women"].met is met


def test_what_else_may_be_missing():
    found = points(
        replace(FACTS, members=4, signed_on=None, shares=(*FACTS.shares, Asked("Wati", 1_000_001, 1_000_000)))
    )
    assert (found["members"].met, found["members"].missing) == (False, 1)
    assert (found["signed"].met, found["ceilings"].met) == (False, False)
    assert found["ceilings"].detail == ({"name": "Wati", "amount": 1_000_001, "ceiling": 1_000_000},)


@pytest.mark.django_db
def test_the_books_say_it():
    upk = lestari()
    write(upk, "upk_capital", date(2018, 1, 2), 10_000_000)
    group = ksm(upk)
    add_member(group=group, name="Pak Karto", joined_on=group.start_on)
    lebaran = date(2018, 9, 24)
    declare_holiday(group=group, week_start=lebaran, reason="Lebaran", declared_on=date(2018, 9, 3))
    week = date(2018, 9, 5)
    while week < date(2018, 12, 1):
        weekly = 0 if week in {date(2018, 10, 3), date(2018, 10, 10)} else 5_000
        if week != lebaran + timedelta(2):
            rows = tuple(Row(no, "H", weekly=weekly if no < 6 else 0, fine=100) for no in range(1, 7))
            late = 8 if week.month == 11 and week.day > 10 else 1
            sheet = Sheet(on=week, rows=rows)
            post_sheet(group=group, key=_key(week), sheet=sheet, by=None, at=at(week + timedelta(days=late)))
        week += timedelta(days=7)
    on = date(2018, 12, 10)
    before = {point.name: point for point in gate_before(group, upk, on)}
    assert sorted(before) == ["books", "members", "saving", "women"]
    assert [(m["good"], m["weeks"], m["met"]) for m in before["saving"].detail] == [
        (3, 3, True),
        (3, 5, True),
        (4, 4, True),
    ]
    assert [(m["good"], m["weeks"], m["met"]) for m in before["books"].detail] == [
        (3, 3, True),
        (5, 5, True),
        (1, 4, False),
    ]
    assert (before["women"].have, before["women"].need, before["women"].detail[0]["unknown"]) == (5, 2, 1)

    request = ask(group, [500_000] * 5, monthly(2_500_000, 10), on)
    found = {point.name: point for point in gate_of(request, on)}
    assert [name for name, point in found.items() if not point.met] == ["books", "signed"]
    services.record_signing(request=request, signed_on=on, by=None, on=on)
    request.refresh_from_db()
    found = {point.name: point for point in gate_of(request, date(2019, 1, 2))}
    assert found["signed"].met
    assert found["saving"].have == 0, "December without a sheet breaks the row"


def _key(on: date):
    from uuid import UUID  # noqa: PLC0415

    return UUID(int=on.toordinal(), version=4)
