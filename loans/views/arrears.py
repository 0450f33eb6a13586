"""Who is late: the arrears of a group and of all groups of a BKM on any day, and the classes they are sorted by."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import clock
from groups.access import BkmRequest, GroupRequest, bkm_view, group_view
from groups.permissions import Permission
from groups.views.forms_flow import attempt, get_or_post, sent
from loans import selectors, services
from loans.arrears_forms import CLASS_ROWS, ClassesForm, OnForm
from loans.models import CollectabilityClass


def _day(request: HttpRequest, today: date, since: date | None = None) -> tuple[OnForm, date, date]:
    """Return the form, the day asked for (today when none or none that can be), and the day lateness is judged at."""
    form = OnForm(request.GET if "on" in request.GET else None, today=today, since=since, initial={"on": today})
    on = (form.cleaned_data["on"] or today) if form.is_bound and form.is_valid() else today
    # What falls due today can still be paid today.
    return form, on, on - timedelta(days=1) if on == today else on


@require_safe
@group_view(Permission.VIEW_GROUP)
def loan_arrears(request: GroupRequest) -> HttpResponse:
    """The late loans of a group, its classes and its ageing, today or on an earlier day."""
    group, today = request.group, clock.today(request.group)
    form, on, late_on = _day(request, today, group.start_on)
    book = selectors.group_arrears(group, on, late_on=late_on)
    context = {"group": group, "form": form, "on": on, "today": today, "book": book}
    return render(request, "loans/arrears.html", context, status=422 if form.errors else 200)


@require_safe
@bkm_view(Permission.VIEW_BKM)
def bkm_arrears(request: BkmRequest) -> HttpResponse:
    """The loans of all groups of a BKM with their classes; every number opens to the group's own."""
    today = clock.today()
    form, on, late_on = _day(request, today)
    board = selectors.board_arrears(request.bkm, on, late_on=late_on)
    context: dict[str, Any] = {
        "bkm": request.bkm,
        "form": form,
        "on": on,
        "today": today,
        "board": board,
        "book": board.whole,
        "may_manage": Permission.MANAGE_BKM in request.permissions,
        "may_import": Permission.IMPORT_BOOK in request.permissions,
    }
    return render(request, "loans/bkm_arrears.html", context, status=422 if form.errors else 200)


@bkm_view(Permission.MANAGE_BKM)
@get_or_post
def collectability(request: BkmRequest) -> HttpResponse:
    """The classes in force, and a form for a table that follows them."""
    bkm, today = request.bkm, clock.today()
    grades = CollectabilityClass.objects.in_force(bkm.pk, today)
    form = ClassesForm(sent(request), initial=ClassesForm.initial_of(grades, today))
    if attempt(form, _set_classes, bkm=bkm):
        messages.success(request, _("The classes are saved."))
        return redirect("collectability", code=bkm.code)
    context = {"form": form, "grades": grades, "back": reverse("bkm_settings", args=[bkm.code]), "bkm": bkm}
    return render(request, "loans/collectability.html", context, status=422 if form.errors else 200)


def _set_classes(**given: Any) -> list[CollectabilityClass]:
    rows = [
        (given[f"name_{n}"], given[f"late_{n}"], given[f"reserve_{n}"])
        for n in range(1, CLASS_ROWS + 1)
        if given[f"name_{n}"]
    ]
    return services.set_classes(bkm=given["bkm"], from_on=given["from_on"], rows=rows)
