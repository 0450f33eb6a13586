"""What the menu of every page offers, by where she is and what she may do there. No query of its own."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from groups.models import Appointment
from groups.permissions import Permission


def whereabouts(request: HttpRequest) -> dict[str, Any]:
    """Return `menu_links` (dicts of url, text, icon) and `role_label`, her roles here in words."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    roles = [Appointment.Role(role).label for role in dict.fromkeys(getattr(request, "roles", ()))]
    label = _("administrator") if user.is_superuser else ", ".join(map(str, roles))
    links = [*_group_links(request), *_bkm_links(request)]
    if user.is_superuser:
        links += [
            _link("staff_overview", _("All BKM"), "map"),
            _link("programmes", _("Programmes"), "book"),
            _link("regions", _("Regions"), "search"),
        ]
    links.append(_link("change_password", _("Change the password"), "lock"))
    return {"menu_links": links, "role_label": label}


def _group_links(request: HttpRequest) -> list[dict[str, str]]:
    group = getattr(request, "group", None)
    if group is None:
        return []
    permissions = request.permissions  # type: ignore[attr-defined]
    links = [
        _link("group_home", group.name, "house", group.code),
        _link("members", _("Members"), "people", group.code),
        _link("books", _("Books and reports"), "book", group.code),
    ]
    if Permission.MANAGE_GROUP in permissions:
        links.append(_link("group_settings", _("Settings of the KSM"), "gear", group.code))
    if Permission.EXPORT_BOOK in permissions:
        links.append(_link("take_out", _("Take the book out"), "download", group.code))
    if Permission.VIEW_BKM in permissions:
        links.append(_link("bkm_dashboard", group.bkm.name, "chart", group.bkm.code))
    return links


def _bkm_links(request: HttpRequest) -> list[dict[str, str]]:
    bkm = getattr(request, "bkm", None)
    if bkm is None:
        return []
    links = [_link("bkm_dashboard", bkm.name, "chart", bkm.code)]
    if Permission.VIEW_UPK in request.permissions:  # type: ignore[attr-defined]
        links.append(_link("upk_book", _("The UPK's book"), "cash", bkm.code))
        links.append(_link("upk_lending", _("Loans to KSM"), "coin", bkm.code))
    if Permission.MANAGE_BKM in request.permissions:  # type: ignore[attr-defined]
        links += [
            _link("bkm_people", _("People and sign-ins"), "people", bkm.code),
            _link("group_new", _("New KSM"), "plus", bkm.code),
            _link("bkm_settings", _("Settings of the BKM"), "gear", bkm.code),
        ]
    return links


def _link(name: str, text: str, icon: str, *args: str) -> dict[str, str]:
    return {"url": reverse(name, args=args), "text": text, "icon": icon}
