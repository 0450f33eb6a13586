"""The screens of a loan's life: each step with what it would write, its papers, and the debts that are remembered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from groups import clock
from groups.access import GroupRequest, group_view
from groups.dates import date_in_words, format_date, format_time
from groups.models import Group, Member
from groups.permissions import Permission
from groups.services import readmit
from ledger import chart
from ledger.models import Account
from loans import life_forms as forms
from loans import selectors, services
from loans.forms import PaperForm, percent_text
from loans.models import Loan, LoanStep
from loans.selectors import totals_of
from loans.services import OpenLoan
from loans.services.payoffs import Guarantee
from loans.services.trial import Trial, attempt
from users.access import kept_for_back

Act = Callable[[Loan, Any, services.Deed], Any]


@dataclass(frozen=True)
class Deeds:
    """One kind of step on screen: its form, its words, and the service it calls."""

    form: type[forms.DeedForm]
    heading: Any
    submit: Any
    act: Act


DEEDS: dict[str, Deeds] = {
    "payoff": Deeds(
        forms.PayoffForm,
        gettext_lazy("Pay the loan off"),
        gettext_lazy("Take the payoff"),
        lambda loan, form, deed: services.pay_off(loan=loan, deed=deed, waived=form.rupiah("waived")),
    ),
    "waive": Deeds(
        forms.WaiverForm,
        gettext_lazy("Waive jasa"),
        gettext_lazy("Waive this jasa"),
        lambda loan, form, deed: services.waive(loan=loan, deed=deed, amount=form.rupiah("waived")),
    ),
    "reschedule": Deeds(
        forms.RescheduleForm,
        gettext_lazy("Reschedule or restructure"),
        gettext_lazy("Write the new schedule"),
        lambda loan, form, deed: services.reschedule(
            loan=loan, deed=deed, terms=form.terms, waived=form.rupiah("waived")
        ),
    ),
    "guarantee": Deeds(
        forms.GuaranteeForm,
        gettext_lazy("Call the guarantee"),
        gettext_lazy("Pay from blocked savings"),
        lambda loan, form, deed: services.call_guarantee(loan=loan, deed=deed, parts=form.parts()),
    ),
    "write-off": Deeds(
        forms.DeedForm,
        gettext_lazy("Write the loan off"),
        gettext_lazy("Write it off"),
        lambda loan, _form, deed: services.write_off(loan=loan, deed=deed),
    ),
    "recover": Deeds(
        forms.RecoveryForm,
        gettext_lazy("A debt written off comes in"),
        gettext_lazy("Take the money"),
        lambda loan, form, deed: services.recover(loan=loan, deed=deed, amount=form.rupiah("amount")),
    ),
    "take-back": Deeds(
        forms.TakeBackForm,
        gettext_lazy("Paid out by mistake"),
        gettext_lazy("Take the loan back"),
        lambda loan, _form, deed: services.take_back_disbursement(
            loan=loan, key=deed.key, reason=deed.decision, by=deed.by, at=deed.at
        ),
    ),
}


def possible(owed: OpenLoan, steps: list[LoanStep], *, guaranteed: bool, untouched: bool) -> list[tuple[str, Deeds]]:
    """Return the steps a loan can take now, in the order a meeting thinks of them."""
    if not owed.outstanding:
        written_off = any(step.kind == LoanStep.Kind.WRITE_OFF and not step.undone_at for step in steps)
        return [("recover", DEEDS["recover"])] if written_off else []
    alone = untouched and owed.loan.upk_loan_id is None  # a share is not taken back without the UPK's loan
    found = ["payoff", "waive", "reschedule", *(["guarantee"] if guaranteed else []), "write-off"]
    found += ["take-back"] if alone else []
    return [(name, DEEDS[name]) for name in found]


def ended_name(kind: str | None) -> str:
    """Return how a loan ended that was not simply paid back; empty for one that was."""
    paid = (LoanStep.Kind.PAYOFF, LoanStep.Kind.GUARANTEE, LoanStep.Kind.EXIT)
    return str(LoanStep.Kind(kind).label) if kind and kind not in paid else ""


def on_card(request: GroupRequest, card: selectors.LoanCard) -> dict[str, Any]:
    """What a loan's card shows of its life. Three queries."""
    steps = list(selectors.steps_of(card.loan))
    standing = [step for step in steps if not step.undone_at]
    guaranteed = Account.objects.filter(book=request.group.book_id, code=chart.BLOCKED_SAVINGS, balance__lt=0).exists()
    untouched = bool(card.disbursed and card.disbursed.kind == "disbursement" and not card.payments and not standing)
    final = (LoanStep.Kind.EXIT, LoanStep.Kind.TAKEN_BACK)
    return {
        "steps": steps,
        "last_step": standing[-1] if standing and standing[-1].kind not in final else None,
        "ended": next((step for step in standing if step.closes and ended_name(step.kind)), None),
        "successors": list(Loan.objects.filter(replaces=card.loan).order_by("no")),
        "possible": possible(card.owed, steps, guaranteed=guaranteed, untouched=untouched),
        "may_settle": Permission.SETTLE_LOAN in request.permissions,
    }


def blocked_savings(group: Group, owed: OpenLoan) -> dict[Guarantee, tuple[str, int]]:
    """Return all blocked savings of a group, those behind this loan first: whose and for which loan → label, rupiah."""
    accounts = Account.objects.filter(book=group.book_id, code=chart.BLOCKED_SAVINGS, balance__lt=0, member_no__gt=0)
    names = dict(Member.objects.filter(group=group).values_list("no", "name"))
    rows = sorted(accounts, key=lambda one: (one.loan_no != owed.loan.no, one.member_no, one.loan_no))
    label = _("%(name)s, behind loan %(no)s, has %(amount)s")
    return {
        (one.member_no, one.loan_no): (
            label % {"name": names.get(one.member_no, ""), "no": one.loan_no, "amount": chart.rupiah(-one.balance)},
            -one.balance,
        )
        for one in rows
    }


def _owed_or_404(request: GroupRequest, no: int) -> OpenLoan:
    owed = selectors.loans_by_no(request.group, [no]).get(no)
    if owed is None:
        raise Http404
    owed.loan.group = request.group
    return owed


@require_http_methods(["GET", "HEAD", "POST"])
@group_view(Permission.SETTLE_LOAN)
def loan_step(request: GroupRequest, no: int, deed: str) -> HttpResponse:
    """One step: what it takes, what it writes, and on the second look the step itself."""
    if deed not in DEEDS:
        raise Http404
    story, group, owed = DEEDS[deed], request.group, _owed_or_404(request, no)
    options: dict[str, Any] = {"owed": owed, "today": clock.today(group)}
    if deed == "guarantee":
        options["blocked"] = blocked_savings(group, owed)
    form = story.form(request.POST if request.method == "POST" else None, **options)
    loan, now = owed.loan, clock.now()
    complete = form.is_bound and form.is_valid()
    trial = _tried(request, loan, story, form) if deed != "reschedule" or form.terms else None  # type: ignore[attr-defined]
    if complete and trial and "show" not in request.POST:
        if form.cleaned_data["seen"] != trial.seen and not trial.refusal:
            form.add_error(None, ValidationError(_("The figures below are new. Look at them, then send it again.")))
        else:
            try:
                story.act(loan, form, form.deed(request.user, now))
            except ValidationError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("It is written into the book."))
                return redirect("loan_card", code=group.code, no=no)
    day, fresh = form.trial(now).on, _successor(trial)
    shown = {
        "quote": owed.quote(day) if deed == "payoff" and owed.outstanding else None,
        "fresh": fresh,
        "fresh_totals": totals_of(fresh.rows) if fresh else None,
        "states": _states(trial, day),
    }
    return _show(request, "loans/step.html", form, trial, loan=loan, owed=owed, story=story, **shown)


def _successor(trial: Trial | None) -> OpenLoan | None:
    """The loan a reschedule would make."""
    return trial.after[trial.made.no] if trial and isinstance(trial.made, Loan) else None


def _states(trial: Trial | None, on: date) -> list[dict[str, Any]]:
    """Each loan of a trial before and after it, as at the end of a day."""
    lines = []
    for no, after in (trial.after if trial else {}).items():
        if trial and no in trial.before:
            lines.append({"no": no, "when": _("before"), "state": trial.before[no].state(on)})
        lines.append({"no": no, "when": _("after"), "state": after.state(on)})
    return lines


def _tried(request: GroupRequest, loan: Loan, story: Deeds, form: Any) -> Trial:
    deed = form.trial(clock.now())
    return attempt(group=request.group, numbers=[loan.no], act=lambda: story.act(loan, form, deed))


def _show(request: GroupRequest, template: str, form: Any, trial: Trial | None, **more: Any) -> HttpResponse:
    """Show a form with what it would do, and with the hidden word that says what was shown."""
    if trial:
        if form.is_bound:
            form.data = form.data.copy()
            form.data["seen"] = trial.seen
        else:
            form.initial["seen"] = trial.seen
    names = dict(Member.objects.filter(group=request.group).values_list("no", "name"))
    context = {"group": request.group, "form": form, "trial": trial, "names": names, "today": form.today, **more}
    if trial and trial.refusal and not form.errors:
        context["refusals"] = trial.refusal.messages
    entries = trial.entries if trial else []
    cash = [leg.amount for _entry, legs in entries for leg in legs if leg.account.code == chart.CASH]
    context["cash"] = abs(sum(cash))
    context["entries"] = [(entry, [_leg(leg.account, leg.amount, names) for leg in legs]) for entry, legs in entries]
    status = 422 if form.is_bound and form.errors else 200
    page = render(request, template, context, status=status)
    return kept_for_back(page) if form.is_bound else page


def _leg(account: Account, amount: int, names: dict[int, str]) -> dict[str, Any]:
    owner = [names.get(account.member_no, "")] if account.member_no else []
    if account.loan_no:
        owner.append(_("loan %(no)s") % {"no": account.loan_no})
    name = ", ".join([chart.CHART[account.code].name, *owner])
    return {"code": account.code, "name": name, "debit": max(0, amount), "credit": max(0, -amount)}


def _step_or_404(request: GroupRequest, no: int, number: int) -> LoanStep:
    found = LoanStep.objects.filter(loan__group=request.group, loan__no=no, no=number)
    step = found.select_related("loan__member", "loan__group", "entry", "submission", "by").first()
    if step is None:
        raise Http404
    return step


@require_http_methods(["GET", "HEAD", "POST"])
@group_view(Permission.SETTLE_LOAN)
def loan_step_undo(request: GroupRequest, no: int, number: int) -> HttpResponse:
    """Take the last step of a loan back, with the reason."""
    step = _step_or_404(request, no, number)
    form = forms.UndoForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            services.undo(step=step, key=given["key"], reason=given["reason"], by=request.user, at=clock.now())
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The step is taken back; the loan is as before."))
            return redirect("loan_card", code=request.group.code, no=no)
    context = {
        "form": form,
        "heading": _("Take back: %(step)s") % {"step": step.get_kind_display()},
        "submit": _("Take it back"),
        "back": reverse("loan_card", args=[request.group.code, no]),
        "kicker": _("Loan %(no)s") % {"no": no},
    }
    return render(request, "groups/form.html", context, status=422 if form.is_bound and form.errors else 200)


def _paper(request: GroupRequest) -> dict[str, Any]:
    """What every paper carries: its size, who signs, when it was printed."""
    group, now = request.group, clock.now()
    officers = {one.office: one.name for one in Member.objects.filter(group=group).active_on(clock.today(group))}
    return {
        "group": group,
        "paper": PaperForm(request.GET).size,
        "printed": f"{format_date(clock.today(group))}, {format_time(now, group.zone)}",
        "chair": officers.get(Member.Office.CHAIR, ""),
        "secretary": officers.get(Member.Office.SECRETARY, ""),
        "treasurer": officers.get(Member.Office.TREASURER, ""),
    }


@require_safe
@group_view(Permission.PRINT_PAPERS)
def loan_step_print(request: GroupRequest, no: int, number: int) -> HttpResponse:
    """The berita acara of one step."""
    step = _step_or_404(request, no, number)
    context = {"step": step, "loan": step.loan, "words": date_in_words(step.decided_on or step.on), **_paper(request)}
    context["successor"] = (
        Loan.objects.filter(replaces=step.loan, receivable__postings__entry=step.entry).first()
        if step.kind in (LoanStep.Kind.RESCHEDULE, LoanStep.Kind.RESTRUCTURE)
        else None
    )
    return render(request, "loans/step_print.html", context)


@require_safe
@group_view(Permission.PRINT_PAPERS)
def loan_quote_print(request: GroupRequest, no: int) -> HttpResponse:
    """What paying a loan off takes on a day, to take home."""
    owed = _owed_or_404(request, no)
    on = max(forms.DayForm(request.GET).day(clock.today(request.group)), owed.loan.disbursed_on)
    quote = owed.quote(on) if owed.outstanding else None
    context = {"loan": owed.loan, "quote": quote, "on": on, "rate": percent_text(owed.loan.rate), **_paper(request)}
    return render(request, "loans/quote_print.html", context)


@require_safe
@group_view(Permission.VIEW_GROUP)
def debt_list(request: GroupRequest) -> HttpResponse:
    """Debts written off: what is still owed, and what came in since."""
    debts = selectors.debts(request.group)
    context = {
        "group": request.group,
        "debts": debts,
        "whole": sum(one.whole for one in debts),
        "recovered": sum(one.recovered for one in debts),
        "left": sum(one.left for one in debts),
        "may_settle": Permission.SETTLE_LOAN in request.permissions,
    }
    return render(request, "loans/debts.html", context)


# Leaving and coming back


def _member_or_404(request: GroupRequest, no: int) -> Member:
    member = Member.objects.filter(group=request.group, no=no).select_related("former").first()
    if member is None:
        raise Http404
    member.group = request.group
    return member


@require_http_methods(["GET", "HEAD", "POST"])
@group_view(Permission.SETTLE_LOAN)
def member_leave(request: GroupRequest, no: int) -> HttpResponse:
    """The reckoning with a member who leaves, and her leaving; of one who left, how it was."""
    group, member, today = request.group, _member_or_404(request, no), clock.today(request.group)
    if member.left_on:
        left = selectors.leaving_of(member)
        context = {"group": group, "member": member, "left": left, "again": getattr(member, "again", None)}
        return render(request, "loans/left.html", context)
    found = selectors.reckoning(group, member, today)
    form = forms.LeavingForm(request.POST if request.method == "POST" else None, owed=found, today=today)
    complete = form.is_bound and form.is_valid()
    on = (form.cleaned_data if form.is_bound else form.initial).get("on") or today
    found = selectors.reckoning(group, member, on)

    def act(deed: services.Deed) -> Any:
        reason = form.cleaned_data.get("reason", "wish") if form.is_bound else "wish"
        waivers = {one.loan.loan.no: form.rupiah(f"waived-{one.loan.loan.no}") for one in found.loans}
        return services.leave(member=member, deed=deed, reason=reason, waived=waivers, write_off=form.writes_off())

    numbers = [one.loan.loan.no for one in found.loans]
    trial = attempt(group=group, numbers=numbers, act=lambda: act(form.trial(clock.now())))
    if complete and "show" not in request.POST:
        if form.cleaned_data["seen"] != trial.seen and not trial.refusal:
            form.add_error(None, ValidationError(_("The figures below are new. Look at them, then send it again.")))
        else:
            try:
                act(form.deed(request.user, clock.now()))
            except ValidationError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("%(name)s has left. Print the paper to sign.") % {"name": member.name})
                return redirect("member_leave", code=group.code, no=no)
    saved = [{"name": chart.CHART[code].name, "amount": amount} for (code, _m, _l), amount in found.savings.items()]
    shown = {"saved": saved, "states": _states(trial, on)}
    return _show(request, "loans/leave.html", form, trial, member=member, found=found, **shown)


@require_http_methods(["GET", "HEAD", "POST"])
@group_view(Permission.SETTLE_LOAN)
def member_leave_undo(request: GroupRequest, no: int) -> HttpResponse:
    """Take a leaving back: the money and the loans are as before."""
    left = selectors.leaving_of(_member_or_404(request, no))
    if left is None:
        raise Http404
    form = forms.UndoForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            services.undo_leaving(
                leaving=left, key=given["key"], reason=given["reason"], by=request.user, at=clock.now()
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("%(name)s is a member as before.") % {"name": left.member.name})
            return redirect("members", code=request.group.code)
    context = {
        "form": form,
        "heading": _("Take back: %(name)s left") % {"name": left.member.name},
        "submit": _("Take it back"),
        "back": reverse("member_leave", args=[request.group.code, no]),
        "kicker": _("Member %(no)s") % {"no": no},
    }
    return render(request, "groups/form.html", context, status=422 if form.is_bound and form.errors else 200)


@require_safe
@group_view(Permission.PRINT_PAPERS)
def member_leave_print(request: GroupRequest, no: int) -> HttpResponse:
    """The berita acara and receipt of a member who left."""
    left = selectors.leaving_of(_member_or_404(request, no))
    if left is None:
        raise Http404
    steps = LoanStep.objects.filter(submission=left.submission_id).select_related("loan").order_by("loan__no", "no")
    context = {"left": left, "member": left.member, "steps": steps, "words": date_in_words(left.decided_on)}
    return render(request, "loans/leave_print.html", context | _paper(request))


@require_http_methods(["GET", "HEAD", "POST"])
@group_view(Permission.MANAGE_MEMBERS)
def member_return(request: GroupRequest, no: int) -> HttpResponse:
    """Take somebody in again who left, under a new number."""
    member, today = _member_or_404(request, no), clock.today(request.group)
    form = forms.ReturnForm(request.POST if request.method == "POST" else None, initial={"joined_on": today})
    if form.is_bound and form.is_valid():
        try:
            again = readmit(former=member, joined_on=form.cleaned_data["joined_on"])
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            said = _("%(name)s is a member again, with number %(no)s.") % {"name": again.name, "no": again.no}
            messages.success(request, said)
            return redirect("members", code=request.group.code)
    context = {
        "form": form,
        "heading": _("%(name)s comes back") % {"name": member.name},
        "submit": _("Take her in again"),
        "back": reverse("members", args=[request.group.code]),
        "kicker": _("Member %(no)s") % {"no": no},
        "note": _("She gets a new number. What she saved and paid before stays under number %(no)s.") % {"no": no},
    }
    return render(request, "groups/form.html", context, status=422 if form.is_bound and form.errors else 200)
