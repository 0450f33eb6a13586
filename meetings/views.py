"""The treasurer's week: task list, sheet, check, receipt, correction. Each view: form, one call, answer."""

import hashlib
import json
from datetime import date, timedelta
from urllib.parse import quote
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groups import clock
from groups.access import GroupRequest, group_view
from groups.dates import format_day_month, format_time, format_week, week_start
from groups.models import Group, Member
from groups.money import format_amount, format_rupiah, terbilang
from groups.pages import PageForm
from groups.permissions import Permission
from loans import selectors as loan_selectors
from meetings import selectors, services
from meetings.check import check
from meetings.forms import (
    AMOUNTS,
    LABELS,
    CorrectionForm,
    DayForm,
    DraftKeyForm,
    OtherCorrectionForm,
    ResolutionForm,
    SheetContext,
    SheetForm,
    known_names,
)
from meetings.models import HandOver, Meeting, SheetDraft
from meetings.sheet import DENOMINATIONS, Payment, Row

PER_PAGE = 26
MINUTES_PREFIXES = ("m-", "f1-", "f2-", "f3-")
LONGEST_VALUE = 4000


@require_GET
@group_view(Permission.VIEW_GROUP)
def group_home(request: GroupRequest) -> HttpResponse:
    """The task list of the week for officers; everybody else goes to the group's health."""
    if Permission.KEEP_MINUTES not in request.permissions:
        return redirect("group_health", code=request.group.code)
    home = selectors.home(request.group, request.user)
    context = selectors.sheet_context(request.group, home.on) if home.meeting is None else None
    form = SheetForm(context, home.draft.data if home.draft else {}) if context else None
    steps = _steps(form)
    current = next((step.key for step in steps.values() if not step.done), "")
    return render(
        request,
        "meetings/home.html",
        {"home": home, "steps": steps, "current": current, "permissions": _names(request)},
    )


def _steps(form: SheetForm | None) -> dict[str, selectors.Step]:
    """How far each step of the week is; without a form the week is in the book."""
    if form is None:
        return {key: selectors.Step(key, done=True) for key in ("attendance", "money", "count", "minutes", "send")}
    lines = form.lines()
    said = [line for line in lines if line.att]
    present = sum(1 for line in lines if line.att == "H")
    recorded = sum(1 for line in lines if line.checked)
    left = sum(1 for line in lines if not line.checked and line.att in ("", "H"))
    minutes = form.minutes
    has_minutes = not minutes.errors and bool(minutes.cleaned_data.get("agenda") and minutes.decided())
    counted = form.count.counted() if not form.count.errors else None
    return {
        "attendance": selectors.Step(
            "attendance",
            bool(lines) and len(said) == len(lines),
            _("%(present)s of %(all)s present") % {"present": present, "all": len(lines)} if said else "",
        ),
        "money": selectors.Step(
            "money",
            bool(lines) and left == 0,
            _("%(recorded)s of %(all)s recorded") % {"recorded": recorded, "all": len(lines)} if recorded else "",
            left,
        ),
        "count": selectors.Step("count", counted is not None, format_rupiah(counted) if counted is not None else ""),
        "minutes": selectors.Step("minutes", has_minutes),
        "send": selectors.Step("send", done=False),
    }


@require_GET
@group_view(Permission.VIEW_GROUP)
def meeting_list(request: GroupRequest) -> HttpResponse:
    """All posted sheets, newest first."""
    page = Paginator(selectors.meetings_of(request.group), PER_PAGE).get_page(PageForm.number(request.GET))
    sums = selectors.sums_by_meeting(list(page.object_list))
    rows = [(meeting, sums.get(meeting.pk, 0)) for meeting in page.object_list]
    return render(request, "meetings/meeting_list.html", {"page": page, "rows": rows, "permissions": _names(request)})


@require_GET
@group_view(Permission.KEEP_MINUTES)
def choose_day(request: GroupRequest) -> HttpResponse:
    """Open the sheet of another day: a missed week, or a meeting off its day."""
    form = DayForm(request.GET or None, initial={"on": clock.today(request.group)})
    if form.is_bound and form.is_valid():
        on = form.cleaned_data["on"]
        if refusal := _refuse_day(request.group, on):
            form.add_error("on", refusal)
        else:
            return redirect("sheet", code=request.group.code, on=on)
    return render(request, "meetings/choose_day.html", {"form": form})


def _refuse_day(group: Group, on: date) -> str:
    if on < group.start_on:
        return _("The books of this group begin on %(on)s.") % {"on": group.start_on.strftime("%d-%m-%Y")}
    if on > clock.today(group) + timedelta(days=6):
        return _("That day has not come yet.")
    if group.end_on and on >= group.end_on:
        return _("This group has ended.")
    return ""


@require_http_methods(["GET", "POST"])
@group_view(Permission.KEEP_MINUTES)
def sheet(request: GroupRequest, on: date) -> HttpResponse:
    """The weekly sheet: fill in, save as a draft, go on to the check."""
    group, user = request.group, request.user
    if _refuse_day(group, on):
        raise Http404
    meeting = selectors.posted(group, on)
    draft = selectors.draft_of(group, on, user)
    if meeting:
        return redirect("compare" if draft else "receipt", code=group.code, on=on)
    context = selectors.sheet_context(group, on)
    if request.method == "POST":
        data = _merged(request, context, draft, minutes=False)
        action = request.POST.get("action", "")
        _apply(action, request, context, data)
        form = SheetForm(context, data)
        draft = _keep(request, on, data)
        if action == "check" and not form.errors:
            return redirect("check", code=group.code, on=on)
        if action == "check":
            return _sheet_page(request, form, draft, errors=True)
        return redirect(f"{reverse('sheet', args=[group.code, on])}{_anchor(request)}")
    return _sheet_page(request, SheetForm(context, draft.data if draft else {}), draft, errors=False)


def _merged(request: GroupRequest, context: SheetContext, draft: SheetDraft | None, *, minutes: bool) -> dict[str, str]:
    """The draft with what this page sent put in its place: a box that is not ticked sends nothing."""
    known = known_names(context)
    here = {name for name in known if name.startswith(MINUTES_PREFIXES) == minutes and not name.startswith("d-")}
    kept = {} if draft is None else {n: v for n, v in draft.data.items() if n not in here or n.endswith("-ok")}
    sent = {
        n: v[:LONGEST_VALUE].replace("\0", "\ufffd") for n, v in selectors.as_dict(request.POST).items() if n in here
    }
    return kept | sent


def _keep(request: GroupRequest, on: date, data: dict[str, str]) -> SheetDraft:
    key = DraftKeyForm(request.POST)
    return services.save_draft(
        group=request.group,
        on=on,
        by=request.user,
        key=key.cleaned_data["key"] if key.is_valid() else uuid4(),
        data=data,
        at=clock.now(),
    )


def _apply(action: str, request: GroupRequest, context: SheetContext, data: dict[str, str]) -> None:
    """Do what a button of the sheet says, without JavaScript as well."""
    form = SheetForm(context, data)
    if action == "all-present":
        for member in context.members:
            data.setdefault(f"r{member.no}-attendance", "H")
    elif action == "all-paid":
        for line in form.lines():
            if line.att == "H" and not line.errors:
                data[f"{line.k}-catat"] = "1"
    confirm, take = request.POST.get("confirm", ""), request.POST.get("take", "")
    for line in form.lines():
        for question in line.soft:
            if question["field"] == confirm:
                data[f"{confirm}-ok"] = str(question["amount"])
            elif question["field"] == take:
                data[take] = str(question["usual"])


def _anchor(request: GroupRequest) -> str:
    named = (request.POST.get("confirm") or request.POST.get("take") or "").split("-")[0]
    return f"#{named}" if named.isalnum() else ""


def _sheet_page(request: GroupRequest, form: SheetForm, draft: SheetDraft | None, *, errors: bool) -> HttpResponse:
    lines = form.lines()
    names = {line.k: line.name for line in lines}
    checked = check(form) if not form.errors else None
    totals = {
        name: sum(getattr(form.row(line.no), attribute) for line in lines)
        for name, attribute in (("wajib", "weekly"), ("sukarela", "voluntary"), ("denda", "fine"), ("sum", "received"))
    }
    totals["angsuran"] = sum(p.amount for line in lines for p in form.row(line.no).payments)
    totals["due"] = sum(line.due for line in lines)
    pencilled = [line for line in lines if not line.checked and line.sum]
    return render(
        request,
        "meetings/sheet.html",
        {
            "form": form,
            "draft": draft,
            "key": draft.key if draft else uuid4(),
            "met_on": selectors.met_in_week(request.group, form.context.on),
            "stamp": draft.saved_at.isoformat() if draft else "",
            "on": form.context.on,
            "monday": week_start(form.context.on),
            "lines": lines,
            "recorded": sum(1 for line in lines if line.checked),
            "present": sum(1 for line in lines if line.att == "H"),
            "totals": totals,
            "check": checked,
            "pencilled": len(pencilled),
            "pencilled_sum": sum(line.sum for line in pencilled),
            "errors": _error_list(form, names) if errors else [],
            "labels": LABELS,
            "pieces": _pieces(form),
        },
        status=422 if errors else 200,
    )


def _pieces(form: SheetForm) -> list[dict[str, object]]:
    found = []
    for value in DENOMINATIONS:
        name = f"c-{value}"
        text = form.data.get(name, "")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
        found.append(
            {"name": name, "value": value, "text": text, "sum": value * number, "error": form.errors.get(name, "")}
        )
    return found


def _error_list(form: SheetForm, names: dict[str, str]) -> list[dict[str, str]]:
    """The refusals in the order of the page, each naming the member and the column."""
    found = []
    for field, message in form.errors.items():
        row, _dash, column = field.partition("-")
        who = names.get(row, "")
        label = str(LABELS.get(column.split("-")[0], "")) or (format_amount(int(column)) if column.isdigit() else "")
        words = ", ".join(part for part in (who, label.lower()) if part)
        found.append({"id": field if _dash else "", "text": f"{words}: {message}" if words else message})
    return found


@require_POST
@group_view(Permission.KEEP_MINUTES)
def save_draft(request: GroupRequest, on: date) -> HttpResponse:
    """Keep the sheet while she types; answers with the time it was kept."""
    if _refuse_day(request.group, on):
        raise Http404
    if selectors.posted(request.group, on):
        return JsonResponse({"posted": True}, status=409)
    context = selectors.sheet_context(request.group, on)
    draft = selectors.draft_of(request.group, on, request.user)
    kept = _keep(request, on, _merged(request, context, draft, minutes=False))
    return JsonResponse(
        {"saved_at": format_time(kept.saved_at, request.group.zone), "stamp": kept.saved_at.isoformat()}
    )


@require_POST
@group_view(Permission.KEEP_MINUTES)
def discard_draft(request: GroupRequest, on: date) -> HttpResponse:
    """Throw one's own draft away."""
    services.discard_draft(group=request.group, on=on, by=request.user)
    return redirect("group_home", code=request.group.code)


@require_http_methods(["GET", "POST"])
@group_view(Permission.KEEP_MINUTES)
def minutes(request: GroupRequest, on: date) -> HttpResponse:
    """Agenda, discussion, decisions and who does what, kept in the draft until the sheet is sent."""
    if _refuse_day(request.group, on):
        raise Http404
    if selectors.posted(request.group, on):
        return redirect("receipt", code=request.group.code, on=on)
    context = selectors.sheet_context(request.group, on)
    draft = selectors.draft_of(request.group, on, request.user)
    if request.method == "POST":
        data = _merged(request, context, draft, minutes=True)
        form = SheetForm(context, data)
        draft = _keep(request, on, data)
        wrong = {name: text for name, text in form.errors.items() if name.startswith(MINUTES_PREFIXES)}
        if not wrong:
            return redirect("check" if request.POST.get("action") == "check" else "group_home", **_place(request, on))
    else:
        form, wrong = SheetForm(context, draft.data if draft else {}), {}
    return render(
        request,
        "meetings/minutes.html",
        {
            "form": form,
            "on": on,
            "key": draft.key if draft else uuid4(),
            "errors": [{"id": name, "text": text} for name, text in wrong.items()],
            "field_errors": wrong,
        },
        status=422 if wrong else 200,
    )


def _place(request: GroupRequest, on: date) -> dict[str, object]:
    place: dict[str, object] = {"code": request.group.code}
    return place | {"on": on} if request.POST.get("action") == "check" else place


@require_http_methods(["GET", "POST"])
@group_view(Permission.POST_SHEET)
def check_page(request: GroupRequest, on: date) -> HttpResponse:
    """Exceptions first, then the sums, then one button that writes the sheet in ink."""
    group = request.group
    if _refuse_day(group, on):
        raise Http404
    draft = selectors.draft_of(group, on, request.user)
    if request.method == "POST":
        return _post(request, on, draft)
    if draft is None:
        return redirect("sheet", code=group.code, on=on)
    if selectors.posted(group, on):
        return redirect("compare", code=group.code, on=on)
    form = SheetForm(selectors.sheet_context(group, on), draft.data)
    if form.errors:
        return _sheet_page(request, form, draft, errors=True)
    return _check_answer(request, form, draft)


def _seen(draft: SheetDraft) -> str:
    return hashlib.sha256(json.dumps(draft.data, sort_keys=True).encode()).hexdigest()


def _check_answer(
    request: GroupRequest, form: SheetForm, draft: SheetDraft, errors: list[dict[str, str]] | None = None
) -> HttpResponse:
    found = check(form)
    return render(
        request,
        "meetings/check.html",
        {
            "form": form,
            "check": found,
            "draft": draft,
            "seen": _seen(draft),
            "on": form.context.on,
            "monday": week_start(form.context.on),
            "errors": errors or [],
            "error_ids": {one["id"] for one in errors or []},
            "officers": sorted(form.context.members, key=lambda m: (m.office == "anggota", m.no)),
            "unusual": len(found.exceptions) + bool(found.difference) + found.minutes_missing,
        },
        status=422 if errors else 200,
    )


def _post(request: GroupRequest, on: date, draft: SheetDraft | None) -> HttpResponse:
    """Write the sheet. The draft goes only when the book has it."""
    group = request.group
    meeting = selectors.posted(group, on)
    key = DraftKeyForm(request.POST)
    twice = meeting and key.is_valid() and meeting.submission.key == key.cleaned_data["key"]
    if draft is None or twice:
        return redirect("receipt" if meeting else "sheet", code=group.code, on=on)
    data = draft.data | _answers(request)
    seen = key.cleaned_data["seen"] if key.is_valid() else ""
    changed = seen != _seen(draft)
    draft = services.save_draft(group=group, on=on, by=request.user, key=draft.key, data=data, at=clock.now())
    if meeting:
        return redirect("compare", code=group.code, on=on)
    form = SheetForm(selectors.sheet_context(group, on), data)
    if form.errors:
        return _sheet_page(request, form, draft, errors=True)
    if changed:
        text = _("The sheet changed since this page was opened. Look again before you save it.")
        return _check_answer(request, form, draft, [{"id": "", "text": text}])
    try:
        services.post_sheet(group=group, key=draft.key, sheet=form.sheet(), by=request.user, at=clock.now())
    except ValidationError as refusal:
        return _refused(request, form, draft, refusal)
    return redirect("receipt", code=group.code, on=on)


def _answers(request: GroupRequest) -> dict[str, str]:
    """What the check page itself asks: why box and book differ, and the minutes when they were left empty."""
    names = ("d-reason", "d-owner", "m-agenda", "m-decisions", "m-none")
    return {n: request.POST[n][:LONGEST_VALUE].replace("\0", "\ufffd") for n in names if n in request.POST}


def _refused(request: GroupRequest, form: SheetForm, draft: SheetDraft, refusal: ValidationError) -> HttpResponse:
    if any(error.code == "already_posted" for error in getattr(refusal, "error_list", [])):
        return redirect("compare", code=request.group.code, on=form.context.on)
    fields = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
    if set(fields) <= {"selisih", "kas", ""}:
        ids = {"selisih": "d-reason", "kas": "money", "": ""}
        found = [{"id": ids[name], "text": text} for name, texts in fields.items() for text in texts]
        return _check_answer(request, form, draft, found)
    form.errors.update({name: texts[0] for name, texts in fields.items()})
    return _sheet_page(request, form, draft, errors=True)


@require_GET
@group_view(Permission.KEEP_MINUTES)
def compare(request: GroupRequest, on: date) -> HttpResponse:
    """Two devices, one week: what is in the book and what this one holds, side by side. Nothing is lost."""
    meeting = selectors.posted(request.group, on)
    draft = selectors.draft_of(request.group, on, request.user)
    if meeting is None or draft is None:
        return redirect("receipt" if meeting else "sheet", code=request.group.code, on=on)
    book = selectors.posted_sheet(meeting)
    form = SheetForm(selectors.sheet_context(request.group, on), draft.data)
    theirs = {line.member.no: line for line in book.lines if line.member}
    rows = [
        {
            "member": member,
            "book": theirs.get(member.no),
            "book_sum": theirs[member.no].total if member.no in theirs else 0,
            "book_att": book.attendance.get(member.no, ""),
            "mine_sum": form.row(member.no).received,
            "mine_att": form.rows[member.no].cleaned_data.get("attendance") or "",
        }
        for member in form.context.members
    ]
    for row in rows:
        row["same"] = row["book_sum"] == row["mine_sum"] and row["book_att"] == row["mine_att"]
    return render(
        request,
        "meetings/compare.html",
        {
            "meeting": meeting,
            "book": book,
            "rows": rows,
            "draft": draft,
            "on": on,
            "monday": week_start(on),
            "may": _names(request),
        },
    )


@require_GET
@group_view(Permission.VIEW_GROUP)
def receipt(request: GroupRequest, on: date) -> HttpResponse:
    """What the server wrote: numbers, totals in figures and words, the book's fingerprint."""
    meeting = selectors.posted(request.group, on)
    if meeting is None:
        raise Http404
    book = selectors.posted_sheet(meeting)
    text = _whatsapp(request.group, meeting, book)
    return render(
        request,
        "meetings/receipt.html",
        {
            "meeting": meeting,
            "book": book,
            "monday": meeting.week_start,
            "stamp_date": clock.local(meeting.posted_at, request.group).date(),
            "stamp_time": format_time(meeting.posted_at, request.group.zone),
            "whatsapp": f"https://wa.me/?text={quote(text)}",
            "permissions": _names(request),
        },
    )


def _whatsapp(group: Group, meeting: Meeting, book: selectors.PostedSheet) -> str:
    """Group totals only, no names: what may leave the group."""
    first, last = meeting.submission.first_number, meeting.submission.last_number
    numbers = f"No. {first}–{last}" if first else "–"
    present = sum(1 for status in book.attendance.values() if status == "H")
    lines = [
        f"*{group.name}*",
        f"Lembar pekan {format_week(meeting.week_start)}",
        f"Hadir {present} dari {len(book.attendance)}",
        f"Masuk {format_rupiah(book.money_in)} ({terbilang(book.money_in)} rupiah)",
        f"Keluar {format_rupiah(book.money_out)}",
        f"Kas {format_rupiah(meeting.cash_counted if meeting.cash_counted is not None else book.cash_expected)}",
        *(
            [f"Selisih {'kurang' if meeting.difference < 0 else 'lebih'} {format_rupiah(abs(meeting.difference))}"]
            if meeting.difference
            else []
        ),
        f"{numbers} · sidik {book.digest[:4]} {book.digest[4:8]}",
    ]
    return "\n".join(lines)


@require_GET
@group_view(Permission.VIEW_GROUP)
def posted_sheet(request: GroupRequest, on: date) -> HttpResponse:
    """The filled sheet as it stands now, line by line, with corrections."""
    meeting = selectors.posted(request.group, on)
    if meeting is None:
        raise Http404
    book = selectors.posted_sheet(meeting)
    members = {m.no: m for m in Member.objects.filter(group=request.group)}
    by_member: dict[int, list[selectors.PostedLine]] = {}
    for line in book.lines:
        if line.member:
            by_member.setdefault(line.member.no, []).append(line)
    rows = [(members[no], status, by_member.pop(no, [])) for no, status in sorted(book.attendance.items())]
    rows += [(members[no], "", lines) for no, lines in sorted(by_member.items())]
    return render(
        request,
        "meetings/posted_sheet.html",
        {
            "meeting": meeting,
            "book": book,
            "rows": rows,
            "follow_ups": meeting.follow_ups.select_related("owner"),
            "permissions": _names(request),
        },
    )


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


@require_http_methods(["GET", "POST"])
@group_view(Permission.RESOLVE_DIFFERENCE)
def difference(request: GroupRequest, on: date) -> HttpResponse:
    """A cash difference: its reason, its owner, and how it ended."""
    meeting = selectors.posted(request.group, on)
    if meeting is None or not hasattr(meeting, "cash_difference"):
        raise Http404
    form = ResolutionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.resolve_difference(
                difference=meeting.cash_difference,
                resolution=form.cleaned_data["resolution"],
                on=clock.today(request.group),
            )
            return redirect("receipt", code=request.group.code, on=on)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    return render(
        request,
        "meetings/difference.html",
        {"meeting": meeting, "difference": meeting.cash_difference, "form": form, "day": format_day_month(on)},
        status=422 if form.is_bound else 200,
    )


def _names(request: GroupRequest) -> set[str]:
    """The permissions held here, by their names, for templates."""
    return {permission.value for permission in request.permissions}
