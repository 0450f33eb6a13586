"""What stands in the book: the receipt and the filled sheet."""

from datetime import date
from urllib.parse import quote

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from groups import clock
from groups.access import GroupRequest, group_view
from groups.dates import format_time, format_week
from groups.models import Group, Member
from groups.money import format_rupiah, terbilang
from groups.permissions import Permission, permission_names
from loans.selectors import decided_on
from meetings import selectors
from meetings.models import Meeting


@require_GET
@group_view(Permission.VIEW_GROUP)
def receipt(request: GroupRequest, on: date) -> HttpResponse:
    """What the server wrote: numbers, totals in figures and words, the book's fingerprint."""
    meeting = selectors.posted(request.group, on)
    if meeting is None:
        raise Http404
    book = selectors.posted_sheet(meeting)
    text = _whatsapp(request.group, meeting, book)
    return render(
        request,
        "meetings/receipt.html",
        {
            "meeting": meeting,
            "book": book,
            "monday": meeting.week_start,
            "stamp_date": clock.local(meeting.posted_at, request.group).date(),
            "stamp_time": format_time(meeting.posted_at, request.group.zone),
            "whatsapp": f"https://wa.me/?text={quote(text)}",
            "permissions": permission_names(request.permissions),
        },
    )


def _whatsapp(group: Group, meeting: Meeting, book: selectors.PostedSheet) -> str:
    """Group totals only, no names: what may leave the group."""
    first, last = meeting.submission.first_number, meeting.submission.last_number
    numbers = f"No. {first}–{last}" if first else "–"
    for word, others in (("tanpa", book.dropped), ("dengan", book.added)):
        numbers += f", {word} {', '.join(map(str, others))}" if others else ""
    present = sum(1 for status in book.attendance.values() if status == "H")
    lines = [
        f"*{group.name}*",
        f"Lembar pekan {format_week(meeting.week_start)}",
        f"Hadir {present} dari {len(book.attendance)}",
        f"Masuk {format_rupiah(book.money_in)} ({terbilang(book.money_in)} rupiah)",
        f"Keluar {format_rupiah(book.money_out)}",
        f"Kas {format_rupiah(meeting.cash_counted if meeting.cash_counted is not None else book.cash_expected)}",
        *(
            [f"Selisih {'kurang' if meeting.difference < 0 else 'lebih'} {format_rupiah(abs(meeting.difference))}"]
            if meeting.difference
            else []
        ),
        f"{numbers} · sidik {book.digest[:4]} {book.digest[4:8]}",
    ]
    return "\n".join(lines)


@require_GET
@group_view(Permission.VIEW_GROUP)
def posted_sheet(request: GroupRequest, on: date) -> HttpResponse:
    """The filled sheet as it stands now, line by line, with corrections."""
    group = request.group
    meeting = selectors.posted(group, on)
    if meeting is None:
        raise Http404
    book = selectors.posted_sheet(meeting)
    members = {m.no: m for m in Member.objects.filter(group=group)}
    by_member: dict[int, list[selectors.PostedLine]] = {}
    for line in book.lines:
        if line.member:
            by_member.setdefault(line.member.no, []).append(line)
    rows = [(members[no], status, by_member.pop(no, [])) for no, status in sorted(book.attendance.items())]
    rows += [(members[no], "", lines) for no, lines in sorted(by_member.items())]
    at = clock.local(meeting.posted_at, group)
    return render(
        request,
        "meetings/posted_sheet.html",
        {
            "meeting": meeting,
            "book": book,
            "written": f"{at:%d-%m-%Y}, {format_time(at, group.zone)}",
            "rows": rows,
            "difference": getattr(meeting, "cash_difference", None),
            "on_loans": decided_on(group, [on])[on],
            "follow_ups": meeting.follow_ups.select_related("owner"),
            "permissions": permission_names(request.permissions),
        },
    )
