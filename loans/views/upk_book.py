"""The UPK's own book on screen: writing money down, one entry, and its correction. The buku kas is a statement."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from groups import clock
from groups.access import BkmRequest, bkm_view
from groups.models import Upk
from groups.permissions import Permission
from ledger.kinds import UPK_RESERVE
from ledger.models import Entry
from loans.models import UpkLoan
from loans.selectors import upk_book as selectors
from loans.services import upk_book as services
from loans.upk_book_forms import MoneyCorrectionForm, MoneyForm


def upk_or_404(request: BkmRequest) -> Upk:
    """The UPK of the board, with its book; a board without one has none of these pages."""
    upk = upk_of(request)
    if upk is None:
        raise Http404
    return upk


def upk_of(request: BkmRequest) -> Upk | None:
    """The UPK of the board, with its book, where the board has one."""
    return Upk.objects.filter(bkm=request.bkm).select_related("book", "bkm").first()


def no_upk(request: BkmRequest) -> HttpResponse:
    """Say that the board has no UPK, and where one is opened: the menu leads here before there is one."""
    may_manage = Permission.MANAGE_BKM in request.permissions
    return render(request, "loans/upk/none.html", {"bkm": request.bkm, "may_manage": may_manage})


def upk_page(request: BkmRequest, template: str, upk: Upk, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Show one of the UPK's pages."""
    shown = {"bkm": request.bkm, "upk": upk, "may_post": Permission.POST_UPK in request.permissions, **context}
    return render(request, f"loans/upk/{template}.html", shown, status=status)


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_book(request: BkmRequest) -> HttpResponse:
    """The door to the UPK's book: its cash book, or the word that this board has no UPK."""
    if upk_of(request) is None:
        return no_upk(request)
    return redirect("upk_statement", code=request.bkm.code, statement="cash")


@require_http_methods(["GET", "HEAD", "POST"])
@bkm_view(Permission.POST_UPK)
def upk_money(request: BkmRequest) -> HttpResponse:
    """Write other money into the book."""
    upk = upk_or_404(request)
    if request.method == "POST":
        form = MoneyForm(request.POST)
        if form.is_valid():
            try:
                receipt = services.post_upk_money(
                    upk=upk, money=form.money, key=form.cleaned_data["key"], by=request.user, at=clock.now()
                )
            except ValidationError as refusal:
                form.refuse(refusal)
            else:
                return written(request, receipt.submission.last_number)
    else:
        form = MoneyForm(initial={"key": uuid4(), "on": clock.today(), "place": "cash"})
    return upk_page(request, "money", upk, {"form": form}, 422 if form.errors else 200)


def written(request: BkmRequest, number: int | None) -> HttpResponse:
    """Say which entry it became, and lead there."""
    messages.success(request, _("Written into the book as entry %(number)s.") % {"number": number})
    return redirect("upk_book_entry", code=request.bkm.code, number=number)


def _entry_or_404(upk: Upk, number: int) -> Entry:
    entry = selectors.upk_entry(upk, number)
    if entry is None:
        raise Http404
    return entry


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_entry(request: BkmRequest, number: int) -> HttpResponse:
    """One entry with its legs, who wrote it, and what answered it."""
    upk = upk_or_404(request)
    entry = _entry_or_404(upk, number)
    legs = selectors.legs_of(entry)
    numbers = {leg.account.loan_no for leg in legs}
    lent = {loan.no: loan for loan in UpkLoan.objects.filter(upk=upk, no__in=numbers).select_related("group")}
    context = {
        "entry": entry,
        "legs": [(leg, lent.get(leg.account.loan_no)) for leg in legs],
        "money": services.money_of(entry),
        "kind": services.MONEY_KINDS.get(entry.kind),
        "answer": getattr(entry, "reversed_by", None),
        "is_reserve": entry.kind == UPK_RESERVE,
        "previous": number - 1 or None,
        "following": number + 1 if number < upk.book.last_number else None,
    }
    return upk_page(request, "entry", upk, context)


@require_http_methods(["GET", "HEAD", "POST"])
@bkm_view(Permission.POST_UPK)
def upk_correct(request: BkmRequest, number: int) -> HttpResponse:
    """Answer wrong other money with its reversal and what stands in its place."""
    upk = upk_or_404(request)
    entry = _entry_or_404(upk, number)
    money = services.money_of(entry)
    if money is None or (hasattr(entry, "reversed_by") and request.method != "POST"):
        raise Http404
    if request.method == "POST":
        form = MoneyCorrectionForm(request.POST)
        if form.is_valid():
            try:
                receipt = services.correct_upk_money(
                    upk=upk,
                    entry=entry,
                    in_place=form.in_place,
                    reason=form.cleaned_data["reason"],
                    key=form.cleaned_data["key"],
                    by=request.user,
                    at=clock.now(),
                )
            except ValidationError as refusal:
                form.refuse(refusal)
            else:
                return written(request, receipt.submission.last_number)
    else:
        closed = upk.book.closed_through
        on = clock.today() if closed and entry.on <= closed else money.on
        fields = ("kind", "amount", "memo", "place", "party")
        initial = {name: getattr(money, name) for name in fields}
        form = MoneyCorrectionForm(initial={"key": uuid4(), "on": on, **initial})
    return upk_page(
        request, "correct", upk, {"form": form, "entry": entry, "money": money}, 422 if form.errors else 200
    )
