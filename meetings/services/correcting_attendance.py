"""Who came, put right after the sheet was sent. No money moves, yet what changes is sealed like the sheet itself."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Member
from ledger import services as ledger
from ledger.announce import announce, one_announcement
from meetings.models import Attendance, Correction, Meeting
from meetings.services.corrections import day_of, require, write_down

if TYPE_CHECKING:
    from users.models import User


def correct_attendance(
    *,
    meeting: Meeting,
    attendance: Mapping[int, str],
    reason: str,
    key: UUID,
    by: "User | None",
    at: datetime,
    current: date | None = None,
) -> Correction:
    """Put right who came to a meeting: `attendance` is H, I, S or A by member number, for those it names.

    The submission holds old and new of each that changed. Refused: no reason, nothing changed, a sign that is none,
    somebody who was no member that day, a closed day without `current`.
    """
    require(reason)
    group = meeting.group
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(group.book_id)
        if earlier := Correction.objects.filter(submission__book=book, submission__key=key).first():
            return earlier
        day_of(book, meeting.on, current)
        held = dict(Attendance.objects.filter(meeting=meeting).values_list("member__no", "status"))
        members = {m.no: m for m in Member.objects.filter(group=group).active_on(meeting.on)}
        changes = {no: (held.get(no, ""), status) for no, status in attendance.items() if held.get(no, "") != status}
        for no, (_old, status) in changes.items():
            if no not in members:
                raise ValidationError({f"a{no}": ValidationError(_("She is not a member on that day."), code="member")})
            if status not in Attendance.Status.values:
                raise ValidationError({f"a{no}": ValidationError(_("Choose H, I, S or A."), code="status")})
        if not changes:
            raise ValidationError(_("Nothing is changed."), code="unchanged")
        sealed = {str(no): list(change) for no, change in sorted(changes.items())}
        text = ledger.canonical_content({"attendance_correction": sealed, "meeting": meeting.on, "reason": reason})
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=[], by=by, at=at)
        for no, (_old, status) in changes.items():
            Attendance.objects.update_or_create(meeting=meeting, member=members[no], defaults={"status": status})
        correction = write_down(
            meeting=meeting,
            submission=receipt.submission,
            kind=Correction.Kind.ATTENDANCE,
            reason=reason,
            members=[members[no] for no in sorted(changes)],
        )
        announce(book.pk, meeting.on)
        return correction
