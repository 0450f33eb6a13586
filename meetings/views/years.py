"""The decision on a year taken back: what it changes is shown first, like every correction."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups import clock
from groups.access import GroupRequest, group_view
from groups.money import format_amount, format_rupiah
from groups.permissions import Permission
from meetings import services
from meetings.correcting_forms import YearBackForm
from meetings.views.correcting import Case, answer
from savings import yearend


@require_http_methods(["GET", "POST"])
@group_view(Permission.CORRECT_CLOSED)
def surplus_back(request: GroupRequest, year: int) -> HttpResponse:
    """The decision on a year was a mistake: the coordinator takes it back, and the year is decided anew."""
    page = reverse("surplus_year", args=[request.group.code, year])
    found = yearend.decided(request.group, year)
    if found is None:
        if request.method == "POST":
            return redirect(page)  # sent twice, or somebody else was first
        raise Http404
    year_end = found.year_end
    year_end.group = request.group
    form = YearBackForm(request.POST or None)

    def act(key: UUID) -> object:
        return services.take_year_back(
            year_end=year_end,
            reason=form.cleaned_data["reason"],
            on=clock.today(request.group),
            key=key,
            by=request.user,
            at=clock.now(),
        )

    def sides() -> list[tuple[str, str, str]]:
        nothing = format_amount(0)
        shares = [(line.member.name, format_amount(line.amount), nothing) for line in found.lines if line.amount]
        funds = [(memo, format_amount(amount), nothing) for _entry, memo, amount in found.funds]
        return [*shares, *funds, (_("Surplus (SHU)"), format_amount(year_end.surplus), nothing)]

    note = ""
    if in_cash := sum(line.amount for line in found.lines if line.in_cash):
        note = _("%(sum)s was paid in cash: it must be back in the box before this is written.")
        note %= {"sum": format_rupiah(in_cash)}
    heading = _("Take back the decision on %(year)s") % {"year": year}
    return answer(request, Case(None, year_end.on, heading, None, form, act, sides, page=page, note=note))
