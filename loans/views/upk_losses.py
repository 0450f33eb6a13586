"""The UPK writes a loan off by decision of the BKM, takes that back, and prints it to be signed."""

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
from groups.money import format_rupiah
from groups.permissions import Permission
from groups.views.forms_flow import attempt, form_page, get_or_post, sent
from loans import services
from loans.models import UpkWriteOff
from loans.upk_forms import WriteOffForm
from loans.views.upk_decisions import berita_acara, made_or_404, take_back
from loans.views.upk_lending import loan_or_404


@get_or_post
@bkm_view(Permission.POST_UPK)
def upk_write_off(request: BkmRequest, no: int) -> HttpResponse:
    """Write a loan off."""
    loan, today = loan_or_404(request, no), clock.today()
    form = WriteOffForm(sent(request), initial={"key": uuid4(), "on": today, "decided_on": today})
    if attempt(form, services.write_off_upk_loan, loan=loan, by=request.user, at=clock.now()):
        messages.success(request, _("Written off. The KSM goes on owing it."))
        return redirect("upk_loan", code=request.bkm.code, no=no)
    return form_page(
        request,
        form,
        heading=_("Write off the loan of %(group)s") % {"group": loan.group},
        submit=_("Write off %(amount)s") % {"amount": format_rupiah(loan.receivable.balance)},
        back=reverse("upk_loan", args=[request.bkm.code, no]),
        kicker=loan.upk,
        note=_(
            "The reserve bears it as far as it reaches, the rest is a cost. The KSM goes on owing it: what it brings "
            "later is other income of the UPK."
        ),
    )


@get_or_post
@bkm_view(Permission.POST_UPK)
def upk_write_off_back(request: BkmRequest, no: int) -> HttpResponse:
    """Take a write-off back, with a reason."""
    made = made_or_404(request, UpkWriteOff.objects.standing(), no)
    undo = partial(services.undo_upk_write_off, write_off=made)
    heading, said = _("Take back the write-off of %(group)s"), _("Taken back; the loan stands as before.")
    return take_back(request, made.loan, undo, heading=heading, said=said)


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_write_off_print(request: BkmRequest, no: int) -> HttpResponse:
    """The berita acara of a write-off."""
    made = made_or_404(request, UpkWriteOff.objects.standing(), no)
    return berita_acara(request, "write_off", made.loan, made.decided_on, write_off=made)
