"""The agreed savings of a KSM: what holds now, what held before, and what holds from a day on."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from groups import clock
from groups.access import GroupRequest, group_view
from groups.permissions import Permission
from groups.views.forms_flow import attempt, get_or_post, sent
from savings.forms import TermsForm
from savings.models import SavingsTerms
from savings.terms import agree_terms


@group_view(Permission.MANAGE_GROUP)
@get_or_post
def savings_terms(request: GroupRequest) -> HttpResponse:
    """Add the amounts that hold from a day on; the earlier ones stay in the list."""
    group, today = request.group, clock.today(request.group)
    versions = list(SavingsTerms.objects.filter(group=group).order_by("-from_on"))
    initial = {"from_on": today if versions else group.start_on}
    if versions:
        initial |= {"weekly": versions[0].weekly, "principal": versions[0].principal}
    form = TermsForm(sent(request), initial=initial)
    if attempt(form, agree_terms, group=group):
        messages.success(request, _("The agreed savings are saved."))
        return redirect("group_settings", code=group.code)
    context = {"form": form, "versions": versions, "back": reverse("group_settings", args=[group.code])}
    return render(request, "savings/terms.html", context, status=422 if form.errors else 200)
