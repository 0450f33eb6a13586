"""Who signs in and acts for a KSM or a BKM: the same screens for both, behind the gate of each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groups import clock, selectors, services
from groups.access import bkm_view, group_view
from groups.forms import AppointmentForm, BukuForm, EndForm, KnownPersonForm, NewPersonForm, PersonForm
from groups.models import Appointment, Bkm, Group, Member
from groups.permissions import Permission
from groups.views.forms_flow import attempt, form_page, get_or_post, sent
from users import services as users
from users.models import User, normalize_phone


@dataclass(frozen=True, slots=True)
class Body:
    """The KSM or the BKM that the request passed the gate of."""

    kind: str
    row: Group | Bkm
    today: date

    @property
    def key(self) -> dict[str, Any]:
        """The body as services and selectors take it: `group=` or `bkm=`."""
        return {self.kind: self.row}

    @property
    def roles(self) -> tuple[Appointment.Role, ...]:
        return Appointment.GROUP_ROLES if self.kind == "group" else Appointment.BKM_ROLES

    def url(self, page: str, *args: Any) -> str:
        """The address of one of these pages, for this body."""
        return reverse(f"{self.kind}_{page}", args=[self.row.code, *args])


def body_of(request: Any) -> Body:
    """Return the body whose gate let the request in."""
    group = getattr(request, "group", None)
    return Body("group", group, clock.today(group)) if group else Body("bkm", request.bkm, clock.today())


def of_both(view: Callable[..., HttpResponse]) -> tuple[Callable[..., HttpResponse], Callable[..., HttpResponse]]:
    """Return the view behind the gate of a KSM and behind that of a BKM."""
    return group_view(Permission.MANAGE_GROUP)(view), bkm_view(Permission.MANAGE_BKM)(view)


@require_safe
def _people(request: Any) -> HttpResponse:
    """Who acts for the body now, who will, and who did."""
    body = body_of(request)
    rows = [linked(body, each) for each in selectors.appointments_in(**body.key)]
    running = [each for each in rows if each.to_on is None or each.to_on > body.today]
    context = {
        "body": body,
        "running": running,
        "ended": [each for each in rows if each not in running],
        "new_url": body.url("person_new"),
        "known_url": body.url("person_known"),
        "back": body.url("settings"),
        "groups": selectors.bkm_groups(body.row) if isinstance(body.row, Bkm) else (),
    }
    return render(request, "groups/people.html", context)


@get_or_post
def _person_new(request: Any) -> HttpResponse:
    """Give a person a sign-in and a role; her first password is shown once, in this answer."""
    body = body_of(request)
    members = Member.objects.filter(group=body.row).active_on(body.today) if body.kind == "group" else None
    initial = {"from_on": body.today}
    form = NewPersonForm(sent(request), initial=initial, roles=body.roles, members=members)
    if made := attempt(form, _create_and_appoint, **body.key):
        return password_once(request, *made, body.url("people"))
    return _form(
        request,
        body,
        form,
        heading=_("New sign-in"),
        submit=_("Make the sign-in"),
        note=_("The first password comes next."),
    )


@transaction.atomic
def _create_and_appoint(
    *, name: str, username: str, phone: str, role: str, from_on: date, member: Member | None = None, **body: Any
) -> tuple[User, str]:
    user, password = users.create_person(name=name, username=username, phone=phone)
    services.appoint(user=user, role=role, from_on=from_on, member=member, **body)
    return user, password


@get_or_post
def _person_known(request: Any) -> HttpResponse:
    """Give somebody who signs in already a role here, too."""
    body = body_of(request)
    form = KnownPersonForm(sent(request), initial={"from_on": body.today}, roles=body.roles)
    if appointment := attempt(form, _appoint_known, **body.key):
        messages.success(request, _("%(name)s is appointed.") % {"name": appointment.user.name})
        return redirect(body.url("people"))
    return _form(request, body, form, heading=_("Somebody who signs in already"), submit=_("Appoint"))


def _appoint_known(*, known: str, **arguments: Any) -> Appointment:
    names = Q(username=known.lower())
    try:
        names |= Q(phone=normalize_phone(known))
    except ValidationError:
        names |= Q(phone=known)
    user = User.objects.filter(names, is_active=True).first()
    if user is None:
        raise ValidationError({"known": ValidationError(_("Nobody signs in with this."), code="unknown_person")})
    return services.appoint(user=user, **arguments)


@get_or_post
def _person(request: Any, username: str) -> HttpResponse:
    """One person: her name and phone, her roles here, a new password."""
    body = body_of(request)
    user = _known_here(body, username)
    may_reset = services.may_reset_password(user=user, by=request.user, on=body.today, **body.key)
    form = PersonForm(sent(request) if may_reset else None, initial={"name": user.name, "phone": user.phone or ""})
    if attempt(form, users.change_person, user=user):
        messages.success(request, _("Saved: %(name)s.") % {"name": user.name})
        return redirect(body.url("people"))
    context = {
        "body": body,
        "person": user,
        "heading": user.name,
        "username": username,
        "form": form,
        "may_reset": may_reset,
        "reset_url": body.url("person_reset", username),
        "back": body.url("people"),
        "appointments": [linked(body, each) for each in _appointments(body, username)],
    }
    return render(request, "groups/person.html", context, status=422 if form.errors else 200)


@require_POST
def _person_reset(request: Any, username: str) -> HttpResponse:
    """Make a new password for one use and show it once, in this answer."""
    body = body_of(request)
    user = _known_here(body, username)
    try:
        password = services.reset_password(user=user, by=request.user, on=body.today, **body.key)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(body.url("person", username))
    return password_once(request, user, password, body.url("people"))


@get_or_post
def _appointment_end(request: Any, username: str, role: str, from_on: date) -> HttpResponse:
    """End a role from a day on."""
    body = body_of(request)
    appointment = _appointments(body, username).filter(role=role, from_on=from_on, to_on=None).first()
    if appointment is None:
        raise Http404
    form = EndForm(sent(request), initial={"to_on": body.today})
    if attempt(form, services.end_appointment, appointment=appointment):
        messages.success(request, _("The role of %(name)s is ended.") % {"name": appointment.user.name})
        return redirect(body.url("people"))
    heading = _("End the role of %(name)s") % {"name": appointment.user.name}
    return _form(request, body, form, heading=heading, submit=_("End the role"))


@get_or_post
def _appointment_edit(request: Any, username: str, role: str, from_on: date) -> HttpResponse:
    """Correct the days of a role, and in a KSM which member holds it; of an ended one, too."""
    body = body_of(request)
    # One that ended on its first day may stand beside one that began then: the longer one is meant.
    same_day = _appointments(body, username).filter(role=role, from_on=from_on)
    appointment = same_day.order_by(F("to_on").desc(nulls_first=True)).first()
    if appointment is None:
        raise Http404
    members = Member.objects.filter(group=body.row).order_by("no") if body.kind == "group" else None
    no = appointment.member and appointment.member.no
    initial = {"from_on": appointment.from_on, "to_on": appointment.to_on, "member": no}
    form = AppointmentForm(sent(request), initial=initial, members=members)
    if attempt(form, services.change_appointment, appointment=appointment):
        messages.success(request, _("Saved: %(name)s.") % {"name": appointment})
        return redirect(body.url("person", username))
    return _form(request, body, form, heading=_("Role of %(name)s") % {"name": appointment}, submit=_("Save"))


def _form(request: Any, body: Body, form: BukuForm, *, heading: str, submit: str, note: str = "") -> HttpResponse:
    back = body.url("people")
    return form_page(request, form, heading=heading, submit=submit, back=back, kicker=body.row, note=note)


def password_once(request: Any, user: User, password: str, back: str) -> HttpResponse:
    """Show a password for one use. Answered at once and never stored: this page is the only place it is readable."""
    return render(request, "groups/password_once.html", {"person": user, "password": password, "back": back})


def _appointments(body: Body, username: str) -> Any:
    return selectors.appointments_in(**body.key).filter(user__username=username)


def _known_here(body: Body, username: str) -> User:
    appointment = _appointments(body, username).first()
    if appointment is None:
        raise Http404
    return appointment.user


def linked(body: Body, appointment: Appointment) -> Appointment:
    """Give an appointment of this body the addresses of its person and of what may be done with it."""
    user = appointment.user
    appointment.url = body.url("person", user.username)
    appointment.edit_url = body.url("appointment_edit", user.username, appointment.role, appointment.from_on)
    if appointment.to_on is None:
        appointment.end_url = body.url("appointment_end", user.username, appointment.role, appointment.from_on)
    return appointment


group_people, bkm_people = of_both(_people)
group_person_new, bkm_person_new = of_both(_person_new)
group_person_known, bkm_person_known = of_both(_person_known)
group_person, bkm_person = of_both(_person)
group_person_reset, bkm_person_reset = of_both(_person_reset)
group_appointment_edit, bkm_appointment_edit = of_both(_appointment_edit)
group_appointment_end, bkm_appointment_end = of_both(_appointment_end)
