"""The papers of lending: each view reads one and prints it, in Indonesian, on A4 or F4."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from groups import clock
from groups.access import GroupRequest, group_view
from groups.dates import FIRST_YEAR, LAST_YEAR
from groups.permissions import Permission
from reports.forms import PaperForm
from reports.lending import papers
from reports.views import in_indonesian


def _print(request: GroupRequest, template: str, found: Any) -> HttpResponse:
    if found is None:
        raise Http404
    context = {"paper": PaperForm.size(request.GET), "one": found, "head": found.head, "group": request.group}
    return render(request, f"reports/lending/{template}.html", context)


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def application(request: GroupRequest, no: int) -> HttpResponse:
    """A member's application, filled in, to sign."""
    return _print(request, "application", papers.application(request.group, no, clock.now()))


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def agreement(request: GroupRequest, no: int) -> HttpResponse:
    """The agreement on a loan that was paid out."""
    return _print(request, "agreement", papers.agreement(request.group, no, clock.now()))


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def due(request: GroupRequest, monday: date) -> HttpResponse:
    """The instalments of a week. An address of another day than Monday is none."""
    if monday.weekday() != 0 or not FIRST_YEAR < monday.year < LAST_YEAR:
        raise Http404
    return _print(request, "due", papers.due_list(request.group, monday, clock.now()))
