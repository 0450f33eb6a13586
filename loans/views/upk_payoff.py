"""A KSM pays a UPK loan off early: what that takes on a day, the payment that ends the loan, and its paper."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import clock
from groups.access import BkmRequest, bkm_view
from groups.permissions import Permission
from groups.views.forms_flow import get_or_post, sent
from loans import services
from loans.upk_forms import UpkPayoffForm
from loans.views.upk_decisions import berita_acara
from loans.views.upk_lending import answered, card_or_404


@get_or_post
@bkm_view(Permission.POST_UPK)
def upk_payoff(request: BkmRequest, no: int) -> HttpResponse:
    """What a payoff takes on a day and, on the second look, the payoff itself."""
    today = clock.today()
    form = UpkPayoffForm(sent(request), initial={"key": uuid4(), "on": today})
    complete = form.is_bound and form.is_valid()
    card = card_or_404(request, no, form.cleaned_data.get("on") if form.is_bound else today)
    quote = card.line.quote
    if complete and "show" not in request.POST:
        given = form.cleaned_data
        if given["seen"] != quote.total:
            form.add_error(None, ValidationError(_("The figures below are new. Look at them, then send it again.")))
        else:
            try:
                services.receive_upk_payment(
                    loan=card.loan,
                    amount=quote.total,
                    on=given["on"],
                    key=given["key"],
                    by=request.user,
                    at=clock.now(),
                    announced=answered(card, given["key"]),
                    remark=given["remark"],
                    payoff=True,
                )
            except ValidationError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("Paid off, and written into both books."))
                return redirect("upk_loan", code=request.bkm.code, no=no)
    context = {
        "bkm": request.bkm,
        "upk": card.loan.upk,
        "card": card,
        "loan": card.loan,
        "quote": quote,
        "form": form,
        "own": max(0, quote.total - card.line.gap.amount),
    }
    return render(request, "loans/upk/payoff.html", context, status=422 if form.errors else 200)


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_payoff_print(request: BkmRequest, no: int) -> HttpResponse:
    """The berita acara of a payoff: what was paid, what was spared, and that nothing is owed."""
    card = card_or_404(request, no)
    if card.payoff is None:
        raise Http404
    return berita_acara(request, "payoff", card.loan, card.payoff.on or clock.today(), payment=card.payoff)
