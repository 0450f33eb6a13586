"""The one way a staff form is answered: one service is called with what it read, or the form comes back."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from groups.forms import BukuForm

Result = TypeVar("Result")

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def sent(request: HttpRequest) -> Any:
    """Return what was sent, or None when the form is only opened; an empty POST is sent, too."""
    return request.POST if request.method == "POST" else None


def attempt(form: BukuForm, verb: Callable[..., Result], **arguments: Any) -> Result | None:
    """Call a service with the form's fields and the arguments given; None when the form or the service refused."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return verb(**{**form.cleaned_data, **arguments})
    except ValidationError as error:
        form.refuse(error)
        return None


def form_page(
    request: HttpRequest, form: BukuForm, *, heading: Any, submit: Any, back: str, kicker: Any = "", **more: Any
) -> HttpResponse:
    """Show a form on a page of its own; refused ones answer 422 so that no cache or script takes them for done."""
    context = {"form": form, "heading": heading, "submit": submit, "back": back, "kicker": kicker, **more}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "groups/form.html", context, status=status)
