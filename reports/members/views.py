"""Papers and screens of what members read and hear of their own books."""

from datetime import date

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from groups import clock
from groups.access import GroupRequest, group_view
from groups.permissions import Permission
from reports import papers
from reports.members.balances import balances_paper
from reports.members.corrections import corrections_paper
from reports.members.period import PeriodForm
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
