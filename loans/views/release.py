"""Blocked savings of a settled loan go back to the member."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from groups import clock
from groups.access import GroupRequest, group_view
from groups.permissions import Permission
from loans import services
from loans.models import Loan


class ReleaseForm(forms.Form):
    """Where the money goes; the key was minted when the card was opened."""

    key = forms.UUIDField()
    to = forms.ChoiceField(choices=[("savings", ""), ("cash", "")])


@require_POST
@group_view(Permission.KEEP_CASH)
def loan_release(request: GroupRequest, no: int) -> HttpResponse:
    """Release what is blocked for a loan into her savings or in cash, then show the card."""
    group, form = request.group, ReleaseForm(request.POST)
    if not Loan.objects.filter(group=group, no=no).exists():
        raise Http404
    if not form.is_valid():
        messages.warning(request, _("Choose where the money goes."))
        return redirect("loan_card", code=group.code, no=no)
    try:
        services.release_blocked(
            group=group,
            loan_no=no,
            to=form.cleaned_data["to"],
            on=clock.today(group),
            key=form.cleaned_data["key"],
            by=request.user,
            at=clock.now(),
        )
    except ValidationError as refusal:
        for text in refusal.messages:
            messages.warning(request, text)
    else:
        messages.success(request, _("The blocked savings are released."))
    return redirect("loan_card", code=group.code, no=no)
