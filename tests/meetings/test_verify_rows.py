"""Rows beside the books that were changed, added or taken away are named: meetings, hand-overs, counts, differences."""

from copy import deepcopy
from datetime import timedelta
from uuid import uuid4

import pytest

from groups import clock
from ledger import verify
from ledger.models import Submission
from ledger.services import close
from meetings.models import BoxCount, CashDifference, Correction, HandOver, Meeting
from meetings.services import (
    add_hand_over,
    correct_difference,
    correct_hand_over,
    count_box,
    own_difference,
    post_sheet,
    settle_difference,
)
from meetings.sheet import CashCount, OtherMoney, Row, Sheet
from tests.ledger.village import by_force, named, named_if, settle
from tests.meetings import village
from tests.meetings.test_verify_garbage import forge

pytestmark = [pytest.mark.django_db, pytest.mark.tampers]


@pytest.fixture(scope="module")
def group_of_the_file(whole_file):
    """Two sheets, one with a difference; a hand-over corrected and one added; a count between; the past closed."""
    group = village.mawar()
    on, told = village.today(), {"by": None, "at": clock.now()}
    sheet = Sheet(
        on=on,
        rows=(Row(1, "H", weekly=5_000), Row(2, "H", fine=500), *(Row(no, "A") for no in (3, 4, 5))),
        income=(OtherMoney("4190", "Lomba", 2_000),),
        count=CashCount(82_000, {}, "Wati", "Kurang", 2),
    )
    meeting = post_sheet(group=group, key=uuid4(), sheet=sheet, **told)
    paid = HandOver.objects.get(meeting=meeting, member__no=1)
    why = {"reason": "Salah", "key": uuid4()}
    correct_hand_over(hand_over=paid, row=Row(1, weekly=6_000), **why, **told)
    added = Row(4, fine=1_000)
    add_hand_over(meeting=meeting, member=group.members.get(no=4), row=added, reason="Lupa", key=uuid4(), **told)
    count_box(
        group=group, counted=84_000, counted_by="Wati", counted_with="Sari", before_meeting=False, reason="",
        owner=None, on=on, key=uuid4(), **told,
    )  # fmt: skip
    close(book=group.book, on=on - timedelta(1), **told)
    settle()
    assert list(verify.problems()) == []
    return group


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


MEETING = [
    "counted_by = 'Julaika'",
    "cash_before = cash_before + 1",
    "cash_expected = cash_expected - 1",
    "posted_at = posted_at - interval '1 day'",
    "posted_by_id = NULL",
    "imported = true",
    "week_start = week_start - 7",
    "place = 'Masjid'",
]


@pytest.mark.parametrize("change", MEETING)
def test_a_meeting_changed_is_named(group, change, django_user_model):
    meeting = Meeting.objects.filter(group=group).latest("on")
    if "posted_by" in change:
        change = f"posted_by_id = {django_user_model.objects.create_user('lain', name='Lain').pk}"
    by_force(f"UPDATE meetings_meeting SET {change} WHERE id = %s", meeting.pk)
    assert named() == {("meetings_meeting", meeting.pk)}


def test_a_meeting_of_another_group_is_named(group):
    other = village.mawar(code="KSM-MELATI")
    meeting = Meeting.objects.filter(group=group).latest("on")
    by_force("UPDATE meetings_meeting SET group_id = %s WHERE id = %s", other.pk, meeting.pk)
    assert ("meetings_meeting", meeting.pk) in named()


def test_a_meeting_taken_away_with_all_that_is_its_own_is_named(group):
    meeting = Meeting.objects.filter(group=group).earliest("on")
    for table in ("handover", "attendance"):
        by_force(f"DELETE FROM meetings_{table} WHERE meeting_id = %s", meeting.pk)
    by_force("DELETE FROM meetings_meeting WHERE id = %s", meeting.pk)
    assert named() == {("submission", meeting.submission_id)}


def test_hand_overs_taken_away_or_given_to_another_are_named(group):
    for one in HandOver.objects.filter(meeting__group=group).select_related("entry"):
        by_force("DELETE FROM meetings_handover WHERE id = %s", one.pk)
        assert ("entry", one.entry.number) in named()
        one.save(force_insert=True)
        member = group.members.exclude(pk=one.member_id).latest("no")
        by_force("UPDATE meetings_handover SET member_id = %s WHERE id = %s", member.pk, one.pk)
        assert ("meetings_handover", one.pk) in named()
        where = Meeting.objects.filter(group=group).exclude(pk=one.meeting_id).get()
        by_force(
            "UPDATE meetings_handover SET member_id = %s, meeting_id = %s WHERE id = %s",
            one.member_id,
            where.pk,
            one.pk,
        )
        assert named() & {("meetings_handover", one.pk), ("entry", one.entry.number)}
        by_force("UPDATE meetings_handover SET meeting_id = %s WHERE id = %s", one.meeting_id, one.pk)
        assert named() == set()


def test_a_correction_without_its_row_is_named(group):
    corrections = "SELECT id FROM meetings_correction"
    for submission in Submission.objects.filter(correction__isnull=False).order_by("-pk"):
        by_force(
            f"DELETE FROM meetings_reconfirmation WHERE correction_id IN ({corrections} WHERE submission_id = %s)",
            submission.pk,
        )
        by_force("DELETE FROM meetings_correction WHERE submission_id = %s", submission.pk)
        assert ("ledger_submission", submission.pk) in named()


@pytest.mark.parametrize(
    "change", ["counted = counted + 1", "expected = expected + 1", "counted_by = 'Budi'", "before_meeting = true"]
)
def test_a_count_changed_is_named(group, change):
    count = BoxCount.objects.get(group=group)
    by_force(f"UPDATE meetings_boxcount SET {change}")
    assert named() == {("meetings_boxcount", count.pk)}


def test_a_count_taken_away_is_named(group):
    submission = BoxCount.objects.get(group=group).submission_id
    by_force("DELETE FROM meetings_boxcount")
    assert named() == {("submission", submission)}


def test_a_difference_changed_or_taken_away_is_named(group):
    difference = CashDifference.objects.get(group=group)
    by_force("UPDATE meetings_cashdifference SET amount = amount * 2")
    assert named() == {("meetings_cashdifference", difference.pk)}
    by_force("DELETE FROM meetings_cashdifference")
    assert named() == {("entry", difference.entry.number)}


def test_what_became_of_a_difference_is_what_was_sealed(group):
    difference = CashDifference.objects.latest("pk")
    told = {"by": None, "at": clock.now(), "key": uuid4(), "on": village.today()}
    ending = difference.endings[0][0]
    made = settle_difference(difference=difference, ending=ending, words="Ketemu", amount=200, **told)
    rest = settle_difference(difference=difference, ending=ending, words="Ketemu juga", **told | {"key": uuid4()})
    assert named() == set()
    for change in ("amount = amount + 1", '"on" = "on" + 1', "ending = 'kept'", "words = 'Lain'"):
        assert named_if("meetings_settlement", made.pk, change) == {("meetings_settlement", made.pk)}, change
    for change in ("resolved_on = resolved_on + 1", '"on" = "on" - 1'):
        assert named_if("meetings_cashdifference", difference.pk, change), change
    assert rest.amount > 0


def owner_is(group, no: int | None) -> str:
    return "owner_id = NULL" if no is None else f"owner_id = {group.members.get(no=no).pk}"


def found_between(group) -> CashDifference:
    told = {"by": None, "at": clock.now(), "key": uuid4(), "on": village.today(), "before_meeting": False}
    names = {"counted_by": "Wati", "counted_with": "Sari", "owner": group.members.get(no=2), "reason": " Belum ketemu "}
    return count_box(group=group, counted=83_000, **names, **told).cash_difference


@pytest.mark.parametrize("of_sheet", [True, False])
def test_why_a_difference_arose_and_who_looks_after_it_is_what_was_sealed(group, of_sheet):
    difference = CashDifference.objects.get(group=group) if of_sheet else found_between(group)
    mine = {("meetings_cashdifference", difference.pk)}
    assert (difference.owner.no, named()) == (2, set())
    stranger = village.mawar(code="KSM-MELATI").members.get(no=2)
    changes = ("reason = 'Lain'", owner_is(group, None), owner_is(group, 3), f"owner_id = {stranger.pk}")
    for change in changes:
        assert named_if("meetings_cashdifference", difference.pk, change) == mine, change
    for no in (3, 4):
        told = {"key": uuid4(), "by": None, "at": clock.now()}
        own_difference(difference=difference, owner=group.members.get(no=no), **told)
    assert named() == set()
    for change in (*changes, owner_is(group, 2)):
        assert named_if("meetings_cashdifference", difference.pk, change) == mine, change


def test_who_looks_after_a_corrected_difference_is_still_sealed_as_of_the_one_that_arose(group):
    difference = CashDifference.objects.get(group=group)
    told = {"by": None, "at": clock.now()}
    own_difference(difference=difference, owner=group.members.get(no=3), key=uuid4(), **told)
    amount = difference.amount + 100
    correct_difference(
        difference=difference, amount=amount, reason="Salah hitung", on=village.today(), key=uuid4(), **told
    )
    difference.refresh_from_db()
    assert named() == set()
    own_difference(difference=difference, owner=group.members.get(no=4), key=uuid4(), **told)
    assert named() == set()
    mine = {("meetings_cashdifference", difference.pk)}
    for change in ("reason = 'Salah hitung'", owner_is(group, 3)):
        assert named_if("meetings_cashdifference", difference.pk, change) == mine, change


@pytest.mark.parametrize("of_sheet", [True, False])
def test_another_owner_of_a_difference_from_before_owners_were_sealed_is_told_by_a_notice(group, of_sheet):
    """Whoever came to look after it then was not sealed."""
    difference = CashDifference.objects.get(group=group) if of_sheet else found_between(group)
    submission = difference.counted_in
    forge(submission, submission.content.replace('"owner_changes":"sealed",', ""))
    mine = ("meetings_cashdifference", difference.pk)

    def told(*, notice: bool) -> bool:
        return mine in {(one.table, one.row) for one in verify.problems() if one.notice is notice}

    assert not told(notice=True)
    by_force(f"UPDATE meetings_cashdifference SET {owner_is(group, 3)} WHERE id = %s", difference.pk)
    assert (told(notice=True), told(notice=False)) == (True, False)
    assert mine in named_if("meetings_cashdifference", difference.pk, "reason = 'Lain'")


@pytest.mark.parametrize("change", ["meeting_id = (SELECT min(id) FROM meetings_meeting)", "kind = 'withdrawal'"])
def test_a_correction_is_of_the_meeting_and_kind_of_what_it_corrects(group, change):
    correction = Correction.objects.get(kind="handover")
    assert ("meetings_correction", correction.pk) in named_if("meetings_correction", correction.pk, change)


def test_a_book_that_is_gone_is_missed(group):
    by_force("DELETE FROM ledger_book WHERE id = %s", group.book_id)
    assert ("book", group.book_id) in named()
