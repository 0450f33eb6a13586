"""The gates that ask only who she is. `groups/access.py` adds those of a group and of a BKM."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from users.once import answered_once

Args = ParamSpec("Args")
View = Callable[..., HttpResponse]


def administrator_view(view: Callable[Concatenate[Any, Args], HttpResponse]) -> View:
    """Let in administrators; for everybody else the page does not exist."""

    @never_cache
    @wraps(view)
    def gated(request: HttpRequest, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
        if not request.user.is_authenticated or not request.user.is_superuser:
            raise Http404
        return answered_once(view, request, *args, **kwargs)

    gated.gate = ("administrator", None)  # type: ignore[attr-defined]
    return gated


def personal_view(view: Callable[Concatenate[Any, Args], HttpResponse]) -> View:
    """Let in whoever is signed in: a page about herself, or one that shows each person only what is hers."""

    @never_cache
    @wraps(view)
    def gated(request: HttpRequest, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
        return answered_once(view, request, *args, **kwargs)

    gated.gate = ("personal", None)  # type: ignore[attr-defined]
    return gated


def public_view(view: Callable[Concatenate[Any, Args], HttpResponse]) -> View:
    """A page for everybody, signed in or not; it says so by this word."""

    @wraps(view)
    def gated(request: HttpRequest, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
        return view(request, *args, **kwargs)

    gated.gate = ("public", None)  # type: ignore[attr-defined]
    return login_not_required(gated)
