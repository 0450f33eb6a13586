"""The one gate. Every view is wrapped by exactly one of these; a view that is not fails the suite.

What a person may not see does not exist (404); what she may see but not do is refused (403).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from groups import clock
from groups.models import Bkm, Group, Programme
from groups.permissions import ADMINISTRATOR, MATRIX, Permission
from ledger.models import Book
from ledger.rows import fetch_joined
from users.access import administrator_view, never_kept, personal_view, public_view
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


# These two stand before every page: one statement each, which the query builder would take four times as long over.

_ROLES = (
    "ARRAY(SELECT a.role FROM groups_appointment a WHERE a.user_id = %s AND {here}"
    " AND a.from_on <= t.today AND (a.to_on IS NULL OR a.to_on > t.today))"
)


def _group(code: str, user: User) -> tuple[Group, tuple[str, ...]] | None:
    """Return a group with its BKM, book and programme, and the roles a person holds there today, or in its BKM."""
    days = clock.today_by_zone()
    found = fetch_joined(
        {"g": Group, "b": Bkm, "k": Book, "p": Programme},
        "FROM groups_group g JOIN groups_bkm b ON b.id = g.bkm_id JOIN ledger_book k ON k.id = g.book_id"
        " LEFT JOIN groups_programme p ON p.id = g.programme_id"
        " JOIN unnest(%s::text[], %s::date[]) t(zone, today) ON t.zone = g.timezone WHERE g.code = %s",
        [user.pk, list(days), list(days.values()), code],
        beside=_ROLES.format(here="(a.group_id = g.id OR a.bkm_id = g.bkm_id)"),
    )
    for group, bkm, book, programme, roles in found:
        group.bkm, group.book, group.programme = bkm, book, programme
        return group, tuple(roles)
    return None


def _bkm(code: str, user: User) -> tuple[Bkm, tuple[str, ...]] | None:
    """Return a BKM, and the roles a person holds there today."""
    found = fetch_joined(
        {"b": Bkm},
        "FROM groups_bkm b, (SELECT %s::date AS today) t WHERE b.code = %s",
        [user.pk, clock.today(), code],
        beside=_ROLES.format(here="a.bkm_id = b.id"),
    )
    for bkm, roles in found:
        return bkm, tuple(roles)
    return None


def _allowed(roles: tuple[str, ...]) -> frozenset[Permission]:
    return frozenset().union(*(MATRIX[role] for role in roles))


def group_view(permission: Permission) -> Callable[[Callable[Concatenate[Any, Args], HttpResponse]], View]:
    """Let in who may see the group named by `code` and holds `permission` there; sets `request.group`."""

    def decorate(view: Callable[Concatenate[Any, Args], HttpResponse]) -> View:
        @never_kept
        @wraps(view)
        def gated(request: HttpRequest, code: str, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
            user = cast("User", request.user)
            found = _group(code, user)
            if found is None:
                raise Http404
            group, roles = found
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
        @never_kept
        @wraps(view)
        def gated(request: HttpRequest, code: str, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
            user = cast("User", request.user)
            found = _bkm(code, user)
            if found is None:
                raise Http404
            bkm, roles = found
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
