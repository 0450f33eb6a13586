"""A year's surplus: tried out under every rule, decided once, listed to be signed; and how it is agreed to be split."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groups import clock
from groups.access import GroupRequest, group_view
from groups.dates import FIRST_YEAR, LAST_YEAR
from groups.permissions import Permission
from groups.views.forms_flow import get_or_post, sent
from ledger import chart
from savings import services, yearend
from savings.forms import DecisionForm, SplitForm, StepForm
from savings.models import SurplusSplit, YearEnd
from savings.surplus import TO_MEMBERS


@require_safe
@group_view(Permission.VIEW_GROUP)
def surplus(request: GroupRequest) -> HttpResponse:
    """The running year, years waiting for a decision, and those decided."""
    group, today = request.group, clock.today(request.group)
    context = {
        "running": today.year,
        "open": yearend.open_years(group, group.book),
        "decided": list(YearEnd.objects.standing().filter(group=group).order_by("-year")),
        "may_share": Permission.SHARE_SURPLUS in request.permissions,
    }
    return render(request, "savings/surplus.html", context)


@require_safe
@group_view(Permission.VIEW_GROUP)
def surplus_year(request: GroupRequest, year: int) -> HttpResponse:
    """A decided year as it was written; another one tried out under every rule, side by side."""
    _judge_year(request, year)
    if found := yearend.decided(request.group, year):
        context = {
            "year": year,
            "found": found,
            "chart": _names(),
            "taken_back": yearend.taken_back(request.group, year),
            "may_take_back": Permission.CORRECT_CLOSED in request.permissions,
        }
        return render(request, "savings/surplus_decided.html", context)
    initial = {"on": clock.today(request.group), "step": StepForm.of(request.GET), "key": uuid4()}
    return _simulation(request, year, DecisionForm(initial=initial, today=clock.today(request.group)))


@require_POST
@group_view(Permission.SHARE_SURPLUS)
def surplus_decide(request: GroupRequest, year: int) -> HttpResponse:
    """Write the decision: the year's income and costs into 3910, and from there to members and funds."""
    _judge_year(request, year)
    form = DecisionForm(request.POST, today=clock.today(request.group))
    if not form.is_valid():
        return _simulation(request, year, form)
    try:
        services.decide_year(group=request.group, year=year, by=request.user, at=clock.now(), **form.cleaned_data)
    except ValidationError as refusal:
        form.refuse(refusal)
        return _simulation(request, year, form)
    messages.success(request, _("The decision is in the book. Print the list to be signed."))
    return redirect("surplus_year", code=request.group.code, year=year)


def _judge_year(request: GroupRequest, year: int) -> None:
    """A year before the books or still to come has no surplus."""
    if not FIRST_YEAR < year <= min(clock.today(request.group).year, LAST_YEAR):
        raise Http404


def _simulation(request: GroupRequest, year: int, form: DecisionForm) -> HttpResponse:
    group = request.group
    agreed = yearend.agreement(group, yearend.last_day(year))
    found = yearend.read_year(group, year, agreed.business)
    laid = yearend.simulate(found, agreed, form.shown_step)
    context: dict[str, Any] = {
        "year": year,
        "found": found,
        "agreed": agreed,
        "laid": laid,
        "rules": [(one.rule, DecisionForm.SHORT_NAMES[one.rule]) for one in laid],
        "members": [
            (member, basis, [one.of(member.no) for one in laid])
            for member, basis in zip(found.members, found.basis, strict=True)
        ],
        "parts": _parts(agreed, laid[0]),
        "remainder_to": chart.CHART[agreed.remainder_to].name,
        "form": form,
        "step": form.shown_step,
        "cash": yearend.cash_in(group.book),
        "taken_back": yearend.taken_back(group, year),
        "waiting": year in yearend.open_years(group, group.book),
        "may_share": Permission.SHARE_SURPLUS in request.permissions,
        "chart": _names(),
    }
    return render(request, "savings/surplus_year.html", context, status=422 if form.is_bound else 200)


def _parts(agreed: yearend.Agreement, laid: Any) -> list[tuple[Any, int | None]]:
    """Return each part of the split with its rupiah; what the members share is told by the table."""
    funds = iter(laid.funds)
    return [(part, None if part.target in TO_MEMBERS else next(funds)[1]) for part in agreed.parts]


def _names() -> dict[str, str]:
    return {code: line.name for code, line in chart.CHART.items()}


@group_view(Permission.SHARE_SURPLUS)
@get_or_post
def surplus_split(request: GroupRequest) -> HttpResponse:
    """Agree how a surplus is split from a day on: up to ten lines, each naming where it goes."""
    group, today = request.group, clock.today(request.group)
    form = SplitForm(sent(request), initial=SplitForm.initial_of(yearend.agreement(group, today), today))
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            services.agree_split(
                group=group,
                from_on=given["from_on"],
                business=given["business"],
                remainder_to=given["remainder_to"],
                parts=form.parts,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The split is agreed."))
            return redirect("surplus", code=group.code)
    versions = SurplusSplit.objects.filter(group=group).prefetch_related("parts").order_by("-from_on")
    context = {"form": form, "versions": versions, "back": reverse("surplus", args=[group.code])}
    return render(request, "savings/surplus_split.html", context, status=422 if form.errors else 200)
