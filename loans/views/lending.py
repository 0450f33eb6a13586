"""The screens of loans: the list, asking, deciding, and the card. Money itself moves on the weekly sheet."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import clock
from groups.access import GroupRequest, group_view
from groups.dates import format_date, format_time
from groups.models import Member
from groups.pages import PageForm
from groups.permissions import Permission
from loans import selectors, services
from loans.forms import AskerForm, DecisionForm, PaperForm, RequestForm, percent_text
from loans.models import LendingRules, Loan, LoanRequest
from loans.schedule import Terms, schedule
from loans.views import life

SETTLED_PER_PAGE = 20


def _may(request: GroupRequest) -> dict[str, bool]:
    """What this person may do on the screens of loans."""
    return {
        "may_request": Permission.REQUEST_LOAN in request.permissions,
        "may_decide": Permission.DECIDE_LOAN in request.permissions,
    }


def _yesterday(today: date) -> date:
    """The last day that is over: what falls due today can still be paid today, and is not late yet."""
    return today - timedelta(days=1)


@require_safe
@group_view(Permission.VIEW_GROUP)
def loan_list(request: GroupRequest) -> HttpResponse:
    group, today = request.group, clock.today(request.group)
    settled = Paginator(selectors.settled_loans(group), SETTLED_PER_PAGE)
    page = settled.get_page(PageForm.number(request.GET))
    for loan in page:
        loan.ended_name = life.ended_name(loan.ended_by)
    book = selectors.loan_book(group, today, late_on=_yesterday(today))
    return render(
        request,
        "loans/loan_list.html",
        {"group": group, "book": book, "page": page, "today": today, **_may(request)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@group_view(Permission.REQUEST_LOAN)
def loan_request(request: GroupRequest) -> HttpResponse:
    group, today = request.group, clock.today(request.group)
    if request.method == "POST":
        form = RequestForm(request.POST, group=group, today=today)
        if form.is_valid() and form.terms and "show" not in request.POST:
            given = form.cleaned_data
            try:
                asked = services.request_loan(
                    group=group,
                    member=given["member"],
                    amount=given["amount"],
                    purpose=given["purpose"],
                    terms=form.terms,
                    on=given["requested_on"],
                )
            except ValidationError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("The request is written down. The meeting decides."))
                return redirect("loan_request_detail", code=group.code, no=asked.no)
        member = form.cleaned_data.get("member")
    else:
        rules = LendingRules.objects.in_force(group, today)
        initial = RequestForm.initial_of(selectors.last_terms(group), rules, today)
        form = RequestForm(group=group, today=today, initial=initial)
        number = AskerForm(request.GET).number
        member = form.fields["member"].queryset.filter(no=number).first() if number else None  # type: ignore[attr-defined]
        form.initial["member"] = number if member else None
    context: dict[str, Any] = {"group": group, "form": form, "today": today}
    if form.terms and form.is_valid():
        context |= _schedule(form.terms, form.cleaned_data["requested_on"])
    context |= _weighing(request, member, form.terms.principal if form.terms else 0)
    return render(request, "loans/loan_request.html", context)


def _schedule(terms: Terms | Loan | LoanRequest, on: Any, amount: int = 0) -> dict[str, Any]:
    """The instalments as they fall when the money goes out on a day."""
    terms = terms if isinstance(terms, Terms) else services.terms_of(terms, amount)
    rows = schedule(terms, disbursed_on=on)
    return {"rows": rows, "totals": selectors.totals_of(rows), "schedule_on": on}


def _weighing(request: GroupRequest, member: Member | None, amount: int) -> dict[str, Any]:
    """What the meeting weighs: the cash that is there, and what the member saved and owes."""
    today = clock.today(request.group)
    lendable = selectors.lendable(request.group)
    return {
        "lendable": lendable,
        "short": max(0, amount - lendable.amount),
        "borrower": selectors.borrower(request.group, member, today) if member else None,
        "standing": services.standing(request.group, member, today) if member else None,
    }


def _request_or_404(request: GroupRequest, no: int) -> LoanRequest:
    asked = LoanRequest.objects.filter(group=request.group, no=no).select_related("member", "loan").first()
    if asked is None:
        raise Http404
    return asked


@require_safe
@group_view(Permission.VIEW_GROUP)
def loan_request_detail(request: GroupRequest, no: int) -> HttpResponse:
    return _show_request(request, _request_or_404(request, no), DecisionForm())


def _show_request(request: GroupRequest, asked: LoanRequest, form: DecisionForm) -> HttpResponse:
    today = clock.today(request.group)
    context = {
        "group": request.group,
        "asked": asked,
        "rate": percent_text(asked.rate),
        "form": form,
        "days": (today - asked.requested_on).days,
        "open": asked.status in (LoanRequest.Status.WAITING, LoanRequest.Status.APPROVED),
        "loan": getattr(asked, "loan", None),
        **_may(request),
    }
    if context["open"]:
        context |= _schedule(asked, today, asked.amount) | _weighing(request, asked.member, asked.amount)
    return render(request, "loans/loan_request_detail.html", context)


@require_POST
@group_view(Permission.DECIDE_LOAN)
def loan_request_decide(request: GroupRequest, no: int) -> HttpResponse:
    asked = _request_or_404(request, no)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show_request(request, asked, form)
    try:
        asked = services.decide(
            request=asked,
            approve=form.approves,
            decision=form.cleaned_data["decision"],
            on=clock.today(request.group),
            by=request.user,
        )
    except ValidationError as refusal:
        if not hasattr(refusal, "error_dict"):
            return _tell_and_return(request, no, refusal)
        form.refuse(refusal)
        return _show_request(request, asked, form)
    if asked.status == LoanRequest.Status.WAITING:
        messages.success(request, _("You agreed. Now the other officer decides."))
    else:
        messages.success(request, _("Approved.") if form.approves else _("Not approved; the reason is written down."))
    return redirect("loan_request_detail", code=request.group.code, no=no)


@require_POST
@group_view(Permission.REQUEST_LOAN)
def loan_request_withdraw(request: GroupRequest, no: int) -> HttpResponse:
    asked = _request_or_404(request, no)
    try:
        services.withdraw_request(request=asked, on=clock.today(request.group))
    except ValidationError as refusal:
        return _tell_and_return(request, no, refusal)
    messages.success(request, _("The request is withdrawn."))
    return redirect("loan_request_detail", code=request.group.code, no=no)


def _tell_and_return(request: GroupRequest, no: int, refusal: ValidationError) -> HttpResponse:
    """Say what was refused above the request as it stands now: somebody else was first."""
    for text in refusal.messages:
        messages.warning(request, text)
    return redirect("loan_request_detail", code=request.group.code, no=no)


def _card_or_404(request: GroupRequest, no: int) -> selectors.LoanCard:
    card = selectors.loan_card(request.group, no, _yesterday(clock.today(request.group)))
    if card is None:
        raise Http404
    return card


@require_safe
@group_view(Permission.VIEW_GROUP)
def loan_card(request: GroupRequest, no: int) -> HttpResponse:
    card = _card_or_404(request, no)
    return render(
        request,
        "loans/loan_card.html",
        {
            "group": request.group,
            "card": card,
            "loan": card.loan,
            "rate": percent_text(card.loan.rate),
            "blocked": services.blocked_for(card.loan),
            "may_release": Permission.KEEP_CASH in request.permissions,
            "key": uuid4(),
            **life.on_card(request, card),
        },
    )


@require_safe
@group_view(Permission.PRINT_PAPERS)
def loan_card_print(request: GroupRequest, no: int) -> HttpResponse:
    group, card, now = request.group, _card_or_404(request, no), clock.now()
    printed = f"{format_date(clock.today(group))}, {format_time(now, group.zone)}"
    return render(
        request,
        "loans/loan_card_print.html",
        {
            "group": group,
            "card": card,
            "loan": card.loan,
            "rate": percent_text(card.loan.rate),
            "paper": PaperForm(request.GET).size,
            "printed": printed,
            "steps": selectors.steps_of(card.loan),
        },
    )
