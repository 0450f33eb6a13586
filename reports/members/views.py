"""Papers and screens of what members read and hear of their own books."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from groups import clock
from groups.access import GroupRequest, group_view
from groups.models import Member
from groups.permissions import Permission
from meetings.models import Meeting
from reports import papers
from reports.forms import PaperForm
from reports.members.balances import balances_paper
from reports.members.corrections import corrections_paper
from reports.members.house import guest_book, inventory_book, officers_book
from reports.members.passbook import member_by_number, members_in, passbook_papers, passbooks
from reports.members.period import BlankForm, PeriodForm
from reports.views import in_indonesian, on_paper


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def balances(request: GroupRequest, on: date) -> HttpResponse:
    """Lembar baca saldo of a day."""
    if not papers.within_life(request.group, on):
        raise Http404
    paper = balances_paper(request.group, on, clock.now())
    return on_paper(request, "members/balances", {"sheet": paper, "group": request.group})


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def corrections(request: GroupRequest) -> HttpResponse:
    """The corrections written in a period."""
    form = PeriodForm(request.GET, today=clock.today(request.group))
    paper = corrections_paper(request.group, form.period, clock.now())
    return on_paper(request, "members/corrections", {"paper_of": paper, "group": request.group, "form": form})


@require_GET
@group_view(Permission.VIEW_GROUP)
def passbooks_list(request: GroupRequest) -> HttpResponse:
    """Whose passbook to open; and all of them on paper."""
    form = PeriodForm(request.GET, today=clock.today(request.group))
    members = members_in(request.group, form.period)
    return render(request, "reports/members/passbooks.html", {"form": form, "members": members})


@require_GET
@group_view(Permission.VIEW_GROUP)
def passbook(request: GroupRequest, no: int) -> HttpResponse:
    """One member's passbook on screen."""
    member = _member(request, no)
    form = PeriodForm(request.GET, today=clock.today(request.group))
    (book,) = passbooks(request.group, [member], form.period)
    context = {"form": form, "book": book, "member": member}
    return render(request, "reports/members/passbook.html", context, status=422 if form.errors else 200)


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def passbook_paper(request: GroupRequest, no: int) -> HttpResponse:
    """One member's passbook on paper."""
    return _passbooks(request, [_member(request, no)])


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def passbooks_paper(request: GroupRequest) -> HttpResponse:
    """All members' passbooks in one go, each on pages of its own."""
    form = PeriodForm(request.GET, today=clock.today(request.group))
    return _passbooks(request, members_in(request.group, form.period))


def _passbooks(request: GroupRequest, members: list[Member]) -> HttpResponse:
    form = PeriodForm(request.GET, today=clock.today(request.group))
    found = passbook_papers(request.group, members, form.period, clock.now())
    context = {"books": found, "pages": found.pages(PaperForm.size(request.GET)), "form": form, "group": request.group}
    return on_paper(request, "members/passbook_paper", context)


def _member(request: GroupRequest, no: int) -> Member:
    member = member_by_number(request.group, no)
    if member is None:
        raise Http404
    return member


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def guests(request: GroupRequest) -> HttpResponse:
    """The guest book of a period; `?blank=1` to be filled in by hand."""
    form = PeriodForm(request.GET, today=clock.today(request.group))
    blank = BlankForm(request.GET).is_blank
    book = guest_book(request.group, form.period, clock.now(), blank=blank)
    context = {"book": book, "form": form, "blank": blank, "group": request.group}
    return on_paper(request, "members/guests", context)


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def inventory(request: GroupRequest) -> HttpResponse:
    """What the group owned at the end of a period."""
    form = PeriodForm(request.GET, today=clock.today(request.group))
    book = inventory_book(request.group, form.period.until, clock.now())
    return on_paper(request, "members/inventory", {"book": book, "form": form, "group": request.group})


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def officers(request: GroupRequest) -> HttpResponse:
    """Who held which office in a period."""
    form = PeriodForm(request.GET, today=clock.today(request.group))
    book = officers_book(request.group, form.period, clock.now())
    return on_paper(request, "members/officers", {"book": book, "form": form, "group": request.group})


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def minutes_book(request: GroupRequest) -> HttpResponse:
    """All minutes of a period, in their order."""
    form = PeriodForm(request.GET, today=clock.today(request.group))
    period = form.period
    held = Meeting.objects.filter(group=request.group, on__gte=period.since, on__lte=period.until).order_by("on")
    every = papers.minutes_papers(request.group, list(held), clock.now())
    return on_paper(request, "members/minutes_book", {"every": every, "form": form, "group": request.group})
