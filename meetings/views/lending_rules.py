"""The lending rules of a KSM: what holds now, what held before, and what a meeting agreed that holds from a day on."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import clock
from groups.access import GroupRequest, group_view
from groups.permissions import Permission
from groups.views.forms_flow import attempt, get_or_post, sent
from loans.models import LendingRules
from loans.rules_forms import RulesForm
from meetings.models import Meeting
from meetings.services import adopt_lending_rules


@require_safe
@group_view(Permission.VIEW_GROUP)
def lending_rules(request: GroupRequest) -> HttpResponse:
    """Every version, the latest first."""
    group = request.group
    versions = list(LendingRules.objects.filter(group=group).select_related("written_by").order_by("-version"))
    context = {
        "versions": versions,
        "now": LendingRules.objects.in_force(group, clock.today(group)),
        "may_agree": Permission.AGREE_RULES in request.permissions,
    }
    return render(request, "meetings/lending_rules.html", context)


@group_view(Permission.AGREE_RULES)
@get_or_post
def lending_rules_new(request: GroupRequest) -> HttpResponse:
    """Write the version a meeting adopted; the earlier ones stay in the list."""
    group = request.group
    last = LendingRules.objects.filter(group=group).order_by("-version").first()
    met = Meeting.objects.filter(group=group).order_by("-on").values_list("on", flat=True).first()
    form = RulesForm(sent(request), initial=RulesForm.initial_of(last, met or clock.today(group)))
    if attempt(form, _adopt, group=group, by=request.user, at=clock.now()):
        messages.success(request, _("The lending rules are saved."))
        return redirect("lending_rules", code=group.code)
    return render(request, "meetings/lending_rules_new.html", {"form": form}, status=422 if form.errors else 200)


def _adopt(*, group: Any, by: Any, at: Any, adopted_on: Any, from_on: Any, **given: Any) -> LendingRules:
    agreed = RulesForm.agreement(given)
    return adopt_lending_rules(group=group, agreed=agreed, adopted_on=adopted_on, from_on=from_on, by=by, at=at)
