"""What a UPK does to a loan by decision of its BKM: found while it stands, taken back, and printed to be signed."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar
from uuid import uuid4

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from groups import clock
from groups.access import BkmRequest
from groups.dates import date_in_words, format_date, format_time
from groups.views.forms_flow import attempt, form_page, sent
from loans.forms import PaperForm
from loans.models import UpkLoan
from loans.upk_book_forms import TakeBackForm

Made = TypeVar("Made", bound=Model)


def made_or_404(request: BkmRequest, standing: QuerySet[Made], no: int, /, **more: Any) -> Made:
    """Return what stands of a loan of the board's UPK."""
    found = standing.filter(loan__upk__bkm=request.bkm, loan__no=no, **more).select_related(
        "loan__upk__book", "loan__group"
    )
    made = found.first()
    if made is None:
        raise Http404
    return made


def take_back(
    request: BkmRequest, loan: UpkLoan, undo: Callable[..., object], *, heading: str, said: str, submit: str = ""
) -> HttpResponse:
    """Ask why, and take it back."""
    form = TakeBackForm(sent(request), initial={"key": uuid4()})
    if attempt(form, undo, by=request.user, at=clock.now()):
        messages.success(request, said)
        return redirect("upk_loan", code=request.bkm.code, no=loan.no)
    return form_page(
        request,
        form,
        heading=heading % {"group": loan.group},
        submit=submit or _("Take it back"),
        back=reverse("upk_loan", args=[request.bkm.code, loan.no]),
        kicker=loan.upk,
    )


def berita_acara(request: BkmRequest, paper: str, loan: UpkLoan, day: date, **more: Any) -> HttpResponse:
    """Print the page that the UPK and the BKM sign; `day` stands there in words."""
    context = {
        "bkm": request.bkm,
        "upk": loan.upk,
        "loan": loan,
        "words": date_in_words(day),
        "paper": PaperForm(request.GET).size,
        "printed": f"{format_date(clock.today())}, {format_time(clock.now(), 'Asia/Jakarta')}",
    }
    return render(request, f"loans/upk/papers/{paper}.html", context | more)
