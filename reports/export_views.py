"""Taking a book out, on screen: look at what does not fit, then the file; and the same entries for other programs."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from groups.access import GroupRequest, group_view
from groups.forms import BukuForm
from groups.permissions import Permission
from groups.xlsx import CONTENT_TYPE
from meetings.workbook import LAYOUT
from reports.exporting import REST, Export, export_book, file_name
from reports.forms import TakeOutForm
from reports.ledger_text import SUFFIX, Format, ledger_text

SHOWN = 200  # things left out of each weight on one page; the file's own sheet has them all


@group_view(Permission.EXPORT_BOOK)
@require_http_methods(["GET", "HEAD", "POST"])
def take_out(request: GroupRequest) -> HttpResponse:
    """Show what the file will hold and what it cannot; once that was seen, hand it over."""
    export = export_book(request.group)
    asked = bool(export.left_out)
    form = TakeOutForm(request.POST if request.method == "POST" else None, asked=asked)
    if form.is_bound and form.is_valid():
        return _file(export.content, file_name(request.group), CONTENT_TYPE)
    return render(request, "reports/exporting/take_out.html", _page(request, export, form), status=_status(form))


@group_view(Permission.EXPORT_BOOK)
@require_safe
def take_out_ledger(request: GroupRequest, form: Format) -> HttpResponse:
    """The entries as plain text for beancount or hledger."""
    text = ledger_text(request.group.book, form)
    name = f"buku-{request.group.code.lower()}.{SUFFIX[form]}"
    return _file(text.encode(), name, "text/plain; charset=utf-8")


def _status(form: BukuForm) -> int:
    return 422 if form.is_bound and form.errors else 200


def _file(content: bytes, name: str, content_type: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}  # a code holds letters, digits and dashes
    return HttpResponse(content, content_type=content_type, headers=disposition)


def _page(request: GroupRequest, export: Export, form: BukuForm) -> dict[str, Any]:
    return {
        "group": request.group,
        "form": form,
        "rest": REST,
        "export": export,
        "sheets": [(name, export.rows[name]) for name in LAYOUT if name != "Kelompok"],
        "parts": [
            {
                "title": title,
                "left_out": found[:SHOWN],
                "count": len(found),
                "more": max(0, len(found) - SHOWN),
                "sign": sign,
                "tone": tone,
            }
            for title, found, sign, tone in (
                (_("The balances would not be the same"), export.money, "alert", "bad"),
                (_("Told on a sheet of its own; the balances are the same"), export.words, "question", "soga"),
            )
            if found
        ],
    }
