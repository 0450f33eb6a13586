"""The books on screen, on paper and as workbooks. Each view: gate, form, one call, answer."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from groups import clock, xlsx
from groups.access import BkmRequest, GroupRequest, bkm_view, group_view
from groups.dates import format_time
from groups.permissions import Permission
from reports.forms import PaperForm
from reports.statements import reading
from reports.statements.asked import NO_ACCOUNT, Asked
from reports.statements.catalogue import CATALOGUE, Entry, listed
from reports.statements.entry import entry_page
from reports.statements.exports import sheets
from reports.statements.forms import PeriodForm, StatementForm
from reports.statements.heads import statement_head
from reports.statements.keeper import Keeper, keeper_of
from reports.statements.period import QUICK, Period, quick
from reports.statements.shape import Statement
from reports.views import in_indonesian

CHOICES = {
    "this_month": _("this month"),
    "last_month": _("last month"),
    "this_year": _("this year"),
    "last_year": _("last year"),
    "all": _("everything"),
}


# Of a group


@require_GET
@group_view(Permission.VIEW_GROUP)
def books(request: GroupRequest) -> HttpResponse:
    """The statements of a group's book, for a period chosen here."""
    return _books(request)


@require_GET
@group_view(Permission.VIEW_GROUP)
def statement(request: GroupRequest, statement: str) -> HttpResponse:
    """One statement of a group's book on screen."""
    return _answer(request, statement, _screen)


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def statement_paper(request: GroupRequest, statement: str) -> HttpResponse:
    """The same, whole, on paper."""
    return _answer(request, statement, _paper, whole=True)


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def statement_xlsx(request: GroupRequest, statement: str) -> HttpResponse:
    """The same, whole, as a workbook."""
    return _answer(request, statement, _workbook, whole=True)


@require_GET
@group_view(Permission.VIEW_GROUP)
def entry(request: GroupRequest, number: int) -> HttpResponse:
    """One entry of a group's book; a UPK's entries have a page of their own, where they are corrected too."""
    return _entry(request, number)


# Of a UPK


@require_GET
@bkm_view(Permission.VIEW_UPK)
def upk_books(request: BkmRequest) -> HttpResponse:
    """The statements of a UPK's book, for a period chosen here."""
    return _books(request)


@require_GET
@bkm_view(Permission.VIEW_UPK)
def upk_statement(request: BkmRequest, statement: str) -> HttpResponse:
    """One statement of a UPK's book on screen."""
    return _answer(request, statement, _screen)


@require_GET
@bkm_view(Permission.VIEW_UPK)
@in_indonesian
def upk_statement_paper(request: BkmRequest, statement: str) -> HttpResponse:
    """The same, whole, on paper."""
    return _answer(request, statement, _paper, whole=True)


@require_GET
@bkm_view(Permission.VIEW_UPK)
@in_indonesian
def upk_statement_xlsx(request: BkmRequest, statement: str) -> HttpResponse:
    """The same, whole, as a workbook."""
    return _answer(request, statement, _workbook, whole=True)


# What both do


def _books(request: HttpRequest) -> HttpResponse:
    keeper = keeper_of(request)
    days = reading.span(keeper.book.pk)
    form = PeriodForm(request.GET, today=keeper.today(), days=days)
    asked = Asked(form.period, days, NO_ACCOUNT)
    lines = [(one, f"{keeper.url('statement', one.name)}?{asked.query()}") for one in listed(keeper)]
    prints = Permission.PRINT_PAPERS in request.permissions  # type: ignore[attr-defined]
    takes_out = Permission.EXPORT_BOOK in request.permissions  # type: ignore[attr-defined]
    context = _context(keeper, form, asked) | {"lines": lines, "prints": prints, "takes_out": takes_out}
    return render(request, "reports/statements/books.html", context, status=422 if form.errors else 200)


Shown = Callable[[HttpRequest, Keeper, Asked, Statement, StatementForm], HttpResponse]


def _answer(request: HttpRequest, name: str, shown: Shown, *, whole: bool = False) -> HttpResponse:
    """Read what was asked and show it; what cannot be understood comes back on the screen, at its field."""
    keeper = keeper_of(request)
    one = _known(keeper, name)
    days = reading.span(keeper.book.pk)
    form = StatementForm(request.GET, keeper=keeper, today=keeper.today(), days=days, accounts=one.accounts)
    if asked := form.asked(whole=whole):
        found = one.read(keeper, asked)
        if asked.page <= found.page.count:
            return shown(request, keeper, asked, found, form)
        form.refuse_page(found.page.count)
    context = _context(keeper, form, Asked(form.period, days, NO_ACCOUNT)) | {"one": one}
    return render(request, "reports/statements/statement.html", context, status=422)


def _known(keeper: Keeper, name: str) -> Entry:
    one = CATALOGUE.get(name)
    if one is None or one not in listed(keeper):
        raise Http404
    return one


def _context(keeper: Keeper, form: PeriodForm, asked: Asked) -> dict[str, Any]:
    """What the index and every statement need: the period in words and the quick choices beside it."""
    account = "" if asked.account is NO_ACCOUNT else asked.account.key
    choices = []
    for name in QUICK:
        period = quick(name, keeper.today(), asked.days)
        query = Asked(period, asked.days, asked.account).query(account)
        choices.append({"text": CHOICES[name], "query": query, "current": period == asked.period and not form.errors})
    return {
        "keeper": keeper,
        "form": form,
        "period": asked.period.label("en" if (get_language() or "id").startswith("en") else "id"),
        "choices": choices,
        "start": form.written("from", asked.period.start),
        "end": form.written("to", asked.period.end),
        "query": asked.query(account),
        "index": f"{keeper.url('books')}?{asked.query()}",
        "bkm": keeper.bkm,
    }


def _screen(
    request: HttpRequest, keeper: Keeper, asked: Asked, statement: Statement, form: StatementForm
) -> HttpResponse:
    context = _context(keeper, form, asked) | {"statement": statement, "one": CATALOGUE[statement.name]}
    context |= {
        "paper_url": f"{keeper.url('statement_paper', statement.name)}?{context['query']}",
        "xlsx_url": f"{keeper.url('statement_xlsx', statement.name)}?{context['query']}",
        "previous": asked.page - 1 or None,
        "following": asked.page + 1 if asked.page < statement.page.count else None,
        "may_write": bool(keeper.upk) and Permission.POST_UPK in request.permissions,  # type: ignore[attr-defined]
    }
    return render(request, "reports/statements/statement.html", context)


def _paper(
    request: HttpRequest, keeper: Keeper, asked: Asked, statement: Statement, form: StatementForm
) -> HttpResponse:
    context = _context(keeper, form, asked) | {"statement": statement}
    context |= {
        "paper": PaperForm.size(request.GET),
        "head": statement_head(keeper, asked.period, clock.now()),
        "printed_on": keeper.today(),
        "back": f"{keeper.url('statement', statement.name)}?{context['query']}",
    }
    return render(request, "reports/statements/paper.html", context)


def _workbook(
    _request: HttpRequest, keeper: Keeper, asked: Asked, statement: Statement, _form: StatementForm
) -> HttpResponse:
    head = statement_head(keeper, asked.period, clock.now())
    days = f"{asked.period.start:%Y%m%d}-{asked.period.end:%Y%m%d}"
    parts = [keeper.code, CATALOGUE[statement.name].file, asked.account.key, days]
    return xlsx.download(sheets(statement, head), "-".join(filter(None, parts)))


def _entry(request: HttpRequest, number: int) -> HttpResponse:
    keeper = keeper_of(request)
    found = entry_page(keeper, number)
    if found is None:
        raise Http404
    at = keeper.local(found.entry.posted_at)
    context = {"keeper": keeper, "found": found, "entry": found.entry, "at": at, "time": format_time(at, keeper.zone)}
    year = Asked(
        Period(found.entry.on.replace(month=1, day=1), found.entry.on.replace(month=12, day=31)), None, NO_ACCOUNT
    )
    context |= {
        "sides": [(side, f"{keeper.url('statement', 'ledger')}?{year.query(side.key)}") for side in found.sides],
        "index": keeper.url("books"),
        "previous": keeper.url("entry", found.previous) if found.previous else "",
        "following": keeper.url("entry", found.following) if found.following else "",
        "reverses": keeper.url("entry", found.entry.reverses.number) if found.entry.reverses else "",
        "reversed_by": keeper.url("entry", found.reversed_by.number) if found.reversed_by else "",
        "may_correct": Permission.CORRECT in request.permissions,  # type: ignore[attr-defined]
    }
    return render(request, "reports/statements/entry.html", context)
