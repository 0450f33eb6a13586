"""What a person opens a finding to see, the heat-map, and the dashboard of many groups in one statement."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.evidence import Absences, BookGap, LoanStanding, MeetingGap, RepaymentGap, SavingsGap
from compliance.models import GroupWeek, Policy
from compliance.selectors import SORTS, dashboard, findings, heat_map
from compliance.services import WEEKS_AHEAD, reach
from groups.models import Appointment, Bkm, Group, Programme
from groups.services import add_member, declare_holiday, update_group
from meetings.services import post_sheet
from meetings.sheet import CashCount, Minutes, Row, Sheet
from tests.compliance.test_services import EVERYBODY, worked_group
from tests.compliance.village import COMPLETE, MONDAY, ask, day, found_group, meet
from tests.factories import coordinator
from users.models import User

pytestmark = pytest.mark.django_db
EXAMPLE = json.loads((Path(__file__).parent / "ksm_mawar.compliance.json").read_text())


def test_the_worked_group_opens_onto_what_cost_its_points():
    group = worked_group()
    found = findings(group, date(2026, 2, 2))
    assert found.as_json() == EXAMPLE
    gaps = found.evidence
    assert gaps.savings == (
        SavingsGap(5, day(1, 0), day(2), day(1)),
        *(SavingsGap(no, day(3, 0), day(4), None) for no in range(1, 6)),
    )
    assert found.names[5] == "Syawiyah"
    assert gaps.meetings == (MeetingGap(day(3, 0), None, 0, 0),)
    assert gaps.absences == (Absences(5, ((day(1), "A"),)),)
    assert gaps.books == (BookGap(day(3, 0), None, ()),)
    assert (gaps.lending, gaps.idle_cash) == ((1, 2, 3, 5), 115_750)
    assert gaps.repayment == (RepaymentGap(1, 4, 10_250, 0, (day(3, 0),)),)
    assert found.beside is not None
    assert found.beside.loans == (LoanStanding(1, 4, 70_000, 0),)
    assert (found.beside.idle_cash, found.beside.par, found.beside.largest_three) == (115_750, 0.0, 100.0)
    assert (found.beside.last_meeting, found.beside.mean_of_four) == ((day(4), 5, 5), 93.3)


@pytest.mark.parametrize(
    ("minutes", "lacks"),
    [
        (COMPLETE, ()),
        (Minutes(agenda="Tabungan"), ("minutes",)),
        (Minutes(decisions="Tidak ada keputusan"), ("minutes",)),
        (Minutes(agenda=" \n", decisions="Tidak ada keputusan"), ("minutes",)),
    ],
)
def test_whole_minutes_hold_an_agenda_and_a_decision(minutes, lacks):
    assert minutes.whole == (not lacks), "a sheet says so before it is sent"
    group = found_group()
    meet(group, day(1), dict.fromkeys(range(1, 6), 2_000), minutes=minutes, counted=160_000)
    assert [gap.missing for gap in findings(group, day(2, 0)).evidence.books] == ([lacks] if lacks else [])


@pytest.mark.parametrize(("zone", "is_late"), [("WIB", False), ("WIT", True)])
def test_a_sheet_is_late_by_the_days_of_the_group_s_own_place(zone, is_late):
    """Sent at 22.30 WIB on the last day that is early enough, which is after midnight in Papua."""
    group = found_group()
    update_group(group=group, timezone=zone)
    last = day(1) + timedelta(days=Policy.objects.in_force(None, day(1)).posting_days)
    rows = tuple(Row(member_no=no, attendance="H", weekly=2_000) for no in range(1, 6))
    sheet = Sheet(on=day(1), rows=rows, minutes=COMPLETE, count=CashCount(160_000))
    sent = datetime.combine(last, time(15, 30), UTC)
    post_sheet(group=group, key=uuid4(), sheet=sheet, by=None, at=sent)
    lacking = [
        gap.missing for gap in findings(group, last + timedelta(weeks=1)).evidence.books if gap.week == day(1, 0)
    ]
    assert lacking == ([("late",)] if is_late else [])


def test_the_week_of_the_last_meeting_of_an_old_book_is_not_late_be_it_a_monday():
    group = found_group()
    rows = dict.fromkeys(range(1, 6), 2_000)
    meet(group, day(1, 0), rows, imported=True, counted=160_000, posted_on=day(6))
    meet(group, day(2, 0), rows, counted=170_000, posted_on=day(6))
    assert [(gap.week, gap.missing) for gap in findings(group, day(6)).evidence.books if gap.missing] == [
        (day(2, 0), ("late",))
    ]


def test_a_poor_group_opens_onto_everything_it_lacks():
    group = found_group()
    meet(
        group, day(1), {1: 1000, 2: 2000}, away={3: "I", 4: "S", 5: "A"},
        lend=[ask(group, 1, 40_000, day(1), periods=2)],
        minutes=Minutes(agenda="Tabungan"), posted_on=day(2),
    )  # fmt: skip
    add_member(group=group, name="Partini", joined_on=day(2, 0))
    meet(
        group, day(2), {1: 1000}, away={5: "I"}, pay={1: 5000},
        minutes=COMPLETE, counted=114_000 + 1000 + 5000, reason="Uang parkir",
    )  # fmt: skip
    found = findings(group, day(4, 0))
    gaps = found.evidence
    assert [(gap.member_no, gap.week, gap.covered_on) for gap in gaps.savings if gap.member_no < 3] == [
        (1, day(1, 0), day(2)), (1, day(2, 0), None), (2, day(2, 0), None), (1, day(3, 0), None), (2, day(3, 0), None)
    ]  # fmt: skip
    assert gaps.meetings == (MeetingGap(day(1, 0), day(1), 2, 5), MeetingGap(day(3, 0), None, 0, 0))
    assert gaps.absences == (
        Absences(5, ((day(2), "I"), (day(1), "A"))), Absences(3, ((day(1), "I"),)), Absences(4, ((day(1), "S"),)),
    )  # fmt: skip
    assert [(one.excused, one.sick, one.absent) for one in gaps.absences] == [(1, 0, 1), (1, 0, 0), (0, 1, 0)]
    assert gaps.books == (BookGap(day(1, 0), day(1), ("late", "count", "minutes")), BookGap(day(3, 0), None, ()))
    assert (gaps.lending, gaps.idle_cash) == ((2, 3, 4, 5, 6), 120_000)
    assert gaps.repayment == (RepaymentGap(1, 1, 0, 20_100 * 2 - 5000 + 0, (day(2, 0), day(3, 0))),)
    assert found.beside is not None
    assert (found.beside.par, found.beside.par3, found.beside.without_sheet) == (100.0, 0.0, 1)


def test_arrears_from_before_the_assessed_weeks_stand_with_the_first_of_them():
    group = found_group()
    meet(group, day(1), EVERYBODY, lend=[ask(group, 4, 20_000, day(1), periods=1)])
    meet(group, day(15), EVERYBODY, pay={4: 5000})
    found = findings(group, day(16, 0))
    assert found.evidence.repayment == (RepaymentGap(1, 4, 5000, 15_050, (day(4, 0),)),)
    assert found.evaluation.findings[4].parts["lacking"] == 20_050


def test_findings_see_nothing_that_is_dated_later():
    group = found_group()
    meet(group, day(1), EVERYBODY)
    before = findings(group, day(1)), findings(group, day(3))
    meet(group, day(2), EVERYBODY, lend=[ask(group, 1, 50_000, day(2))])
    meet(group, day(4), EVERYBODY)
    assert findings(group, day(1)).as_json() == before[0].as_json()
    assert findings(group, day(3)).as_json() != before[1].as_json()


def test_before_the_books_begin_there_is_nothing_to_find():
    found = findings(found_group(), date(2025, 12, 31))
    assert (found.evaluation.assessed, found.beside, found.evidence.lending) == (0, None, ())
    assert heat_map(found.group, date(2025, 12, 31)) == []


@pytest.mark.parametrize("weeks", [1, 10])
def test_findings_and_heat_map_take_four_statements_whatever_the_history(weeks):
    group = found_group()
    for week in range(1, weeks + 1):
        lend = [ask(group, 4, 50_000, day(1))] if week == 1 else []
        meet(group, day(week), EVERYBODY, lend=lend)
    with CaptureQueriesContext(connection) as queries:
        heat_map(group, day(weeks), found=findings(group, day(weeks)))
    assert len(queries) == 4


def test_the_heat_map_shows_each_week_by_itself():
    group = worked_group()
    declare_holiday(group=group, week_start=day(6, 0), reason="Lebaran", declared_on=day(5))
    shown = heat_map(group, day(7, 2))
    assert [column.week for column in shown] == [day(week, 0) for week in range(1, 7)]  # the running week is still open
    assert shown[0].cells == ((90, "green"), (90, "green"), (100, "green"), (53, "red"), (None, None))
    assert shown[2].cells[:3] == ((50, "red"), (0, "red"), (0, "red"))
    assert (shown[2].meeting_on, shown[3].meeting_on) == (None, day(4))
    assert shown[5].holiday
    assert shown[5].cells == ((None, None),) * 5
    assert [column.week for column in heat_map(group, day(7, 2), weeks=2)] == [day(5, 0), day(6, 0)]


# The dashboard


def three_groups():
    good = worked_group()
    poor = found_group(code="KSM-ANGGREK")
    meet(poor, day(1), {1: 2000})
    fresh = found_group(code="KSM-ZAMRUD", opening=0)
    return good, poor, fresh


def rows(on, **asked):
    return dashboard(Group.objects.all(), on, **asked)


def test_the_dashboard_shows_this_weeks_meeting_else_the_last_close():
    three_groups()
    on = day(4, 6)
    mawar = next(row for row in rows(on) if row.code == "KSM-MAWAR")
    assert (mawar.this_week, mawar.total, mawar.grade, mawar.assessed) == (True, 72.7, "C", 5)
    assert mawar.lights[3] == ("lending", "red", 0.3605)
    assert (mawar.saved, mawar.outstanding, mawar.par, mawar.par3) == (40_000, 70_000, 0.0, 0.0)
    assert (mawar.last_meeting, mawar.without_sheet, mawar.members) == (day(4), 0, 5)
    assert len(mawar.trend) == 4
    assert mawar.trend[-1] == 72.7
    assert mawar.change == round(72.7 - mawar.trend[0], 1)
    # On Wednesday, the day before the meeting, nothing of it is seen.
    mawar = next(row for row in rows(day(4, 2)) if row.code == "KSM-MAWAR")
    assert (mawar.this_week, mawar.last_meeting, mawar.without_sheet, mawar.par) == (False, day(2), 1, 100.0)
    # Long after the last row the last one is shown; `services.reach` carries rows on.
    mawar = next(row for row in rows(day(60)) if row.code == "KSM-MAWAR")
    assert (mawar.without_sheet, len(mawar.trend)) == (WEEKS_AHEAD, 4 + WEEKS_AHEAD)


def test_a_group_nothing_is_known_of_stands_there_all_the_same():
    three_groups()
    GroupWeek.objects.all().delete()
    row = rows(day(4))[0]
    assert (row.total, row.grade, row.par, row.trend, row.change, row.last_meeting) == (
        None,
        None,
        None,
        [],
        None,
        None,
    )
    assert row.lights == [(rule, None, None) for rule in ("savings", "meetings", "books", "lending", "repayment")]
    assert (row.assessed, row.without_sheet, row.members, row.saved) == (0, 0, None, None)
    assert rows(day(4), light="red") == []


def test_the_dashboard_is_sorted_and_filtered():
    _good, poor, fresh = three_groups()
    on = day(5, 2)
    reach(Group.objects.all(), on)
    codes = {sort: [row.name for row in rows(on, sort=sort)] for sort in SORTS}
    assert codes["name"] == ["Anggrek", "Mawar", "Zamrud"]
    assert codes["total"] == ["Zamrud", "Anggrek", "Mawar"]
    assert codes["last_meeting"] == ["Anggrek", "Mawar", "Zamrud"]  # who never met comes last
    assert codes["repayment"] == ["Mawar", "Anggrek", "Zamrud"]
    assert [row.name for row in rows(on, sort="-total")] == ["Mawar", "Anggrek", "Zamrud"]
    assert [row.name for row in rows(on, sort="-name")] == ["Zamrud", "Mawar", "Anggrek"]
    with pytest.raises(ValueError, match="password"):
        rows(on, sort="password")
    assert [row.name for row in rows(on, not_in=True, sort="name")] == ["Anggrek", "Zamrud"]
    assert [row.name for row in rows(on, light="amber")] == ["Mawar"]
    assert [row.name for row in rows(on, query="angg")] == ["Anggrek"]
    Group.objects.filter(pk=poor.pk).update(region="33.25.01.2001", origin="reaktivasi")
    assert [row.name for row in rows(on, region="33.25")] == ["Anggrek"]
    assert [row.name for row in rows(on, origin="reaktivasi")] == ["Anggrek"]
    Group.objects.filter(pk=fresh.pk).update(programme=Programme.objects.create(code="GRD", name="GRD"))
    assert [row.programme for row in rows(on, programme="GRD")] == ["GRD"]
    update_group(group=Group.objects.get(pk=poor.pk), end_on=day(3))
    assert [row.name for row in rows(on, active=False)] == ["Anggrek"]
    assert len(rows(on)) == 2


def test_what_is_saved_and_the_score_of_saving_are_two_columns():
    three_groups()
    on = day(5, 2)
    reach(Group.objects.all(), on)
    poor = GroupWeek.objects.filter(group__name="Zamrud", week_start__lte=on).latest("week_start")
    rich = poor.at_close | {"savings": 9_000_000}  # the least of scores, and the most of money
    GroupWeek.objects.filter(group=poor.group).update(at_close=rich)
    assert [row.name for row in rows(on, sort="saved")][-1] == "Zamrud"
    assert next(row.name for row in rows(on, sort="savings")) == "Zamrud"


def test_the_dashboard_sorts_by_the_risk_that_its_column_shows(client):
    """The column is of loans with three instalments late; by those with one, Anggrek would come last."""
    mawar, *_rest = three_groups()
    reach(Group.objects.all(), on := day(80))
    shots = {
        "KSM-ANGGREK": {"outstanding": 1000, "par": 1000, "par3": 10},
        "KSM-ZAMRUD": {"outstanding": 1000, "par": 20, "par3": 20},
    }
    for code, shot in shots.items():
        for week in GroupWeek.objects.filter(group__code=code):
            week.at_close = (week.at_close or {}) | shot
            week.save()
    found = rows(on, sort="par3")
    assert [(row.name, row.par3) for row in found[:2]] == [("Anggrek", 1.0), ("Zamrud", 2.0)]
    assert found[2].par3 > 2
    assert [row.name for row in rows(on, sort="-par3")] == ["Mawar", "Zamrud", "Anggrek"]
    client.force_login(coordinator(mawar.bkm))
    page = client.get(reverse("bkm_dashboard", args=[mawar.bkm.code])).content.decode()
    assert "sort=par3" in page
    assert [words in page for words in ("90 % ke atas", "70 % ke atas", "di bawah 70 %")] == [True] * 3
    Policy.objects.create(bkm=mawar.bkm, version=1, from_on=day(1), green="0.95", amber="0.725")
    page = client.get(reverse("bkm_dashboard", args=[mawar.bkm.code])).content.decode()
    assert [words in page for words in ("95 % ke atas", "72,5 % ke atas", "di bawah 72,5 %")] == [True] * 3
    assert 'sort=par"' not in page


@pytest.mark.parametrize("silent", range(5))
def test_groups_silent_for_some_weeks_stand_there_as_their_books_say(silent):
    three_groups()
    reach(Group.objects.all(), on := day(5 + silent, 0))
    found = rows(on, sort="name")
    assert [row.without_sheet for row in found] == [3 + silent, silent, 4 + silent]
    for row in found:
        evaluation = findings(Group.objects.get(code=row.code), on).evaluation
        assert (row.total, row.grade, row.assessed) == (
            evaluation.total_per_cent,
            evaluation.grade,
            evaluation.assessed,
        )


def test_a_facilitators_groups_are_those_of_the_boards_she_serves():
    group = worked_group()
    other = Bkm.objects.create(code="BKM-LAIN", name="Lain")
    found_group(code="KSM-LAIN", bkm=other)
    wahyu = User.objects.create_user("wahyu")
    Appointment.objects.create(user=wahyu, role="facilitator", bkm=group.bkm, from_on=MONDAY)
    Appointment.objects.create(user=wahyu, role="facilitator", bkm=other, from_on=MONDAY, to_on=day(2))
    assert [row.code for row in rows(day(3), facilitator=wahyu.pk)] == ["KSM-MAWAR"]


@pytest.mark.parametrize("size", [1, 4])
def test_a_dashboard_takes_one_statement_whatever_the_number_of_groups(size):
    for n in range(size):
        found_group(code=f"KSM-{n}0")
    with CaptureQueriesContext(connection) as queries:
        assert len(rows(day(1) + timedelta(days=7))) == size
    assert len(queries) == 1
