"""Attendance and minutes changed behind the sheet's back are found, by the meeting they belong to."""

import pytest
from django.db import connection

from ledger import verify
from meetings.models import Meeting
from tests.meetings import village

pytestmark = [pytest.mark.django_db, pytest.mark.tampers]


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE meetings_attendance SET status = 'A' WHERE id = (SELECT min(id) FROM meetings_attendance)",
        "DELETE FROM meetings_attendance WHERE id = (SELECT min(id) FROM meetings_attendance)",
        "UPDATE meetings_meeting SET decisions = 'Semua setuju'",
        "UPDATE meetings_meeting SET agenda = ''",
        "UPDATE meetings_meeting SET cash_counted = cash_counted - 1",
        "UPDATE meetings_meeting SET count = '{\"1000\": 5}'",
        'UPDATE meetings_meeting SET "on" = "on" - 1',
    ],
)
def test_a_forged_meeting_is_named(forgery):
    group = village.mawar()
    meeting = Meeting.objects.get(group=group)
    assert list(verify.problems([group.book_id])) == []
    with connection.cursor() as cursor:
        cursor.execute(forgery)
    found = [(one.table, one.row) for one in verify.problems([group.book_id])]
    assert ("meetings_meeting", meeting.pk) in found
