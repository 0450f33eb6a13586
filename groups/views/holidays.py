"""Weeks off, of a KSM or of all groups of a BKM: the same screens for both, behind the gate of each."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from groups import selectors, services
from groups.forms import HolidayForm
from groups.models import Holiday
from groups.views.forms_flow import attempt, get_or_post, sent
from groups.views.people import body_of, of_both


@get_or_post
def _holidays(request: Any) -> HttpResponse:
    """The weeks off, and one more."""
    body = body_of(request)
    form = HolidayForm(sent(request))
    if attempt(form, services.declare_holiday, declared_on=body.today, **body.key):
        messages.success(request, _("The week off is written down."))
        return redirect(body.url("holidays"))
    rows = selectors.holidays_of(**body.key)
    for row in rows:
        is_own = body.kind == "bkm" or row.group_id is not None
        row.cancel_url = body.url("holiday_cancel", row.week_start) if is_own and row.week_start > body.today else ""
    context = {"body": body, "form": form, "holidays": rows, "back": body.url("settings")}
    return render(request, "groups/holidays.html", context, status=422 if form.errors else 200)


@require_POST
def _holiday_cancel(request: Any, monday: date) -> HttpResponse:
    """Take a week off back."""
    body = body_of(request)
    holiday = Holiday.objects.filter(week_start=monday, **body.key).first()
    if holiday is None:
        raise Http404
    try:
        services.cancel_holiday(holiday=holiday, on=body.today)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("The week off is taken back."))
    return redirect(body.url("holidays"))


group_holidays, bkm_holidays = of_both(_holidays)
group_holiday_cancel, bkm_holiday_cancel = of_both(_holiday_cancel)
