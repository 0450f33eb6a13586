"""Box and bank: what is held, what moved outside the sheets, and a form for each thing that may be done."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import clock
from groups.access import GroupRequest, group_view
from groups.models import Member
from groups.pages import PageForm
from groups.permissions import Permission
from groups.views.forms_flow import attempt, form_page, get_or_post, sent
from ledger import chart
from meetings import cash as reading
from meetings import services
from meetings.cash_forms import (
    ActForm,
    BankForm,
    BoxForm,
    FundForm,
    OpeningForm,
    PayForm,
    PeriodForm,
    ReceiveForm,
    TakeBackForm,
)
from meetings.closing import month_end

PER_PAGE = 25


@require_safe
@group_view(Permission.VIEW_GROUP)
def cash(request: GroupRequest) -> HttpResponse:
    """Balances, open differences, and a month of what moved outside the sheets."""
    group, today = request.group, clock.today(request.group)
    month = PeriodForm.of(request.GET, today)
    context = {
        "box": reading.box(group, clock.today(group)),
        "month": month,
        "before": (month - timedelta(days=1)).replace(day=1) if month.year > group.start_on.year - 1 else None,
        "after": month_end(month) + timedelta(days=1) if month_end(month) < today else None,
        "acts": reading.outside_sheets(group, month, month_end(month)),
        "may_keep": Permission.KEEP_CASH in request.permissions,
        "may_resolve": Permission.RESOLVE_DIFFERENCE in request.permissions,
        "may_print": Permission.PRINT_PAPERS in request.permissions,
        "may_correct": Permission.CORRECT in request.permissions,
    }
    return render(request, "meetings/cash.html", context)


@require_safe
@group_view(Permission.VIEW_GROUP)
def fund(request: GroupRequest) -> HttpResponse:
    """One fund: what is in it, and what came in and went out, to whom and why."""
    code = FundForm.of(request.GET)
    page = Paginator(reading.fund_history(request.group, code), PER_PAGE).get_page(PageForm.number(request.GET))
    box = reading.box(request.group, clock.today(request.group))
    context = {
        "code": code,
        "query": f"fund={code}&",
        "name": chart.CHART[code].name,
        "balance": next((held for one, _name, held in box.funds if one == code), 0),
        "page": page,
        "moves": [(posting, abs(posting.amount), reading.Act(posting.entry).payee) for posting in page.object_list],
        "may_keep": Permission.KEEP_CASH in request.permissions,
    }
    return render(request, "meetings/fund.html", context)


def _answer(
    request: GroupRequest,
    form: ActForm,
    verb: Any,
    *,
    heading: str,
    submit: str,
    said: str,
    back: tuple[str, list[Any]] | None = None,
) -> HttpResponse:
    name, arguments = back or ("cash", [request.group.code])
    page = reverse(name, args=arguments)
    if attempt(form, verb, group=request.group, by=request.user, at=clock.now()):
        messages.success(request, said)
        return redirect(page)
    return form_page(request, form, heading=heading, submit=submit, back=page, kicker=request.group)


@group_view(Permission.KEEP_CASH)
@get_or_post
def cash_bank(request: GroupRequest) -> HttpResponse:
    """Bring cash to the bank, or fetch it."""
    form = BankForm(sent(request), today=clock.today(request.group))
    heading, submit = _("Box and bank"), _("Write it down")
    verb = services.move_to_or_from_bank
    return _answer(request, form, verb, heading=heading, submit=submit, said=_("It is in the book."))


@group_view(Permission.KEEP_CASH)
@get_or_post
def cash_receive(request: GroupRequest) -> HttpResponse:
    """A grant, other income, or money for a fund."""
    today = clock.today(request.group)
    members = Member.objects.filter(group=request.group).active_on(today).order_by("no")
    form = ReceiveForm(sent(request), today=today, members=members)
    heading, submit = _("Money came in"), _("Write it down")
    return _answer(request, form, services.receive_money, heading=heading, submit=submit, said=_("It is in the book."))


@group_view(Permission.KEEP_CASH)
@get_or_post
def cash_pay(request: GroupRequest) -> HttpResponse:
    """An expense, or a payment out of a fund."""
    initial = {"code": FundForm.of(request.GET)} if "fund" in request.GET else {}
    form = PayForm(sent(request), today=clock.today(request.group), initial=initial)
    heading, submit = _("Money was paid"), _("Write it down")
    return _answer(request, form, services.pay_money, heading=heading, submit=submit, said=_("It is in the book."))


@group_view(Permission.KEEP_CASH)
@get_or_post
def cash_count(request: GroupRequest) -> HttpResponse:
    """The box, counted by two people; before a meeting the way leads from its sheet and back to it."""
    today, opening = clock.today(request.group), OpeningForm.asked(request.GET)
    members = Member.objects.filter(group=request.group).active_on(today).order_by("no")
    initial = {"counted_by": request.user.name, "before_meeting": opening}
    form = BoxForm(sent(request), today=today, members=members, initial=initial)
    heading, submit = _("Count the box"), _("Write the count down")
    if opening:
        heading = _("Count the box before the meeting")
    said, back = _("The count is in the book."), ("sheet", [request.group.code, today]) if opening else None
    return _answer(request, form, services.count_box, heading=heading, submit=submit, said=said, back=back)


@group_view(Permission.CORRECT)
@get_or_post
def cash_take_back(request: GroupRequest, number: int) -> HttpResponse:
    """Take an act back by its reversal; of a closed month, only the coordinator, in the current one."""
    group = request.group
    act = reading.act(group, number)
    if act is None or not act.may_take_back:
        raise Http404
    form = TakeBackForm(sent(request), initial={"key": uuid4()})
    through = group.book.closed_through
    if through and act.entry.on <= through and Permission.CORRECT_CLOSED not in request.permissions and form.is_bound:
        form.add_error(None, _("That month is closed. The coordinator takes it back in the current one."))
    today = clock.today(group)
    if attempt(form, services.take_back, entry=act.entry, on=today, by=request.user, at=clock.now()):
        messages.success(request, _("It was taken back."))
        return redirect("cash", code=group.code)
    return form_page(
        request,
        form,
        heading=_("Take back no. %(number)s") % {"number": number},
        submit=_("Take it back"),
        back=reverse("cash", args=[group.code]),
        kicker=group,
        intro="meetings/act_intro.html",
        act=act,
    )
