"""Weeks that are looked back on in brief say what they say whole, until something falls."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from compliance.facts import Week
from compliance.models import GroupWeek
from compliance.rules import evaluate, in_brief, tally
from compliance.services import refresh_book
from ledger.services import Leg
from tests.compliance.test_services import EVERYBODY, at, old_loan, worked_group
from tests.compliance.village import assert_rows_are_what_the_books_say, found_group, kept, meet, post
from tests.compliance.weeks import POLICY, Weeks, day

pytestmark = pytest.mark.django_db
LAST = 14
LENT = {1: 1, 2: 3, 3: 6}  # loan and member → week
TERM = 7

amounts = st.sampled_from([0, 0, 1000, 2000, 2000, 2000, 4000, 5000])
payments = st.sampled_from([0, 1000, 2500, 2500, 5000, 9000])
corrections = st.sampled_from([0, 0, 0, 0, 0, 0, -2000, 1500])
seldom = st.sampled_from([False, False, False, False, True])


@st.composite
def stories(draw):
    """Three members who save and pay as they like, each with a loan: prepaid, late, taken back, waived, written off."""
    book = Weeks(3, draw(st.sampled_from([2000, 2000, 0])), holidays=frozenset({day(draw(st.integers(4, 8)), 0)}))
    for no, lent in LENT.items():
        prior = draw(st.sampled_from([0, 2500]))
        began = lent - 3 if prior else lent  # an older loan, opened with its rest
        due = [(day(began + n), 2500) for n in range(1, TERM + 1)]
        kind = "opening" if prior else "disbursement"
        book.lend(day(lent), no, no, 2500 * TERM - prior, due, prior=prior, kind=kind)
        if draw(seldom):
            book.close(day(draw(st.integers(lent + 1, LAST))), no)
        for on in sorted(draw(st.lists(st.integers(lent, LAST), max_size=2))):
            book.waive(day(on), no, draw(st.integers(0, TERM - 1)), 500)
    for week in range(1, LAST + 1):
        for no, lent in LENT.items():
            book.save(day(week), draw(amounts), no)
            book.save(day(week, 5), draw(corrections), no)
            if week > lent:
                book.pay(day(week), no, draw(payments))
                book.pay(day(week, 5), no, draw(corrections))
        if draw(st.booleans()):
            book.meet(day(week), present=draw(st.integers(0, 3)), minuted=draw(st.booleans()))
    return book


def kept_in_brief(row):
    return Week.from_json(json.loads(json.dumps(in_brief(row).as_json())))


@given(stories(), st.integers(0, 6))
def test_an_evaluation_looks_back_on_weeks_in_brief_as_on_whole_ones(book, weekday):
    rows = book.rows(day(LAST, weekday))
    for n, last in enumerate(rows):
        fallen = max((m for m in range(n + 1) if rows[m].fell), default=0)  # what lies before it is looked at whole
        past = [row if m < fallen else kept_in_brief(row) for m, row in enumerate(rows[:n])]
        assert evaluate([*past, last], POLICY, last.through) == evaluate(rows[: n + 1], POLICY, last.through)


def test_what_every_later_week_sees_alike_is_counted_and_the_rest_is_told():
    book = Weeks()
    for loan, member in ((1, 4), (2, 5)):
        book.lend(day(1), loan, member, 20_000, [(day(n), 10_000) for n in (2, 3)])
    book.save(day(2), 4000, 1, 2, 3)
    book.pay(day(2), 1, 10_000)
    book.pay(day(3), 2, 20_000)
    rows = book.rows(day(3, 6))
    brief = in_brief(rows[1])
    assert (list(brief.members), list(brief.loans), brief.settled) == ([4, 5], [2], ((3, 0, 0), (10_000, 0, 0)))
    assert tally(brief, rows[1]) == tally(rows[1], rows[1]) == ((3, 0, 2), (10_000, 0, 10_000))
    assert tally(brief, rows[2]) == ((3, 0, 2), (10_000, 10_000, 0))
    assert list(in_brief(rows[2]).loans) == [1, 2]  # one lacks the second instalment, the other lacked the first


def fell(change, *, week=4):
    """Whether a week in which this happened to two loans and savings well kept until then is marked."""
    book = Weeks()
    for loan, member in ((1, 1), (2, 2)):
        book.lend(day(1), loan, member, 20_000, [(day(n), 10_000) for n in (2, 3)])
        book.pay(day(2), loan, 10_000)
        book.pay(day(3), loan, 10_000)
    book.save(day(1), 20_000, 1, 2, 3, 4, 5)
    change(book)
    rows = book.rows(day(week, 6))
    assert not any(row.fell for row in rows[:-1])
    return rows[-1].fell


def test_a_week_is_marked_when_sums_of_earlier_ones_fall():
    assert not fell(lambda book: None)
    assert not fell(lambda book: book.save(day(4), 2000, 1))
    assert not fell(lambda book: book.lend(day(4), 3, 3, 5000, [(day(5), 5000)]))
    assert fell(lambda book: book.save(day(4), -2000, 1))
    assert fell(lambda book: book.pay(day(4), 1, -10_000))
    assert fell(lambda book: book.move(day(4), "1210", -20_000, 1, 1, "disbursement"))
    assert fell(lambda book: book.waive(day(3), 1, 1, 500), week=3)
    assert fell(lambda book: book.pay(day(6), 1, 1000), week=6)  # it had left the facts, and is back
    assert fell(lambda book: book.lend(day(4), 3, 3, 5000, [(day(3), 5000)]))  # weeks before may hold what was due


def test_savings_taken_back_in_an_open_week_uncover_weeks_long_ago():
    group = found_group()
    for week in range(1, 6):
        meet(group, day(week), EVERYBODY)
    assert at(group, 5)["scores"][0] == 1.0
    post(group, day(6), "handover", Leg("2110", 6000, 1), Leg("1110", -6000))
    assert at(group, 5)["scores"][0] == 1.0
    assert at(group, 6)["scores"][0] == 0.7333  # 22 of 30: of hers three more lack now, and all of the week's own
    assert_rows_are_what_the_books_say(group)
    meet(group, day(7), EVERYBODY | {1: 10_000})
    assert at(group, 7)["scores"][0] == 0.8143  # 28,5 of 35: she made all good, the others week 6
    assert_rows_are_what_the_books_say(group)
    with CaptureQueriesContext(connection) as queries:
        refresh_book(book_id=group.book_id, from_on=day(7))
    assert len(queries) == 4  # the weeks before are read whole once more


def test_weeks_that_were_kept_before_there_was_a_brief_are_read_whole():
    group = worked_group()
    for row in GroupWeek.objects.filter(group=group, facts__isnull=False):
        del row.facts["fell"]
        row.brief = None
        row.save()
    meet(group, day(5), EVERYBODY, pay={4: 5000})
    assert [brief is None for _week, facts, brief, *_shots in kept(group) if facts] == [True] * 4 + [False]
    closes = [row[-1] for row in kept(group)]
    meet(group, day(6), EVERYBODY)
    assert [row[-1] for row in kept(group)][:5] == closes[:5]
    newest = kept(group)[4:]
    refresh_book(book_id=group.book_id, from_on=day(1))
    assert kept(group)[4:] == newest
    assert_rows_are_what_the_books_say(group)


def test_a_loan_opened_in_the_middle_of_a_book_is_followed_alike():
    group = found_group()
    meet(group, day(1), EVERYBODY)
    old_loan(group, day(3))
    refresh_book(book_id=group.book_id, from_on=day(1))  # she asked for it before the first week
    for week in range(4, 9):
        meet(group, day(week), EVERYBODY, pay={2: 10_500} if week == 5 else {})
    assert_rows_are_what_the_books_say(group)
