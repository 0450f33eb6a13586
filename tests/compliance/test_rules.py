"""Each sentence of the five rules, on paper groups, in exact fractions."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from compliance.facts import LoanWeek, MemberWeek
from compliance.rules import (
    PolicyNumbers,
    assessed_weeks,
    covered,
    evaluate,
    of_one_week,
    overdue,
    quorate,
    repaid,
    rounded,
)
from tests.compliance.weeks import MONDAY, POLICY, Weeks, day, policy, share

ALL = (1, 2, 3, 4, 5)


# The worked group


def worked_group():
    book = Weeks(cash=150_000)
    book.save(day(1), 2000, 1, 2, 3, 4)
    book.lend(day(1), 1, 4, 100_000, [(day(n), 10_250) for n in range(2, 12)])
    book.move(day(1), "1110", -5000, kind="expense")
    book.meet(day(1), present=4)
    book.save(day(2), 2000, 1, 2, 3, 4)
    book.save(day(2), 4000, 5)
    book.pay(day(2), 1, 10_000, 250)
    book.meet(day(2))
    book.save(day(4), 4000, *ALL)
    book.pay(day(4), 1, 20_000, 500)
    book.meet(day(4))
    return book


def test_the_worked_group_comes_out_to_the_last_digit():
    found = worked_group().judge(date(2026, 2, 2))

    assert found.weeks == tuple(MONDAY + timedelta(days=7 * n) for n in range(4))
    savings, meetings, books, lending, repayment = found.findings
    assert (savings.value, savings.due, savings.score, savings.light) == (17, 20, Fraction(17, 20), "amber")
    assert savings.parts == {"on_time": 14, "late": 6, "uncovered": 0}
    assert (meetings.score, meetings.light) == (
        Fraction(1, 2) * Fraction(3, 4) + Fraction(1, 2) * Fraction(14, 15),
        "amber",
    )
    assert meetings.parts["present"] == 14
    assert meetings.parts["absent"] == 1
    assert (books.value, books.due, books.light) == (3, 4, "amber")
    assert lending.parts == {"outstanding": 70_000, "fund_cash": 115_750, "borrowers": 1, "members": 5}
    assert lending.score == Fraction(1, 2) * Fraction(70_000, 185_750) / Fraction(4, 5) + Fraction(1, 2) * Fraction(
        1, 5
    ) / Fraction(4, 5)
    assert lending.light == "red"
    assert (repayment.value, repayment.due, repayment.light) == (25_625, 30_750, "amber")
    assert (found.assessed, found.total_per_cent, found.grade) == (5, 72.7, "C")
    assert found.as_json()["rules"][1] == {
        "rule": "meetings", "assessed": True, "weeks_met": 3, "weeks": 4, "present": 14, "expected": 15,
        "score": 0.8417, "light": "amber",
    }  # fmt: skip
    assert [rule["score"] for rule in found.as_json()["rules"]] == [0.85, 0.8417, 0.75, 0.3605, 0.8333]


def test_each_day_of_the_worked_group_sees_only_what_was_dated_by_then():
    book = worked_group()
    # On the day of meeting 1 the first week counts already, four of five have paid.
    assert share(book.find("savings", day(1))) == (4, 5)
    # Monday after: the absentee has still paid nothing. After meeting 2 her arrears count half.
    assert share(book.find("savings", day(2, 0))) == (4, 5)
    assert share(book.find("savings", day(2))) == (Fraction(19, 2), 10)
    # Before a meeting the running week does not count; on Sunday evening without one neither, on Monday it does.
    assert len(book.judge(day(3, 6)).weeks) == 2
    assert share(book.find("savings", day(4, 0))) == (Fraction(19, 2), 15)
    # Week 3's instalment lies uncovered until week 4.
    assert share(book.find("repayment", day(4, 0))) == (10_250, 20_500)


# Weeks


def test_a_holiday_is_skipped_and_an_older_week_takes_its_place():
    book = Weeks(holidays=frozenset({MONDAY + timedelta(days=14)}))
    for week in (1, 2, 4, 5):
        book.meet(day(week))
    found = book.judge(day(6, 0), policy(weeks=3))
    assert found.weeks == (day(2, 0), day(4, 0), day(5, 0))
    assert found.findings[1].parts["weeks_met"] == 3


def test_a_meeting_in_a_holiday_week_does_not_make_it_count_but_its_money_does():
    book = Weeks(holidays=frozenset({day(2, 0)}))
    book.meet(day(1))
    book.meet(day(2))
    book.save(day(2), 2000, *ALL)
    found = book.judge(day(2))
    assert found.weeks == (MONDAY,)
    assert share(found.findings[0]) == (Fraction(5, 2), 5)


def test_no_week_counts_before_the_books_begin_or_after_the_group_ended():
    book = Weeks(start_on=day(2, 4), end_on=day(4, 3))
    for week in (2, 3, 4):
        book.meet(day(week, 2))
    assert book.judge(day(1)).weeks == ()
    # The last meeting was held on the day before the end; the weeks after it are nobody's.
    assert book.judge(day(9)).weeks == (day(2, 0), day(3, 0), day(4, 0))
    # Had she not met in her last week, it would not count: by its Sunday the group was no more.
    del book.happened[day(4, 0)]
    assert book.judge(day(9)).weeks == (day(2, 0), day(3, 0))


def test_nothing_is_known_before_the_first_week():
    found = evaluate([], POLICY, date(2025, 1, 1))
    assert (found.weeks, found.assessed, found.total, found.grade) == ((), 0, None, None)
    assert found.as_json() == {
        "on": "2025-01-01", "policy": 1, "weeks": [], "assessed": 0, "total": None, "grade": None,
        "rules": [{"rule": r, "assessed": False} for r in ("savings", "meetings", "books", "lending", "repayment")],
    }  # fmt: skip


def test_with_fewer_than_four_weeks_there_are_scores_and_no_grade():
    book = worked_group()
    assert book.judge(day(3, 6)).grade is None
    assert book.judge(day(3, 6)).total is not None
    assert book.judge(day(4)).grade == "C"


# Rule 1


def test_a_prepayment_covers_the_weeks_it_reaches():
    book = Weeks(members=1)
    book.save(day(1), 5000, 1)  # two and a half weeks
    found = book.find("savings", day(4, 0))
    assert share(found) == (2, 3)
    book.save(day(4), 1000, 1)  # the other half of week 3, late
    assert share(book.find("savings", day(5, 0))) == (Fraction(5, 2), 4)


def test_part_of_an_amount_covers_nothing():
    book = Weeks(members=1)
    book.save(day(1), 1999, 1)
    assert share(book.find("savings", day(2, 0))) == (0, 1)


def test_deposits_cover_the_oldest_week_first():
    book = Weeks(members=1)
    book.save(day(3), 2000, 1)  # covers week 1, late; weeks 2 and 3 stay open
    found = book.find("savings", day(4, 0))
    assert (found.value, found.parts) == (Fraction(1, 2), {"on_time": 0, "late": 1, "uncovered": 2})


def test_old_arrears_outside_the_assessed_weeks_eat_what_is_paid_now():
    book = Weeks(members=1)
    for week in (2, 3, 4, 5):
        book.save(day(week), 2000, 1)  # always a week behind
    assert share(book.find("savings", day(6, 0), policy(weeks=2))) == (Fraction(1, 2), 2)


def test_opening_balances_and_sukarela_cover_no_obligation():
    book = Weeks(members=1)
    book.move(MONDAY, "2110", -50_000, 1, kind="opening")
    book.save(day(1), 50_000, 1, code="2120")
    book.save(day(1), 50_000, 1, code="3110")
    assert share(book.find("savings", day(2, 0))) == (0, 1)
    assert book.rows(day(1))[0].savings == 150_000


def test_a_withdrawal_takes_nothing_from_what_was_covered():
    book = Weeks(members=1)
    book.save(day(1), 2000, 1)
    book.move(day(1), "2110", 2000, 1, kind="withdrawal")
    assert share(book.find("savings", day(2, 0))) == (1, 1)


def test_a_reversed_deposit_counts_no_more():
    book = Weeks(members=1)
    book.save(day(1), 2000, 1)
    book.save(day(1), -2000, 1)
    assert share(book.find("savings", day(2, 0))) == (0, 1)


def test_a_deposit_taken_back_later_uncovers_the_week_from_that_day_on():
    book = Weeks(members=1)
    book.save(day(1), 2000, 1)
    book.save(day(3), -2000, 1)  # the week was closed, so the correction stands on a later day
    assert share(book.find("savings", day(2, 0))) == (1, 1)
    assert share(book.find("savings", day(4, 0))) == (0, 3)


def test_a_member_owes_the_weeks_in_which_she_was_active_on_the_day_of_the_meeting():
    book = Weeks(members=1, terms=((MONDAY, 2000),))
    thursday = day(1, 3)
    book.setting = replace(
        book.setting,
        members={
            1: (MONDAY, None),
            2: (thursday + timedelta(days=1), None),  # joins the day after the first meeting
            3: (MONDAY, day(2, 3)),  # leaves on the day of the second
            4: (MONDAY, day(2, 4)),  # the day after
        },
    )
    book.meet(thursday)
    book.meet(day(2, 3))
    due = book.find("savings", day(4, 0)).due
    # week 1: 1, 3, 4 · week 2: 1, 2, 4 · week 3 (no meeting, its Sunday): 1, 2
    assert due == 3 + 3 + 2


def test_the_first_of_two_meetings_is_the_reference_day():
    book = Weeks(members=1)
    book.setting = replace(book.setting, members={1: (MONDAY, None), 2: (day(1, 2), None)})
    book.meet(day(1, 4))
    book.meet(day(1, 1))
    assert book.find("savings", day(2, 0)).due == 1


def test_free_amounts_count_a_week_with_anything_in_it():
    book = Weeks(members=4, weekly=0)
    book.save(day(1), 500, 1)
    book.save(day(1), 700, 2, code="2120")
    book.save(day(1), 700, 3, code="3110")  # simpanan pokok is no weekly saving
    book.save(day(2), 90_000, 1)  # and no prepayment, nor arrears for the others
    book.save(day(2), 90_000, 4)
    found = book.find("savings", day(4, 0))
    assert (found.value, found.due) == (2 + 2, 12)
    assert found.parts["late"] == 0


def test_a_free_week_that_is_a_holiday_asks_nothing():
    book = Weeks(members=1, weekly=0, holidays=frozenset({day(2, 0)}))
    book.save(day(1), 500, 1)
    assert share(book.find("savings", day(4, 0))) == (1, 2)


def test_amounts_agreed_after_free_ones_start_from_nothing_saved_ahead():
    book = Weeks(members=1, terms=((MONDAY, 0), (day(2, 0), 2000)))
    book.save(day(1), 90_000, 1)
    assert share(book.find("savings", day(3, 0))) == (1, 2)
    # The other way round what she gives pays her arrears first and the rest is that week's.
    book = Weeks(members=1, terms=((MONDAY, 2000), (day(2, 0), 0), (day(3, 0), 2000)))
    book.save(day(2), 3000, 1)
    assert share(book.find("savings", day(4, 0))) == (Fraction(1, 2) + 1, 3)


def test_money_dated_before_the_first_week_is_no_giving_in_it():
    book = Weeks(members=1, weekly=0)
    book.save(MONDAY - timedelta(days=3), 5000, 1)
    assert share(book.find("savings", day(2, 0))) == (0, 1)
    book = Weeks(members=1)
    book.save(MONDAY - timedelta(days=3), 2000, 1)
    assert share(book.find("savings", day(2, 0))) == (1, 1)


def test_terms_rise_and_each_week_owes_its_own():
    book = Weeks(members=1, terms=((day(2, 0), 2000), (day(3, 0), 5000)))  # before the first terms, the first
    book.save(day(1), 9000, 1)
    assert share(book.find("savings", day(4, 0))) == (3, 3)
    book.save(day(1), -1, 1)
    assert share(book.find("savings", day(4, 0))) == (2, 3)


def test_without_any_terms_amounts_are_free():
    book = Weeks(members=1, terms=())
    book.save(day(1), 1, 1)
    assert share(book.find("savings", day(2, 0))) == (1, 1)


def test_a_group_without_members_owes_nothing():
    found = Weeks(members=0).judge(day(2, 0)).findings
    assert [finding.assessed for finding in found] == [False, True, True, False, False]


def test_who_left_still_owes_the_weeks_she_was_in_and_may_still_pay_them():
    book = Weeks(members=1)
    book.setting = replace(book.setting, members={1: (MONDAY, day(2, 0))})
    assert share(book.find("savings", day(4, 0))) == (0, 1)
    book.save(day(3), 2000, 1)
    assert share(book.find("savings", day(4, 0))) == (Fraction(1, 2), 1)
    assert covered(MemberWeek(0, 2000, 1), None) == "uncovered"


# Rule 2


def test_half_of_the_members_are_no_quorum_one_more_is():
    book = Weeks(members=4)
    book.meet(day(1), present=2, excused=1, sick=1)
    book.meet(day(2), present=3)
    found = book.find("meetings", day(3, 0))
    assert found.parts == {
        "weeks_met": 1, "weeks": 2, "present": 5, "expected": 8, "excused": 1, "sick": 1, "absent": 1
    }  # fmt: skip
    assert found.score == Fraction(1, 2) * Fraction(1, 2) + Fraction(1, 2) * Fraction(5, 8)
    assert book.find("meetings", day(3, 0), policy(quorum="0.25", weight_weeks_met="0.25")).score == (
        Fraction(1, 4) + Fraction(3, 4) * Fraction(5, 8)
    )


def test_without_a_meeting_the_rule_is_assessed_and_is_nothing():
    found = Weeks().find("meetings", day(3, 0))
    assert (found.score, found.light, found.parts["expected"]) == (0, "red", 0)


def test_two_meetings_in_a_week_both_expect_everybody_and_one_quorum_is_enough():
    book = Weeks(members=4)
    book.meet(day(1, 1), present=1)
    book.meet(day(1, 3), present=4)
    found = book.find("meetings", day(2, 0))
    assert (found.parts["weeks_met"], found.parts["present"], found.parts["expected"]) == (1, 5, 8)


def test_nobody_active_is_no_quorum():
    book = Weeks(members=1)
    book.meet(day(1), active=0, present=0)
    assert book.find("meetings", day(2, 0)).score == 0
    assert not quorate(book.rows(day(1))[0].meetings[0], POLICY)


# Rule 3


def test_a_sheet_is_worth_one_or_half_and_a_week_without_one_nothing():
    book = Weeks()
    book.meet(day(1), delay=3)
    book.meet(day(2), delay=4)
    book.meet(day(3), counted=False, explained=False)
    book.meet(day(4), explained=False)
    book.meet(day(5), minuted=False, delay=9)
    found = book.find("books", day(7, 0))
    assert found.parts == {"complete": 1, "incomplete": 4, "without": 1}
    assert share(found) == (3, 6)
    assert share(book.find("books", day(7, 0), policy(posting_days=4))) == (Fraction(7, 2), 6)


def test_of_two_sheets_in_a_week_both_must_be_complete():
    book = Weeks()
    book.meet(day(1, 1))
    book.meet(day(1, 3), counted=False)
    assert share(book.find("books", day(2, 0))) == (Fraction(1, 2), 1)


def test_weeks_up_to_the_last_imported_meeting_are_left_out():
    book = Weeks(imported_through=day(3))
    book.meet(day(1), imported=True)
    book.meet(day(3), imported=True)
    assert not book.find("books", day(4, 0)).assessed
    book.meet(day(4))
    assert share(book.find("books", day(6, 0))) == (1, 2)


# Rule 4


def test_lending_is_not_assessed_while_nobody_asked():
    book = Weeks()
    assert not book.find("lending", day(2)).assessed
    book.setting = replace(book.setting, asked_on=day(2))
    assert not book.find("lending", day(2, 2)).assessed
    assert book.find("lending", day(2)).score == 0


def test_lending_is_not_assessed_without_money_or_members():
    assert not Weeks(cash=0, asked_on=MONDAY).find("lending", day(2)).assessed
    assert not Weeks(cash=-1, asked_on=MONDAY).find("lending", day(2)).assessed
    assert not Weeks(members=0, asked_on=MONDAY).find("lending", day(2)).assessed


def test_the_funds_cash_leaves_out_what_is_not_its_own():
    book = Weeks(cash=50_000, asked_on=MONDAY)
    book.move(day(1), "1120", 30_000)
    book.move(day(1), "2310", -7_000)
    book.move(day(1), "2220", -60_000)
    book.lend(day(1), 1, 1, 100_000, [(day(9), 100_000)], kind="opening")
    found = book.find("lending", day(1))
    assert found.parts["fund_cash"] == 13_000
    book.move(day(1), "2220", -20_000)
    found = book.find("lending", day(1))
    # Cash below 0 is not clamped: more than all of it is lent, and that is at most a full half.
    assert (found.parts["fund_cash"], found.score) == (-7_000, Fraction(1, 2) + Fraction(1, 2) * Fraction(1, 4))


def test_a_target_of_nothing_is_always_reached():
    book = Weeks(asked_on=MONDAY)
    assert book.find("lending", day(1), policy(lending_use=0, lending_breadth=0)).score == 1


def test_a_borrower_counts_for_a_year_after_the_last_day_she_owed():
    book = Weeks(members=2)
    book.lend(day(1), 1, 1, 10_000, [(day(2), 10_000)])
    book.pay(day(2), 1, 10_000)
    last = day(2) - timedelta(days=1)  # at the end of the day she paid she owed nothing
    assert book.rows(day(3))[-1].last_owed == {1: last}
    borrowers = [
        book.find("lending", last + timedelta(days=days)).parts["borrowers"] for days in (1, 52 * 7 - 1, 52 * 7)
    ]
    assert borrowers == [1, 1, 0]
    assert book.find("lending", day(4), policy(borrower_weeks=1)).parts["borrowers"] == 0


def test_two_loans_of_one_member_are_one_borrower_until_both_are_paid():
    book = Weeks(members=2)
    book.lend(day(1), 1, 1, 10_000, [(day(2), 10_000)])
    book.lend(day(1), 2, 1, 10_000, [(day(5), 10_000)])
    book.pay(day(2), 1, 10_000)
    rows = book.rows(day(3))
    assert (rows[-1].last_owed, rows[-1].last_owed_by_all) == ({}, {1: day(3)})
    book.pay(day(3), 2, 10_000)
    assert book.rows(day(4))[-1].last_owed == {1: day(3) - timedelta(days=1)}


def test_a_member_who_left_is_no_borrower():
    book = Weeks(members=2)
    book.lend(day(1), 1, 1, 10_000, [(day(2), 10_000)])
    book.setting = replace(book.setting, members={1: (MONDAY, day(2)), 2: (MONDAY, None)})
    found = book.find("lending", day(3))
    assert (found.parts["borrowers"], found.parts["members"]) == (0, 1)


# Rule 5


def test_instalments_are_worth_all_half_or_nothing():
    book = Weeks()
    book.lend(day(1), 1, 1, 30_000, [(day(2), 10_000), (day(3), 10_000), (day(4), 10_000)])
    book.pay(day(2), 1, 10_000)
    book.pay(day(4), 1, 6_000)  # week 3, in part and late
    found = book.find("repayment", day(5, 0))
    assert found.parts == {"on_time": 10_000, "late": 6_000, "uncovered": 14_000, "lacking": 0}
    assert share(found) == (13_000, 30_000)


def test_an_instalment_paid_before_it_is_due_is_on_time():
    book = Weeks()
    book.lend(day(1), 1, 1, 20_000, [(day(2), 10_000), (day(4), 10_000)])
    book.pay(day(2), 1, 20_000)
    assert share(book.find("repayment", day(4, 0))) == (10_000, 10_000)
    assert share(book.find("repayment", day(5, 0))) == (20_000, 20_000)
    # Two weeks later the loan is out of the facts and still counts in full.
    assert 1 not in book.rows(day(7))[-1].loans
    assert share(book.find("repayment", day(7))) == (20_000, 20_000)


def test_paid_by_its_weeks_sunday_is_on_time():
    book = Weeks()
    book.lend(day(1), 1, 1, 10_000, [(day(2, 0), 10_000)])
    book.meet(day(2, 1))
    assert share(book.find("repayment", day(2, 1))) == (0, 10_000)
    book.pay(day(2, 6), 1, 10_000)
    assert share(book.find("repayment", day(2, 6))) == (10_000, 10_000)


def test_in_the_running_week_only_what_is_due_by_the_day_counts():
    book = Weeks()
    book.lend(day(1), 1, 1, 20_000, [(day(2, 2), 10_000), (day(2, 4), 10_000)])
    book.meet(day(2, 3))
    assert book.find("repayment", day(2, 3)).due == 10_000
    assert book.find("repayment", day(2, 4)).due == 20_000


def test_an_instalment_due_in_a_holiday_belongs_to_the_next_week_that_is_none():
    book = Weeks(holidays=frozenset({day(2, 0), day(3, 0)}))
    book.lend(day(1), 1, 1, 20_000, [(day(2), 10_000), (day(4), 10_000)])
    assert not book.find("repayment", day(4, 0)).assessed
    book.pay(day(4), 1, 15_000)
    assert share(book.find("repayment", day(5, 0))) == (15_000, 20_000)
    # Late it is all the same, for the figures beside the score.
    assert book.rows(day(3))[-1].loans[1].late == 1
    assert book.rows(day(3))[-1].at_risk(1) == 20_000
    assert book.rows(day(3))[-1].at_risk(2) == 0


def test_what_was_lacking_on_the_eve_is_due_and_worth_half_when_paid():
    book = Weeks()
    book.lend(day(1), 1, 1, 30_000, [(day(2), 10_000), (day(3), 10_000), (day(6), 10_000)])
    book.pay(day(3), 1, 4_000)
    two_weeks = policy(weeks=2)
    # Weeks 4 and 5 assessed: nothing fell due in them, 16.000 lacked on their eve.
    assert book.find("repayment", day(6, 0), two_weeks).parts == {
        "on_time": 0, "late": 0, "uncovered": 16_000, "lacking": 16_000
    }  # fmt: skip
    book.pay(day(5), 1, 10_000)
    assert share(book.find("repayment", day(6, 0), two_weeks)) == (5_000, 16_000)
    # A payment beyond the arrears goes to the next instalment.
    book.pay(day(6), 1, 16_000)
    assert share(book.find("repayment", day(7, 0), policy(weeks=3))) == (8_000 + 10_000, 26_000)


def test_what_a_loan_older_than_its_book_had_paid_was_paid_on_time():
    book = Weeks()
    due = [(MONDAY - timedelta(days=25), 10_000), (MONDAY - timedelta(days=18), 10_000), (day(1), 10_000)]
    book.lend(MONDAY, 1, 1, 16_000, due, prior=14_000, kind="opening")
    found = book.find("repayment", day(2, 0))
    assert found.parts == {"on_time": 0, "late": 0, "uncovered": 16_000, "lacking": 6_000}
    book.pay(day(1), 1, 16_000)
    assert share(book.find("repayment", day(2, 0))) == (10_000 + 3_000, 16_000)


def test_payments_dated_before_the_first_week_were_there_on_its_eve():
    book = Weeks()
    before = MONDAY - timedelta(days=10)
    book.lend(before, 1, 1, 20_000, [(before + timedelta(days=7), 10_000), (day(1), 10_000)])
    book.pay(before + timedelta(days=7), 1, 10_000)
    assert share(book.find("repayment", day(2, 0))) == (0, 10_000)


def test_fines_and_other_income_repay_nothing():
    book = Weeks()
    book.lend(day(1), 1, 1, 10_000, [(day(2), 10_000)])
    book.move(day(2), "4120", -10_000, 1)
    book.move(day(2), "1210", -10_000, 1, 1, kind="expense")  # written off: no longer outstanding, never paid
    found = book.rows(day(3, 0))[-1]
    assert found.outstanding == 0
    assert share(book.find("repayment", day(3, 0))) == (0, 10_000)


def test_a_disbursement_taken_back_leaves_no_loan():
    book = Weeks()
    book.lend(day(1), 1, 1, 10_000, [(day(2), 10_000)])
    book.move(day(1), "1210", -10_000, 1, 1, kind="disbursement")
    assert book.rows(day(3))[-1].loans == {}
    assert not book.find("repayment", day(3, 0)).assessed


def test_a_settled_loan_whose_last_payment_is_taken_back_is_open_again():
    book = Weeks()
    book.lend(day(1), 1, 1, 20_000, [(day(2), 10_000), (day(3), 10_000)])
    book.pay(day(2), 1, 10_000)
    book.pay(day(3), 1, 10_000)
    book.pay(day(6), 1, -10_000)
    rows = book.rows(day(7))
    assert 1 not in rows[4].loans
    assert rows[5].loans[1] == LoanWeek(1, 20_000, 20_000, 20_000, 20_000, 10_000, 10_000, 1)
    assert share(book.find("repayment", day(5, 0))) == (20_000, 20_000)
    assert share(book.find("repayment", day(7, 0))) == (10_000, 20_000)


def test_cutting_a_stretch_never_counts_a_rupiah_twice():
    loan = LoanWeek(1, 1, 10, 30, 4, 22, 0, 0)
    assert repaid(loan, 22) == (12, 0, 8)
    assert repaid(loan, 27) == (12, 5, 3)
    assert repaid(loan, 99) == (12, 8, 0)
    assert repaid(loan, 15) == (5, 0, 15)
    assert repaid(loan, 3) == (0, 0, 20)
    assert overdue(loan, 22) == (6, 0)
    assert overdue(loan, 7) == (3, 3)
    assert overdue(LoanWeek(1, 1, 10, 30, 12, 22, 0, 0), 22) == (0, 0)


# Total, lights, grades


def test_the_total_weighs_what_is_assessed():
    book = worked_group()
    on = date(2026, 2, 2)
    heavy = policy(weight_savings=1, weight_meetings=0, weight_books=0, weight_lending=0, weight_repayment="0.5")
    assert book.judge(on, heavy).total == (Fraction(17, 20) + Fraction(1, 2) * Fraction(5, 6)) / Fraction(3, 2)
    nothing = policy(weight_savings=0, weight_meetings=0, weight_books=0, weight_lending=0, weight_repayment=0)
    assert book.judge(on, nothing).total is None
    assert book.judge(on, nothing).grade is None


def test_lights_and_grades_are_taken_from_unrounded_values():
    book = worked_group()
    on = date(2026, 2, 2)
    assert book.find("savings", on, policy(green="0.85")).light == "green"
    assert book.find("savings", on, policy(green="0.8501", amber="0.85")).light == "amber"
    total = book.judge(on).total
    assert total is not None
    assert rounded(100 * total, 1) == 72.7

    def exactly(**numbers: Fraction) -> PolicyNumbers:
        return replace(POLICY, **numbers)

    assert book.judge(on, exactly(grade_a=total)).grade == "C"  # A is above, not from
    assert book.judge(on, exactly(grade_a=total, grade_b=total)).grade == "B"
    assert book.judge(on, exactly(grade_a=total - Fraction(1, 10**9), grade_b=total)).grade == "A"


def test_rounding_is_half_up():
    assert [rounded(Fraction(n, 1000), 2) for n in (5, 14, 15, 25)] == [0.01, 0.01, 0.02, 0.03]
    assert rounded(Fraction(85, 100), 1) == 0.9
    assert rounded(Fraction(12345, 100000), 4) == 0.1235


def test_a_single_week_is_judged_by_itself():
    book = worked_group()
    rows = book.rows(date(2026, 2, 2))
    scores = [[f.score for f in of_one_week(row, rows[-1], POLICY)] for row in rows[:4]]
    assert scores[0][:3] == [Fraction(9, 10), Fraction(1, 2) + Fraction(1, 2) * Fraction(4, 5), 1]
    assert scores[2][:3] == [Fraction(1, 2), 0, 0]
    assert [week[4] for week in scores] == [None, 1, Fraction(1, 2), 1]
    assert scores[0][3] == Fraction(1, 2) * Fraction(100_000, 153_000) / Fraction(4, 5) + Fraction(1, 2) * Fraction(
        1, 4
    )


def test_no_more_weeks_are_looked_at_than_the_policy_asks_for():
    rows = Weeks().rows(day(30))
    assert [len(assessed_weeks(rows, n, day(30))) for n in (1, 12, 52)] == [1, 12, 29]


def test_weeks_in_a_row_without_a_sheet_leave_holidays_aside():
    book = Weeks(holidays=frozenset({day(3, 0)}))
    book.meet(day(1))
    book.meet(day(6))
    assert [row.without_sheet for row in book.rows(day(6))] == [0, 1, 1, 2, 3, 0]
    assert [row.last_meeting for row in book.rows(day(6))] == [day(1)] * 5 + [day(6)]
