"""BKM, UPK and KSM themselves: entering them and correcting what is known of them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import clock, selectors, services
from groups.access import BkmRequest, GroupRequest, bkm_view, group_view
from groups.forms import BkmForm, GroupForm, UpkForm
from groups.models import Upk
from groups.permissions import Permission
from groups.regions_search import region_labels
from groups.views.forms_flow import attempt, form_page, get_or_post, sent


@bkm_view(Permission.MANAGE_BKM)
@require_safe
def bkm_settings(request: BkmRequest) -> HttpResponse:
    """What is known of the BKM, and the way to everything its coordinator keeps."""
    context = {
        "upk": Upk.objects.filter(bkm=request.bkm).first(),
        "groups": selectors.bkm_groups(request.bkm),
        "place": region_labels([request.bkm.region]).get(request.bkm.region, request.bkm.region),
    }
    return render(request, "groups/bkm_settings.html", context)


@bkm_view(Permission.MANAGE_BKM)
@get_or_post
def bkm_edit(request: BkmRequest) -> HttpResponse:
    """Correct a BKM's name and place."""
    bkm = request.bkm
    initial = {"name": bkm.name, "region": bkm.region, "address": bkm.address}
    form = BkmForm(sent(request), initial=initial, new=False)
    if attempt(form, services.update_bkm, bkm=bkm):
        messages.success(request, _("Saved: %(name)s.") % {"name": bkm.name})
        return redirect("bkm_settings", code=bkm.code)
    return form_page(request, form, heading="BKM", submit=_("Save"), back=_settings(request), kicker=initial["name"])


@bkm_view(Permission.MANAGE_BKM)
@get_or_post
def upk(request: BkmRequest) -> HttpResponse:
    """Give the BKM its UPK, or correct its name."""
    unit = Upk.objects.filter(bkm=request.bkm).select_related("book").first()
    name, start_on = (unit.name, unit.start_on) if unit else (f"UPK {request.bkm.name}", None)
    form = UpkForm(sent(request), initial={"name": name, "start_on": start_on})
    verb, subject = (services.rename_upk, {"upk": unit}) if unit else (services.open_upk, {"bkm": request.bkm})
    if done := attempt(form, verb, **subject):
        messages.success(request, _("Saved: %(name)s.") % {"name": done.name})
        return redirect("bkm_settings", code=request.bkm.code)
    return form_page(
        request,
        form,
        heading="UPK",
        submit=_("Save") if unit else _("Open the UPK's book"),
        back=_settings(request),
        kicker=request.bkm,
    )


@bkm_view(Permission.MANAGE_BKM)
@get_or_post
def group_new(request: BkmRequest) -> HttpResponse:
    """Enter a KSM with its empty book; what it saves is asked next."""
    initial = {
        "start_on": clock.today(),
        "region": request.bkm.region,
        "origin": "baru",
        "timezone": "WIB",
    }
    form = GroupForm(sent(request), initial=initial, new=True)
    if group := attempt(form, services.create_group, bkm=request.bkm):
        said = _("%(name)s is entered, with code %(code)s. Next: what it saves, and its members.")
        messages.success(request, said % {"name": group.name, "code": group.code})
        return redirect("group_settings", code=group.code)
    return form_page(
        request,
        form,
        heading=_("New KSM"),
        submit=_("Save the KSM"),
        back=_settings(request),
        kicker=request.bkm,
    )


@group_view(Permission.MANAGE_GROUP)
@require_safe
def group_settings(request: GroupRequest) -> HttpResponse:
    """Everything that is kept about a KSM, and the way to each."""
    group, today = request.group, clock.today(request.group)
    terms = list(group.savings_terms.order_by("from_on"))
    running = [each for each in terms if each.from_on <= today]
    context = {
        "place": region_labels([group.region]).get(group.region, group.region),
        "terms": running[-1] if running else next(iter(terms), None),
        "member_count": group.members.active_on(today).count(),
        "people_count": group.appointments.filter(to_on=None).count(),
        "holidays": [each for each in selectors.holidays_of(group=group) if each.week_start >= today],
    }
    return render(request, "groups/group_settings.html", context)


@group_view(Permission.MANAGE_GROUP)
@get_or_post
def group_edit(request: GroupRequest) -> HttpResponse:
    """Correct what is known of a KSM."""
    group = request.group
    name = group.name
    initial = {field: getattr(group, field) for field in services.GROUP_FIELDS - {"programme"}}
    initial["programme"] = group.programme.code if group.programme else None
    form = GroupForm(sent(request), initial=initial, new=False)
    if attempt(form, services.update_group, group=group):
        messages.success(request, _("Saved: %(name)s.") % {"name": group.name})
        return redirect("group_settings", code=group.code)
    return form_page(
        request,
        form,
        heading=_("About the KSM"),
        submit=_("Save"),
        back=reverse("group_settings", args=[group.code]),
        kicker=name,
    )


def _settings(request: BkmRequest) -> str:
    return reverse("bkm_settings", args=[request.bkm.code])
