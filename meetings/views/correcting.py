"""What was sent wrong, put right: the right amounts, what they change, the reason; then it is written.

Every kind goes the same way: the form, then old and new beside each other with the effect on balances and findings
(done and taken back), then the confirmation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from groups import clock
from groups.access import GroupRequest, group_view
from groups.models import Member
from groups.money import format_amount
from groups.pages import PageForm
from groups.permissions import Permission, permission_names
from ledger import chart
from meetings import effect, selectors, services
from meetings.correcting_forms import (
    AttendanceForm,
    CorrectingForm,
    DifferenceCorrectionForm,
    HandOverForm,
    OtherMoneyCorrectionForm,
    WithdrawalForm,
)
from meetings.forms import DraftKeyForm
from meetings.models import CashDifference, HandOver, Meeting
from users.access import kept_for_back

PER_PAGE = 20


@dataclass
class Case:
    """One correction under way: the page's words, its form, and what is done when it is confirmed.

    Of a meeting's sheet, or of what stands on another page (`page`), where it leads back to.
    """

    meeting: Meeting | None
    on: date  # the day of what is corrected
    heading: str
    number: int | None  # of the entry that is corrected
    form: CorrectingForm
    act: Callable[[UUID], object]
    sides: Callable[[], list[tuple[str, str, str]]]  # what, old, new
    later: int = 0
    page: str = ""
    note: str = ""  # what else has to be done, in words


def current_day(request: GroupRequest) -> date | None:
    """The day a correction of a closed day is dated: only who may correct those is told one."""
    return clock.today(request.group) if Permission.CORRECT_CLOSED in request.permissions else None


def answer(request: GroupRequest, case: Case) -> HttpResponse:
    """Form, effect, confirmation: one way for all kinds."""
    form, posted = case.form, request.method == "POST"
    back = reverse("posted_sheet", args=[request.group.code, case.meeting.on]) if case.meeting else case.page
    key = DraftKeyForm(request.POST)
    minted = key.cleaned_data["key"] if key.is_valid() else uuid4()
    seen = None
    if posted and form.is_valid() and request.POST.get("action") != "again":
        try:
            sides = [side for side in case.sides() if side[1] != side[2]]
            confirmed = request.POST.get("action") == "confirm" and key.is_valid()
            if not sides and not (confirmed and case.number is None):  # one sent twice finds its change in the book
                raise ValidationError(_("Nothing is changed."), code="unchanged")
            if confirmed:
                case.act(minted)
                messages.success(request, _("The correction is in the book."))
                return redirect(back)
            seen = {"sides": sides, "effect": _rehearsed(request, case)}
        except ValidationError as refusal:
            _refuse(form, refusal)
    closed = request.group.book.closed_through
    page = render(
        request,
        "meetings/correct.html",
        {
            "case": case,
            "back": back,
            "form": form,
            "preview": seen,
            "key": minted,
            "closed": bool(closed and case.on <= closed),
            "current": current_day(request),
        },
        status=422 if posted and form.errors else 200,
    )
    return kept_for_back(page) if posted else page


def _rehearsed(request: GroupRequest, case: Case) -> effect.Effect:
    return effect.rehearse(group=request.group, on=case.on, act=lambda: case.act(uuid4()))


def _refuse(form: CorrectingForm, refusal: ValidationError) -> None:
    """Put what the service refused at the field it speaks of: `r4-angsuran-2` is this page's `angsuran-2`."""
    fields = refusal.error_dict if hasattr(refusal, "error_dict") else {"": refusal.error_list}
    for name, errors in fields.items():
        column = name.partition("-")[2] if name[:1] == "r" and name[1:2].isdigit() else name
        first = column.partition("-")[0]
        place = next((one for one in (column, first) if one in form.fields), None)
        form.add_error(place, errors)


@require_http_methods(["GET", "POST"])
@group_view(Permission.CORRECT)
def correct(request: GroupRequest, number: int) -> HttpResponse:
    """Answer a wrong entry of a sheet, whatever kind it is."""
    hand_over = selectors.hand_over_by_number(request.group, number)
    if hand_over is None or hand_over.entry.reverses_id:
        raise Http404
    if hasattr(hand_over.entry, "reversed_by"):
        return redirect("posted_sheet", code=request.group.code, on=hand_over.meeting.on)
    hand_over.meeting.group = request.group
    case_of = {
        "handover": _hand_over,
        "withdrawal": _withdrawal,
        "income": _other_money,
        "expense": _other_money,
        "difference": _difference,
    }.get(hand_over.entry.kind)
    if case_of is None and hand_over.entry.kind == "disbursement":
        return _disbursed(request, hand_over)
    if case_of is None:
        raise Http404
    return answer(request, case_of(request, hand_over))


def _hand_over(request: GroupRequest, hand_over: HandOver) -> Case:
    line = selectors.posted_line(hand_over)
    payable = selectors.payable_loans(request.group, hand_over.member_id, hand_over.entry.on)
    loans = list(dict.fromkeys([*line.loans, *payable]))
    old = {name: line.amounts.get(name, 0) for name in ("wajib", "sukarela", "denda", "pokok", "sosial")}
    old |= {f"angsuran-{no}" if index else "angsuran": line.loans.get(no, 0) for index, no in enumerate(loans)}
    initial = {name: amount or None for name, amount in old.items()}
    form = HandOverForm(request.POST or None, initial=initial, loans=loans)
    return _of_member(request, hand_over, form, old, later=services.later_payments(hand_over))


def _withdrawal(request: GroupRequest, hand_over: HandOver) -> Case:
    old = {"tarik": -selectors.posted_line(hand_over).total}
    return _of_member(request, hand_over, WithdrawalForm(request.POST or None, initial=old), old)


def _of_member(
    request: GroupRequest,
    hand_over: HandOver,
    form: HandOverForm | WithdrawalForm,
    old: dict[str, int],
    *,
    later: int = 0,
) -> Case:
    def act(key: UUID) -> object:
        return services.correct_hand_over(
            hand_over=hand_over,
            row=form.row(hand_over.member.no),
            reason=form.cleaned_data["reason"],
            key=key,
            by=request.user,
            at=clock.now(),
            current=current_day(request),
        )

    def sides() -> list[tuple[str, str, str]]:
        return changed_amounts(form, old)

    name = hand_over.member.name if hand_over.member else ""
    heading = _("Correct %(name)s") % {"name": name}
    return Case(hand_over.meeting, hand_over.entry.on, heading, hand_over.entry.number, form, act, sides, later)


def changed_amounts(form: HandOverForm | WithdrawalForm, old: dict[str, int]) -> list[tuple[str, str, str]]:
    new = form.amounts
    rows = [
        (str(form.fields[name].label), format_amount(old.get(name, 0)), format_amount(new[name]))
        for name in new
        if old.get(name, 0) != new[name]
    ]
    total = (_("Sum"), format_amount(sum(old.values())), format_amount(sum(new.values())))
    return [*rows, total] if rows else []


def _other_money(request: GroupRequest, hand_over: HandOver) -> Case:
    line = selectors.posted_line(hand_over)
    old = {"amount": abs(line.total), "code": line.code, "memo": hand_over.entry.memo}
    income = hand_over.entry.kind == "income"
    form = OtherMoneyCorrectionForm(request.POST or None, initial=old, income=income, code=line.code)

    def act(key: UUID) -> object:
        said = {**form.cleaned_data, "code": form.cleaned_data["code"] or line.code}
        return services.correct_other_money(
            hand_over=hand_over, **said, key=key, by=request.user, at=clock.now(), current=current_day(request)
        )

    def sides() -> list[tuple[str, str, str]]:
        new = form.cleaned_data
        return [
            (_("Amount"), format_amount(old["amount"]), format_amount(new["amount"])),
            (_("Kind"), chart.CHART[line.code].name, chart.CHART[new["code"] or line.code].name),
            (_("What for"), old["memo"], new["memo"]),
        ]

    heading = _("Correct %(name)s") % {"name": hand_over.entry.memo}
    return Case(hand_over.meeting, hand_over.entry.on, heading, hand_over.entry.number, form, act, sides)


def _difference(request: GroupRequest, hand_over: HandOver) -> Case:
    found = CashDifference.objects.select_related("entry", "meeting__group").filter(entry=hand_over.entry_id).first()
    if found is None or found.resolved_on:
        raise Http404
    found.meeting.group = request.group
    initial = {"side": "short" if found.amount < 0 else "over", "amount": abs(found.amount)}
    form = DifferenceCorrectionForm(request.POST or None, initial=initial)

    def act(key: UUID) -> object:
        return services.correct_difference(
            difference=found,
            amount=form.signed,
            reason=form.cleaned_data["reason"],
            key=key,
            on=clock.today(request.group),
            by=request.user,
            at=clock.now(),
            current=current_day(request),
        )

    def sides() -> list[tuple[str, str, str]]:
        return [(_("Cash difference"), format_amount(found.amount), format_amount(form.signed))]

    heading = _("Correct the cash difference")
    return Case(hand_over.meeting, hand_over.entry.on, heading, hand_over.entry.number, form, act, sides)


def _disbursed(request: GroupRequest, hand_over: HandOver) -> HttpResponse:
    """A loan that was paid out is not corrected but taken back whole, and only while nothing was paid on it."""
    loan = selectors.disbursed_loan(hand_over)
    context = {"hand_over": hand_over, "loan": loan, "paid": loan is not None and selectors.was_paid(loan)}
    return render(request, "meetings/correct_loan.html", context)


@require_http_methods(["GET", "POST"])
@group_view(Permission.CORRECT)
def correct_attendance(request: GroupRequest, on: date) -> HttpResponse:
    """Who came to a meeting whose sheet was sent."""
    meeting = meeting_of(request, on)
    members = list(Member.objects.filter(group=request.group).active_on(on).order_by("no"))
    held = dict(meeting.attendance.values_list("member__no", "status"))
    initial = {f"a{no}": status for no, status in held.items()}
    form = AttendanceForm(request.POST or None, initial=initial, members=members)
    names = {member.no: member.name for member in members}

    def act(key: UUID) -> object:
        return services.correct_attendance(
            meeting=meeting,
            attendance=form.attendance,
            reason=form.cleaned_data["reason"],
            key=key,
            by=request.user,
            at=clock.now(),
            current=current_day(request),
        )

    def sides() -> list[tuple[str, str, str]]:
        return [(names[no], held.get(no, "–"), new) for no, new in form.attendance.items()]

    return answer(request, Case(meeting, on, _("Correct the attendance"), None, form, act, sides))


def meeting_of(request: GroupRequest, on: date) -> Meeting:
    meeting = selectors.posted(request.group, on)
    if meeting is None:
        raise Http404
    meeting.group = request.group
    return meeting


@require_GET
@group_view(Permission.VIEW_GROUP)
def corrections(request: GroupRequest) -> HttpResponse:
    """Everything that was corrected in this book: who, when, why, old and new, and who was asked again."""
    page = Paginator(selectors.corrected_submissions(request.group), PER_PAGE).get_page(PageForm.number(request.GET))
    context: dict[str, Any] = {
        "page": page,
        "rows": selectors.correction_lines(request.group, list(page.object_list)),
        "permissions": permission_names(request.permissions),
    }
    return render(request, "meetings/corrections.html", context)
