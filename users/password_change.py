"""Whoever was given a password by somebody else chooses her own before anything else."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin


class PasswordChangeRequiredMiddleware(MiddlewareMixin):
    """Lead every request of such a person to the page for it; public pages, signing out among them, stay open."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated or not request.user.must_change_password:
            return None
        is_public = getattr(view, "gate", (None,))[0] == "public"
        is_the_page = request.resolver_match is not None and request.resolver_match.url_name == "change_password"
        return None if is_public or is_the_page else redirect("change_password")
