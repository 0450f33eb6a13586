"""The five rules on screen: the board's dashboard, one group's health, and the evidence behind a finding."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from compliance import selectors
from compliance.coverage import coverage
from compliance.drawing import ageing, sparkline
from compliance.evidence import Absences
from compliance.forms import DashboardForm, OnForm
from compliance.models import Policy
from compliance.names import RULE_NAMES, SHORT_RULE_NAMES
from compliance.rules import RULES
from compliance.services import reach
from compliance.upk_section import upk_section
from groups import clock, xlsx
from groups.access import BkmRequest, GroupRequest, bkm_view, group_view
from groups.models import Appointment, Group, Member, without_ksm
from groups.money import format_amount
from groups.pages import PageForm
from groups.permissions import Permission
from groups.regions_search import region_labels
from loans.models import CollectabilityClass, UpkLoanRequest
from loans.selectors import gaps, open_loans
from meetings.models import Attendance
from meetings.selectors import open_differences

PER_PAGE = 50
HEADS = {
    "savings": pgettext_lazy("column", "Savings"),
    "meetings": pgettext_lazy("column", "Meetings"),
    "books": pgettext_lazy("column", "Books"),
    "lending": pgettext_lazy("column", "Lending"),
    "repayment": pgettext_lazy("column", "Repayment"),
}
MOST_ACTIONS = 8
MOST_ABSENCES = 3
_Status = UpkLoanRequest.Status
NEXT_WORD = {  # whose move it is
    _Status.WAITING: Permission.DECIDE_UPK,
    _Status.RECOMMENDED: Permission.RATIFY_UPK,
    _Status.APPROVED: Permission.POST_UPK,
}


def _dashboard(request: BkmRequest, form: DashboardForm) -> list[selectors.DashboardRow]:
    """The board's groups as they stand today, those silent for long too."""
    groups, today = Group.objects.filter(bkm=request.bkm), clock.today()
    reach(groups, today)
    return selectors.dashboard(groups, today, **form.asked())


@require_GET
@bkm_view(Permission.VIEW_BKM)
def bkm_dashboard(request: BkmRequest) -> HttpResponse:
    """What needs action first, then the groups with their five lights."""
    form = DashboardForm(request.GET, bkm=request.bkm)
    asked = form.asked()
    on = clock.today()
    rows = _dashboard(request, form)
    page = Paginator(rows, PER_PAGE).get_page(PageForm.number(request.GET))
    labels = region_labels([row.region for row in page.object_list])
    differences = open_differences(on, bkm=request.bkm)
    held = gaps(request.bkm.pk, on, too_long=True)
    asking = list(_asking(request))
    upk = upk_section(request.bkm, on) if Permission.VIEW_UPK in request.permissions else None
    others = [*(line.difference.group for line in differences), *(one.group for one in asking)]
    others += [line.loan.group for line in (*held, *(upk.held if upk else ()))]
    kept = {name: value for name, value in request.GET.items() if name in form.fields and value}
    return render(
        request,
        "compliance/bkm_dashboard.html",
        {
            "bkm": request.bkm,
            "page": page,
            "rows": [_shown(row, labels) for row in page.object_list],
            "twins": _twins([*rows, *others]),
            "count": len(rows),
            "form": form,
            "sort": asked["sort"],
            "kept": kept,
            "query": urlencode(kept) + "&" if kept else "",
            "filters": urlencode({n: v for n, v in kept.items() if n != "sort"}),
            "late": sorted((r for r in rows if r.without_sheet), key=lambda r: -r.without_sheet)[:MOST_ACTIONS],
            "late_count": sum(1 for row in rows if row.without_sheet),
            "differences": differences[:MOST_ACTIONS],
            "difference_count": len(differences),
            "held": held[:MOST_ACTIONS],
            "held_count": len(held),
            "asking": asking[:MOST_ACTIONS],
            "asking_count": len(asking),
            "now": clock.now(),
            "today": on,
            "rules": [(key, HEADS[key]) for key in RULES],
            "policy": Policy.objects.in_force(request.bkm.pk, on),
            "upk": upk,
            "may_manage": Permission.MANAGE_BKM in request.permissions,
            "may_resolve": Permission.RESOLVE_DIFFERENCE in request.permissions,
            "may_import": Permission.IMPORT_BOOK in request.permissions,
        },
    )


def _twins(groups: Iterable[Group | selectors.DashboardRow]) -> set[str]:
    """Codes of those groups whose name another one has, too: only there the code tells them apart."""
    names = {group.code: without_ksm(group.name).casefold() for group in groups}
    times = Counter(names.values())
    return {code for code, name in names.items() if times[name] > 1}


def _village(labels: Mapping[str, str], region: str) -> str:
    """The village alone: `Silurah` of `Desa Silurah, Kecamatan Wonotunggal, Kabupaten Batang`."""
    return labels.get(region, "").split(",")[0].removeprefix("Desa ").removeprefix("Kelurahan ")


def _shown(row: selectors.DashboardRow, labels: Mapping[str, str]) -> dict[str, object]:
    return {
        "row": row,
        "name": without_ksm(row.name),
        "village": _village(labels, row.region),
        "lights": [(SHORT_RULE_NAMES[rule], light) for rule, light, _score in row.lights],
        "spark": sparkline(row.trend),
    }


def _asking(request: BkmRequest) -> QuerySet[UpkLoanRequest]:
    """Requests of a board's groups to its UPK that wait for the one who looks, oldest first."""
    mine = [status for status, needed in NEXT_WORD.items() if needed in request.permissions]
    found = UpkLoanRequest.objects.filter(group__bkm=request.bkm, status__in=mine)
    return found.select_related("group").order_by("no")


@require_GET
@bkm_view(Permission.VIEW_BKM)
def bkm_dashboard_xlsx(request: BkmRequest) -> HttpResponse:
    """The same rows as a workbook; text that begins like a formula is written as plain text."""
    form = DashboardForm(request.GET, bkm=request.bkm)
    rows = _dashboard(request, form)
    heads = ["Kode", "Nama", *(str(RULE_NAMES[rule]) for rule in RULES), "Total", "Nilai", "Anggota"]
    heads += ["Simpanan", "Pinjaman", "PAR 3", "Pertemuan terakhir", "Pekan tanpa lembar"]
    lines = [xlsx.Line(heads, "head")]
    for row in rows:
        scores = [None if score is None else round(100 * score, 1) for _rule, _light, score in row.lights]
        cells = [row.code, row.name, *scores, row.total, row.grade, row.members, row.saved, row.outstanding]
        lines.append(xlsx.Line([*cells, row.par3, row.last_meeting, row.without_sheet]))
    return xlsx.download([xlsx.Sheet("Kelompok", lines, frozen=1)], f"{request.bkm.code}-{clock.today():%Y-%m-%d}")


def _day(request: GroupRequest) -> date:
    """The day a group is judged at: asked for, or the one its dashboard row speaks of."""
    today = clock.today(request.group)
    form = OnForm(request.GET)
    if form.is_valid() and form.cleaned_data["on"]:
        return min(form.cleaned_data["on"], today)
    return today


@require_GET
@group_view(Permission.VIEW_GROUP)
def group_health(request: GroupRequest) -> HttpResponse:
    """Five findings with their fractions and what cost points, week by week, and what stands beside the score."""
    group, on = request.group, _day(request)
    found = selectors.findings(group, on)
    weeks = selectors.heat_map(group, on, found=found)
    loans = _standing(group, on, found)
    facilitator = (
        Appointment.objects.held_at(group.bkm_id, Appointment.Role.FACILITATOR, on).select_related("user").first()
    )
    return render(
        request,
        "compliance/group_health.html",
        {
            "group": group,
            "on": on,
            "found": found,
            "evaluation": found.evaluation,
            "members": len(found.rows[-1].active) if found.rows else None,
            "findings": [_finding(found, index) for index in range(len(RULES))],
            "weeks": weeks,
            "months": _months(weeks),
            "heat": [
                (RULE_NAMES[rule], SHORT_RULE_NAMES[rule], [(week, week.cells[index]) for week in weeks])
                for index, rule in enumerate(RULES)
            ],
            "old": max(0, len(weeks) - 12),
            "ages": ageing(loans, CollectabilityClass.objects.in_force(group.bkm_id, on)),
            "outstanding": sum(outstanding for outstanding, _late in loans),
            "at_risk": sum(outstanding for outstanding, late in loans if late),
            "at_risk3": sum(outstanding for outstanding, late in loans if late >= 3),
            "facilitator": facilitator.user.name if facilitator else "",
            "village": _village(region_labels([group.region]), group.region),
            "differences": open_differences(on, group=group),
            "sees_bkm": Permission.VIEW_BKM in request.permissions,
            "may_resolve": Permission.RESOLVE_DIFFERENCE in request.permissions,
            "may_manage": Permission.MANAGE_BKM in request.permissions,
            "may_import": Permission.IMPORT_BOOK in request.permissions,
        },
    )


def _standing(group: Group, on: date, found: selectors.Findings) -> list[tuple[int, int]]:
    """(outstanding, instalments late) of each open loan. While today is not over, what falls due today is not late."""
    if on < clock.today(group):
        return [(loan.outstanding, loan.late) for loan in found.beside.loans] if found.beside else []
    own = [owed for owed in open_loans(group) if owed.loan.upk_loan_id is None]  # what a UPK lent is no internal loan
    states = [owed.state(on - timedelta(days=1)) for owed in own]
    return [(state.outstanding, state.instalments_late) for state in states if state.outstanding]


def _finding(found: selectors.Findings, index: int) -> dict[str, object]:
    rule = RULES[index]
    finding = found.evaluation.findings[index]
    return {
        "no": index + 1,
        "rule": rule,
        "name": RULE_NAMES[rule],
        "finding": finding,
        "value": _plain_number(finding.value, whole=rule == "repayment"),
        "parts": finding.parts,
        "fund": finding.parts.get("outstanding", 0) + finding.parts.get("fund_cash", 0),
        "costs": _costs(found, rule),
    }


def _plain_number(value: Fraction | None, *, whole: bool) -> str:
    """Write a numerator as people do: 103,5; rupiah whole, half up."""
    if value is None:
        return ""
    if whole:
        return format_amount(floor(value + Fraction(1, 2)))
    units, tenth = divmod(floor(value * 10 + Fraction(1, 2)), 10)
    return f"{format_amount(units)},{tenth}" if tenth else format_amount(units)


def _costs(found: selectors.Findings, rule: str) -> dict[str, object]:
    """How much stands behind a finding, and the first few names."""
    evidence, names = found.evidence, found.names
    if rule == "savings":
        counts: dict[int, int] = {}
        for gap in evidence.savings:
            counts[gap.member_no] = counts.get(gap.member_no, 0) + 1
        worst = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        return {"count": len(evidence.savings), "names": [f"{names[no]} {times}" for no, times in worst[:3]]}
    if rule == "meetings":
        absences = [f"{names[one.member_no]} {one.absent}" for one in evidence.absences[:3] if one.absent]
        times = sum(len(one.missed) for one in evidence.absences)
        return {"count": len(evidence.meetings), "absences": times, "names": absences}
    if rule == "books":
        return {"count": len(evidence.books), "names": []}
    if rule == "lending":
        without = [names[no] for no in evidence.lending[:3]]
        return {"count": len(evidence.lending), "idle": evidence.idle_cash, "names": without}
    late = [gap for gap in evidence.repayment if gap.uncovered or gap.late]
    return {"count": len(late), "names": [names[gap.member_no] for gap in late[:3]]}


def _months(weeks: list[selectors.HeatWeek]) -> list[dict[str, Any]]:
    """The heat-map's first head row: a day of the month, its number of weeks, whether before the last twelve.

    Phones show the last twelve alone, so a month may be cut in two; `again` is a second half to be named there only.
    """
    found: list[dict[str, Any]] = []
    old = max(0, len(weeks) - 12)
    for index, week in enumerate(weeks):
        month, is_old = week.week.replace(day=1), index < old
        if found and found[-1]["day"] == month and found[-1]["is_old"] == is_old:
            found[-1]["weeks"] += 1
        else:
            again = bool(found) and found[-1]["day"] == month and found[-1]["weeks"] > 1
            found.append({"day": month, "weeks": 1, "is_old": is_old, "again": again})
    return found


@require_GET
@group_view(Permission.VIEW_GROUP)
def group_evidence(request: GroupRequest, rule: str) -> HttpResponse:
    """The very weeks, members and entries that cost a rule its points, each with the way to the sheet."""
    if rule not in RULES:
        raise Http404
    group, on = request.group, _day(request)
    found = selectors.findings(group, on)
    return render(
        request,
        "compliance/group_evidence.html",
        {
            "group": group,
            "on": on,
            "rule": rule,
            "name": RULE_NAMES[rule],
            "finding": found.evaluation.findings[RULES.index(rule)],
            "policy": found.evaluation.policy,
            "evidence": found.evidence,
            "savings": [(gap, found.names[gap.member_no]) for gap in found.evidence.savings],
            "absences": [_absences(one, found.names) for one in found.evidence.absences],
            "lending": [(no, found.names[no]) for no in found.evidence.lending],
            "since": found.evaluation.policy.borrowers_since(on),
            "repayment": [(gap, found.names[gap.member_no]) for gap in found.evidence.repayment],
        },
    )


def _absences(one: Absences, names: Mapping[int, str]) -> dict[str, object]:
    """A member's absences; those that a phone has no room for in one line stand folded."""
    missed = [(on, how, Attendance.Status(how).label) for on, how in one.missed]
    return {"one": one, "who": names[one.member_no], "shown": missed[:MOST_ABSENCES], "folded": missed[MOST_ABSENCES:]}


@require_GET
@group_view(Permission.VIEW_GROUP)
def member_weeks(request: GroupRequest, no: int) -> HttpResponse:
    """Which weeks a member's simpanan wajib covers, which she owes, and how far she is ahead."""
    member = Member.objects.filter(group=request.group, no=no).first()
    if member is None:
        raise Http404
    on = _day(request)
    found = coverage(request.group, no, on)
    return render(request, "compliance/member_weeks.html", {"member": member, "found": found, "on": on})
