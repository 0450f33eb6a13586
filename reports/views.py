"""Papers: each view reads one and prints it, in Indonesian, on A4 or F4."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_GET

from groups import clock
from groups.access import BkmRequest, GroupRequest, bkm_view, group_view
from groups.dates import FIRST_YEAR, LAST_YEAR, week_start
from groups.models import Group
from groups.pages import PageForm
from groups.permissions import Permission
from meetings import selectors as meetings
from meetings.models import Meeting
from reports import kwitansi, papers
from reports.forms import PaperForm

PER_PAGE = 13
SLIPS_PER_PAGE = 6


def in_indonesian(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer in Indonesian whatever the language of the screen: what is printed is read in the village."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override("id"):
            response = view(request, *args, **kwargs)
        response["Content-Language"] = "id"
        return response

    return answered


def on_paper(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"reports/{template}.html", {"paper": PaperForm.size(request.GET), **context})


def _day(group: Group, on: date) -> date:
    """Refuse a day outside the group's life."""
    if not papers.within_life(group, on):
        raise Http404
    return on


def _posted(group: Group, on: date) -> Meeting:
    """Return the meeting whose sheet is in the book, with the group as the gate found it; else there is no paper."""
    meeting = meetings.posted(group, on)
    if meeting is None:
        raise Http404
    meeting.group = group
    return meeting


@require_GET
@group_view(Permission.PRINT_PAPERS)
def group_papers(request: GroupRequest) -> HttpResponse:
    """What can be printed: forms for this week and the next, and the papers of past meetings."""
    page = Paginator(meetings.meetings_of(request.group), PER_PAGE).get_page(PageForm.number(request.GET))
    today = clock.today(request.group)
    context = {
        "days": papers.coming_days(request.group, today),
        "mondays": [week_start(today) + timedelta(weeks=n) for n in (0, 1)],
        "page": page,
        "group": request.group,
    }
    return render(request, "reports/papers.html", context)


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def attendance(request: GroupRequest, on: date) -> HttpResponse:
    """The attendance list of a meeting, to be signed."""
    paper = PaperForm.size(request.GET)
    sheet = papers.attendance_sheet(request.group, _day(request.group, on), clock.now(), paper)
    return on_paper(request, "attendance", {"sheets": [sheet], "group": request.group, "on": on})


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def blank_sheet(request: GroupRequest, on: date) -> HttpResponse:
    """The weekly sheet to fill in by hand."""
    return on_paper(
        request,
        "blank_sheet",
        {"sheet": papers.blank_sheet(request.group, _day(request.group, on), clock.now()), "group": request.group},
    )


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def posted_sheet(request: GroupRequest, on: date) -> HttpResponse:
    """The sheet as it stands in the book, corrections marked."""
    sheet = papers.posted_paper(_posted(request.group, on), clock.now())
    return on_paper(request, "posted_sheet", {"sheet": sheet, "group": request.group})


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def minutes(request: GroupRequest, on: date) -> HttpResponse:
    """The minutes of a meeting."""
    paper = papers.minutes_paper(_posted(request.group, on), clock.now())
    return on_paper(request, "minutes", {"minutes": paper, "group": request.group})


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def receipt(request: GroupRequest, on: date) -> HttpResponse:
    """The receipt of the whole sheet, twice, with a line to cut along."""
    paper = papers.sheet_receipt(_posted(request.group, on), clock.now())
    return on_paper(request, "receipt", {"receipt": paper, "group": request.group})


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def receipts(request: GroupRequest, on: date) -> HttpResponse:
    """The receipts of all members at a meeting as they stand, six to a page."""
    found = kwitansi.kwitansi_of(_posted(request.group, on), clock.now())
    standing = [one for one in found if one.correction is None]
    if not standing:
        raise Http404
    pages = [standing[n : n + SLIPS_PER_PAGE] for n in range(0, len(standing), SLIPS_PER_PAGE)]
    return on_paper(request, "kwitansi", {"pages": pages, "head": standing[0].head, "group": request.group})


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def member_receipt(request: GroupRequest, number: int) -> HttpResponse:
    """One member's receipt by its entry's number, also of a hand-over that was corrected since."""
    hand_over = meetings.hand_over_by_number(request.group, number)
    if hand_over is None or hand_over.member is None:
        raise Http404
    found = kwitansi.kwitansi_of(_posted(request.group, hand_over.meeting.on), clock.now())
    one = next(one for one in found if one.entry.number == number)
    return on_paper(request, "kwitansi", {"pages": [[one]], "single": True, "head": one.head, "group": request.group})


@require_GET
@bkm_view(Permission.VIEW_BKM)
def bkm_papers(request: BkmRequest) -> HttpResponse:
    """What a facilitator prints for the groups of a BKM."""
    monday = week_start(clock.today())
    groups = Group.objects.filter(bkm=request.bkm).active_on(clock.today()).order_by("name", "code")
    return render(
        request,
        "reports/bkm_papers.html",
        {"mondays": [monday, monday + timedelta(weeks=1)], "groups": groups, "bkm": request.bkm},
    )


@require_GET
@bkm_view(Permission.VIEW_BKM)
@in_indonesian
def bkm_attendance(request: BkmRequest, monday: date) -> HttpResponse:
    """The attendance lists of all groups of a BKM for one week. An address of another day than Monday is none."""
    if monday.weekday() != 0 or not FIRST_YEAR < monday.year < LAST_YEAR:
        raise Http404
    week = papers.week_of_sheets(request.bkm, monday, clock.now(), PaperForm.size(request.GET))
    return on_paper(
        request, "attendance", {"sheets": week.sheets, "off": week.off, "bkm": request.bkm, "monday": monday}
    )
