"""The UPK waives jasa of a loan by decision of the BKM, takes that back, and prints it to be signed."""

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import clock
from groups.access import BkmRequest, bkm_view
from groups.dates import date_in_words, format_date, format_time
from groups.permissions import Permission
from groups.views.forms_flow import attempt, form_page, get_or_post, sent
from loans import services
from loans.forms import PaperForm
from loans.models import UpkWaiver
from loans.upk_book_forms import TakeBackForm
from loans.upk_forms import UpkWaiverForm
from loans.views.upk_lending import card_or_404


@get_or_post
@bkm_view(Permission.POST_UPK)
def upk_waive(request: BkmRequest, no: int) -> HttpResponse:
    """Waive jasa; what is not paid of it stands above the form."""
    card, today = card_or_404(request, no), clock.today()
    due = card.line.state.charge_due
    form = UpkWaiverForm(
        sent(request), initial={"key": uuid4(), "on": today, "decided_on": today, "amount": due or None}
    )
    if attempt(form, services.waive_upk_jasa, loan=card.loan, by=request.user, at=clock.now()):
        messages.success(request, _("Waived. This jasa is not asked for."))
        return redirect("upk_loan", code=request.bkm.code, no=no)
    return form_page(
        request,
        form,
        heading=_("Waive jasa of %(group)s") % {"group": card.loan.group},
        submit=_("Waive this jasa"),
        back=reverse("upk_loan", args=[request.bkm.code, no]),
        kicker=card.loan.upk,
        intro="loans/upk/waiver_intro.html",
        note=_("The oldest jasa first. Members' shares keep their jasa; their meeting waives it by itself."),
        line=card.line,
    )


def _waiver_or_404(request: BkmRequest, no: int, number: int) -> UpkWaiver:
    found = UpkWaiver.objects.standing().filter(loan__upk__bkm=request.bkm, loan__no=no, no=number)
    waiver = found.select_related("loan__upk__book", "loan__group").first()
    if waiver is None:
        raise Http404
    return waiver


@get_or_post
@bkm_view(Permission.POST_UPK)
def upk_waiver_back(request: BkmRequest, no: int, number: int) -> HttpResponse:
    """Take a waiver back, with a reason."""
    waiver = _waiver_or_404(request, no, number)
    form = TakeBackForm(sent(request), initial={"key": uuid4()})
    if attempt(form, services.undo_upk_waiver, waiver=waiver, by=request.user, at=clock.now()):
        messages.success(request, _("Taken back; this jasa is asked for again."))
        return redirect("upk_loan", code=request.bkm.code, no=no)
    return form_page(
        request,
        form,
        heading=_("Take back the waiver of %(group)s") % {"group": waiver.loan.group},
        submit=_("Take it back"),
        back=reverse("upk_loan", args=[request.bkm.code, no]),
        kicker=waiver.loan.upk,
    )


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_waiver_print(request: BkmRequest, no: int, number: int) -> HttpResponse:
    """The berita acara of a waiver."""
    waiver, today = _waiver_or_404(request, no, number), clock.today()
    context = {
        "bkm": request.bkm,
        "upk": waiver.loan.upk,
        "loan": waiver.loan,
        "waiver": waiver,
        "words": date_in_words(waiver.decided_on),
        "paper": PaperForm(request.GET).size,
        "printed": f"{format_date(today)}, {format_time(clock.now(), 'Asia/Jakarta')}",
    }
    return render(request, "loans/upk/papers/waiver.html", context)
