"""The UPK writes a loan off by decision of the BKM, takes that back, and prints it to be signed."""

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
from groups.money import format_rupiah
from groups.permissions import Permission
from groups.views.forms_flow import attempt, form_page, get_or_post, sent
from loans import services
from loans.forms import PaperForm
from loans.models import UpkLoan, UpkWriteOff
from loans.upk_book_forms import TakeBackForm
from loans.upk_forms import WriteOffForm


def _loan_or_404(request: BkmRequest, no: int) -> UpkLoan:
    loan = UpkLoan.objects.filter(upk__bkm=request.bkm, no=no).select_related("upk", "group", "receivable").first()
    if loan is None:
        raise Http404
    return loan


def _write_off_or_404(request: BkmRequest, no: int) -> UpkWriteOff:
    found = UpkWriteOff.objects.standing().filter(loan__upk__bkm=request.bkm, loan__no=no)
    write_off = found.select_related("loan__upk__book", "loan__group", "entry").first()
    if write_off is None:
        raise Http404
    return write_off


@get_or_post
@bkm_view(Permission.POST_UPK)
def upk_write_off(request: BkmRequest, no: int) -> HttpResponse:
    """Write a loan off."""
    loan, today = _loan_or_404(request, no), clock.today()
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
    write_off = _write_off_or_404(request, no)
    form = TakeBackForm(sent(request), initial={"key": uuid4()})
    if attempt(form, services.undo_upk_write_off, write_off=write_off, by=request.user, at=clock.now()):
        messages.success(request, _("Taken back; the loan stands as before."))
        return redirect("upk_loan", code=request.bkm.code, no=no)
    return form_page(
        request,
        form,
        heading=_("Take back the write-off of %(group)s") % {"group": write_off.loan.group},
        submit=_("Take it back"),
        back=reverse("upk_loan", args=[request.bkm.code, no]),
        kicker=write_off.loan.upk,
    )


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_write_off_print(request: BkmRequest, no: int) -> HttpResponse:
    """The berita acara of a write-off."""
    write_off, today = _write_off_or_404(request, no), clock.today()
    context = {
        "bkm": request.bkm,
        "upk": write_off.loan.upk,
        "loan": write_off.loan,
        "write_off": write_off,
        "words": date_in_words(write_off.decided_on),
        "paper": PaperForm(request.GET).size,
        "printed": f"{format_date(today)}, {format_time(clock.now(), 'Asia/Jakarta')}",
    }
    return render(request, "loans/upk/papers/write_off.html", context)
