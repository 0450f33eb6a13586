"""The administrators' list of all who sign in: names, usernames, who is let in, who is an administrator."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groups import clock, selectors, services
from groups.access import administrator_view
from groups.forms import AccountForm, PeopleForm
from groups.models import Appointment
from groups.views.forms_flow import attempt, form_page, get_or_post, sent
from groups.views.people import Body, linked, password_once
from users import services as users
from users.models import User


@administrator_view
@require_safe
def staff_people(request: HttpRequest) -> HttpResponse:
    """Everybody with a sign-in, to look for one by name, username or phone number."""
    form = PeopleForm(request.GET)
    page, lines = selectors.people_page(form.text, form.kept, form.number, clock.today())
    context = {
        "page": page,
        "lines": lines,
        "text": form.text,
        "which": form["which"],
        "kept": form.kept,
        "query": urlencode({"q": form.text, "which": form.kept}) + "&",
    }
    return render(request, "groups/staff_people.html", context)


@administrator_view
@get_or_post
def staff_person_new(request: HttpRequest) -> HttpResponse:
    """Give somebody a sign-in before she has a role, or make an administrator; the first password is shown once."""
    form = AccountForm(sent(request), new=True)
    if made := attempt(form, users.create_person):
        return password_once(request, *made, reverse("staff_people"))
    back = reverse("staff_people")
    return form_page(request, form, heading=_("New sign-in"), submit=_("Make the sign-in"), back=back)


@administrator_view
@get_or_post
def staff_person(request: HttpRequest, username: str) -> HttpResponse:
    """Everything about one sign-in, and all roles of hers."""
    user = get_object_or_404(User, username=username)
    initial = {name: getattr(user, name) for name in ("name", "username", "is_active", "is_superuser")}
    form = AccountForm(sent(request), initial=initial | {"phone": user.phone or ""}, new=False)
    if attempt(form, services.change_account, user=user, by=request.user, on=clock.today()):
        messages.success(request, _("Saved: %(name)s.") % {"name": user.name})
        return redirect("staff_people")
    context = {
        "person": user,
        "heading": initial["name"],
        "username": username,
        "form": form,
        "may_reset": True,
        "reset_url": reverse("staff_person_reset", args=[username]),
        "back": reverse("staff_people"),
        "appointments": [_linked(each) for each in selectors.appointments_of(user)],
    }
    return render(request, "groups/person.html", context, status=422 if form.errors else 200)


@administrator_view
@require_POST
def staff_person_reset(request: HttpRequest, username: str) -> HttpResponse:
    """Make a new password for one use and show it once, in this answer."""
    user = get_object_or_404(User, username=username)
    return password_once(request, user, users.reset_password(user=user), reverse("staff_people"))


def _linked(appointment: Appointment) -> Appointment:
    row = appointment.group or appointment.bkm
    appointment.body = row
    return linked(Body("group" if appointment.group else "bkm", row, clock.today(appointment.group)), appointment)
