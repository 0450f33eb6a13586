"""The members of a KSM: who they are, who holds an office, who came and who left."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from groups import clock, nik, selectors, services
from groups.access import GroupRequest, group_view
from groups.forms import MemberForm, OfficesForm, SeveralMembersForm, ShowForm
from groups.models import Group, Member
from groups.offices import set_offices
from groups.pasting import HEADINGS
from groups.permissions import Permission
from groups.views.forms_flow import attempt, form_page, get_or_post, sent

DOUBTS = {
    "birth_date": gettext_lazy(
        "The date of birth within this NIK does not exist. It is saved; look at the card once more."
    ),
    "gender": gettext_lazy("This NIK looks like that of the other sex. It is saved; look at the card once more."),
}


@group_view(Permission.VIEW_GROUP)
@require_safe
def members(request: GroupRequest) -> HttpResponse:
    """All members by number, officers named, those who left below."""
    membership = selectors.membership(request.group, clock.today(request.group))
    may_manage = Permission.MANAGE_MEMBERS in request.permissions
    return render(request, "groups/members.html", {"membership": membership, "may_manage": may_manage})


@group_view(Permission.MANAGE_MEMBERS)
@get_or_post
def member_new(request: GroupRequest) -> HttpResponse:
    """Take in one member."""
    form = MemberForm(sent(request), initial={"joined_on": clock.today(request.group)})
    if member := attempt(form, services.add_member, group=request.group):
        messages.success(request, _("%(name)s is member number %(no)s.") % {"name": member.name, "no": member.no})
        _doubt(request, member)
        if twin := selectors.namesake(member):
            said = _("Number %(no)s has the same name. If she is the same person, one of the two is too many.")
            messages.warning(request, said % {"no": twin.no})
        return redirect("members", code=request.group.code)
    return form_page(
        request,
        form,
        heading=_("New member"),
        submit=_("Save the member"),
        back=_list(request.group),
        kicker=request.group,
    )


@group_view(Permission.MANAGE_MEMBERS)
@get_or_post
def members_several(request: GroupRequest) -> HttpResponse:
    """Take in several members at once: names, or rows of a spreadsheet, which are shown before they are kept."""
    there = list(Member.objects.filter(group=request.group).order_by("no"))
    form = SeveralMembersForm(sent(request), initial={"joined_on": clock.today(request.group)}, members=there)
    if form.is_bound and form.is_valid() and form.confirmed and (added := form.write(request.group)):
        said = ngettext("%(n)s member was added.", "%(n)s members were added.", len(added))
        messages.success(request, said % {"n": len(added)})
        return redirect("members", code=request.group.code)
    shown = form.is_bound and not form.errors
    context = {"form": form, "shown": shown, "group": request.group, "headings": [*HEADINGS]}
    context["rows"] = [[person.get(name, "") for name in HEADINGS.values()] for person in form.pasted.people]
    status = 422 if form.errors else 200
    return render(request, "groups/members_several.html", context, status=status)


@group_view(Permission.MANAGE_MEMBERS)
@get_or_post
def member_edit(request: GroupRequest, no: int) -> HttpResponse:
    """Correct what is known of a member; `?nik=1` shows her NIK."""
    member = _member(request.group, no)
    show = ShowForm(request.GET).shows_nik
    form = MemberForm(
        sent(request),
        initial=MemberForm.initial_of(member, show_nik=show),
        hidden_nik="" if show else member.nik,
    )
    if attempt(form, services.update_member, member=member):
        messages.success(request, _("Saved: %(name)s.") % {"name": member.name})
        _doubt(request, member)
        return redirect("members", code=request.group.code)
    return form_page(
        request,
        form,
        heading=member.name,
        submit=_("Save"),
        back=_list(request.group),
        kicker=_("Member %(no)s") % {"no": member.no},
        member=member,
        masked_nik="" if show else nik.masked(member.nik),
        may_settle=Permission.SETTLE_LOAN in request.permissions,
        extra="groups/member_more.html",
    )


@group_view(Permission.MANAGE_MEMBERS)
@get_or_post
def offices(request: GroupRequest) -> HttpResponse:
    """Say who is chair, secretary and treasurer."""
    today = clock.today(request.group)
    officers = selectors.membership(request.group, today).officers
    initial: dict[str, object] = {"from_on": today} | {
        field: officers[office].no
        for field, office in (
            ("chair", Member.Office.CHAIR),
            ("secretary", Member.Office.SECRETARY),
            ("treasurer", Member.Office.TREASURER),
        )
        if office in officers
    }
    active = Member.objects.filter(group=request.group).active_on(today).order_by("no")
    form = OfficesForm(sent(request), initial=initial, members=active)
    if attempt(form, set_offices, group=request.group):
        messages.success(request, _("The officers are saved."))
        return redirect("members", code=request.group.code)
    return form_page(
        request,
        form,
        heading=_("Officers"),
        submit=_("Save the officers"),
        back=_list(request.group),
        kicker=request.group,
    )


def _list(group: Group) -> str:
    return reverse("members", args=[group.code])


def _member(group: Group, no: int) -> Member:
    member = Member.objects.filter(group=group, no=no).select_related("group").first()
    if member is None:
        raise Http404
    return member


def _doubt(request: GroupRequest, member: Member) -> None:
    for doubt in nik.doubts(member.nik, member.gender):
        messages.warning(request, DOUBTS[doubt])
