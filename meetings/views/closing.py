"""The closing of a month: a list of what must be in, green or red; what is put away for good; and one button."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import clock
from groups.access import GroupRequest, group_view
from groups.permissions import Permission
from groups.views.forms_flow import get_or_post
from meetings import services
from meetings.closing import check_month, closings_of, month_to_close, to_close
from meetings.forms import MonthForm, VerifyForm


@require_safe
@group_view(Permission.VIEW_GROUP)
def closing(request: GroupRequest) -> HttpResponse:
    """What the next month to close still lacks, and the closings there are."""
    return _page(request)


@group_view(Permission.CLOSE_MONTH)
@get_or_post
def close_month(request: GroupRequest) -> HttpResponse:
    """What the closing puts away for good, to be looked at; then the month is closed."""
    if request.method != "POST":
        return _confirm(request)
    form = MonthForm(request.POST)
    if not form.is_valid():
        return redirect("closing", code=request.group.code)
    try:
        done = services.close_month(
            group=request.group, month=form.cleaned_data["month"], by=request.user, at=clock.now()
        )
    except ValidationError as refusal:
        return _page(request, refusal.messages)
    messages.success(request, _("Closed through %(on)s.") % {"on": done.through.strftime("%d-%m-%Y")})
    return redirect("closing", code=request.group.code)


def _confirm(request: GroupRequest) -> HttpResponse:
    group = request.group
    check = check_month(group, group.book, month_to_close(group, group.book), clock.today(group), verified=False)
    if not check.ready:
        return redirect("closing", code=group.code)
    context = {"check": check, "found": to_close(group, group.book, check)}
    return render(request, "meetings/closing_confirm.html", context)


def _page(request: GroupRequest, refused: list[str] | None = None) -> HttpResponse:
    group = request.group
    month, verified = month_to_close(group, group.book), VerifyForm.asked(request.GET)
    check = check_month(group, group.book, month, clock.today(group), verified=verified)
    context = {
        "check": check,
        "closings": closings_of(group.book),
        "errors": [{"id": "", "text": text} for text in refused or ()],
        "may_close": Permission.CLOSE_MONTH in request.permissions,
    }
    return render(request, "meetings/closing.html", context, status=422 if refused else 200)
