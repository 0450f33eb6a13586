"""A KSM's side of its loans from the UPK: asking, what is collected and not passed on, announcing money."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import clock
from groups.access import GroupRequest, group_view
from groups.dates import format_date, format_time
from groups.models import Upk
from groups.permissions import Permission
from loans import selectors, services
from loans.forms import PaperForm, percent_text
from loans.models import UpkLoan, UpkLoanRequest
from loans.schedule import schedule
from loans.selectors import UpkCard
from loans.upk_forms import AnnouncementForm, UpkRequestForm

FIRST_TERMS = {"periods": 10, "method": "flat", "round_to": 1000}


def _upk_of(request: GroupRequest) -> Upk | None:
    return Upk.objects.filter(bkm=request.group.bkm_id).select_related("bkm").first()


@require_safe
@group_view(Permission.VIEW_GROUP)
def group_upk(request: GroupRequest) -> HttpResponse:
    """The KSM's loans from the UPK, what it holds for it, its requests, and what a new one still needs."""
    group, today = request.group, clock.today(request.group)
    upk = _upk_of(request)
    asked = list(UpkLoanRequest.objects.filter(group=group).order_by("-no")[:10])
    lines = selectors.upk_lines(UpkLoan.objects.filter(group=group), today)
    is_open = any(one.status in ("waiting", "recommended", "approved") for one in asked)
    context = {
        "group": group,
        "upk": upk,
        "lines": lines,
        "held": sum(line.gap.amount for line in lines),
        "requests": asked,
        "points": selectors.gate_before(group, upk, today) if upk else [],
        "may_ask": Permission.REQUEST_UPK in request.permissions and upk is not None and not is_open,
        "may_announce": Permission.PAY_UPK in request.permissions,
    }
    return render(request, "loans/upk/group.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@group_view(Permission.REQUEST_UPK)
def upk_ask(request: GroupRequest) -> HttpResponse:
    """The KSM asks: each member's share and purpose, and the months."""
    group, today = request.group, clock.today(request.group)
    upk = _upk_of(request)
    if upk is None:
        raise Http404
    rules = services.rules_on(upk, today)
    status = 200
    if request.method == "POST":
        form = UpkRequestForm(request.POST, group=group, today=today)
        if form.is_valid() and form.terms and "show" not in request.POST:
            try:
                asked = services.request_upk_loan(
                    group=group,
                    shares=form.shares,
                    terms=form.terms,
                    by=request.user,
                    on=form.cleaned_data["requested_on"],
                )
            except ValidationError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("The request is written down. Print the statement and let everybody sign."))
                return redirect("group_upk_request", code=group.code, no=asked.no)
        status = 422 if form.errors else 200
    else:
        form = UpkRequestForm(group=group, today=today, initial={**FIRST_TERMS, "rate": "1,5", "requested_on": today})
    context: dict[str, Any] = {"group": group, "upk": upk, "form": form, "rules": rules}
    context["ceilings"] = services.ceilings(group, rules)
    if form.terms and form.is_valid():
        rows = schedule(form.terms, disbursed_on=form.cleaned_data["requested_on"])
        context |= {"rows": rows, "totals": selectors.totals_of(rows), "total": form.terms.principal}
    return render(request, "loans/upk/ask.html", context, status=status)


def _asked_or_404(request: GroupRequest, no: int) -> UpkLoanRequest:
    asked = (
        UpkLoanRequest.objects.filter(group=request.group, no=no)
        .select_related("upk__bkm", "group", "loan", "upk_decided_by", "bkm_decided_by", "signed_by", "requested_by")
        .first()
    )
    if asked is None:
        raise Http404
    return asked


@require_safe
@group_view(Permission.VIEW_GROUP)
def group_upk_request(request: GroupRequest, no: int) -> HttpResponse:
    """One request of the KSM, with the gate point by point."""
    asked, today = _asked_or_404(request, no), clock.today(request.group)
    rows = schedule(services.terms_of(asked, asked.amount), disbursed_on=today)
    is_open = asked.status in ("waiting", "recommended", "approved")
    context = {
        "group": request.group,
        "asked": asked,
        "rate": percent_text(asked.rate),
        "shares": asked.shares.select_related("member").order_by("member__no"),
        "behind": selectors.stays_behind(asked, clock.today(request.group)),
        "points": selectors.gate_of(asked, today) if is_open else [],
        "rows": rows,
        "totals": selectors.totals_of(rows),
        "loan": getattr(asked, "loan", None),
        "may_withdraw": is_open and Permission.REQUEST_UPK in request.permissions,
    }
    return render(request, "loans/upk/group_request.html", context)


@require_POST
@group_view(Permission.REQUEST_UPK)
def group_upk_withdraw(request: GroupRequest, no: int) -> HttpResponse:
    asked = _asked_or_404(request, no)
    try:
        services.withdraw_upk_request(request=asked, on=clock.today(request.group))
    except ValidationError as refusal:
        for text in refusal.messages:
            messages.warning(request, text)
    else:
        messages.success(request, _("The request is withdrawn."))
    return redirect("group_upk_request", code=request.group.code, no=no)


def _card_or_404(request: GroupRequest, no: int) -> UpkCard:
    loans = UpkLoan.objects.filter(group=request.group, no=no)
    card = selectors.upk_card(loans, clock.today(request.group))
    if card is None:
        raise Http404
    return card


@require_safe
@group_view(Permission.VIEW_GROUP)
def group_upk_loan(request: GroupRequest, no: int) -> HttpResponse:
    """One UPK loan as the KSM sees it."""
    card = _card_or_404(request, no)
    context = {
        "group": request.group,
        "card": card,
        "loan": card.loan,
        "rate": percent_text(card.loan.rate),
        "may_announce": Permission.PAY_UPK in request.permissions and not card.announced,
    }
    return render(request, "loans/upk/group_loan.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@group_view(Permission.PAY_UPK)
def upk_announce(request: GroupRequest, no: int) -> HttpResponse:
    """The treasurer says that money is on its way; it counts once the UPK has it."""
    group, card = request.group, _card_or_404(request, no)
    if request.method == "POST":
        form = AnnouncementForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                services.announce_upk_payment(
                    loan=card.loan,
                    amount=given["amount"],
                    key=given["key"],
                    by=request.user,
                    on=clock.today(group),
                )
            except ValidationError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("Announced. It counts as passed on once the UPK has it in its book."))
                return redirect("group_upk_loan", code=group.code, no=no)
    else:
        form = AnnouncementForm(initial={"key": uuid4(), "amount": card.line.gap.amount or None})
    context = {"group": group, "card": card, "loan": card.loan, "form": form}
    return render(request, "loans/upk/announce.html", context, status=422 if form.errors else 200)


# Paper


def _paper(request: GroupRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    group = request.group
    head = {
        "group": group,
        "paper": PaperForm(request.GET).size,
        "today": clock.today(group),
        "printed": f"{format_date(clock.today(group))}, {format_time(clock.now(), group.zone)}",
    }
    return render(request, f"loans/upk/papers/{template}.html", head | context)


def _request_paper(request: GroupRequest, no: int, template: str) -> HttpResponse:
    asked = _asked_or_404(request, no)
    shares = list(asked.shares.select_related("member").order_by("member__no"))
    rows = schedule(services.terms_of(asked, asked.amount), disbursed_on=clock.today(request.group))
    context = {
        "asked": asked,
        "upk": asked.upk,
        "shares": shares,
        "behind": selectors.stays_behind(asked, clock.today(request.group)),
        "rate": percent_text(asked.rate),
        "instalment": rows[0].total,
        "points": selectors.gate_of(asked, asked.requested_on) if template == "application" else [],
    }
    return _paper(request, template, context)


@require_safe
@group_view(Permission.PRINT_PAPERS)
def upk_application_print(request: GroupRequest, no: int) -> HttpResponse:
    return _request_paper(request, no, "application")


@require_safe
@group_view(Permission.PRINT_PAPERS)
def upk_statement_print(request: GroupRequest, no: int) -> HttpResponse:
    return _request_paper(request, no, "statement")


def _loan_paper(request: GroupRequest, no: int, template: str) -> HttpResponse:
    card = _card_or_404(request, no)
    context = {
        "card": card,
        "loan": card.loan,
        "upk": card.loan.upk,
        "rate": percent_text(card.loan.rate),
        "totals": selectors.totals_of(card.line.agreed if template == "agreement" else card.line.rows),
    }
    return _paper(request, template, context)


@require_safe
@group_view(Permission.PRINT_PAPERS)
def upk_agreement_print(request: GroupRequest, no: int) -> HttpResponse:
    return _loan_paper(request, no, "agreement")


@require_safe
@group_view(Permission.PRINT_PAPERS)
def upk_card_print(request: GroupRequest, no: int) -> HttpResponse:
    return _loan_paper(request, no, "card")


@require_safe
@group_view(Permission.PRINT_PAPERS)
def upk_notice_print(request: GroupRequest) -> HttpResponse:
    """For the members: what was collected for the UPK and not passed on, in totals, without names."""
    lines = selectors.upk_lines(selectors.open_upk_loans(group=request.group), clock.today(request.group))
    context = {"lines": lines, "held": sum(line.gap.amount for line in lines)}
    return _paper(request, "notice", context)
