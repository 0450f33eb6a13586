"""Rows kept week by week are those made anew from the books, whatever happened in between and however late."""

import random
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from compliance.models import GroupWeek, Policy
from compliance.selectors import findings
from compliance.services import WEEKS_AHEAD, reach, refresh_book
from groups.models import Group
from groups.services import add_member, declare_holiday, update_group, update_member
from ledger import services as ledger
from ledger.models import Entry
from ledger.services import Leg
from loans.models import Instalment, Loan
from loans.schedule import Terms, schedule
from loans.selectors import open_loans
from meetings.models import HandOver
from meetings.services import correct_hand_over
from meetings.sheet import Minutes, Row
from savings.terms import agree_terms
from tests.compliance.village import (
    MONDAY,
    ask,
    assert_rows_are_what_the_books_say,
    cash,
    day,
    found_group,
    kept,
    meet,
    noon,
    post,
)
from tests.compliance.weeks import POLICY

pytestmark = pytest.mark.django_db
EVERYBODY = dict.fromkeys(range(1, 6), 2000)


def worked_group(**facts):
    group = found_group(**facts)
    meet(
        group,
        day(1),
        EVERYBODY | {5: 0},
        away={5: "A"},
        lend=[ask(group, 4, 100_000, day(1))],
        snacks=5000,
        counted=53_000,
    )
    meet(group, day(2), EVERYBODY | {5: 4000}, pay={4: 10_250}, counted=75_250)
    meet(group, day(4), dict.fromkeys(range(1, 6), 4000), pay={4: 20_500}, counted=115_750)
    return group


def at(group, week, column="at_close"):
    """A row as it stands, or would if somebody looked at the group then."""
    looked = transaction.savepoint()
    reach(Group.objects.filter(pk=group.pk), day(week + 1, 0))
    found = GroupWeek.objects.get(group=group, week_start=day(week, 0))
    transaction.savepoint_rollback(looked)
    return getattr(found, column)


def test_the_common_policy_has_the_numbers_that_the_rules_name():
    """Those marked as settable in the description of the five rules, read off it once more."""
    common = Policy.objects.get(bkm=None)
    told = {field.name: getattr(common, field.name) for field in Policy._meta.fields}
    assert told == {
        "id": common.pk, "bkm": None, "from_on": date(2000, 1, 1), "version": 1,
        "weeks": 12, "weeks_for_grade": 4, "late_value": Decimal("0.5"),
        "weight_weeks_met": Decimal("0.5"), "quorum": Decimal("0.5"), "posting_days": 3,
        "lending_use": Decimal("0.8"), "lending_breadth": Decimal("0.8"), "borrower_weeks": 52,
        "weight_savings": 1, "weight_meetings": 1, "weight_books": 1, "weight_lending": 1, "weight_repayment": 1,
        "green": Decimal("0.9"), "amber": Decimal("0.7"), "grade_a": Decimal("0.85"), "grade_b": Decimal("0.75"),
    }  # fmt: skip
    assert common.numbers == POLICY


def test_the_worked_group_is_kept_as_its_sheets_are_posted():
    group = worked_group()
    assert at(group, 4, "at_meeting") == at(group, 4) | {"on": "2026-01-29"}
    assert at(group, 4) == {
        "on": "2026-02-02",
        "policy": 1,
        "weeks": 4,
        "assessed": 5,
        "scores": [0.85, 0.8417, 0.75, 0.3605, 0.8333],
        "lights": ["amber", "amber", "amber", "red", "amber"],
        "total": 72.7,
        "grade": "C",
        "trend": [at(group, week)["total"] for week in (1, 2, 3)],
        "savings": 40_000,
        "outstanding": 70_000,
        "par": 0,
        "par3": 0,
        "members": 5,
        "last_meeting": "2026-01-29",
        "without_sheet": 0,
    }
    assert at(group, 3)["par"] == 90_000
    assert at(group, 3, "at_meeting") is None
    assert_rows_are_what_the_books_say(group)


def test_rows_run_some_weeks_ahead_as_they_will_be_if_nothing_more_is_recorded():
    group = worked_group()
    ahead = [row for row in kept(group) if row[0] > day(4, 0)]
    assert len(ahead) == WEEKS_AHEAD
    assert all(told == [None, None, None] for _week, *told, _close in ahead)
    for week, *_told, close in ahead:
        found = findings(group, week + timedelta(days=6))  # Sunday: the week is not over, so it does not count
        after = findings(group, week + timedelta(days=7))
        assert close["total"] == after.evaluation.total_per_cent != found.evaluation.total_per_cent
        assert close["without_sheet"] == (week - day(4, 0)).days // 7
    # The loan's last instalment falls due in week 11: PAR stays what it is, and what is due grows till then.
    assert at(group, 5)["par"] == 70_000
    assert at(group, 7)["par3"] == 70_000


def test_a_group_silent_for_long_is_carried_on_when_somebody_looks():
    group, young, ended = worked_group(), found_group(code="KSM-BARU", opening=0), found_group(code="KSM-USAI")
    Group.objects.filter(pk=ended.pk).update(end_on=day(3))  # behind the rows' back: they reach the second week
    GroupWeek.objects.filter(group=young).delete()  # one that nobody ever announced
    everybody = Group.objects.all()
    with CaptureQueriesContext(connection) as queries:
        reach(everybody, day(4, 6))
    assert len(queries) == 1 + 4 + 3  # the young one's rows are made, and that of the week in which one ended
    with CaptureQueriesContext(connection) as queries:
        reach(everybody, day(6, 0))  # the last week over is the fifth, of which there is a row
    assert len(queries) == 1

    reach(everybody, day(80))
    assert [kept(one)[-1][0] for one in (group, young, ended)] == [day(91, 0), day(91, 0), day(3, 0)]
    assert at(ended, 3)["total"] == findings(ended, day(80)).evaluation.total_per_cent, "as it stood in the end"
    for week in (9, 40, 79, 91):
        close = at(group, week)
        assert close["without_sheet"] == week - 4
        assert close["total"] == findings(group, day(week + 1, 0)).evaluation.total_per_cent
    assert (at(group, 79)["par3"], at(young, 79)["without_sheet"]) == (70_000, 79)

    # The sheet of a week long ago says what followed anew, and what was carried on beyond it goes.
    meet(group, day(5), EVERYBODY, pay={4: 5000})
    assert [row[0] for row in kept(group)][-1] == day(5 + WEEKS_AHEAD, 0)
    assert_rows_are_what_the_books_say(group)
    reach(everybody, day(80))
    assert (at(group, 79)["without_sheet"], at(group, 79)["outstanding"]) == (74, 65_250)


def test_a_snapshot_says_what_findings_say_on_that_day():
    group = worked_group()
    for week in (1, 2, 4):
        found = findings(group, day(week)).evaluation
        assert at(group, week, "at_meeting")["total"] == found.total_per_cent
        assert at(group, week, "at_meeting")["lights"] == [finding.light for finding in found.findings]
        assert at(group, week)["total"] == findings(group, day(week + 1, 0)).evaluation.total_per_cent


def test_a_sheet_posted_late_and_out_of_order_changes_every_week_after_it():
    group = worked_group()
    before = at(group, 4)["total"]
    meet(group, day(3), EVERYBODY, pay={4: 10_250}, posted_on=day(4, 5), minutes=Minutes())
    assert at(group, 4)["total"] > before
    assert at(group, 4)["weeks"] == 4
    assert_rows_are_what_the_books_say(group)


def test_a_correction_in_an_old_week_is_seen_from_that_week_on():
    group = worked_group()
    untouched = kept(group)[0]
    wrong = Entry.objects.filter(book=group.book, on=day(2), postings__account__code="2110").order_by("number").first()
    ledger.post(
        book=group.book,
        key=uuid4(),
        content={},
        drafts=[ledger.reversal_of(wrong, reason="Salah orang")],
        by=None,
        at=wrong.posted_at,
    )
    assert at(group, 2)["savings"] == 18_000
    assert at(group, 4)["savings"] == 38_000
    assert kept(group)[0] == untouched
    assert_rows_are_what_the_books_say(group)


def test_members_holidays_and_terms_are_followed_at_once():
    group = worked_group()
    for change in (
        lambda: add_member(group=group, name="Partini", joined_on=day(2, 1)),
        lambda: update_member(member=group.members.get(no=2), left_on=day(4, 1)),
        lambda: declare_holiday(group=group, week_start=day(3, 0), reason="Lebaran", declared_on=day(1)),
        lambda: update_group(group=Group.objects.get(pk=group.pk), end_on=day(5)),
        lambda: update_group(group=Group.objects.get(pk=group.pk), end_on=None),
        lambda: declare_holiday(bkm=group.bkm, week_start=day(5, 0), reason="Libur", declared_on=day(2)),
        lambda: agree_terms(group=group, from_on=day(4, 0), weekly=3000, principal=0),
        lambda: agree_terms(group=group, from_on=day(2, 0), weekly=0, principal=0),
        lambda: update_group(group=Group.objects.get(pk=group.pk), start_on=MONDAY - timedelta(days=14)),
        lambda: update_group(group=Group.objects.get(pk=group.pk), start_on=MONDAY),
    ):
        before = kept(group)
        change()
        assert kept(group) != before
        assert_rows_are_what_the_books_say(group)


def test_a_holiday_declared_after_its_week_began_counts_for_nothing():
    group = worked_group()
    group.holidays.create(week_start=day(3, 0), reason="Hajatan", declared_on=day(3, 0))
    refresh_book(book_id=group.book_id, from_on=day(3, 0))
    assert at(group, 4)["weeks"] == 4


def test_lending_is_judged_from_the_first_request_on():
    group = found_group()
    meet(group, day(1), EVERYBODY)
    assert at(group, 1)["lights"][3] is None
    ask(group, 4, 50_000, day(1, 5))
    assert at(group, 1)["lights"][3] == "red"
    assert at(group, 1, "at_meeting")["lights"][3] is None
    assert_rows_are_what_the_books_say(group)


def test_a_group_has_rows_before_its_first_posting():
    group = found_group(opening=0)
    assert len(kept(group)) == 1 + WEEKS_AHEAD
    assert at(group, 1)["lights"] == ["red", "red", "red", None, None]
    assert_rows_are_what_the_books_say(group)


def test_weeks_without_a_posting_are_filled_when_the_next_sheet_comes():
    group = worked_group()
    meet(group, day(30), EVERYBODY, pay={4: 5000})
    assert len(kept(group)) == 30 + WEEKS_AHEAD
    assert at(group, 29)["without_sheet"] == 25
    assert_rows_are_what_the_books_say(group)


def test_a_book_that_is_no_groups_has_no_rows():
    upk = ledger.open_book(name="UPK", kind="upk")
    ledger.post(
        book=upk,
        key=uuid4(),
        content={},
        drafts=[ledger.Draft(on=MONDAY, kind="opening", legs=(Leg("1110", 5), Leg("3210", -5)))],
        by=None,
        at=Entry._meta.get_field("posted_at").to_python("2026-01-05T00:00:00Z"),
    )
    assert not GroupWeek.objects.exists()


def test_a_new_version_of_the_policy_holds_from_its_day_on():
    group = worked_group()
    Policy.objects.create(bkm=group.bkm, version=1, from_on=day(3, 0), weeks_for_grade=2, late_value=Decimal("0.25"))
    Policy.objects.create(bkm=None, version=2, from_on=day(2, 0), weeks_for_grade=1, posting_days=0)
    Policy.objects.create(bkm=None, version=3, from_on=day(3, 1), weeks_for_grade=9, late_value=0)  # the own one stays
    call_command("rebuild_weeks", verbosity=0)
    assert [(at(group, week)["policy"], at(group, week)["grade"] is None) for week in (1, 2, 3, 4)] == [
        (2, False), (1, False), (1, False), (1, False)
    ]  # fmt: skip
    assert at(group, 1, "at_meeting")["policy"] == 1
    assert at(group, 1, "at_meeting")["grade"] is None  # the common version 1 still wants four weeks
    assert at(group, 4)["scores"][0] == 0.775  # 14 + 0,25 × 6 of 20
    assert findings(group, day(5, 0)).as_json()["rules"][0]["value"] == 15.5
    assert_rows_are_what_the_books_say(group)


def test_imported_weeks_are_left_out_of_rule_3():
    group = found_group()
    for week in (1, 3):
        meet(group, day(week), EVERYBODY, imported=True, posted_on=day(9))
    assert at(group, 4)["scores"][2] == 0.0  # week 4 alone
    assert at(group, 3)["lights"][2] is None
    assert [gap.week for gap in findings(group, day(5, 0)).evidence.books] == [day(4, 0)]
    assert_rows_are_what_the_books_say(group)


def old_loan(group, on=MONDAY):
    """A loan lent before the books began, 30.000 of 50.000 left, as an opening balance."""
    member = group.members.get(no=2)
    keys = [("1210", 2, 1), ("4110", 2, 1)]
    accounts = ledger.accounts_for(group.book, keys)
    lent_on = MONDAY - timedelta(days=58)
    terms = {"principal": 50_000, "periods": 5, "unit": "month", "rate": Decimal(1), "rate_per": "month",
             "method": "flat", "round_to": 0}  # fmt: skip
    loan = Loan.objects.create(
        group=group, no=1, member=member, requested_on=lent_on - timedelta(days=2), disbursed_on=lent_on, **terms,
        prior_principal=20_000, prior_charge=1_000, receivable=accounts[keys[0]], charge_income=accounts[keys[1]],
    )  # fmt: skip
    Instalment.objects.bulk_create(
        Instalment(loan=loan, no=r.no, due_on=r.due_on, principal=r.principal, charge=r.charge, balance=r.balance)
        for r in schedule(Terms(**terms), disbursed_on=lent_on)
    )
    post(group, on, "opening", Leg("1210", 30_000, 2, 1), Leg("3210", -30_000))
    return loan


def test_a_loan_older_than_its_book_is_followed_from_its_opening_balance():
    group = found_group()
    old_loan(group)
    meet(group, day(1), EVERYBODY)
    # Two of five instalments count as paid, the second due in week 1; the third falls due on 8 February, in week 5.
    assert (at(group, 4)["outstanding"], at(group, 4)["par"]) == (30_000, 0)
    assert (at(group, 5)["par"], at(group, 5)["scores"][4]) == (30_000, 0.5)
    meet(group, day(5), EVERYBODY, pay={2: 10_500})
    assert (at(group, 5)["par"], at(group, 5)["scores"][4]) == (0, 1.0)
    assert_rows_are_what_the_books_say(group)


def count_of(group, week):
    with CaptureQueriesContext(connection) as queries:
        refresh_book(book_id=group.book_id, from_on=day(week))
    return len(queries)


@pytest.mark.parametrize(("size", "weeks"), [(5, range(2, 27)), (25, [2, 26])])
def test_refreshing_takes_the_same_few_statements_whatever_the_members_and_the_history(size, weeks):
    group = found_group(names=[f"Anggota {n}" for n in range(1, size + 1)], opening=5_000_000)
    everybody = dict.fromkeys(range(1, size + 1), 2000)
    meet(group, day(1), everybody, lend=[ask(group, no, 100_000, day(1), periods=30) for no in range(1, size // 2)])
    young = count_of(group, 1)
    for week in weeks:
        meet(group, day(week), everybody, pay=dict.fromkeys(range(1, size // 2), 3000))
    assert count_of(group, 26) == 3
    assert young == 5  # a book's first week looks at the group again and clears rows that are no week's any more
    assert_rows_are_what_the_books_say(group)


@pytest.mark.parametrize("seed", range(4))
def test_a_long_and_untidy_story_comes_to_the_same_both_ways(seed):
    """Late sheets, corrections, holidays, leavers, prepayments, weekly and monthly loans, free amounts."""
    dice = random.Random(seed)
    group = found_group(weekly=dice.choice([0, 2000, 2000]), opening=900_000, code=f"KSM-{seed}")
    if seed % 2:
        old_loan(group)
    weeks = list(range(1, 19))
    for late in dice.sample(weeks, 4):  # some sheets come a few weeks late
        weeks.remove(late)
        weeks.insert(min(len(weeks), late + dice.randint(1, 5)), late)
    for number, week in enumerate(weeks):
        on = day(week, dice.randint(0, 6))
        if dice.random() < 0.15:
            continue
        active = [member.no for member in group.members.active_on(on)]
        weekly = {no: dice.choice([0, 1000, 2000, 2000, 2000, 4000, 6000]) for no in active}
        owed = {loan.loan.member.no: loan for loan in reversed(open_loans(group)) if loan.loan.disbursed_on <= on}
        pay = {
            no: min(loan.remaining, dice.choice([0, 5000, 10_250, 30_000])) for no, loan in owed.items() if no in active
        }
        lend = []
        if number % 4 == 0 and cash(group) > 400_000:
            unit = dice.choice(["week", "month"])
            lend = [ask(group, dice.choice(active), 50_000, on, periods=dice.randint(1, 8), unit=unit)]
        away = {no: dice.choice("ISA") for no in active if dice.random() < 0.3}
        voluntary = {no: 500 for no in active if dice.random() < 0.2}
        meet(
            group,
            on,
            weekly,
            pay=pay,
            voluntary=voluntary,
            away=away,
            lend=lend,
            posted_on=on + timedelta(days=dice.randint(0, 6)),
        )
        something_else(group, dice, week)
    assert_rows_are_what_the_books_say(group)
    assert findings(group, day(19, 0)).evaluation.total_per_cent == at(group, 18)["total"]


def something_else(group, dice, week):
    event = dice.randint(0, 7)
    if event == 0:
        holiday = day(week + dice.randint(1, 3), 0)
        if not group.holidays.filter(week_start=holiday).exists():
            declare_holiday(group=group, week_start=holiday, reason="Libur", declared_on=MONDAY)
    elif event == 1:
        add_member(group=group, name="Baru", joined_on=day(week, dice.randint(0, 6)))
    elif event == 2:
        member = group.members.get(no=5)
        update_member(member=member, left_on=None if member.left_on else day(20))
    elif event == 3:
        agree_terms(group=group, from_on=day(dice.randint(1, 18), 0), weekly=dice.choice([0, 1000, 3000]), principal=0)
    elif event == 4:
        candidates = HandOver.objects.filter(meeting__group=group, entry__kind="handover", entry__reversed_by=None)
        hand_over = dice.choice(list(candidates.exclude(entry__reverses__isnull=False).order_by("entry__number")))
        row = Row(member_no=hand_over.member.no, weekly=dice.choice([0, 700, 5000]))
        correct_hand_over(hand_over=hand_over, row=row, reason="Salah catat", key=uuid4(), by=None, at=noon(day(20)))
