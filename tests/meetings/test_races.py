"""Two people, one entry: one correction is written, the other is told."""

import threading
from datetime import UTC, date, datetime
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import connection

from ledger import verify
from meetings.models import Correction, HandOver
from meetings.services import correct_hand_over, post_sheet
from meetings.sheet import Row, Sheet
from tests.factories import GroupFactory

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
