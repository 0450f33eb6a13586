"""Balances read aloud at a meeting, what each member said to hers, and objections until they are answered."""

from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from groups import clock
from groups.access import BkmRequest, GroupRequest, bkm_view, group_view
from groups.models import Group, Member
from groups.pages import PageForm
from groups.permissions import Permission, permission_names
from groups.views.forms_flow import attempt, form_page, get_or_post, sent
from meetings import selectors, services
from meetings.correcting_forms import AnswerForm, ObjectionForm, OwnerForm, ReadingForm
from meetings.models import Objection

PER_PAGE = 30


@require_GET
@group_view(Permission.VIEW_GROUP)
def balances(request: GroupRequest, on: date) -> HttpResponse:
    """Every member's balances in large letters, and what was said to them on that day."""
    _refuse(request.group, on)
    found = selectors.reading(request.group, on, clock.today(request.group))
    return _page(request, found, ReadingForm(None, numbers=[one.member.no for one in found.members]))


@require_POST
@group_view(Permission.KEEP_MINUTES)
def balances_record(request: GroupRequest, on: date) -> HttpResponse:
    """Write down what was said."""
    _refuse(request.group, on)
    found = selectors.reading(request.group, on, clock.today(request.group))
    form = ReadingForm(request.POST, numbers=[one.member.no for one in found.members])
    if form.is_valid():
        try:
            if on > clock.today(request.group):
                raise ValidationError(_("That day has not come yet."), code="early")
            said = services.record_reading(
                group=request.group, on=on, heard=form.heard, by=request.user, at=clock.now()
            )
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            text = ngettext("%(n)s answer is written down.", "%(n)s answers are written down.", len(said))
            messages.success(request, text % {"n": len(said)})
            return redirect("balances", code=request.group.code, on=on)
    return _page(request, found, form)


def _refuse(group: Group, on: date) -> None:
    """A reading lies within the group's life, at most a week ahead."""
    ended = group.end_on is not None and on >= group.end_on
    if on < group.start_on or ended or on > clock.today(group) + timedelta(days=7):
        raise Http404


def _may_be_read(group: Group, on: date) -> bool:
    """Balances are read at a meeting that was held, or today."""
    return on == clock.today(group) or (on < clock.today(group) and selectors.posted(group, on) is not None)


def _page(request: GroupRequest, found: selectors.Reading, form: ReadingForm) -> HttpResponse:
    rows = [
        {
            "one": one,
            "answer": form.data.get(f"m{one.member.no}", ""),
            "text": form.data.get(f"m{one.member.no}-text", ""),
            "errors": form.errors.get(f"m{one.member.no}-text", []),
        }
        for one in found.members
    ]
    names = {f"m{one.member.no}-text": one.member.name for one in found.members}
    errors = [
        {"id": name if name in names else "", "text": f"{names[name]}: {text}" if name in names else text}
        for name, texts in form.errors.items()
        for text in texts
    ]
    context = {
        "reading": found,
        "rows": rows,
        "errors": errors,
        "may_record": Permission.KEEP_MINUTES in request.permissions and _may_be_read(request.group, found.on),
        "may_change": found.on == clock.today(request.group),
    }
    return render(request, "meetings/balances.html", context, status=422 if form.errors else 200)


@require_GET
@group_view(Permission.VIEW_GROUP)
def objections(request: GroupRequest) -> HttpResponse:
    """All objections of a group with their age, open ones first."""
    found = selectors.objections(clock.today(request.group), group=request.group)
    page = Paginator(found, PER_PAGE).get_page(PageForm.number(request.GET))
    context = {"page": page, "permissions": permission_names(request.permissions)}
    return render(request, "meetings/objections.html", context)


@require_GET
@bkm_view(Permission.VIEW_BKM)
def bkm_objections(request: BkmRequest) -> HttpResponse:
    """The open objections of all groups of a board, the oldest first."""
    found = selectors.objections(clock.today(), bkm=request.bkm)
    page = Paginator(found, PER_PAGE).get_page(PageForm.number(request.GET))
    may = {
        "may_manage": Permission.MANAGE_BKM in request.permissions,
        "may_import": Permission.IMPORT_BOOK in request.permissions,
    }
    return render(request, "meetings/bkm_objections.html", {"page": page, "bkm": request.bkm, **may})


@group_view(Permission.KEEP_MINUTES)
@get_or_post
def objection_new(request: GroupRequest) -> HttpResponse:
    """Write down what a member says is wrong, outside a reading."""
    today = clock.today(request.group)
    form = ObjectionForm(sent(request), members=_active(request))
    if attempt(form, services.raise_objection, group=request.group, on=today, by=request.user):
        messages.success(request, _("The objection is written down."))
        return redirect("objections", code=request.group.code)
    return form_page(
        request,
        form,
        heading=_("New objection"),
        submit=_("Write it down"),
        back=_list(request),
        kicker=request.group,
    )


@group_view(Permission.RESOLVE_DIFFERENCE)
@get_or_post
def objection_answer(request: GroupRequest, no: int) -> HttpResponse:
    """Answer an objection."""
    objection = _objection(request, no)
    form = AnswerForm(sent(request))
    today = clock.today(request.group)
    if attempt(form, services.answer_objection, objection=objection, on=today, by=request.user):
        messages.success(request, _("The objection is answered."))
        return redirect("objections", code=request.group.code)
    return form_page(
        request,
        form,
        heading=_("Answer objection %(no)s") % {"no": no},
        submit=_("Save the answer"),
        back=_list(request),
        kicker=objection.member.name,
        intro="meetings/objection_intro.html",
        objection=objection,
    )


@group_view(Permission.RESOLVE_DIFFERENCE)
@get_or_post
def objection_owner(request: GroupRequest, no: int) -> HttpResponse:
    """Say who follows an objection up."""
    objection = _objection(request, no)
    initial = {"owner": objection.owner.no if objection.owner else None}
    form = OwnerForm(sent(request), initial=initial, members=_active(request))
    if attempt(form, services.hand_objection, objection=objection):
        return redirect("objections", code=request.group.code)
    return form_page(
        request,
        form,
        heading=_("Who follows objection %(no)s up?") % {"no": no},
        submit=_("Save"),
        back=_list(request),
        kicker=objection.member.name,
        intro="meetings/objection_intro.html",
        objection=objection,
    )


def _list(request: GroupRequest) -> str:
    return reverse("objections", args=[request.group.code])


def _active(request: GroupRequest):  # noqa: ANN202  (a queryset for a form)
    return Member.objects.filter(group=request.group).active_on(clock.today(request.group)).order_by("no")


def _objection(request: GroupRequest, no: int) -> Objection:
    """Return an open objection of this group; an answered one is only read."""
    found = Objection.objects.filter(group=request.group, no=no, answered_on=None).select_related("member", "owner")
    objection = found.first()
    if objection is None:
        raise Http404
    return objection
