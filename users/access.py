"""The gates that ask only who she is. `groups/access.py` adds those of a group and of a BKM."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from users.once import answered_once

Args = ParamSpec("Args")
View = Callable[..., HttpResponse]
OWN_BROWSER = "private, no-cache"


def never_kept(view: View) -> View:
    """Have no answer kept by anybody; a refused form by her own browser alone, until she signs out.

    It answers what was sent, so that Back can only show it again from what the browser kept, or as an error.
    """

    @wraps(view)
    def fresh(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
            response.headers["Cache-Control"] = OWN_BROWSER
        elif response.headers.get("Cache-Control") != OWN_BROWSER:
            add_never_cache_headers(response)
        return response

    return fresh


def kept_for_back(response: HttpResponse) -> HttpResponse:
    """Return the answer to a form that shows once more what is about to be written, so that Back shows it again."""
    response.headers["Cache-Control"] = OWN_BROWSER
    return response


def administrator_view(view: Callable[Concatenate[Any, Args], HttpResponse]) -> View:
    """Let in administrators; for everybody else the page does not exist."""

    @never_kept
    @wraps(view)
    def gated(request: HttpRequest, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
        if not request.user.is_authenticated or not request.user.is_superuser:
            raise Http404
        return answered_once(view, request, *args, **kwargs)

    gated.gate = ("administrator", None)  # type: ignore[attr-defined]
    return gated


def personal_view(view: Callable[Concatenate[Any, Args], HttpResponse]) -> View:
    """Let in whoever is signed in: a page about herself, or one that shows each person only what is hers."""

    @never_kept
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
