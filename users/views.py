"""Signing in and out, the own password, and how pages look."""

import secrets

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import i18n
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from users import services
from users.access import personal_view, public_view
from users.forms import NextForm, PasswordForm, SignInForm, ThemeForm

YEAR = 365 * 24 * 60 * 60
DEVICE_COOKIE = "device"

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@public_view
@never_cache
@sensitive_post_parameters()
@get_or_post
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let somebody in by username or phone number, and on to where she wanted to go."""
    onward = _onward(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(onward)
    form = SignInForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        name, device = form.cleaned_data["username"], _known_device(request, form.cleaned_data["username"])
        if services.is_braked(name=name, device=device):
            form.add_error(None, _("Too many wrong passwords. Wait a quarter of an hour, then try again."))
        elif user := authenticate(request, username=name, password=form.cleaned_data["password"]):
            services.forget_failures(name=name, device=device)
            login(request, user)
            response = HttpResponseRedirect(resolve_url("change_password") if user.must_change_password else onward)
            return _remember_device(response, name)
        else:
            services.note_failure(name=name, device=device)
            form.add_error(None, _("Name or password is not right. Look at both once more."))
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next") or ""}
    return render(request, "users/sign_in.html", context, status=422 if form.errors else 200)


@public_view
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Let her out; drafts on the phone stay where they are."""
    logout(request)
    response = redirect("sign_in")
    response.headers["Clear-Site-Data"] = '"cache"'  # refused forms, the one thing of hers her browser kept
    return response


@personal_view
@sensitive_post_parameters()
@get_or_post
def change_password(request: HttpRequest) -> HttpResponse:
    """Choose an own password; with a first or new one from somebody else this comes before everything."""
    guess = {"name": request.user.username, "device": services.CHANGING}
    data = request.POST if request.method == "POST" else None
    form = PasswordForm(data, user=request.user, is_braked=data is not None and services.is_braked(**guess))
    if form.is_valid():
        services.choose_password(user=request.user, password=form.cleaned_data["new"])
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Your new password holds from now on."))
        return redirect("home")
    if form.has_error("old", "wrong_password"):
        services.note_failure(**guess)
    return render(request, "users/change_password.html", {"form": form}, status=422 if form.errors else 200)


set_language = public_view(require_POST(i18n.set_language))


@public_view
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep light or dark pages in a cookie of this device; anything else changes nothing."""
    response = HttpResponseRedirect(_onward(request))
    form = ThemeForm(request.POST)
    if form.is_valid():
        response.set_cookie(
            "theme", form.cleaned_data["theme"], max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SECURE
        )
    return response


def _onward(request: HttpRequest) -> str:
    """Return the address in `next` when it lies within this house, else home."""
    form = NextForm(request.POST if "next" in request.POST else request.GET)
    wanted = form.cleaned_data["next"] if form.is_valid() else ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours and wanted.startswith("/") else resolve_url("home")


def _known_device(request: HttpRequest, name: str) -> str:
    """Return this device's own mark when this very name got in on it before, else nothing."""
    try:
        mark = signing.loads(request.COOKIES.get(DEVICE_COOKIE, ""), salt=DEVICE_COOKIE, max_age=YEAR)
    except signing.BadSignature:
        return ""
    return mark["mark"] if mark["name"] == name.lower() else ""


def _remember_device(response: HttpResponse, name: str) -> HttpResponse:
    mark = signing.dumps({"name": name.lower(), "mark": secrets.token_hex(8)}, salt=DEVICE_COOKIE)
    response.set_cookie(DEVICE_COOKIE, mark, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SECURE)
    return response
