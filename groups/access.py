"""The one gate. Every view is wrapped by exactly one of these; a view that is not fails the suite.

What a person may not see does not exist (404); what she may see but not do is refused (403).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from groups import clock
from groups.models import Appointment, Bkm, Group
from groups.permissions import ADMINISTRATOR, MATRIX, Permission
from users.access import administrator_view, personal_view, public_view
from users.models import User
from users.once import answered_once

__all__ = [
    "BkmRequest",
    "GroupRequest",
    "administrator_view",
    "bkm_view",
    "group_view",
    "personal_view",
    "public_view",
    "roles_in",
]

Args = ParamSpec("Args")
View = Callable[..., HttpResponse]


class GroupRequest(HttpRequest):
    """A request that passed the gate of a group."""

    user: User
    group: Group
    roles: tuple[str, ...]
    permissions: frozenset[Permission]


class BkmRequest(HttpRequest):
    """A request that passed the gate of a BKM."""

    user: User
    bkm: Bkm
    roles: tuple[str, ...]
    permissions: frozenset[Permission]


def roles_in(user: User, *, group: Group | None = None, bkm: Bkm | None = None) -> tuple[str, ...]:
    """Return the roles a person holds today in a group (through it or its BKM) or in a BKM. One query."""
    held = Appointment.objects.held_by(user, clock.today(group))
    bodies = Q(bkm=bkm) if bkm else Q(group=group) | Q(bkm=group.bkm_id if group else None)
    return tuple(held.filter(bodies).values_list("role", flat=True))


def _allowed(roles: tuple[str, ...]) -> frozenset[Permission]:
    return frozenset().union(*(MATRIX[role] for role in roles))


def group_view(permission: Permission) -> Callable[[Callable[Concatenate[Any, Args], HttpResponse]], View]:
    """Let in who may see the group named by `code` and holds `permission` there; sets `request.group`."""

    def decorate(view: Callable[Concatenate[Any, Args], HttpResponse]) -> View:
        @never_cache
        @wraps(view)
        def gated(request: HttpRequest, code: str, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
            user = cast("User", request.user)
            group = Group.objects.select_related("bkm", "book", "programme").filter(code=code).first()
            if group is None:
                raise Http404
            roles = () if user.is_superuser else roles_in(user, group=group)
            permissions = ADMINISTRATOR if user.is_superuser else _allowed(roles)
            _judge(permission, permissions, Permission.VIEW_GROUP)
            request.group = group  # type: ignore[attr-defined]
            request.roles = roles  # type: ignore[attr-defined]
            request.permissions = permissions  # type: ignore[attr-defined]
            return answered_once(view, request, *args, **kwargs)

        gated.gate = ("group", permission)  # type: ignore[attr-defined]
        return gated

    return decorate


def bkm_view(permission: Permission) -> Callable[[Callable[Concatenate[Any, Args], HttpResponse]], View]:
    """Let in who serves the BKM named by `code` and holds `permission` there; sets `request.bkm`."""

    def decorate(view: Callable[Concatenate[Any, Args], HttpResponse]) -> View:
        @never_cache
        @wraps(view)
        def gated(request: HttpRequest, code: str, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
            user = cast("User", request.user)
            bkm = Bkm.objects.filter(code=code).first()
            if bkm is None:
                raise Http404
            roles = () if user.is_superuser else roles_in(user, bkm=bkm)
            permissions = ADMINISTRATOR if user.is_superuser else _allowed(roles)
            _judge(permission, permissions, Permission.VIEW_BKM)
            request.bkm = bkm  # type: ignore[attr-defined]
            request.roles = roles  # type: ignore[attr-defined]
            request.permissions = permissions  # type: ignore[attr-defined]
            return answered_once(view, request, *args, **kwargs)

        gated.gate = ("bkm", permission)  # type: ignore[attr-defined]
        return gated

    return decorate


def _judge(wanted: Permission, held: frozenset[Permission], to_see: Permission) -> None:
    if to_see not in held:
        raise Http404
    if wanted not in held:
        raise PermissionDenied
