"""The UPK's side of its loans to KSM: requests and decisions, paying out, payments received, the two books compared."""

from datetime import date
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
from groups.access import BkmRequest, bkm_view
from groups.forms import BukuForm
from groups.pages import PageForm
from groups.permissions import Permission
from loans import selectors, services
from loans.forms import percent_text
from loans.models import UpkLoan, UpkLoanRequest, UpkPayment
from loans.schedule import schedule
from loans.selectors import UpkCard
from loans.upk_forms import DisbursementForm, PaymentForm, RemarkForm, SigningForm, UpkDecisionForm, UpkRulesForm
from loans.views.upk_book import no_upk, upk_of, upk_or_404

PER_PAGE = 20


def _page(request: BkmRequest, template: str, context: dict[str, Any], *forms: BukuForm) -> HttpResponse:
    shown = {"bkm": request.bkm, "may": {one.value for one in request.permissions}, **context}
    refused = any(form.errors for form in forms)
    return render(request, f"loans/upk/{template}.html", shown, status=422 if refused else 200)


def _tell(request: BkmRequest, refusal: ValidationError) -> None:
    for text in refusal.messages:
        messages.warning(request, text)


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_lending(request: BkmRequest) -> HttpResponse:
    """Requests that wait, loans that run with what their KSM hold, and what is settled; or that there is no UPK."""
    upk, today = upk_of(request), clock.today()
    if upk is None:
        return no_upk(request)
    lines = selectors.upk_lines(selectors.open_upk_loans(upk=upk), today)
    pages = Paginator(selectors.upk_requests(upk), PER_PAGE)
    lost, lines = [one for one in lines if one.lost is not None], [one for one in lines if one.lost is None]
    context = {
        "upk": upk,
        "lost": lost,
        "lines": sorted(lines, key=lambda line: (-line.held_too_long, line.loan.no)),
        "outstanding": sum(line.state.outstanding for line in lines),
        "held": sum(line.gap.amount for line in lines),
        "page": pages.get_page(PageForm.number(request.GET)),
        "today": today,
    }
    return _page(request, "lending", context)


def _asked_or_404(request: BkmRequest, no: int) -> UpkLoanRequest:
    asked = (
        UpkLoanRequest.objects.filter(upk=upk_or_404(request), no=no)
        .select_related("upk__bkm", "group", "loan", "upk_decided_by", "bkm_decided_by", "signed_by", "requested_by")
        .first()
    )
    if asked is None:
        raise Http404
    return asked


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_request(request: BkmRequest, no: int) -> HttpResponse:
    return _show_request(request, _asked_or_404(request, no))


def _show_request(
    request: BkmRequest,
    asked: UpkLoanRequest,
    *,
    signing: SigningForm | None = None,
    decision: UpkDecisionForm | None = None,
    paying: DisbursementForm | None = None,
) -> HttpResponse:
    today = clock.today(asked.group)
    rows = schedule(services.terms_of(asked, asked.amount), disbursed_on=today)
    is_open = asked.status in ("waiting", "recommended", "approved")
    signing = signing or SigningForm(initial={"signed_on": asked.signed_on or today})
    decision = decision or UpkDecisionForm()
    paying = paying or DisbursementForm(initial={"key": uuid4(), "on": today})
    context = {
        "upk": asked.upk,
        "asked": asked,
        "open": is_open,
        "rate": percent_text(asked.rate),
        "shares": asked.shares.select_related("member").order_by("member__no"),
        "behind": selectors.stays_behind(asked, today),
        "points": selectors.gate_of(asked, today) if is_open else [],
        "rows": rows,
        "totals": selectors.totals_of(rows),
        "loan": getattr(asked, "loan", None),
        "signing": signing,
        "decision": decision,
        "paying": paying,
        "errors": [*signing.summary, *decision.summary, *paying.summary],
    }
    return _page(request, "request", context, signing, decision, paying)


@require_POST
@bkm_view(Permission.DECIDE_UPK)
def upk_request_sign(request: BkmRequest, no: int) -> HttpResponse:
    asked, form = _asked_or_404(request, no), SigningForm(request.POST)
    if form.is_valid():
        try:
            services.record_signing(
                request=asked,
                signed_on=form.cleaned_data["signed_on"],
                by=request.user,
                on=clock.today(asked.group),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Written down: everybody signed."))
            return redirect("upk_request", code=request.bkm.code, no=no)
    return _show_request(request, asked, signing=form)


@require_POST
@bkm_view(Permission.DECIDE_UPK)
def upk_request_decide(request: BkmRequest, no: int) -> HttpResponse:
    return _decide(request, no, services.decide_by_upk)


@require_POST
@bkm_view(Permission.RATIFY_UPK)
def upk_request_ratify(request: BkmRequest, no: int) -> HttpResponse:
    return _decide(request, no, services.decide_by_bkm)


def _decide(request: BkmRequest, no: int, decide: Any) -> HttpResponse:
    asked, form = _asked_or_404(request, no), UpkDecisionForm(request.POST)
    if form.is_valid():
        today = clock.today(asked.group)
        try:
            decide(
                request=asked,
                approve=form.approves,
                decision=form.cleaned_data["decision"],
                points=selectors.gate_of(asked, today),
                by=request.user,
                on=today,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, _("Approved.") if form.approves else _("Not approved; the reason is written down.")
            )
            return redirect("upk_request", code=request.bkm.code, no=no)
    return _show_request(request, _asked_or_404(request, no), decision=form)


@require_POST
@bkm_view(Permission.POST_UPK)
def upk_request_disburse(request: BkmRequest, no: int) -> HttpResponse:
    asked, form = _asked_or_404(request, no), DisbursementForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            loan = services.disburse_upk_loan(
                request=asked, key=given["key"], by=request.user, on=given["on"], at=clock.now()
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Paid out, and written into both books."))
            return redirect("upk_loan", code=request.bkm.code, no=loan.no)
    return _show_request(request, asked, paying=form)


def loan_or_404(request: BkmRequest, no: int) -> UpkLoan:
    """Return a loan of the board's UPK."""
    loan = UpkLoan.objects.filter(upk__bkm=request.bkm, no=no).select_related("upk", "group", "receivable").first()
    if loan is None:
        raise Http404
    return loan


def card_or_404(request: BkmRequest, no: int, on: date | None = None) -> UpkCard:
    """Return a UPK loan judged late and quoted as on a day, today unless said otherwise."""
    loans = UpkLoan.objects.filter(upk=upk_or_404(request), no=no)
    card = selectors.upk_card(loans, on or clock.today())
    if card is None:
        raise Http404
    return card


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_loan(request: BkmRequest, no: int) -> HttpResponse:
    """One loan: its schedule, payments, shares, what the KSM holds, and whether the two books agree."""
    return _show_loan(request, card_or_404(request, no))


def _show_loan(
    request: BkmRequest, card: UpkCard, form: PaymentForm | None = None, remark: RemarkForm | None = None
) -> HttpResponse:
    announced = card.announced
    if form is None:
        amount = announced.amount if announced else card.line.due or None
        form = PaymentForm(initial={"key": uuid4(), "on": clock.today(card.loan.group), "amount": amount})
    remark = remark or RemarkForm(initial={"key": uuid4()})
    last = card.received[-1][0] if card.received else None
    context = {
        "upk": card.loan.upk,
        "card": card,
        "loan": card.loan,
        "rate": percent_text(card.loan.rate),
        "form": form,
        "remark": remark,
        "errors": [*form.summary, *remark.summary],
        "last": last,
        "totals": selectors.totals_of(card.line.rows),
        "findings": [one for one in selectors.reconcile(group=card.loan.group) if one.loan == card.loan.no],
    }
    return _page(request, "loan", context, form, remark)


@require_POST
@bkm_view(Permission.POST_UPK)
def upk_loan_receive(request: BkmRequest, no: int) -> HttpResponse:
    card, form = card_or_404(request, no), PaymentForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            payment = services.receive_upk_payment(
                loan=card.loan,
                amount=given["amount"],
                on=given["on"],
                key=given["key"],
                by=request.user,
                at=clock.now(),
                announced=answered(card, given["key"]),
                remark=given["remark"],
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request,
                _("Received. Entry %(upk)s in the UPK's book, %(group)s in the KSM's.")
                % {
                    "upk": payment.upk_entry.number if payment.upk_entry else "",
                    "group": payment.group_entry.number if payment.group_entry else "",
                },
            )
            return redirect("upk_loan", code=request.bkm.code, no=no)
    return _show_loan(request, card, form)


def answered(card: UpkCard, key: Any) -> UpkPayment | None:
    """Return the announcement this answers: the one answered under this key before, else the open one."""
    for payment in card.payments:
        if payment.upk_entry and payment.upk_entry.submission.key == key:
            return payment if payment.announced_on else None
    return card.announced


@require_POST
@bkm_view(Permission.POST_UPK)
def upk_loan_answer(request: BkmRequest, no: int) -> HttpResponse:
    """Money announced did not arrive; or, without an announcement, the last payment was written wrong."""
    card, form = card_or_404(request, no), RemarkForm(request.POST)
    if form.is_valid():
        given, payment = form.cleaned_data, card.announced
        try:
            if payment:
                services.cancel_upk_payment(payment=payment, remark=given["remark"])
            elif card.payments:
                services.take_back_upk_payment(
                    payment=card.payments[-1],
                    reason=given["remark"],
                    key=given["key"],
                    by=request.user,
                    at=clock.now(),
                )
            else:
                raise ValidationError(_("There is no payment yet."), code="no_payment")
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Written down."))
            return redirect("upk_loan", code=request.bkm.code, no=no)
    return _show_loan(request, card, remark=form)


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_reconcile(request: BkmRequest) -> HttpResponse:
    """The named check, on a page."""
    upk = upk_or_404(request)
    return _page(request, "reconcile", {"upk": upk, "findings": selectors.reconcile(upk=upk), "now": clock.now()})


@require_http_methods(["GET", "HEAD", "POST"])
@bkm_view(Permission.DECIDE_UPK)
def upk_rules(request: BkmRequest) -> HttpResponse:
    """What the UPK asks of a KSM, from a day on."""
    upk, today = upk_or_404(request), clock.today()
    now = services.rules_on(upk, today)
    if request.method == "POST":
        form = UpkRulesForm(request.POST)
        if form.is_valid():
            try:
                services.set_upk_rules(upk=upk, from_on=form.cleaned_data["from_on"], **form.numbers)
            except ValidationError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("The rules are saved."))
                return redirect("upk_lending", code=request.bkm.code)
    else:
        initial = {name: getattr(now, name) for name in services.upk_requests.RULE_FIELDS}
        form = UpkRulesForm(initial=initial | {"from_on": today})
    return _page(request, "rules", {"upk": upk, "form": form, "rules": upk.rules.all()[:20]}, form)
