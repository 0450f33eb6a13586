"""Savings outside the weekly sheet: who has what, and forms to pay out, to move, and to give to everybody."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import clock
from groups.access import GroupRequest, group_view
from groups.models import Member
from groups.permissions import Permission
from groups.views.forms_flow import attempt, form_page, get_or_post, sent
from ledger import chart, kinds
from ledger.models import Submission
from savings import forall, services
from savings.forms import EverybodyForm, GiftForm, PayOutForm, TransferForm
from savings.yearend import cash_in

RECENT = 6


@require_safe
@group_view(Permission.VIEW_GROUP)
def savings(request: GroupRequest) -> HttpResponse:
    """Every member with her savings, the sums, and what was done for everybody lately."""
    group = request.group
    lines = [one for one in forall.savings_of(group) if one.total or one.member.is_active_on(clock.today(group))]
    lists = (
        Submission.objects.filter(book=group.book_id, entries__kind__in=(kinds.GROUP_WITHDRAWAL, kinds.GIFT))
        .distinct()
        .order_by("-pk")[:RECENT]
    )
    context = {
        "lines": lines,
        "sums": {name: sum(getattr(one, name) for one in lines) for name in ("principal", "weekly", "voluntary")},
        "blocked": sum(one.blocked for one in lines),
        "total": sum(one.total for one in lines),
        "lists": [(one, one.entries.order_by("number").first()) for one in lists],
        "may_keep": Permission.KEEP_CASH in request.permissions,
        "may_print": Permission.PRINT_PAPERS in request.permissions,
    }
    return render(request, "savings/savings.html", context)


@group_view(Permission.KEEP_CASH)
@get_or_post
def savings_pay_out(request: GroupRequest, no: int) -> HttpResponse:
    """Pay one member out of her savings in cash, between meetings."""
    member = _member(request, no)
    form = PayOutForm(sent(request), today=clock.today(request.group))
    heading, submit = _("%(name)s takes out savings") % {"name": member.name}, _("Pay it out")
    return _one(request, member, form, services.pay_savings_out, heading, submit)


@group_view(Permission.KEEP_CASH)
@get_or_post
def savings_transfer(request: GroupRequest, no: int) -> HttpResponse:
    """Move savings of one member between her accounts."""
    member = _member(request, no)
    form = TransferForm(sent(request), today=clock.today(request.group))
    heading, submit = _("%(name)s moves savings") % {"name": member.name}, _("Move it")
    return _one(request, member, form, services.transfer_savings, heading, submit)


def _one(
    request: GroupRequest, member: Member, form: PayOutForm | TransferForm, verb: Any, heading: str, submit: str
) -> HttpResponse:
    if attempt(form, verb, member=member, by=request.user, at=clock.now()):
        messages.success(request, _("It is in the book."))
        return redirect("savings", code=request.group.code)
    own = next(one for one in forall.savings_of(request.group) if one.member.pk == member.pk)
    back = reverse("savings", args=[request.group.code])
    return form_page(
        request,
        form,
        heading=heading,
        submit=submit,
        back=back,
        kicker=_("Member %(no)s") % {"no": member.no},
        intro="savings/own.html",
        own=own,
    )


def _member(request: GroupRequest, no: int) -> Member:
    member = Member.objects.filter(group=request.group, no=no).select_related("group__book").first()
    if member is None:
        raise Http404
    return member


@group_view(Permission.KEEP_CASH)
@get_or_post
def savings_everybody(request: GroupRequest) -> HttpResponse:
    """Pay a share of the year's wajib back to everybody: look at the list first, then write it."""
    today = clock.today(request.group)
    form = EverybodyForm(sent(request), today=today, initial={"year": today.year, "percent": 50, "step": 1_000})
    return _for_all(
        request,
        form,
        services.pay_everybody_out,
        lambda given: forall.shares_of_weekly(
            request.group, given["year"], given["percent"], given["step"], given["on"]
        ),
        heading=_("Savings back to everybody"),
        basis=_("wajib of the year"),
        in_cash=True,
    )


@group_view(Permission.KEEP_CASH)
@get_or_post
def savings_gift(request: GroupRequest) -> HttpResponse:
    """Credit jasa or a gift to every saver: look at the list first, then write it."""
    form = GiftForm(sent(request), today=clock.today(request.group), initial={"source": chart.OTHER_COST})
    return _for_all(
        request,
        form,
        services.give_to_savers,
        lambda given: forall.gifts(request.group, given["amount"], given["percent"], given["on"]),
        heading=_("Jasa or a gift to savers"),
        basis=_("savings"),
        in_cash=False,
    )


def _for_all(
    request: GroupRequest, form: Any, verb: Any, lay_out: Any, *, heading: str, basis: str, in_cash: bool
) -> HttpResponse:
    """A form with two buttons: show the list, or write it."""
    portions: list[forall.Portion] = []
    if form.is_bound and form.is_valid():
        portions = lay_out(form.cleaned_data)
        if "show" not in request.POST:
            try:
                receipt = verb(group=request.group, by=request.user, at=clock.now(), **form.cleaned_data)
            except ValidationError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("It is in the book. Print the list to be signed."))
                number = receipt.submission.first_number
                return redirect("savings_list", code=request.group.code, number=number)
    context = {
        "form": form,
        "heading": heading,
        "basis": basis,
        "portions": portions,
        "total": sum(one.amount for one in portions),
        "box": cash_in(request.group.book) if in_cash else None,
        "back": reverse("savings", args=[request.group.code]),
    }
    return render(request, "savings/for_all.html", context, status=422 if form.errors else 200)


@require_safe
@group_view(Permission.VIEW_GROUP)
def savings_list(request: GroupRequest, number: int) -> HttpResponse:
    """What was paid or given to everybody, by the number of its first entry."""
    found = forall.written(request.group, number)
    if found is None:
        raise Http404
    return render(request, "savings/list.html", {"found": found, "number": number})
