"""Papers of a UPK: each view reads one and prints it, in Indonesian, on A4 or F4."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from groups import clock
from groups.access import BkmRequest, bkm_view
from groups.dates import FIRST_YEAR
from groups.permissions import Permission
from loans.views.upk_book import upk_or_404
from reports import upk as papers
from reports.forms import PaperForm
from reports.views import in_indonesian


@require_GET
@bkm_view(Permission.VIEW_UPK)
@in_indonesian
def receipt(request: BkmRequest, number: int) -> HttpResponse:
    """The receipt of one entry, twice, with a line to cut along."""
    found = papers.receipt_of(upk_or_404(request), number, clock.now())
    if found is None:
        raise Http404
    context = {"receipt": found, "head": found.head, "bkm": request.bkm, "paper": PaperForm.size(request.GET)}
    return render(request, "reports/upk_receipt.html", context)


@require_GET
@bkm_view(Permission.VIEW_UPK)
@in_indonesian
def month(request: BkmRequest, month: date) -> HttpResponse:
    """The UPK's report of a month. A month still to come, or before anybody kept a book, has none."""
    today = clock.today()
    first = month.replace(day=1)
    if first > today or first.year <= FIRST_YEAR:
        raise Http404
    paper = PaperForm.size(request.GET)
    report = papers.month_report(upk_or_404(request), first, clock.now(), today=today, paper=paper)
    context = {"report": report, "head": report.head, "bkm": request.bkm, "paper": paper}
    return render(request, "reports/upk_month.html", context)
