"""The weekly sheet while it is a draft: filling it in, keeping it, its minutes."""

import re
from collections.abc import Mapping
from datetime import date
from secrets import token_hex
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groups import clock
from groups.access import GroupRequest, group_view
from groups.dates import format_time, week_start
from groups.money import format_amount
from groups.permissions import Permission
from meetings import selectors, services
from meetings.check import check
from meetings.comparing import side_by_side
from meetings.forms import (
    ASKED_LINES,
    LABELS,
    DraftKeyForm,
    SheetContext,
    SheetForm,
)
from meetings.merging import Known, Merged, merge, remember
from meetings.models import Meeting, SheetDraft
from meetings.sheet import DENOMINATIONS
from meetings.views.days import refuse_day
from users.once import repeatable

MINUTES_PREFIXES = ("m-", "f1-", "f2-", "f3-")
LONGEST_VALUE = 8000  # more than any field takes, so that the field says so and nothing is cut off unseen
# A sheet that was written in ink knows some fields no more: those of requests it decided and loans it settled.
ANY_FIELD = re.compile(
    r"r\d{1,4}-[a-z]{1,12}(-[0-9]{1,6})?|(in|out)\d-(code|memo|amount)|q\d{1,6}-(choice|reason)|c-[a-z0-9]{1,6}"
    r"|m-[a-z]{1,10}|f\d-(what|owner|due_on)"
)


@require_http_methods(["GET", "POST"])
@group_view(Permission.KEEP_MINUTES)
@repeatable
def sheet(request: GroupRequest, on: date) -> HttpResponse:
    """The weekly sheet: fill in, save as a draft, go on to the check."""
    group = request.group
    if refuse_day(group, on):
        raise Http404
    draft = selectors.draft_of(group, on, request.user)
    if meeting := selectors.posted(group, on):
        return _beside_the_book(request, meeting, draft)
    context = selectors.sheet_context(group, on)
    if request.method == "POST":
        action = request.POST.get("action", "")
        draft, form, merged, _state = _fill_in(request, context, action=action)
        if said := _of_other_pages(context, merged):
            messages.warning(request, said)
        if action == "all-paid" and not any(line.att == "H" for line in form.lines()):
            messages.warning(request, _("Mark first who is present."))
        if action == "check" and not any(map(is_of_sheet, form.errors)):
            return redirect("check", code=group.code, on=on)  # which tells what is wrong with its own fields
        if action == "check":
            return sheet_page(request, form, draft, errors=True)
        return redirect(f"{reverse('sheet', args=[group.code, on])}{_anchor(request)}")
    return sheet_page(request, SheetForm(context, draft.data if draft else {}), draft, errors=False)


class _Saved(NamedTuple):
    """A draft with what a page sent, as a form, and the state that page knows from now on."""

    draft: SheetDraft
    form: SheetForm
    merged: Merged
    known: str


def _beside_the_book(
    request: GroupRequest, meeting: Meeting, draft: SheetDraft | None, *, minutes: bool = False
) -> HttpResponse:
    """The meeting is in the book already: keep what a page sends, unless the book says the same."""
    if request.method != "POST":
        return redirect("compare" if draft else "receipt", code=request.group.code, on=meeting.on)
    context = selectors.sheet_context(request.group, meeting.on)
    saved = _fill_in(request, context, minutes=minutes, late=True)
    return with_the_book(request, meeting, saved.form)


def with_the_book(request: GroupRequest, meeting: Meeting, form: SheetForm) -> HttpResponse:
    """Lead to both side by side; a draft that says nothing else than the book goes, and the receipt is shown."""
    place = {"code": request.group.code, "on": meeting.on}
    if all(part.same for part in side_by_side(form, selectors.posted_sheet(meeting))):
        services.discard_draft(group=request.group, on=meeting.on, by=request.user)
        return redirect("receipt", **place)
    return redirect("compare", **place)


def _fill_in(
    request: GroupRequest, context: SheetContext, *, minutes: bool = False, action: str = "", late: bool = False
) -> _Saved:
    """Put what this page sent into the draft, beside what another page wrote there since, and do what was pressed.

    late   the meeting is in the book already, and some fields of its sheet are known no more
    """
    ticket = DraftKeyForm(request.POST)
    key = ticket.cleaned_data["key"] if ticket.is_valid() else uuid4()
    told, _dash, page = (ticket.cleaned_data["known"] if ticket.is_valid() else "").partition("-")
    user, posted = request.user, selectors.as_dict(request.POST).items()
    with services.filling_in(group=request.group, on=context.on, by=user, key=key, at=clock.now()) as draft:
        held = SheetForm(context, draft.data)
        names = held.names() | ({n for n in request.POST if ANY_FIELD.fullmatch(n)} if late else set())
        here = {n for n in names if n.startswith(MINUTES_PREFIXES) == minutes and not n.startswith("d-")}
        sent = {n: as_written(v) for n, v in posted if n in here}
        here -= {n for n in here if n.endswith("-ok") and n not in sent}  # once said, it stays said
        # A page of another key knows nothing of this draft; one that names no state is taken to know it all.
        known = Known((int(told) if draft.key == key else 0) if told else None, page)
        shown = held.shown()
        merged = merge(draft.data, shown=shown, changes=draft.changes, sent=sent, names=here, known=known)
        _apply(action, request, context, merged.data)
        form = SheetForm(context, merged.data, sender=user.name)
        draft.changes = remember(draft.changes, shown, form.shown(), revision=draft.revision, page=page)
        draft.data = merged.data
    return _Saved(draft, form, merged, f"{draft.revision}-{page}")


def is_of_sheet(field: str) -> bool:
    """Whether a field stands on the sheet itself, and not on the page of the minutes or of the check."""
    return not field.startswith((*MINUTES_PREFIXES, "d-"))


def as_written(text: str) -> str:
    """Return what a field sent as she wrote it: a browser counts the end of a line as one, and sends it as two."""
    return text.replace("\r\n", "\n")[:LONGEST_VALUE].replace("\0", "\ufffd")


def _of_other_pages(context: SheetContext, merged: Merged) -> str:
    """Say whose rows another page filled in, and whose both did, with the amounts of both. Empty when none."""
    said = []
    if merged.theirs:
        text = _("Filled in on another device, and shown here now: %(where)s.")
        amounts = _("%(what)s %(theirs)s, before %(mine)s")
        said.append(text % {"where": _places(context, merged.theirs, merged.mine, amounts)})
    if merged.both:
        text = _("Filled in on another device as well; what was written here stands: %(where)s.")
        amounts = _("%(what)s %(theirs)s there, %(mine)s here")
        said.append(text % {"where": _places(context, merged.both, merged.mine, amounts)})
    return " ".join(said)


def _places(context: SheetContext, theirs: Mapping[str, str], mine: Mapping[str, str], amounts: str) -> str:
    """Name the rows and parts of a sheet that fields belong to; of a member's amounts both, so that none is lost."""
    parts = {"c": _("Count the cash"), "q": _("Loans"), "in": _("Other money"), "out": _("Other money")}
    names = {f"r{member.no}": member.name for member in context.members}
    rows: dict[str, list[str]] = {}
    for field in theirs:
        row, _dash, column = field.partition("-")
        told = rows.setdefault(row, [])
        if row in names and not column.endswith("-ok") and (label := LABELS.get(column.partition("-")[0])):
            both = {"theirs": theirs[field][:20] or "–", "mine": mine[field][:20] or "–"}
            told.append(amounts % {"what": str(label).lower(), **both})
    found = [f"{name} ({', '.join(rows[row])})" if rows[row] else name for row, name in names.items() if row in rows]
    found += [
        parts.get(row.rstrip("0123456789"), _("Minutes of the meeting")) for row in sorted(rows.keys() - names.keys())
    ]
    return ", ".join(dict.fromkeys(found))


def _known(draft: SheetDraft | None) -> str:
    """The state of the draft a page shows, and a token of its own."""
    return f"{draft.revision if draft else 0}-{token_hex(4)}"


def _apply(action: str, request: GroupRequest, context: SheetContext, data: dict[str, str]) -> None:
    """Do what a button of the sheet says, without JavaScript as well."""
    confirm, take = request.POST.get("confirm", ""), request.POST.get("take", "")
    if not (confirm or take or action in ("all-present", "all-paid", "more")):
        return
    form = SheetForm(context, data)
    if action == "more":
        data[ASKED_LINES] = str(max(len(form.income), len(form.expenses)) + 1)
    elif action == "all-present":
        for member in context.members:
            data.setdefault(f"r{member.no}-attendance", "H")
    elif action == "all-paid":
        for line in form.lines():
            if line.att == "H" and not line.errors:
                data[f"{line.k}-catat"] = "1"
    for line in form.lines():
        for question in line.soft:
            if question["field"] == confirm:
                data[f"{confirm}-ok"] = str(question["amount"])
            elif question["field"] == take:
                data[take] = str(question["usual"])


def _anchor(request: GroupRequest) -> str:
    if request.POST.get("action") == "more":
        return "#other"
    named = (request.POST.get("confirm") or request.POST.get("take") or "").split("-")[0]
    return f"#{named}" if named.isalnum() else ""


def sheet_page(request: GroupRequest, form: SheetForm, draft: SheetDraft | None, *, errors: bool) -> HttpResponse:
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
            "known": _known(draft),
            "met_on": selectors.met_in_week(request.group, form.context.on),
            "draft_wait": settings.DRAFT_WAIT,
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
            "may_count": Permission.KEEP_CASH in request.permissions and form.context.on == clock.today(request.group),
            "pieces": _pieces(form),
            "by_error": form.errors.get("c-by", ""),
            "opening": selectors.opening_count(request.group, form.context.on),
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
    """The refusals in the order of the page, each naming the member and the column, or the place on the page."""
    people = names | {f"q{one.no}": one.member.name for one in form.context.requests}
    rows = {name: place for place, name in enumerate(names)}
    found = []
    for field, message in sorted(form.errors.items(), key=lambda one: rows.get(one[0].partition("-")[0], len(rows))):
        row, dash, column = field.partition("-")
        who = people.get(row, "")
        label = str(LABELS.get(column.split("-")[0], "")) or (format_amount(int(column)) if column.isdigit() else "")
        if field == "c-total":
            label = _("Or the sum")
        elif line := re.fullmatch("(in|out)([0-9])", row):
            place = _("Other money in, line %(no)s") if line[1] == "in" else _("Other money out, line %(no)s")
            label = place % {"no": line[2]}
        words = f"{who}, {label.lower()}" if who and label else who or label
        found.append({"id": field if dash else "", "text": f"{words}: {message}" if words else message})
    return found


@require_POST
@group_view(Permission.KEEP_MINUTES)
@repeatable
def save_draft(request: GroupRequest, on: date) -> HttpResponse:
    """Keep the sheet while she types; answers with the time it was kept."""
    if refuse_day(request.group, on):
        raise Http404
    if selectors.posted(request.group, on):
        return JsonResponse({"posted": True}, status=409)
    context = selectors.sheet_context(request.group, on)
    draft, _form, merged, known = _fill_in(request, context)
    return JsonResponse(
        {
            "saved_at": format_time(draft.saved_at, request.group.zone),
            "stamp": draft.saved_at.isoformat(),
            "key": draft.key,
            "known": known,
            "theirs": merged.theirs,
            "notice": _of_other_pages(context, merged),
        }
    )


@require_POST
@group_view(Permission.KEEP_MINUTES)
@repeatable
def take_notes(request: GroupRequest, on: date) -> HttpResponse:
    """Take over what others wrote of attendance and minutes, where one's own sheet says nothing."""
    group = request.group
    if refuse_day(group, on):
        raise Http404
    if selectors.posted(group, on):
        return redirect("receipt", code=group.code, on=on)
    notes = SheetForm(selectors.sheet_context(group, on), {}).notes()
    if services.take_notes(group=group, on=on, by=request.user, at=clock.now(), notes=notes):
        messages.success(request, _("Taken over. Look at the minutes and at who came."))
    return redirect("minutes", code=group.code, on=on)


@require_POST
@group_view(Permission.KEEP_MINUTES)
def discard_draft(request: GroupRequest, on: date) -> HttpResponse:
    """Throw one's own draft away."""
    services.discard_draft(group=request.group, on=on, by=request.user)
    return redirect("group_home", code=request.group.code)


@require_http_methods(["GET", "POST"])
@group_view(Permission.KEEP_MINUTES)
@repeatable
def minutes(request: GroupRequest, on: date) -> HttpResponse:
    """Agenda, discussion, decisions and who does what, kept in the draft until the sheet is sent."""
    if refuse_day(request.group, on):
        raise Http404
    draft = selectors.draft_of(request.group, on, request.user)
    if meeting := selectors.posted(request.group, on):
        return _beside_the_book(request, meeting, draft, minutes=True)
    context = selectors.sheet_context(request.group, on)
    if request.method == "POST":
        draft, form, merged, _state = _fill_in(request, context, minutes=True)
        if said := _of_other_pages(context, merged):
            messages.warning(request, said)
        if not any(name.startswith(MINUTES_PREFIXES) for name in form.errors):
            return redirect("check" if request.POST.get("action") == "check" else "group_home", **_place(request, on))
    else:
        form = SheetForm(context, draft.data if draft else {})
    wrong = {name: text for name, text in form.errors.items() if name.startswith(MINUTES_PREFIXES)}
    return render(
        request,
        "meetings/minutes.html",
        {
            "form": form,
            "on": on,
            "others": selectors.notes_of_others(form, request.user),
            "key": draft.key if draft else uuid4(),
            "known": _known(draft),
            "errors": [{"id": name, "text": text} for name, text in wrong.items()],
            "field_errors": wrong,
        },
        status=422 if wrong and request.method == "POST" else 200,
    )


def _place(request: GroupRequest, on: date) -> dict[str, object]:
    place: dict[str, object] = {"code": request.group.code}
    return place | {"on": on} if request.POST.get("action") == "check" else place
