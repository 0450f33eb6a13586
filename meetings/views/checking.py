"""From pencil to ink: the check before sending, writing, and two devices with one week."""

import hashlib
import json
import re
from datetime import date
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from groups import clock
from groups.access import GroupRequest, group_view
from groups.dates import week_start
from groups.models import Group
from groups.permissions import Permission, permission_names
from meetings import selectors, services
from meetings.check import check
from meetings.comparing import side_by_side
from meetings.forms import (
    DraftKeyForm,
    SheetForm,
)
from meetings.merging import remember
from meetings.models import Meeting, SheetDraft
from meetings.views.days import refuse_day
from meetings.views.sheet import as_written, is_of_sheet, sheet_page, with_the_book


@require_http_methods(["GET", "POST"])
@group_view(Permission.POST_SHEET)
def check_page(request: GroupRequest, on: date) -> HttpResponse:
    """Exceptions first, then the sums, then one button that writes the sheet in ink."""
    group = request.group
    if refuse_day(group, on):
        raise Http404
    draft = selectors.draft_of(group, on, request.user)
    if request.method == "POST":
        return _post(request, on, draft)
    if draft is None:
        return redirect("sheet", code=group.code, on=on)
    if selectors.posted(group, on):
        return redirect("compare", code=group.code, on=on)
    form = SheetForm(selectors.sheet_context(group, on), draft.data)
    return _wrong(request, form, draft) or _check_answer(request, form, draft)


def _wrong(request: GroupRequest, form: SheetForm, draft: SheetDraft) -> HttpResponse | None:
    """Show what cannot be read where it can be put right: on the sheet, with the minutes, or on this page itself."""
    if not form.errors:
        return None
    if any(map(is_of_sheet, form.errors)):
        return sheet_page(request, form, draft, errors=True)
    if any(not name.startswith("d-") for name in form.errors):
        return redirect("minutes", code=request.group.code, on=form.context.on)
    return _check_answer(request, form, draft, [{"id": name, "text": text} for name, text in form.errors.items()])


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
            "others": selectors.notes_of_others(form, request.user),
            "seen": _seen(draft),
            "on": form.context.on,
            "monday": week_start(form.context.on),
            "errors": errors or [],
            "error_ids": {one["id"] for one in errors or []},
            "officers": sorted(form.context.members, key=lambda m: (m.office == "anggota", m.no)),
            "too_early": _too_early(request.group, form.context.on),
            "unusual": len(found.exceptions) + bool(found.difference) + found.minutes_missing,
        },
        status=422 if errors else 200,
    )


def _post(request: GroupRequest, on: date, draft: SheetDraft | None) -> HttpResponse:
    """Write the sheet. The draft goes only when the book has it."""
    group = request.group
    answers = _answers(request)
    if draft is None:
        if meeting := selectors.posted(group, on):
            return _late(request, meeting, answers)
        return redirect("sheet", code=group.code, on=on)
    if "go" in request.POST:
        _kept(request, on, draft.key, answers)
        return _gone(request, on)
    ticket = DraftKeyForm(request.POST)
    changed = not ticket.is_valid() or ticket.cleaned_data["seen"] != _seen(draft)
    form = SheetForm(selectors.sheet_context(group, on), draft.data | answers)
    refusal: ValidationError | None = None
    if not form.errors and not changed and not _too_early(group, on):
        try:
            services.post_sheet(group=group, key=draft.key, sheet=form.sheet(), by=request.user, at=clock.now())
            return redirect("receipt", code=group.code, on=on)
        except ValidationError as refused:
            refusal = refused
    return _not_written(request, form, draft.key, answers, refusal)


def _not_written(
    request: GroupRequest, form: SheetForm, key: UUID, answers: dict[str, str], refusal: ValidationError | None
) -> HttpResponse:
    """Keep what the check page asked with the rest, and say why nothing was written."""
    on = form.context.on
    if meeting := selectors.posted(request.group, on):
        return _late(request, meeting, answers)
    draft = _kept(request, on, key, answers)
    form = SheetForm(form.context, draft.data)
    if wrong := _wrong(request, form, draft):
        return wrong
    if refusal:
        return _refused(request, form, draft, refusal)
    if _too_early(request.group, on):
        return _check_answer(request, form, draft, [{"id": "", "text": _("That day has not come yet.")}])
    text = _("The sheet changed since this page was opened. Look again before you save it.")
    return _check_answer(request, form, draft, [{"id": "", "text": text}])


def _too_early(group: Group, on: date) -> bool:
    """Whether the meeting is still to be held: its sheet may be prepared, but nothing of it has happened."""
    return on > clock.today(group)


def _gone(request: GroupRequest, on: date) -> HttpResponse:
    """Lead on to where a button of the check page points: the minutes, or a place on the sheet."""
    to = request.POST["go"]
    if to in ("check", "minutes"):
        return redirect(to, code=request.group.code, on=on)
    place = f"#{to}" if re.fullmatch("r[0-9]{1,4}|kas|other|money", to) else ""
    return redirect(f"{reverse('sheet', args=[request.group.code, on])}{place}")


def _late(request: GroupRequest, meeting: Meeting, answers: dict[str, str]) -> HttpResponse:
    """The day is in the book: what this page says stands beside it, unless it says the same."""
    draft = _kept(request, meeting.on, uuid4(), answers)
    return with_the_book(request, meeting, SheetForm(selectors.sheet_context(request.group, meeting.on), draft.data))


def _kept(request: GroupRequest, on: date, key: UUID, answers: dict[str, str]) -> SheetDraft:
    with services.filling_in(group=request.group, on=on, by=request.user, key=key, at=clock.now()) as held:
        before = {name: held.data.get(name, "") for name in answers}
        held.changes = remember(held.changes, before, answers, revision=held.revision, page="")
        held.data |= answers
    return held


def _answers(request: GroupRequest) -> dict[str, str]:
    """What the check page itself asks: why box and book differ, and the minutes when they were left empty."""
    names = ("d-reason", "d-owner", "m-agenda", "m-decisions", "m-none")
    return {n: as_written(request.POST[n]) for n in names if n in request.POST}


def _refused(request: GroupRequest, form: SheetForm, draft: SheetDraft, refusal: ValidationError) -> HttpResponse:
    fields = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
    ids = {"selisih": "d-reason", "d-owner": "d-owner", "kas": "money", "": ""}
    if set(fields) <= set(ids):
        found = [{"id": ids[name], "text": text} for name, texts in fields.items() for text in texts]
        return _check_answer(request, form, draft, found)
    form.errors.update({name: texts[0] for name, texts in fields.items()})
    return sheet_page(request, form, draft, errors=True)


@require_GET
@group_view(Permission.KEEP_MINUTES)
def compare(request: GroupRequest, on: date) -> HttpResponse:
    """Two devices, one week: what is in the book and what this one holds, side by side. Nothing is lost."""
    meeting = selectors.posted(request.group, on)
    draft = selectors.draft_of(request.group, on, request.user)
    if meeting is None or draft is None:
        return redirect("receipt" if meeting else "sheet", code=request.group.code, on=on)
    form = SheetForm(selectors.sheet_context(request.group, on), draft.data)
    return render(
        request,
        "meetings/compare.html",
        {
            "meeting": meeting,
            "parts": side_by_side(form, selectors.posted_sheet(meeting)),
            "draft": draft,
            "on": on,
            "monday": week_start(on),
            "may": permission_names(request.permissions),
        },
    )
