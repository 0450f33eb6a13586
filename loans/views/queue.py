"""The queue of requests in the order a fair group might take them; the meeting decides."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from groups import clock
from groups.access import GroupRequest, group_view
from groups.permissions import Permission
from loans import selectors


@require_safe
@group_view(Permission.VIEW_GROUP)
def loan_queue(request: GroupRequest) -> HttpResponse:
    group, today = request.group, clock.today(request.group)
    context = {
        "group": group,
        "today": today,
        "queue": selectors.queue(group, today),
        "never": selectors.never_borrowed(group, today).order_by("no"),
        "may_request": Permission.REQUEST_LOAN in request.permissions,
    }
    return render(request, "loans/queue.html", context)
