"""The five rules on screen."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from groups.access import BkmRequest, GroupRequest, bkm_view, group_view
from groups.permissions import Permission


@require_GET
@group_view(Permission.VIEW_GROUP)
def group_health(request: GroupRequest) -> HttpResponse:
    return HttpResponse(request.group.name)


@require_GET
@bkm_view(Permission.VIEW_BKM)
def bkm_dashboard(request: BkmRequest) -> HttpResponse:
    return HttpResponse(request.bkm.name)
