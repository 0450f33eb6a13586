"""The books on screen, on paper and as workbooks. Each view: gate, form, one call, answer."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from groups.access import BkmRequest, GroupRequest, bkm_view, group_view
from groups.dates import format_time
from groups.permissions import Permission
from reports.statements.entry import entry_page
from reports.statements.keeper import Keeper, keeper_of


@require_GET
@group_view(Permission.VIEW_GROUP)
def entry(request: GroupRequest, number: int) -> HttpResponse:
    """One entry of a group's book."""
    return _entry(request, keeper_of(request), number)


@require_GET
@bkm_view(Permission.VIEW_BKM)
def upk_entry(request: BkmRequest, number: int) -> HttpResponse:
    """One entry of a UPK's book."""
    return _entry(request, keeper_of(request), number)


def _entry(request: HttpRequest, keeper: Keeper, number: int) -> HttpResponse:
    found = entry_page(keeper, number)
    if found is None:
        raise Http404
    at = keeper.local(found.entry.posted_at)
    context = {"keeper": keeper, "found": found, "entry": found.entry, "at": at, "time": format_time(at, keeper.zone)}
    context |= {
        "previous": keeper.url("entry", found.previous) if found.previous else "",
        "following": keeper.url("entry", found.following) if found.following else "",
        "reverses": keeper.url("entry", found.entry.reverses.number) if found.entry.reverses else "",
        "reversed_by": keeper.url("entry", found.reversed_by.number) if found.reversed_by else "",
        "may_correct": Permission.CORRECT in request.permissions,  # type: ignore[attr-defined]
    }
    return render(request, "reports/statements/entry.html", context)
