"""The small books on screen: guests, inventory, and who held which office."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import clock, keeping
from groups.access import GroupRequest, group_view
from groups.forms import GuestForm, ItemForm, WriteOffForm
from groups.models import Guest, InventoryItem, OfficeTerm
from groups.pages import PageForm
from groups.permissions import Permission
from groups.views.forms_flow import attempt, form_page, get_or_post, sent

PER_PAGE = 50


@group_view(Permission.VIEW_GROUP)
@require_safe
def officers(request: GroupRequest) -> HttpResponse:
    """Who held which office from when to when, the running terms first."""
    terms = OfficeTerm.objects.filter(group=request.group).select_related("member").order_by("-from_on", "office", "pk")
    page = Paginator(terms, PER_PAGE).get_page(PageForm.number(request.GET))
    may_manage = Permission.MANAGE_MEMBERS in request.permissions
    return render(request, "groups/officers.html", {"page": page, "may_manage": may_manage})


@group_view(Permission.VIEW_GROUP)
@require_safe
def guests(request: GroupRequest) -> HttpResponse:
    """The guest book, the latest first."""
    found = Guest.objects.filter(group=request.group).order_by("-on", "-no")
    page = Paginator(found, PER_PAGE).get_page(PageForm.number(request.GET))
    may_write = Permission.KEEP_MINUTES in request.permissions
    return render(request, "groups/guests.html", {"page": page, "may_write": may_write})


@group_view(Permission.KEEP_MINUTES)
@get_or_post
def guest_new(request: GroupRequest) -> HttpResponse:
    """Write a visitor down."""
    form = GuestForm(sent(request), initial={"on": clock.today(request.group)})
    if attempt(form, keeping.write_guest, group=request.group, by=request.user):
        messages.success(request, _("The guest is written down."))
        return redirect("guests", code=request.group.code)
    return _guest_page(request, form, _("New guest"))


@group_view(Permission.KEEP_MINUTES)
@get_or_post
def guest_edit(request: GroupRequest, no: int) -> HttpResponse:
    """Put a line of the guest book right."""
    guest = Guest.objects.filter(group=request.group, no=no).first()
    if guest is None:
        raise Http404
    initial = {name: getattr(guest, name) for name in ("on", "name", "origin", "purpose")}
    form = GuestForm(sent(request), initial=initial)
    if attempt(form, keeping.correct_guest, guest=guest):
        return redirect("guests", code=request.group.code)
    return _guest_page(request, form, guest.name)


def _guest_page(request: GroupRequest, form: GuestForm, heading: str) -> HttpResponse:
    back = reverse("guests", args=[request.group.code])
    return form_page(request, form, heading=heading, submit=_("Save"), back=back, kicker=request.group)


@group_view(Permission.VIEW_GROUP)
@require_safe
def inventory(request: GroupRequest) -> HttpResponse:
    """What the group owns, and below what was written off."""
    items = list(InventoryItem.objects.filter(group=request.group).order_by("no"))
    context = {
        "held": [one for one in items if not one.written_off_on],
        "gone": [one for one in items if one.written_off_on],
        "may_write": Permission.KEEP_MINUTES in request.permissions,
    }
    context["total"] = sum(one.value for one in context["held"])
    return render(request, "groups/inventory.html", context)


@group_view(Permission.KEEP_MINUTES)
@get_or_post
def item_new(request: GroupRequest) -> HttpResponse:
    """Take something into the inventory."""
    form = ItemForm(sent(request), initial={"acquired_on": clock.today(request.group), "quantity": 1})
    if attempt(form, keeping.take_in_item, group=request.group):
        messages.success(request, _("The item is written down."))
        return redirect("inventory", code=request.group.code)
    return _item_page(request, form, heading=_("New item"))


@group_view(Permission.KEEP_MINUTES)
@get_or_post
def item_edit(request: GroupRequest, no: int) -> HttpResponse:
    """Change an item's line; below stands what it said before."""
    item = _item(request, no)
    form = ItemForm(sent(request), initial={name: getattr(item, name) for name in keeping.ITEM_FIELDS})
    today = clock.today(request.group)
    if attempt(form, keeping.change_item, item=item, on=today, by=request.user):
        messages.success(request, _("The item is saved."))
        return redirect("inventory", code=request.group.code)
    names = {name: str(form.fields[name].label) for name in keeping.ITEM_FIELDS}
    changes = [
        (one.on, one.by, [(names[name], old) for name, old in one.before.items()])
        for one in item.changes.select_related("by").order_by("-pk")
    ]
    return _item_page(request, form, heading=item.name, item=item, changes=changes, extra="groups/item_more.html")


@group_view(Permission.KEEP_MINUTES)
@get_or_post
def item_off(request: GroupRequest, no: int) -> HttpResponse:
    """Write an item off, with the day and the reason."""
    item = _item(request, no)
    form = WriteOffForm(sent(request), initial={"on": clock.today(request.group)})
    if attempt(form, keeping.write_off_item, item=item):
        messages.success(request, _("The item is written off."))
        return redirect("inventory", code=request.group.code)
    return _item_page(request, form, heading=_("Write off: %(name)s") % {"name": item.name})


def _item(request: GroupRequest, no: int) -> InventoryItem:
    """Return an item the group still has."""
    item = InventoryItem.objects.filter(group=request.group, no=no, written_off_on=None).first()
    if item is None:
        raise Http404
    return item


def _item_page(request: GroupRequest, form: ItemForm | WriteOffForm, *, heading: str, **more: object) -> HttpResponse:
    back = reverse("inventory", args=[request.group.code])
    return form_page(request, form, heading=heading, submit=_("Save"), back=back, kicker=request.group, **more)
