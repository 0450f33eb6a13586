"""A cash difference: its reason, who looks after it, and how it ended, whole or in parts."""

from datetime import date
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import clock
from groups.access import GroupRequest, group_view
from groups.models import Member
from groups.permissions import Permission
from groups.views.forms_flow import attempt, form_page, get_or_post, sent
from meetings import selectors, services
from meetings.cash_forms import EndingForm, OwnerForm, TakeBackForm
from meetings.models import CashDifference, Settlement


@require_safe
@group_view(Permission.RESOLVE_DIFFERENCE)
def cash_difference(request: GroupRequest, on: date) -> HttpResponse:
    """The difference of a meeting's count, by its day."""
    meeting = selectors.posted(request.group, on)
    if meeting is None or not hasattr(meeting, "cash_difference"):
        raise Http404
    return redirect("difference", code=request.group.code, number=meeting.cash_difference.entry.number)


@group_view(Permission.RESOLVE_DIFFERENCE)
@get_or_post
def difference(request: GroupRequest, number: int) -> HttpResponse:
    """A difference by its entry's number: name its owner, or settle it in the ledger."""
    found = (
        CashDifference.objects.filter(group=request.group, entry__number=number)
        .select_related("entry", "owner", "meeting", "count", "group")
        .first()
    )
    if found is None:
        raise Http404
    today = clock.today(request.group)
    members = Member.objects.filter(group=request.group).active_on(today).order_by("no")
    owning = request.POST.get("action") == "own"
    known = {"owner": found.owner and found.owner.no, "key": uuid4()}
    owner = OwnerForm(sent(request) if owning else None, members=members, initial=known)
    form = EndingForm(None if owning else sent(request), today=today, difference=found)
    if owning and attempt(owner, services.own_difference, difference=found, by=request.user, at=clock.now()):
        messages.success(request, _("Saved."))
        return redirect("difference", code=request.group.code, number=number)
    if attempt(form, services.settle_difference, difference=found, by=request.user, at=clock.now()):
        found.refresh_from_db()
        text = _("The difference is settled in the book.") if found.resolved_on else _("A part of it is settled.")
        messages.success(request, text)
        return redirect("difference", code=request.group.code, number=number)
    errors = [*owner.summary, *form.summary]
    context = {
        "difference": found,
        "days": found.age(today),
        "settlements": selectors.settlements_of(found),
        "may_take_back": Permission.CORRECT in request.permissions,
        "form": form,
        "owner_form": owner,
        "errors": errors,
    }
    return render(request, "meetings/difference.html", context, status=422 if errors else 200)


@group_view(Permission.CORRECT)
@get_or_post
def settlement_back(request: GroupRequest, number: int) -> HttpResponse:
    """Take a settlement that was a mistake back by its reversal; of a closed day, only the coordinator."""
    group, today = request.group, clock.today(request.group)
    found = (
        Settlement.objects.filter(difference__group=group, entry__number=number)
        .select_related("difference__group", "difference__entry", "entry__reversed_by")
        .first()
    )
    if found is None:
        raise Http404
    page = redirect("difference", code=group.code, number=found.difference.entry.number)
    if hasattr(found.entry, "reversed_by"):
        return page
    form = TakeBackForm(sent(request), initial={"key": uuid4()})
    current = today if Permission.CORRECT_CLOSED in request.permissions else None
    told = {"settlement": found, "by": request.user, "at": clock.now(), "current": current}
    if attempt(form, services.take_settlement_back, **told):
        messages.success(request, _("It was taken back."))
        return page
    return form_page(
        request,
        form,
        heading=_("Take back no. %(number)s") % {"number": number},
        submit=_("Take it back"),
        back=page["Location"],
        kicker=group,
        intro="meetings/settlement_intro.html",
        settlement=found,
    )
