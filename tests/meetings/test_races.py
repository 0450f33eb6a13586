"""Two people, one entry: one correction is written, the other is told."""

import threading
from datetime import UTC, date, datetime
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import connection

from ledger import verify
from ledger.models import Account
from meetings.models import Correction, HandOver, Meeting
from meetings.services import correct_hand_over, post_sheet
from meetings.sheet import Row, Sheet
from tests.factories import GroupFactory, treasurer

AT, FIRST = datetime(2026, 1, 8, 9, tzinfo=UTC), date(2026, 1, 8)


def test_two_who_correct_one_entry_at_once_write_one_correction(fresh_database):
    group = GroupFactory(members=2)
    sheet = Sheet(FIRST, (Row(1, "H", weekly=2_000), Row(2, "H")))
    post_sheet(group=group, key=uuid4(), sheet=sheet, by=None, at=AT)
    start, outcomes = threading.Barrier(2), []

    def act(weekly):
        try:
            hand_over = HandOver.objects.select_related("meeting__group", "entry", "member").get(member__no=1)
            start.wait()
            correct_hand_over(
                hand_over=hand_over, row=Row(1, weekly=weekly), reason="salah", key=uuid4(), by=None, at=AT
            )
            outcomes.append("written")
        except ValidationError as refusal:
            outcomes.append(refusal.error_list[0].code)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(weekly,)) for weekly in (3_000, 4_000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["reversed", "written"]
    assert Correction.objects.count() == 1
    assert list(verify.problems([group.book_id])) == []


def test_two_treasurers_who_send_one_week_at_once_write_one_sheet(fresh_database):
    """Two people with sheets of their own, and one of them twice: one is in the book, and nothing of the other."""
    group = GroupFactory(members=2)
    people = [treasurer(group), treasurer(group)]
    ours, theirs = uuid4(), uuid4()
    sent = [(people[0], ours, 2_000), (people[0], ours, 2_000), (people[1], theirs, 3_000)] * 2
    start, outcomes = threading.Barrier(len(sent)), []

    def act(by, key, weekly):
        try:
            connection.ensure_connection()
            start.wait()
            meeting = post_sheet(
                group=group, key=key, sheet=Sheet(FIRST, (Row(1, "H", weekly=weekly), Row(2, "H"))), by=by, at=AT
            )
            outcomes.append((key, meeting.pk))
        except ValidationError as refusal:
            outcomes.append((key, refusal.error_list[0].code))
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=each) for each in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    meeting = Meeting.objects.get()
    won = meeting.submission.key
    assert sorted(outcomes, key=str) == sorted(
        [(key, meeting.pk if key == won else "already_posted") for _by, key, _weekly in sent], key=str
    )
    assert Account.objects.get(book=group.book_id, code="1110").balance == (2_000 if won == ours else 3_000)
    assert list(verify.problems([group.book_id])) == []
