"""A wrong hand-over answered: the right amounts, old and new side by side, the reason."""

from uuid import uuid4

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups import clock
from groups.access import GroupRequest, group_view
from groups.money import format_amount
from groups.permissions import Permission
from loans import selectors as loan_selectors
from meetings import selectors, services
from meetings.forms import (
    AMOUNTS,
    LABELS,
    CorrectionForm,
    DraftKeyForm,
    OtherCorrectionForm,
)
from meetings.models import HandOver
from meetings.sheet import Payment, Row


@require_http_methods(["GET", "POST"])
@group_view(Permission.CORRECT)
def correct(request: GroupRequest, number: int) -> HttpResponse:
    """Answer a wrong hand-over: type the right amounts, see old and new side by side, confirm."""
    hand_over = selectors.hand_over_by_number(request.group, number)
    if hand_over is None or hand_over.entry.kind not in ("handover", "withdrawal", "income", "expense"):
        raise Http404
    if hasattr(hand_over.entry, "reversed_by"):
        return redirect("posted_sheet", code=request.group.code, on=hand_over.meeting.on)
    if hand_over.member is None:
        return _correct_other(request, hand_over)
    line = next(
        one
        for group in (selectors.posted_sheet(hand_over.meeting),)
        for one in [*group.lines, *group.withdrawals]
        if one.hand_over.pk == hand_over.pk
    )
    old = {name: line.amounts.get(name, 0) for name in AMOUNTS}
    if hand_over.entry.kind == "withdrawal":
        old["tarik"] = -line.total
    initial = {name: format_amount(amount) for name, amount in old.items() if amount}
    key = DraftKeyForm(request.POST) if request.method == "POST" else None
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial=initial)
    shown = ("tarik",) if hand_over.entry.kind == "withdrawal" else tuple(n for n in AMOUNTS if n != "tarik")
    preview = None
    if request.method == "POST" and form.is_valid() and key is not None:
        new = {name: (form.cleaned_data.get(name) or 0) if name in shown else 0 for name in AMOUNTS}
        if new == old:
            form.add_error(None, _("Nothing is changed."))
        elif request.POST.get("action") == "confirm" and key.is_valid():
            try:
                services.correct_hand_over(
                    hand_over=hand_over,
                    row=_corrected_row(hand_over, line, new),
                    reason=form.cleaned_data["reason"],
                    key=key.cleaned_data["key"],
                    by=request.user,
                    at=clock.now(),
                )
                return redirect("posted_sheet", code=request.group.code, on=hand_over.meeting.on)
            except ValidationError as refusal:
                _add_refusal(form, refusal)
        else:
            preview = [(name, LABELS[name], old[name], new[name]) for name in shown if old[name] or new[name]]
    return render(
        request,
        "meetings/correct.html",
        {
            "hand_over": hand_over,
            "line": line,
            "form": form,
            "fields": [(form[name], LABELS[name]) for name in shown],
            "preview": preview,
            "old_total": sum(old[name] for name in shown),
            "new_total": sum((form.cleaned_data.get(n) or 0) for n in shown)
            if form.is_bound and form.is_valid()
            else 0,
            "later": _later_names(hand_over, line),
            "key": key.cleaned_data["key"] if key is not None and key.is_valid() else uuid4(),
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def _correct_other(request: GroupRequest, hand_over: HandOver) -> HttpResponse:
    """The same for other money: amount, what for, why."""
    book = selectors.posted_sheet(hand_over.meeting)
    line = next(one for one in [*book.income, *book.expenses] if one.hand_over.pk == hand_over.pk)
    posted = request.method == "POST"
    key = DraftKeyForm(request.POST)
    initial = {"amount": format_amount(abs(line.total)), "memo": hand_over.entry.memo}
    form = OtherCorrectionForm(request.POST if posted else None, initial=initial)
    if posted and form.is_valid() and key.is_valid():
        try:
            services.correct_other_money(
                hand_over=hand_over, **form.cleaned_data, key=key.cleaned_data["key"], by=request.user, at=clock.now()
            )
            return redirect("posted_sheet", code=request.group.code, on=hand_over.meeting.on)
        except ValidationError as refusal:
            form.add_error("amount", " ".join(refusal.messages))
    return render(
        request,
        "meetings/correct_other.html",
        {
            "hand_over": hand_over,
            "line": line,
            "form": form,
            "key": key.cleaned_data["key"] if key.is_valid() else uuid4(),
        },
        status=422 if posted else 200,
    )


def _corrected_row(hand_over: HandOver, line: selectors.PostedLine, new: dict[str, int]) -> Row:
    loan_no = next(iter(line.loans), None)
    if loan_no is None and new["angsuran"] and hand_over.member:
        owed = loan_selectors.by_member(loan_selectors.open_loans(hand_over.meeting.group)).get(hand_over.member.no, [])
        loan_no = owed[0].loan.no if owed else None
    return Row(
        member_no=hand_over.member.no if hand_over.member else 0,
        principal=new["pokok"],
        weekly=new["wajib"],
        voluntary=new["sukarela"],
        withdrawal=new["tarik"],
        payments=(Payment(new["angsuran"], loan_no),) if new["angsuran"] else (),
        fine=new["denda"],
        social=new["sosial"],
    )


def _add_refusal(form: CorrectionForm, refusal: ValidationError) -> None:
    """Put what the service refused at the field it speaks of."""
    fields = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
    for name, texts in fields.items():
        column = name.split("-")[1] if "-" in name else name
        form.add_error(column if column in form.fields else None, " ".join(texts))


def _later_names(hand_over: HandOver, line: selectors.PostedLine) -> int:
    """How many later payments of the same loans will be written again."""
    return services.later_payments(hand_over) if line.loans else 0
