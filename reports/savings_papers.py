"""Papers of savings, of money outside the weekly sheet, and of a year's surplus: lists to sign and vouchers."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from groups import clock
from groups.access import GroupRequest, group_view
from groups.models import Member
from groups.permissions import Permission
from ledger import chart
from meetings import cash
from reports.forms import PaperForm
from reports.papers import active_members, heads, officer, pages_of
from reports.views import in_indonesian
from savings import forall, yearend

LIST_ROWS = (15, 22)  # on the first page, and on those that follow


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def surplus_list(request: GroupRequest, year: int) -> HttpResponse:
    """The list of a decided year, to be signed by everybody who got her share."""
    found = yearend.decided(request.group, year)
    if found is None:
        raise Http404
    members = active_members(request.group, found.year_end.on)
    (head,) = heads([(request.group, found.year_end.on)], clock.now())
    submission = found.year_end.submission
    return render(
        request,
        "reports/surplus.html",
        {
            "paper": PaperForm.size(request.GET),
            "group": request.group,
            "head": head,
            "year": year,
            "found": found,
            "pages": pages_of(found.lines, *LIST_ROWS),
            "treasurer": officer(members, Member.Office.TREASURER),
            "chair": officer(members, Member.Office.CHAIR),
            "numbers": f"No. {submission.first_number}–{submission.last_number}",
        },
    )


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def paid_list(request: GroupRequest, number: int) -> HttpResponse:
    """What was paid or given to everybody, to be signed by each."""
    found = forall.written(request.group, number)
    if found is None:
        raise Http404
    members = active_members(request.group, found.on)
    (head,) = heads([(request.group, found.on)], clock.now())
    return render(
        request,
        "reports/paid_out_list.html",
        {
            "paper": PaperForm.size(request.GET),
            "group": request.group,
            "head": head,
            "title": found.memo,
            "total": found.total,
            "pages": pages_of(found.lines, *LIST_ROWS),
            "treasurer": officer(members, Member.Office.TREASURER),
            "chair": officer(members, Member.Office.CHAIR),
            "numbers": f"No. {found.first}–{found.last}",
            "digest": found.digest,
        },
    )


@require_GET
@group_view(Permission.PRINT_PAPERS)
@in_indonesian
def voucher(request: GroupRequest, number: int) -> HttpResponse:
    """The voucher of one act outside the sheets: bank, grant, expense, fund, savings paid out, a difference."""
    act = cash.act(request.group, number)
    if act is None:
        raise Http404
    members = active_members(request.group, act.entry.on)
    names = {member.no: member.name for member in Member.objects.filter(group=request.group)}
    (head,) = heads([(request.group, act.entry.on)], clock.now())
    legs = [(chart.CASH, 0, act.cash), (chart.BANK, 0, act.bank)]
    legs += [(code, no, amount * chart.CHART[code].sign) for code, no, amount in act.others]
    shown = [
        (
            f"{code} {chart.CHART[code].name}" + (f" · {names[no]}" if no in names else ""),
            max(0, amount),
            max(0, -amount),
        )
        for code, no, amount in legs
        if amount
    ]
    return render(
        request,
        "reports/voucher.html",
        {
            "paper": PaperForm.size(request.GET),
            "group": request.group,
            "head": head,
            "act": act,
            "title": _("Book voucher") if not act.cash else _("Cash received") if act.cash > 0 else _("Cash paid out"),
            "who": act.payee or next((names[no] for _code, no, _amount in act.others if no in names), ""),
            "legs": shown,
            "treasurer": officer(members, Member.Office.TREASURER),
            "chair": officer(members, Member.Office.CHAIR),
        },
    )
