"""The treasurer's week: the task list, the sheets sent so far, and another day's sheet."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from groups import clock
from groups.access import GroupRequest, group_view
from groups.money import format_rupiah
from groups.pages import PageForm
from groups.permissions import Permission, permission_names
from meetings import selectors
from meetings.forms import (
    DayForm,
    SheetForm,
)
from meetings.models import Meeting
from meetings.sheet import Minutes
from meetings.views.days import refuse_day

PER_PAGE = 26


@require_GET
@group_view(Permission.VIEW_GROUP)
def group_home(request: GroupRequest) -> HttpResponse:
    """The task list of the week for officers; everybody else goes to the group's health."""
    if Permission.KEEP_MINUTES not in request.permissions:
        return redirect("group_health", code=request.group.code)
    home = selectors.home(request.group, request.user)
    context = selectors.sheet_context(request.group, home.on) if home.meeting is None else None
    form = SheetForm(context, home.draft.data if home.draft else {}) if context else None
    steps = _steps(form) if form else _sent(home.meeting)
    current = next((step.key for step in steps.values() if not step.done), "") if form else ""
    return render(
        request,
        "meetings/home.html",
        {"home": home, "steps": steps, "current": current, "permissions": permission_names(request.permissions)},
    )


def _sent(meeting: Meeting | None) -> dict[str, selectors.Step]:
    """The steps of a week whose sheet is in the book; what it lacks by the third rule was never done."""
    steps = {key: selectors.Step(key, done=True) for key in ("attendance", "money", "count", "minutes", "send")}
    if meeting and not Minutes(agenda=meeting.agenda, decisions=meeting.decisions).whole:
        steps["minutes"] = selectors.Step("minutes", done=False, detail=_("sent without agenda or decision"))
    if meeting and meeting.cash_counted is None:
        steps["count"] = selectors.Step("count", done=False, detail=_("sent without a count"))
    return steps


def _steps(form: SheetForm) -> dict[str, selectors.Step]:
    """How far each step of the week is."""
    lines = form.lines()
    said = [line for line in lines if line.att]
    present = sum(1 for line in lines if line.att == "H")
    recorded = sum(1 for line in lines if line.checked)
    left = sum(1 for line in lines if not line.checked and line.att in ("", "H"))
    minutes = form.minutes
    written = {} if minutes.errors else {"agenda": minutes.cleaned_data["agenda"], "decisions": minutes.decided()}
    counted = form.count.counted() if not form.count.errors else None
    return {
        "attendance": selectors.Step(
            "attendance",
            bool(lines) and len(said) == len(lines),
            _("%(present)s of %(all)s present") % {"present": present, "all": len(lines)} if said else "",
        ),
        "money": selectors.Step(
            "money",
            bool(lines) and left == 0,
            _("%(recorded)s of %(all)s recorded") % {"recorded": recorded, "all": len(lines)} if recorded else "",
            left,
        ),
        "count": selectors.Step("count", counted is not None, format_rupiah(counted) if counted is not None else ""),
        "minutes": selectors.Step("minutes", Minutes(**written).whole),
        "send": selectors.Step("send", done=False),
    }


@require_GET
@group_view(Permission.VIEW_GROUP)
def meeting_list(request: GroupRequest) -> HttpResponse:
    """All posted sheets, newest first."""
    page = Paginator(selectors.meetings_of(request.group), PER_PAGE).get_page(PageForm.number(request.GET))
    sums = selectors.sums_by_meeting(list(page.object_list))
    rows = [(meeting, sums.get(meeting.pk, 0)) for meeting in page.object_list]
    return render(
        request,
        "meetings/meeting_list.html",
        {"page": page, "rows": rows, "permissions": permission_names(request.permissions)},
    )


@require_GET
@group_view(Permission.KEEP_MINUTES)
def choose_day(request: GroupRequest) -> HttpResponse:
    """Open the sheet of another day: a missed week, or a meeting off its day."""
    form = DayForm(request.GET or None, initial={"on": clock.today(request.group)})
    if form.is_bound and form.is_valid():
        on = form.cleaned_data["on"]
        if refusal := refuse_day(request.group, on):
            form.add_error("on", refusal)
        else:
            return redirect("sheet", code=request.group.code, on=on)
    return render(request, "meetings/choose_day.html", {"form": form})
