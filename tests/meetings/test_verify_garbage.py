"""Sealed texts and rows replaced by anything at all: verification names them, goes on, and stops for nothing."""

import copy
import json
from copy import deepcopy
from uuid import uuid4

import pytest

from groups import clock
from ledger import verify
from ledger.models import Entry, Submission
from ledger.sealed import read
from meetings import sealed
from meetings.models import Contribution, Correction, Meeting
from meetings.services import correct_attendance, count_box, post_sheet, receive_money
from meetings.sheet import CashCount, FollowUpNote, Minutes, OtherMoney, Row, Sheet
from tests.factories import treasurer
from tests.ledger.village import by_force, named
from tests.meetings import village

pytestmark = [pytest.mark.django_db, pytest.mark.tampers]

GARBAGE = ["x", "", "[]", "[1]", "{}", "null", "7", '"minutes"', "[" * 100_000, '{"sheet":1}', "9" * 5_000, '{"a":NaN}']
WRONG = [None, 7, "x", [], {}, True, 1.5, [[]], {"x": []}, [None], "2026-02-30", -1]


def forge(submission: Submission, content: str) -> None:
    by_force(
        "UPDATE ledger_submission SET content = %s, content_hash = encode(sha256(convert_to(%s, 'UTF8')), 'hex')"
        " WHERE id = %s",
        content, content, submission.pk,
    )  # fmt: skip


@pytest.fixture(scope="module")
def group_of_the_file(whole_file):
    """A sheet with everything on it, its attendance put right, a fine outside it and a count of the box."""
    group = village.mawar()
    first = Meeting.objects.get(group=group)
    on, at = village.today(), clock.now()
    sheet = Sheet(
        on=on,
        rows=(
            Row(1, "H", weekly=5_000),
            Row(2, "H", fine=500),
            Row(3, "A", weekly=5_000),
            Row(4, "I"),
            Row(5, "S", voluntary=1_000),
        ),
        income=(OtherMoney("4190", "Lomba", 2_000),),
        expenses=(OtherMoney("5120", "Buku", 1_000),),
        count=CashCount(87_400, {50_000: 1}, "Wati", "Kurang", 2),
        minutes=Minutes("Simpanan", "Lama", "Beli buku", (FollowUpNote("Beli", 2, on),)),
    )
    post_sheet(group=group, key=uuid4(), sheet=sheet, by=None, at=at)
    told = {"reason": "Salah", "key": uuid4(), "by": None, "at": at}
    correct_attendance(meeting=first, attendance={1: "A"}, **told)
    receive_money(
        group=group, place="cash", code="4120", amount=1_000, payee="", memo="Denda", on=on, key=uuid4(), by=None,
        at=at, member=group.members.get(no=1),
    )  # fmt: skip
    count_box(
        group=group, counted=88_400, counted_by="Wati", counted_with="Sari", before_meeting=False, reason="",
        owner=None, on=on, key=uuid4(), by=None, at=at,
    )  # fmt: skip
    assert named() == set()
    return group


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


def everything_sealed(group) -> list[tuple[Submission, tuple[str, int]]]:
    """What was sealed of the group, and the row that speaks of it."""
    meetings = [(one.submission, ("meetings_meeting", one.pk)) for one in Meeting.objects.filter(group=group)]
    corrections = [(one.submission, ("meetings_correction", one.pk)) for one in Correction.objects.filter(group=group)]
    given = [(one.entry.submission, ("entry", one.entry.number)) for one in Contribution.objects.all()]
    return [*meetings, *corrections, *given]


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda one: one[:12])
def test_garbage_in_place_of_what_was_sent_is_named_with_its_row(group, garbage):
    for submission, row in everything_sealed(group):
        with_it = {row} if garbage else set()  # an erased text is named by the ledger alone
        forge(submission, garbage)
        found = named(group.book_id)
        assert ("submission", submission.pk) in found
        assert with_it <= found


def places(value: object, path: tuple = ()) -> list[tuple]:
    """Every place of a JSON value, as the path to it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deep for key, part in inside for deep in places(part, (*path, key)))]


def replaced(value: object, path: tuple, new: object) -> object:
    value = copy.deepcopy(value)
    place = value
    for key in path[:-1]:
        place = place[key]
    if new is KeyError:
        del place[path[-1]]
    else:
        place[path[-1]] = new
    return value


def test_what_is_wrong_deep_inside_raises_nothing(group):
    """Every key of every text once missing and once of every wrong type; the ledger names the text each time."""
    takes = [sealed.sheet, sealed.put_right, sealed.reason, sealed.giver, sealed.count, sealed.added_member]
    takes += [sealed.imported_book]
    for submission, _row in everything_sealed(group):
        told = json.loads(submission.content)
        for path in places(told)[1:]:
            for new in [KeyError, *WRONG]:
                for take in takes:
                    read(json.dumps(replaced(told, path, new)), take)
    meeting = Meeting.objects.filter(group=group).latest("on")
    told = json.loads(meeting.submission.content)
    for path in [("on",), ("minutes",), ("count", "pieces"), ("rows",), ("rows", 0), ("rows", 0, "member_no")]:
        for new in [KeyError, 7, "x", [], {}, None]:
            forge(meeting.submission, json.dumps(replaced(told, path, new)))
            assert ("meetings_meeting", meeting.pk) in named(group.book_id), (path, new)


@pytest.mark.parametrize("count", ["[]", "7", '"x"', "null", '{"x": [1]}'])
def test_a_count_that_is_none_is_named(group, count):
    meeting = Meeting.objects.filter(group=group).latest("on")
    by_force("UPDATE meetings_meeting SET count = %s WHERE id = %s", count, meeting.pk)
    assert ("meetings_meeting", meeting.pk) in named(group.book_id)


def test_a_meeting_that_names_a_submission_which_is_no_sheet_is_named(group):
    meeting = Meeting.objects.filter(group=group).latest("on")
    other = Submission.objects.filter(book=group.book_id, meeting=None).earliest("pk")
    for submission in (other.pk, 0):
        by_force("UPDATE meetings_meeting SET submission_id = %s WHERE id = %s", submission, meeting.pk)
        assert ("meetings_meeting", meeting.pk) in named(group.book_id)
        assert ("meetings_meeting", meeting.pk) in named()


def test_dates_and_amounts_beyond_all_measure_stop_nothing(group):
    entry = Entry.objects.filter(book=group.book_id).latest("number")
    by_force("SET CONSTRAINTS ALL IMMEDIATE")
    by_force("ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_on_in_calendar")
    by_force("ALTER TABLE ledger_submission DROP CONSTRAINT ledger_submission_at_in_calendar")
    for day in ("infinity", "-infinity", "0044-03-15 BC", "20000-01-01"):
        meeting = Meeting.objects.filter(group=group).values_list("pk", flat=True).latest("on")
        by_force('UPDATE meetings_meeting SET "on" = %s WHERE id = %s', day, meeting)
        assert ("meetings_meeting", meeting) in named(group.book_id), day
    for change in (
        "UPDATE ledger_entry SET \"on\" = 'infinity' WHERE id = %s",
        "UPDATE ledger_entry SET posted_at = '-infinity' WHERE id = %s",
        "UPDATE ledger_entry SET \"on\" = '0044-03-15 BC' WHERE id = %s",
        "UPDATE ledger_entry SET posted_at = '0044-03-15 BC' WHERE id = %s",
        "UPDATE ledger_posting SET amount = -9223372036854775808 WHERE entry_id = %s",
        "UPDATE ledger_entry SET reverses_id = id - 1 WHERE id = %s",
    ):
        by_force(change, entry.pk)
        assert ("entry", entry.number) in named(group.book_id), change
    for at in ("infinity", "0044-03-15 BC"):
        by_force("UPDATE ledger_submission SET posted_at = %s WHERE id = %s", at, entry.submission_id)
        assert ("submission", entry.submission_id) in named(group.book_id), at


def test_what_is_wrong_in_another_book_is_named_too(group):
    other = village.mawar(code="KSM-MELATI")
    meeting = Meeting.objects.filter(group=group).earliest("on")
    forge(meeting.submission, "{}")
    entry = Entry.objects.filter(book=other.book_id).latest("number")
    by_force(
        'INSERT INTO ledger_posting (book_id, entry_id, "on", account_id, amount)'
        ' SELECT book_id, entry_id, "on", account_id, amount FROM ledger_posting WHERE entry_id = %s',
        entry.pk,
    )
    found = {(one.book, one.table, one.row) for one in verify.problems()}
    assert {(group.book_id, "meetings_meeting", meeting.pk), (other.book_id, "entry", entry.number)} <= found


def test_the_page_of_the_closing_says_what_does_not_fit(group, client):
    meeting = Meeting.objects.filter(group=group).earliest("on")
    forge(meeting.submission, "[]")
    client.force_login(treasurer(group))
    page = client.get(f"/g/{group.code}/closing/", {"verify": 1})
    assert page.status_code == 200
