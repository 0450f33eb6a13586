"""The UPK reschedules a loan by decision of the BKM: the new schedule first, then the step; taken back; on paper."""

from datetime import date
from functools import partial
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import clock
from groups.access import BkmRequest, bkm_view
from groups.permissions import Permission
from groups.views.forms_flow import get_or_post, sent
from loans import services
from loans.forms import percent_text
from loans.models import UpkReschedule
from loans.schedule import Terms, schedule
from loans.selectors import totals_of
from loans.services.upk_reschedules import open_shares
from loans.upk_forms import UpkRescheduleForm
from loans.views.upk_decisions import berita_acara, made_or_404, take_back
from loans.views.upk_lending import card_or_404


@get_or_post
@bkm_view(Permission.POST_UPK)
def upk_reschedule(request: BkmRequest, no: int) -> HttpResponse:
    """The new schedule of what is left and, on the second look, the reschedule itself."""
    today = clock.today()
    card = card_or_404(request, no, today)
    loan, left = card.loan, card.line.state.outstanding if card.line.lost is None else 0
    first = {name: getattr(loan, name) for name in UpkRescheduleForm.TERMS}
    first |= {"key": uuid4(), "on": today, "decided_on": today}
    form = UpkRescheduleForm(sent(request), initial=first, principal=left)
    complete = form.is_bound and form.is_valid()
    on = (form.cleaned_data.get("on") if form.is_bound else None) or today
    seen = _seen(form.terms, on)
    if complete and form.terms and "show" not in request.POST:
        given = form.cleaned_data
        if given["seen"] != seen:
            form.add_error(None, ValidationError(_("The figures below are new. Look at them, then send it again.")))
        else:
            try:
                made = services.reschedule_upk_loan(
                    loan=loan,
                    terms=form.terms,
                    on=given["on"],
                    decided_on=given["decided_on"],
                    decision=given["decision"],
                    key=given["key"],
                    by=request.user,
                    at=clock.now(),
                )
            except ValidationError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("Rescheduled, and written into both books."))
                return redirect("upk_loan", code=request.bkm.code, no=made.fresh.no)
    rows = schedule(form.terms, disbursed_on=on) if form.terms else []
    shares = open_shares(loan)
    context = {
        "bkm": request.bkm,
        "upk": loan.upk,
        "card": card,
        "loan": loan,
        "form": form,
        "seen": seen,
        "rows": rows,
        "totals": totals_of(rows),
        "shares": [(one, one.state(on).charge_due) for one in shares],
        "left": left,
    }
    return render(request, "loans/upk/reschedule.html", context, status=422 if form.errors else 200)


def _seen(terms: Terms | None, on: date) -> str:
    """What the screen showed, in a word: the money and the terms of the new schedule, and its first day."""
    if terms is None:
        return ""
    return f"{terms.principal}/{terms.periods}/{terms.rate.normalize():f}/{terms.method}/{terms.round_to}/{on}"


@get_or_post
@bkm_view(Permission.POST_UPK)
def upk_reschedule_back(request: BkmRequest, no: int) -> HttpResponse:
    """Take a reschedule back, with a reason."""
    made = made_or_404(request, UpkReschedule.objects.standing(), no)
    undo = partial(services.undo_upk_reschedule, reschedule=made)
    heading, said = _("Take back the reschedule of %(group)s"), _("Taken back; the loan stands as before.")
    return take_back(request, made.loan, undo, heading=heading, said=said, submit=_("Take it back in both books"))


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_reschedule_print(request: BkmRequest, no: int) -> HttpResponse:
    """The berita acara of a reschedule, with the new schedule."""
    made = made_or_404(request, UpkReschedule.objects.standing().select_related("fresh"), no)
    rows = card_or_404(request, made.fresh.no).line.agreed
    more = {"fresh": made.fresh, "move": made, "rate": percent_text(made.fresh.rate)}
    return berita_acara(request, "reschedule", made.loan, made.decided_on, **more, rows=rows, totals=totals_of(rows))
