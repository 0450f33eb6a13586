"""A cash difference and how it ended."""

from datetime import date

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from groups import clock
from groups.access import GroupRequest, group_view
from groups.dates import format_day_month
from groups.permissions import Permission
from meetings import selectors, services
from meetings.forms import (
    ResolutionForm,
)


@require_http_methods(["GET", "POST"])
@group_view(Permission.RESOLVE_DIFFERENCE)
def difference(request: GroupRequest, on: date) -> HttpResponse:
    """A cash difference: its reason, its owner, and how it ended."""
    meeting = selectors.posted(request.group, on)
    if meeting is None or not hasattr(meeting, "cash_difference"):
        raise Http404
    form = ResolutionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.resolve_difference(
                difference=meeting.cash_difference,
                resolution=form.cleaned_data["resolution"],
                on=clock.today(request.group),
            )
            return redirect("receipt", code=request.group.code, on=on)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    return render(
        request,
        "meetings/difference.html",
        {"meeting": meeting, "difference": meeting.cash_difference, "form": form, "day": format_day_month(on)},
        status=422 if form.is_bound else 200,
    )
