"""The one gate. Every view is wrapped by exactly one of these; a view that is not fails the suite.

What a person may not see does not exist (404); what she may see but not do is refused (403).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from groups import clock
from groups.models import Bkm, Group, Programme
from groups.permissions import ADMINISTRATOR, MATRIX, Permission
from ledger.models import Book
from ledger.rows import fetch, fetch_joined
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


# These three stand before every page. The query builder took four times as long over them as Postgres does.


def _group(code: str) -> Group | None:
    """Return a group with its BKM, book and programme."""
    found = fetch_joined(
        {"g": Group, "b": Bkm, "k": Book, "p": Programme},
        "FROM groups_group g JOIN groups_bkm b ON b.id = g.bkm_id JOIN ledger_book k ON k.id = g.book_id"
        " LEFT JOIN groups_programme p ON p.id = g.programme_id WHERE g.code = %s",
        [code],
    )
    for group, bkm, book, programme in found:
        group.bkm, group.book, group.programme = bkm, book, programme
        return cast("Group", group)
    return None


def _bkm(code: str) -> Bkm | None:
    return next(iter(fetch(Bkm, "WHERE t.code = %s", [code])), None)


def roles_in(user: User, *, group: Group | None = None, bkm: Bkm | None = None) -> tuple[str, ...]:
    """Return the roles a person holds today in a group (through it or its BKM) or in a BKM. One query."""
    today = clock.today(group)
    of_group, of_bkm = (group.pk, group.bkm_id) if group else (None, bkm.pk if bkm else None)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT role FROM groups_appointment WHERE user_id = %s AND (group_id = %s OR bkm_id = %s)"
            " AND from_on <= %s AND (to_on IS NULL OR to_on > %s)",
            [user.pk, of_group, of_bkm, today, today],
        )
        return tuple(role for (role,) in cursor.fetchall())


def _allowed(roles: tuple[str, ...]) -> frozenset[Permission]:
    return frozenset().union(*(MATRIX[role] for role in roles))


def group_view(permission: Permission) -> Callable[[Callable[Concatenate[Any, Args], HttpResponse]], View]:
    """Let in who may see the group named by `code` and holds `permission` there; sets `request.group`."""

    def decorate(view: Callable[Concatenate[Any, Args], HttpResponse]) -> View:
        @never_cache
        @wraps(view)
        def gated(request: HttpRequest, code: str, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
            user = cast("User", request.user)
            group = _group(code)
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
            bkm = _bkm(code)
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
