"""What has no column at all."""

from django.utils.translation import gettext as _

from groups.dates import format_date
from groups.money import format_rupiah
from reports.exporting.fitting.fitted import Fitting


def name_words(fitting: Fitting) -> None:
    for on, meeting in fitting.told.meetings.items():
        if meeting.discussion.strip():
            fitting.leave("words", _("What was discussed"), meeting.discussion, on)
        if meeting.manner:
            fitting.leave("words", _("How it was decided"), meeting.get_manner_display(), on)
        if meeting.counted_by:
            fitting.leave("words", _("Who counted the cash"), meeting.counted_by, on)
        if meeting.count:
            pieces = ", ".join(f"{pieces} × {format_rupiah(int(value))}" for value, pieces in meeting.count.items())
            fitting.leave("words", _("Notes and coins"), pieces, on)
    for note in fitting.told.follow_ups:
        parts = [
            note.what,
            note.owner.name if note.owner else None,
            format_date(note.due_on) if note.due_on else None,
            _("done on %(on)s") % {"on": format_date(note.done_on)} if note.done_on else None,
        ]
        fitting.leave("words", _("Follow-up"), ", ".join(filter(None, parts)), note.meeting.on)
    _words_on_differences(fitting)
    _words_on_requests(fitting)
    for one in fitting.told.others:
        fitting.leave("money" if one.of_balance else "words", one.what, one.says, one.on)


def _words_on_differences(fitting: Fitting) -> None:
    standing = {one.number for one in fitting.told.entries} - {one.reverses for one in fitting.told.entries}
    for one in fitting.told.differences:
        if one.entry.number != fitting.differences.get(one.on):
            what = _("Cash difference that was taken back")
            if one.entry.number in standing:
                what = _("Another cash difference of that day")
            fitting.leave("words", what, f"{format_rupiah(one.amount)}: {one.reason}", one.on)
        if one.owner:
            fitting.leave("words", _("Who follows a cash difference up"), one.owner.name, one.on)
        if one.resolved_on:
            says = f"{format_date(one.resolved_on)}: {one.resolution}"
            fitting.leave("words", _("How a cash difference ended"), says, one.on)


def _words_on_requests(fitting: Fitting) -> None:
    lent = {owed.loan.request_id for owed in fitting.told.loans.values()}
    for request in fitting.told.requests:
        if request.pk not in lent:
            says = f"{request.member.name}, {format_rupiah(request.amount)}, {request.get_status_display()}"
            more = "; ".join(filter(None, [says, request.purpose, request.decision]))
            fitting.leave("words", _("Loan request"), more, request.requested_on)
