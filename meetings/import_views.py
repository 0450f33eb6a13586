"""Bringing a book in, on screen: send the file, look at what it would come to, confirm."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groups import clock
from groups.access import BkmRequest, bkm_view
from groups.models import Bkm, Group
from groups.permissions import Permission
from ledger.chart import CHART
from meetings import uploads
from meetings.import_forms import ConfirmForm, UploadForm
from meetings.importing import Outcome

SHOWN = 500  # problems of each severity on one page


@bkm_view(Permission.IMPORT_BOOK)
@require_http_methods(["GET", "HEAD", "POST"])
def import_book(request: BkmRequest) -> HttpResponse:
    """Take a workbook in, to be looked at."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        uploads.keep(bkm=request.bkm, name=file.name, content=file.read(), by=request.user, at=clock.now())
        return redirect("import_check", code=request.bkm.code)
    context = {"form": form, "waiting": uploads.waiting(bkm=request.bkm, by=request.user)}
    return render(request, "meetings/importing/upload.html", context, status=422 if form.errors else 200)


@bkm_view(Permission.IMPORT_BOOK)
@require_http_methods(["GET", "HEAD", "POST"])
def import_check(request: BkmRequest) -> HttpResponse:
    """Show what the file would come to; once confirmed, bring it in."""
    upload = uploads.waiting(bkm=request.bkm, by=request.user)
    if upload is None:
        messages.info(request, _("There is no file waiting. Send it in again."))
        return redirect("import_book", code=request.bkm.code)
    if request.method != "POST":
        return _check_page(request, upload, uploads.check(upload=upload, at=clock.now()))
    form = ConfirmForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(_("This is not the file you looked at. Look at it again."), code="other")
        outcome = uploads.confirm(upload=upload, content_hash=form.cleaned_data["seen"], at=clock.now())
    except ValidationError as refusal:
        messages.warning(request, " ".join(refusal.messages))
        return redirect("import_check", code=request.bkm.code)
    if outcome.status == "refused":
        return _check_page(request, upload, outcome, status=409)
    messages.success(request, _said(outcome))
    return redirect("group_home", code=outcome.group_code)


@bkm_view(Permission.IMPORT_BOOK)
@require_POST
def import_discard(request: BkmRequest) -> HttpResponse:
    """Forget the file that was sent in."""
    uploads.discard(bkm=request.bkm, by=request.user)
    messages.success(request, _("The file is forgotten."))
    return redirect("import_book", code=request.bkm.code)


def _said(outcome: Outcome) -> str:
    if outcome.status == "unchanged":
        said = _("%(name)s was brought in before with the same content; nothing changed.")
        return said % {"name": outcome.group_name}
    said = _("%(name)s is brought in: %(entries)s entries.")
    return said % {"name": outcome.group_name, "entries": outcome.counts["entries"]}


def _twins(bkm: Bkm, outcome: Outcome) -> QuerySet[Group]:
    """Groups of the BKM that go by the name in the workbook, with or without KSM before it, under another code."""
    bare = outcome.group_name.upper().removeprefix("KSM ").strip()
    named = Q(name__iexact=bare) | Q(name__iexact=f"KSM {bare}")
    return Group.objects.filter(named, bkm=bkm).exclude(code=outcome.group_code).order_by("code")


def _check_page(request: BkmRequest, upload: Any, outcome: Outcome, status: int = 200) -> HttpResponse:
    context = {
        "upload": upload,
        "outcome": outcome,
        "errors": outcome.errors[:SHOWN],
        "warnings": outcome.warnings[:SHOWN],
        "more": max(0, len(outcome.errors) - SHOWN) + max(0, len(outcome.warnings) - SHOWN),
        "twins": _twins(request.bkm, outcome),
        "accounts": [(code, CHART[code].name, amount) for code, amount in outcome.accounts.items()],
    }
    return render(request, "meetings/importing/check.html", context, status=status)
