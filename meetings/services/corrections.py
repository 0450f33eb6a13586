"""What every correction has in common: a reason, a day that is open, a row of its own, and members to ask again."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from groups.models import Group, Member
from ledger.models import Book, Submission
from meetings.models import Correction, HandOver, Meeting, Reconfirmation
from meetings.services.posting import HANDOVER


def require(reason: str) -> None:
    """Refuse a correction without its reason."""
    if not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Write why it is corrected."), code="reason_required")})


def day_of(book: Book, on: date, current: date | None) -> date:
    """Return the day a correction is dated: the original's while that is open, else `current`; None refuses."""
    if book.closed_through is None or on > book.closed_through:
        return on
    if current is None:
        raise ValidationError(
            _("The book is closed through %(on)s. Ask the coordinator to correct it in the current period."),
            code="closed",
            params={"on": book.closed_through.strftime("%d-%m-%Y")},
        )
    return current


def judge_member(meeting: Meeting, member: Member, kind: str) -> None:
    """Refuse somebody who was no member that day, and one whose hand-over or withdrawal of the meeting stands."""
    if member.group_id != meeting.group_id or not member.is_active_on(meeting.on):
        refusal = ValidationError(_("She is not a member on that day."), code="not_member")
        raise ValidationError({"member": refusal})
    standing = HandOver.objects.filter(
        meeting=meeting, member=member, entry__kind=kind, entry__reverses=None, entry__reversed_by=None
    ).select_related("entry")
    if one := standing.first():
        stands = (
            _("Her hand-over of that day is entry %(number)s. Correct that one.")
            if kind == HANDOVER
            else _("Her withdrawal of that day is entry %(number)s. Correct that one.")
        )
        refusal = ValidationError(stands, code="stands", params={"number": one.entry.number})
        raise ValidationError({"member": refusal})


def write_down(
    *, meeting: Meeting, submission: Submission, kind: str, reason: str, members: Iterable[Member]
) -> Correction:
    """Give the correction of a sheet its row and ask the members it touches again at a meeting."""
    return _write(meeting.group, meeting, submission, kind, reason, members)


def write_down_outside(
    *, group: Group, submission: Submission, kind: str, reason: str, members: Iterable[Member]
) -> Correction:
    """The same for what was written outside the sheets."""
    return _write(group, None, submission, kind, reason, members)


def _write(
    group: Group, meeting: Meeting | None, submission: Submission, kind: str, reason: str, members: Iterable[Member]
) -> Correction:
    correction = Correction.objects.create(
        group=group, meeting=meeting, submission=submission, kind=kind, reason=reason.strip()[:200]
    )
    Reconfirmation.objects.bulk_create(Reconfirmation(correction=correction, member=member) for member in members)
    return correction
