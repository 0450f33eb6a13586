"""What a sent sheet left out, written afterwards: a hand-over, savings taken out, other money, a loan paid out."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups import clock
from groups.access import GroupRequest, group_view
from groups.models import Member
from groups.money import format_amount
from groups.permissions import Permission, permission_names
from ledger import chart
from loans import selectors as loan_selectors
from meetings import selectors, services
from meetings.correcting_forms import (
    DisbursementAddingForm,
    HandOverForm,
    OtherMoneyAddingForm,
    WhoForm,
    WithdrawalForm,
)
from meetings.forms import DraftKeyForm
from meetings.models import Meeting
from meetings.views.correcting import Case, answer, changed_amounts, current_day, meeting_of


@require_http_methods(["GET", "POST"])
@group_view(Permission.CORRECT)
def add_hand_over(request: GroupRequest, on: date) -> HttpResponse:
    """A member handed over or took savings out and was not written down: first who, then what."""
    meeting = meeting_of(request, on)
    members = Member.objects.filter(group=request.group).active_on(on).order_by("no")
    who = WhoForm(request.GET or None, members=members)
    if not who.is_bound or not who.is_valid():
        context = {
            "form": who,
            "meeting": meeting,
            "back": reverse("posted_sheet", args=[request.group.code, on]),
            "permissions": permission_names(request.permissions),
        }
        return render(request, "meetings/add_who.html", context, status=422 if who.errors else 200)
    member = who.cleaned_data["member"]
    if who.cleaned_data["what"] == "withdrawal":
        return answer(request, _forgotten_withdrawal(request, meeting, member))
    loans = selectors.payable_loans(request.group, member.pk, on)
    form = HandOverForm(request.POST or None, loans=loans)

    def act(key: UUID) -> object:
        return services.add_hand_over(
            meeting=meeting,
            member=member,
            row=form.row(member.no),
            reason=form.cleaned_data["reason"],
            key=key,
            by=request.user,
            at=clock.now(),
            current=current_day(request),
        )

    def sides() -> list[tuple[str, str, str]]:
        return changed_amounts(form, {})

    heading = _("Write what %(name)s handed over") % {"name": member.name}
    return answer(request, Case(meeting, on, heading, None, form, act, sides))


def _forgotten_withdrawal(request: GroupRequest, meeting: Meeting, member: Member) -> Case:
    form = WithdrawalForm(request.POST or None)

    def act(key: UUID) -> object:
        return services.add_withdrawal(
            meeting=meeting,
            member=member,
            amount=form.amounts["tarik"],
            reason=form.cleaned_data["reason"],
            key=key,
            by=request.user,
            at=clock.now(),
            current=current_day(request),
        )

    def sides() -> list[tuple[str, str, str]]:
        return changed_amounts(form, {})

    heading = _("Write what %(name)s took out") % {"name": member.name}
    return Case(meeting, meeting.on, heading, None, form, act, sides)


@require_http_methods(["GET", "POST"])
@group_view(Permission.CORRECT)
def add_income(request: GroupRequest, on: date) -> HttpResponse:
    """Other money came in at a meeting and was not written down."""
    return answer(request, _forgotten_money(request, on, income=True))


@require_http_methods(["GET", "POST"])
@group_view(Permission.CORRECT)
def add_expense(request: GroupRequest, on: date) -> HttpResponse:
    """Other money was paid at a meeting and was not written down."""
    return answer(request, _forgotten_money(request, on, income=False))


def _forgotten_money(request: GroupRequest, on: date, *, income: bool) -> Case:
    meeting = meeting_of(request, on)
    form = OtherMoneyAddingForm(request.POST or None, income=income)

    def act(key: UUID) -> object:
        return services.add_other_money(
            meeting=meeting,
            income=income,
            **form.cleaned_data,
            key=key,
            by=request.user,
            at=clock.now(),
            current=current_day(request),
        )

    def sides() -> list[tuple[str, str, str]]:
        said = form.cleaned_data
        return [
            (_("What for"), "–", said["memo"]),
            (_("Kind"), "–", chart.CHART[said["code"]].name),
            (_("Amount"), format_amount(0), format_amount(said["amount"])),
        ]

    heading = _("Money that came in and was forgotten") if income else _("Money that was paid and forgotten")
    return Case(meeting, on, heading, None, form, act, sides)


@require_http_methods(["GET", "POST"])
@group_view(Permission.CORRECT)
def add_disbursement(request: GroupRequest, on: date) -> HttpResponse:
    """A loan was paid out at a meeting and was not written down."""
    meeting = meeting_of(request, on)
    key = DraftKeyForm(request.POST)
    if key.is_valid() and request.group.book.submissions.filter(key=key.cleaned_data["key"]).exists():
        return redirect("posted_sheet", code=request.group.code, on=on)  # sent twice; its request is no choice any more
    requests = loan_selectors.waiting_requests(request.group).filter(requested_on__lte=on)
    form = DisbursementAddingForm(request.POST or None, requests=requests)

    def act(key: UUID) -> object:
        return services.add_disbursement(
            meeting=meeting,
            **form.cleaned_data,
            key=key,
            by=request.user,
            at=clock.now(),
            current=current_day(request),
        )

    def sides() -> list[tuple[str, str, str]]:
        asked = form.cleaned_data["request"]
        return [(asked.member.name, format_amount(0), format_amount(asked.amount))]

    heading = _("A loan that was paid out and forgotten")
    note = (
        ""
        if requests
        else _("Nobody who asked by that day waits for a loan. Write first that she asked, with the day.")
    )
    return answer(request, Case(meeting, on, heading, None, form, act, sides, note=note))
