"""How a UPK stands: its five figures month by month, their bounds, its portfolio, the reserve and the rewards."""

from datetime import date
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groups import clock, xlsx
from groups.access import BkmRequest, bkm_view
from groups.money import format_rupiah
from groups.pages import PageForm
from groups.permissions import Permission
from groups.views.forms_flow import attempt, form_page, get_or_post, sent
from ledger.kinds import UPK_RESERVE
from ledger.models import Entry
from loans import ageing
from loans.models import CollectabilityClass, UpkPolicy
from loans.selectors import upk_portfolio as selectors
from loans.selectors import upk_rewards as reward_selectors
from loans.selectors.upk_book import loan_book
from loans.services import upk_policy, upk_reserve
from loans.services import upk_reward as reward_services
from loans.upk_book_forms import BoundsForm, MonthForm, PortfolioForm, ReserveForm, RewardForm, TakeBackForm
from loans.upk_words import HEADS, figure_lines
from loans.views.upk_book import upk_or_404, upk_page, written
from loans.views.upk_lending import loan_or_404

PER_PAGE = 50
REWARDS_PER_PAGE = 25


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_indicators(request: BkmRequest) -> HttpResponse:
    """The five figures of a month with their parts and definitions, and those of the twelve months up to it."""
    upk, today = upk_or_404(request), clock.today()
    month = MonthForm.chosen(request.GET, today=today)
    months = selectors.months_before(month)
    found = selectors.figures(upk, [selectors.month_end(one, today) for one in months], today=today)
    policy = UpkPolicy.objects.in_force(upk.bkm_id, found[-1].on)
    context = {
        "month": month,
        "before": selectors.months_before(month, 2)[0],
        "after": selectors.month_after(month, today),
        "figures": found[-1],
        "lines": figure_lines(found[-1], policy.bounds),
        "year": list(zip(months, found, strict=True)),
        "heads": HEADS,
        "policy": policy,
        "may_manage": Permission.MANAGE_BKM in request.permissions,
    }
    return upk_page(request, "indicators", upk, context)


@get_or_post
@bkm_view(Permission.MANAGE_BKM)
def upk_bounds(request: BkmRequest) -> HttpResponse:
    """Write the next version of the bounds and of the reward."""
    upk = upk_or_404(request)
    today = clock.today()
    latest = UpkPolicy.objects.filter(bkm=request.bkm).order_by("-version").first() or UpkPolicy()
    initial = {name: getattr(latest, name) for name in BoundsForm.base_fields if name != "from_on"}
    form = BoundsForm(sent(request), initial={"from_on": today, **initial})
    if policy := attempt(form, upk_policy.set_upk_policy, bkm=request.bkm, by=request.user, at=clock.now()):
        messages.success(request, _("Version %(version)s is written down.") % {"version": policy.version})
        return redirect("upk_indicators", code=request.bkm.code)
    return form_page(
        request,
        form,
        heading=_("Bounds of the figures"),
        submit=_("Write the next version"),
        back=reverse("upk_indicators", args=[request.bkm.code]),
        kicker=upk,
        note=_("All numbers are per cent. An edge belongs to the better band; older months keep their version."),
    )


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_portfolio(request: BkmRequest) -> HttpResponse:
    """Every loan with a balance on a day: what is late of it, its class, when it was last paid."""
    upk, today = upk_or_404(request), clock.today()
    form = PortfolioForm(request.GET)
    asked = form.asked(today)
    on = asked.pop("on")
    loans = selectors.portfolio(upk, on, today=today)
    rows = selectors.chosen(loans, **asked)
    page = Paginator(rows, PER_PAGE).get_page(PageForm.number(request.GET))
    kept = {
        name: value for name, value in request.GET.items() if name in form.fields and value and name not in form.errors
    }
    ages = [one.age for one in loans]
    grades = CollectabilityClass.objects.in_force(upk.bkm_id, on)
    context = {
        "form": form,
        "on": on,
        "page": page,
        "count": len(rows),
        "all": len(loans),
        "sort": asked["sort"],
        "kept": kept,
        "query": urlencode(kept) + "&" if kept else "",
        "filters": urlencode({name: value for name, value in kept.items() if name != "sort"}),
        "classes": ageing.by_class(ages, grades),
        "buckets": ageing.buckets(ages),
        "outstanding": sum(one.outstanding for one in ages),
        "arrears": sum(one.arrears for one in ages),
    }
    return upk_page(request, "portfolio", upk, context)


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_loan_book(request: BkmRequest, no: int) -> HttpResponse:
    """Every entry of one loan in the UPK's book up to a day."""
    loan = loan_or_404(request, no)
    on = PortfolioForm(request.GET).asked(clock.today())["on"]
    context = {"loan": loan, "on": on, "lines": loan_book(loan, on)}
    return upk_page(request, "loan_book", loan.upk, context)


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_portfolio_xlsx(request: BkmRequest) -> HttpResponse:
    """The same rows as a workbook; text that begins like a formula is written as plain text."""
    upk, today = upk_or_404(request), clock.today()
    asked = PortfolioForm(request.GET).asked(today)
    on = asked.pop("on")
    rows = selectors.chosen(selectors.portfolio(upk, on, today=today), **asked)
    heads = ["No", "Kode KSM", "KSM", "Pencairan", "Pokok", "Sisa pokok", "Tunggakan", "Angsuran terlambat"]
    lines = [xlsx.Line([*heads, "Hari", "Kolektibilitas", "Cadangan", "Setoran terakhir", "Per tanggal"], "head")]
    for one in rows:
        age, loan = one.age, one.loan
        cells = [loan.no, loan.group.code, str(loan.group), loan.disbursed_on, loan.principal]
        late = [age.outstanding, age.arrears, age.instalments_late, age.days_late]
        lines.append(xlsx.Line([*cells, *late, f"{one.grade.roman} {one.grade.name}", one.reserve, one.last_on, on]))
    return xlsx.download([xlsx.Sheet("Portofolio", lines, frozen=1)], f"{request.bkm.code}-UPK-{on:%Y-%m-%d}")


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_reserve_page(request: BkmRequest) -> HttpResponse:
    """The reserve by class at a month's end, beside what the book holds."""
    month = MonthForm.chosen(request.GET, today=clock.today())
    return _reserve(request, month, ReserveForm())


def _reserve(request: BkmRequest, month: date, form: ReserveForm) -> HttpResponse:
    upk, today = upk_or_404(request), clock.today()
    context = {
        "form": form,
        "key": uuid4(),
        "month": month,
        "before": selectors.months_before(month, 2)[0],
        "after": selectors.month_after(month, today),
        "sheet": selectors.reserve_sheet(upk, selectors.month_end(month, today), today=today),
    }
    return upk_page(request, "reserve", upk, context, 422 if form.errors else 200)


@require_POST
@bkm_view(Permission.POST_UPK)
def upk_reserve_write(request: BkmRequest, month: date) -> HttpResponse:
    """Write the change of a month's reserve into the book."""
    upk, today = upk_or_404(request), clock.today()
    month = min(month, today).replace(day=1)
    form = ReserveForm(request.POST)
    arguments = {"on": selectors.month_end(month, today), "by": request.user, "at": clock.now(), "today": today}
    if receipt := attempt(form, upk_reserve.post_reserve, upk=upk, **arguments):
        return written(request, receipt.submission.last_number)
    return _reserve(request, month, form)


@get_or_post
@bkm_view(Permission.POST_UPK)
def upk_reserve_back(request: BkmRequest, number: int) -> HttpResponse:
    """Take back the last reserve, with a reason."""
    upk = upk_or_404(request)
    entry = Entry.objects.filter(book=upk.book_id, number=number, kind=UPK_RESERVE, reverses=None).first()
    if entry is None:
        raise Http404
    form = TakeBackForm(sent(request), initial={"key": uuid4()})
    if receipt := attempt(form, upk_reserve.take_back_reserve, upk=upk, entry=entry, by=request.user, at=clock.now()):
        return written(request, receipt.submission.last_number)
    return form_page(
        request,
        form,
        heading=_("Take back the reserve"),
        submit=_("Take entry %(number)s back") % {"number": number},
        back=reverse("upk_book_entry", args=[request.bkm.code, number]),
        kicker=upk,
    )


@require_safe
@bkm_view(Permission.VIEW_UPK)
def upk_rewards(request: BkmRequest) -> HttpResponse:
    """Loans that are paid back, whether every instalment came in time, and their rewards."""
    upk = upk_or_404(request)
    page = Paginator(reward_selectors.settled_loans(upk), REWARDS_PER_PAGE).get_page(PageForm.number(request.GET))
    context = {
        "page": page,
        "rows": reward_selectors.rewards(page.object_list, upk.bkm_id),
        "policy": UpkPolicy.objects.in_force(upk.bkm_id, clock.today()),
        "may_manage": Permission.MANAGE_BKM in request.permissions,
    }
    return upk_page(request, "rewards", upk, context)


@get_or_post
@bkm_view(Permission.POST_UPK)
def upk_reward(request: BkmRequest, no: int) -> HttpResponse:
    """Pay a loan's reward out."""
    loan = loan_or_404(request, no)
    form = RewardForm(sent(request), initial={"key": uuid4(), "on": clock.today()})
    if receipt := attempt(form, reward_services.pay_reward, loan=loan, by=request.user, at=clock.now()):
        return written(request, receipt.submission.last_number)
    found = reward_selectors.rewards([loan], loan.upk.bkm_id) if loan.receivable.balance == 0 else []
    amount = format_rupiah(found[0].open if found else 0)
    return form_page(
        request,
        form,
        heading=_("IPTW of %(group)s") % {"group": loan.group},
        submit=_("Pay out %(amount)s") % {"amount": amount},
        back=reverse("upk_rewards", args=[request.bkm.code]),
        kicker=loan.upk,
        note=_("One step: out of the UPK's cash, into the KSM's cash as other income."),
    )


@get_or_post
@bkm_view(Permission.POST_UPK)
def upk_reward_back(request: BkmRequest, no: int) -> HttpResponse:
    """Take a reward back, with a reason, in both books."""
    loan = loan_or_404(request, no)
    form = TakeBackForm(sent(request), initial={"key": uuid4()})
    if receipt := attempt(form, reward_services.take_back_reward, loan=loan, by=request.user, at=clock.now()):
        return written(request, receipt.submission.last_number)
    return form_page(
        request,
        form,
        heading=_("Take back the IPTW of %(group)s") % {"group": loan.group},
        submit=_("Take it back in both books"),
        back=reverse("upk_rewards", args=[request.bkm.code]),
        kicker=loan.upk,
    )
