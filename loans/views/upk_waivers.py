"""The UPK waives jasa of a loan by decision of the BKM, takes that back, and prints it to be signed."""

from functools import partial
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import clock
from groups.access import BkmRequest, bkm_view
from groups.permissions import Permission
from groups.views.forms_flow import attempt, form_page, get_or_post, sent
from loans import services
from loans.models import UpkWaiver
from loans.upk_forms import UpkWaiverForm
from loans.views.upk_decisions import berita_acara, made_or_404, take_back
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


@get_or_post
@bkm_view(Permission.POST_UPK)
def upk_waiver_back(request: BkmRequest, no: int, number: int) -> HttpResponse:
    """Take a waiver back, with a reason."""
    made = made_or_404(request, UpkWaiver.objects.standing(), no, no=number)
    undo = partial(services.undo_upk_waiver, waiver=made)
    heading, said = _("Take back the waiver of %(group)s"), _("Taken back; this jasa is asked for again.")
    return take_back(request, made.loan, undo, heading=heading, said=said)


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_waiver_print(request: BkmRequest, no: int, number: int) -> HttpResponse:
    """The berita acara of a waiver."""
    made = made_or_404(request, UpkWaiver.objects.standing(), no, no=number)
    return berita_acara(request, "waiver", made.loan, made.decided_on, waiver=made)
