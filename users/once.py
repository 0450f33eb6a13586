"""A form sent twice is done once: a double touch without JavaScript, a reload, a step back and the same touch again.

Every page that Django writes carries a CSRF token masked anew, so the very same form from the very same page is known
by its digest; no form can forget to bring a key. The first answer, a redirect, is kept and given again.
"""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, TypeVar

from django.contrib import messages
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from users.models import SentForm

KEPT = timedelta(days=2)
View = TypeVar("View", bound=Callable[..., HttpResponse])


def repeatable(view: View) -> View:
    """Mark a view that looks at the state of things anew each time, such as a draft kept by two devices."""
    view.repeatable = True  # type: ignore[attr-defined]
    return view


def answered_once(view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Answer a request; a form that was sent before and led onward leads there again, and does nothing.

    The form and what it does are one transaction: of two sent in the same moment the second waits for the first.
    Answers that lead nowhere (a refused form, a file, a password shown once) are not kept, nor are refusals that are
    told on the next page.
    """
    if getattr(view, "repeatable", False) or not (digest := _digest(request)):
        return view(request, *args, **kwargs)
    with transaction.atomic():
        SentForm.objects.filter(at__lt=Now() - KEPT).delete()
        form, is_first = SentForm.objects.get_or_create(digest=digest)
        if not is_first:
            messages.info(request, _("This had arrived already. It is written down once."))
            return HttpResponseRedirect(form.answer)
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseRedirect) and not _is_refused(request):
            SentForm.objects.filter(digest=digest).update(answer=response.url)
        else:
            SentForm.objects.filter(digest=digest).delete()
        return response


def _is_refused(request: HttpRequest) -> bool:
    """Tell whether what the next page will say is a warning or an error, and nothing that was done."""
    told = messages.get_messages(request)
    levels = {each.level for each in told}
    told.used = False  # looked at, not shown: they still belong to the next page
    return bool(levels & {messages.WARNING, messages.ERROR}) and messages.SUCCESS not in levels


def _digest(request: HttpRequest) -> str:
    """Return what tells this form of this page and person from all others; "" for what brings no page's token."""
    if request.method != "POST" or request.FILES or not request.POST.get("csrfmiddlewaretoken"):
        return ""
    said = repr((request.user.pk, request.get_full_path(), list(request.POST.lists())))
    return sha256(said.encode("utf-8", "backslashreplace")).hexdigest()
