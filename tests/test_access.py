"""Who gets what: every address × method × role × {own KSM, another of the BKM, one of another BKM}, by the resolver.

What is expected follows from the gate each view names and the one matrix. Which gate that must be is written down in
`tests/gates.py`, beside the code. Her own body's pages are asked for whole; at the doors of the others she knocks.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.utils.translation import override

from groups import clock
from groups.models import Appointment
from groups.permissions import ADMINISTRATOR, MATRIX, Permission
from tests.addresses import (  # noqa: F401 (of which fixtures)
    OWN_GATES,
    World,
    all_addresses,
    bare_refusals,
    own_addresses,
    quick_pages,
    undone,
    world,
)
from tests.factories import AdministratorFactory, AppointmentFactory, UserFactory
from tests.gates import ANSWERS, GATES, PERMISSIONS

METHODS = ("GET", "POST")
OTHER_METHODS = ("PUT", "PATCH", "DELETE")
SIGN_IN = "/masuk/"
NOBODY, OUTSIDER, ADMIN = "nobody signed in", "somebody without a role", "administrator"
ROLES = [NOBODY, OUTSIDER, *Appointment.Role.values, ADMIN]
OF_A_KSM, LED_ON = {*Appointment.GROUP_ROLES, ADMIN}, {*Appointment.Role.values, ADMIN}

CODES = {
    (name, method): int(code)
    for told, names in ANSWERS.items()
    for method, code in [told.split()]
    for name in names.split()
}
BY_ROLE = {
    ("sign_in", "GET"): lambda role: 200 if role == NOBODY else 302,
    ("sign_in", "POST"): lambda role: 422 if role == NOBODY else 302,
    ("home", "GET"): lambda role: 302 if role in LED_ON else 200,
    ("group_home", "GET"): lambda role: (
        200 if role in OF_A_KSM else 302
    ),  # who serves the BKM sees the five rules first
    # Their own sample person also acts elsewhere: her phone and password are an administrator's affair.
    ("group_person", "POST"): lambda role: 422 if role == ADMIN else 200,
    ("bkm_person", "POST"): lambda role: 422 if role == ADMIN else 200,
    ("group_person_reset", "POST"): lambda role: 200 if role == ADMIN else 302,
    ("bkm_person_reset", "POST"): lambda role: 200 if role == ADMIN else 302,
}
"""What `ANSWERS` cannot say of all at once."""


@pytest.fixture(autouse=True)
def quick_and_quiet(settings, quick_pages, bare_refusals) -> Iterator[None]:  # noqa: F811 (the fixture)
    """Refusals are expected here by the thousand: none is worth a line in the log or a session's row."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


class LetIn(Exception):
    """A gate let somebody in, to this body."""


class Knock(WSGIRequest):
    """A request that goes no further than the gate: what a gate gives to whom it lets in is the body."""

    def __setattr__(self, name: str, given: object) -> None:
        if name in ("group", "bkm"):
            raise LetIn(given)
        super().__setattr__(name, given)


@dataclass
class Visitor:
    """Somebody at the door: her role, her permissions by the matrix, and a client that forgets what it did."""

    role: str
    user: AbstractBaseUser | AnonymousUser
    session: str
    client: Client

    def held_in(self, kind: str, body: object, world: World) -> frozenset[Permission]:  # noqa: F811
        if self.role == ADMIN:
            return ADMINISTRATOR
        if self.role not in MATRIX:
            return frozenset()
        if self.role in Appointment.GROUP_ROLES:
            return MATRIX[self.role] if body == world.own else frozenset()
        near = (world.own_bkm,) if kind == "bkm" else (world.own, world.neighbour)
        return MATRIX[self.role] if body in near else frozenset()

    def ask(self, method: str, url: str):
        self.client.cookies.clear()
        if self.session:
            self.client.cookies["sessionid"] = self.session
        with undone(method):
            return self.client.generic(method, url)

    def knock(self, url: str, body: object) -> int | str:
        """What the gate alone says: 403, 404, or "in" when it let her by; the page behind it is not asked for.

        Where the page looks at the method first, the other one it takes tells.
        """
        view, values, words = resolve(url)
        for method in METHODS:
            request = RequestFactory().generic(method, url)
            request.__class__ = Knock
            request.user = self.user
            try:
                response = view(request, *values, **words)
            except LetIn as let_in:
                [to] = let_in.args
                return "in" if to == body else f"in, but to {to}"
            except Http404:
                return 404
            except PermissionDenied:
                return 403
            assert response.status_code == 405, f"{method} {url} came by no gate"
        return "not to be had"


@pytest.fixture(params=ROLES)
def visitor(request, world: World) -> Visitor:  # noqa: F811 (the fixture)
    client = Client(raise_request_exception=False)
    match request.param:
        case "nobody signed in":
            return Visitor(request.param, AnonymousUser(), "", client)
        case "somebody without a role":
            user = UserFactory()
        case "administrator":
            user = AdministratorFactory()
        case role if role in Appointment.GROUP_ROLES:
            user = AppointmentFactory(role=role, group=world.own).user
        case role:
            user = AppointmentFactory(role=role, bkm=world.own_bkm).user
    client.force_login(user)
    return Visitor(request.param, user, client.cookies["sessionid"].value, client)


def expected(visitor: Visitor, gate: tuple[str, Permission | None], body: object, world: World) -> int | str:  # noqa: F811
    """The status a gate must answer with, or "in"."""
    kind, permission = gate
    if kind == "public":
        return "in"
    if visitor.role == NOBODY:
        return 302
    if kind == "personal":
        return "in"
    if kind == "administrator":
        return "in" if visitor.role == ADMIN else 404
    held = visitor.held_in(kind, body, world)
    if {"group": Permission.VIEW_GROUP, "bkm": Permission.VIEW_BKM}[kind] not in held:
        return 404
    return "in" if permission in held else 403


def judge(response, gate: tuple[str, Permission | None], wanted: int | str) -> str:
    """What is wrong with an answer, or nothing."""
    status = response.status_code
    to_sign_in = status == 302 and response.headers["Location"].startswith(f"{SIGN_IN}?")
    if status >= 500:
        return f"broke: {response.exc_info[1]!r}"
    if wanted == 302:
        return "" if to_sign_in else f"{status} instead of being led to sign in"
    if wanted in (403, 404):
        return "" if status == wanted else f"{status} instead of {wanted}"
    if to_sign_in or status == 403:
        return f"{status} although she may"
    # Behind the gate of a body the view may itself find nothing under that number or date.
    if status == 404 and not (gate[0] in ("group", "bkm") and hasattr(response.wsgi_request, gate[0])):
        return "404 although she may"
    return ""


def test_each_role_gets_exactly_what_the_matrix_says(visitor: Visitor, world: World):  # noqa: F811
    wrong, asked, knocked = [], 0, 0
    for address in own_addresses():
        kind = address.gate[0]
        own, *others = {"group": world.groups, "bkm": world.bkms}.get(kind, (None,))
        wanted = expected(visitor, address.gate, own, world)
        url = address.url(own.code if own else "")
        answers = {method: visitor.ask(method, url) for method in METHODS}
        asked += len(answers)
        if wanted == "in":
            for method, response in answers.items():
                name = (address.name, method)
                exactly = BY_ROLE[name](visitor.role) if name in BY_ROLE else CODES.get(name, 405)
                if response.status_code != exactly:
                    wrong.append(f"{method} {url} ({address}): {response.status_code} instead of {exactly}")
        # A method the view never takes is 405 for everybody; then the other one tells.
        taken = {method: response for method, response in answers.items() if response.status_code != 405}
        if not taken:
            wrong.append(f"{url} ({address}): takes neither GET nor POST")
        for method, response in taken.items():
            if problem := judge(response, address.gate, wanted):
                wrong.append(f"{method} {url} ({address}): {problem}")
        # Whoever is not signed in is stopped before any gate, whatever lies behind it.
        for body in others if visitor.role != NOBODY else ():
            wanted, url = expected(visitor, address.gate, body, world), address.url(body.code)
            knocked += 1
            if (answer := visitor.knock(url, body)) != wanted:
                wrong.append(f"{url} ({address}): {answer} instead of {wanted}")
    assert asked > 100
    assert knocked > 100 or visitor.role == NOBODY
    assert not wrong, "\n".join([f"as {visitor.role}:", *wrong])


def test_no_address_takes_another_method(world: World):  # noqa: F811
    factory, user, wrong = RequestFactory(), AdministratorFactory(), []
    for address in own_addresses():
        body = {"group": world.own, "bkm": world.own_bkm}.get(address.gate[0])
        url = address.url(body.code if body else "")
        view, values, words = resolve(url)
        for method in OTHER_METHODS:
            request = factory.generic(method, url)
            request.user = user
            if (status := view(request, *values, **words).status_code) != 405:
                wrong.append(f"{method} {url} ({address}): {status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("begins", "ends", "is_let_in"),
    [(0, None, True), (-9, 1, True), (1, None, False), (-9, 0, False), (-9, -1, False)],
    ids=["from today", "until today", "from tomorrow", "until yesterday", "ended"],
)
def test_a_gate_opens_from_the_first_day_of_an_appointment_through_the_last(client, world, begins, ends, is_let_in):  # noqa: F811
    bodies = {Appointment.Role.SECRETARY: {"group": world.own}, Appointment.Role.AUDITOR: {"bkm": world.own_bkm}}
    for role, body in bodies.items():
        today = clock.today(body.get("group"))
        days = {"from_on": today + timedelta(begins), "to_on": None if ends is None else today + timedelta(ends)}
        user = UserFactory()
        Appointment.objects.create(user=user, role=role, **body, **days)
        client.force_login(user)
        urls = [reverse("group_health", args=[world.own.code])]
        if "bkm" in body:
            urls.append(reverse("bkm_dashboard", args=[world.own_bkm.code]))
        for url in urls:
            assert client.get(url).status_code == (200 if is_let_in else 404), f"{url} as {role}"


def test_every_view_is_behind_the_gate_that_is_written_down():
    asked = {}
    for address in own_addresses():
        kind, permission = address.gate
        asked[address.name] = f"{kind}: {permission.value}" if permission else kind
    assert asked == {name: gate for gate, names in GATES.items() for name in names.split()}


def test_every_view_is_behind_a_gate():
    for address in own_addresses():
        assert address.name, f"{address.route} has no name"
        kind, permission = address.gate
        assert kind in {"group", "bkm", "administrator", "personal", "public"}
        assert isinstance(permission, Permission) == (kind in {"group", "bkm"})
        if kind in {"group", "bkm"}:
            assert "code" in address.converters


def test_addresses_hold_codes_dates_and_numbers_but_no_primary_keys():
    for address in own_addresses():
        shapes = {type(converter).__name__ for converter in address.converters.values()}
        assert not shapes & {"IntConverter", "StringConverter", "PathConverter"}, f"{address.route} takes {shapes}"


def test_each_role_may_do_what_is_written_down():
    held = {role.value: {permission.value for permission in found} for role, found in MATRIX.items()}
    assert held == {role: set(names.split()) for role, names in PERMISSIONS.items()}


def test_the_matrix_gives_every_role_its_body_to_see():
    assert set(MATRIX) == set(Appointment.Role)
    for role, held in MATRIX.items():
        assert Permission.VIEW_GROUP in held, role
        assert (Permission.VIEW_BKM in held) == (role in Appointment.BKM_ROLES)


def test_an_auditor_reads_and_a_facilitator_keeps_the_list_of_members():
    reading = {Permission.VIEW_GROUP, Permission.PRINT_PAPERS, Permission.VIEW_BKM}
    assert MATRIX[Appointment.Role.AUDITOR] == reading | {Permission.VIEW_UPK}
    assert MATRIX[Appointment.Role.FACILITATOR] == reading | {Permission.MANAGE_MEMBERS}
    sending = {role for role, held in MATRIX.items() if held & {Permission.POST_SHEET, Permission.KEEP_CASH}}
    assert sending == {Appointment.Role.TREASURER}


# The Django admin, which has a gate of its own


def admin_addresses() -> list[str]:
    """Every address of the admin, its parameters filled with something that may or may not exist."""
    found = ["/admin/no-such-page/"]
    for address in all_addresses():
        if ":" in address.name and address.name.split(":")[0] in OWN_GATES:
            values = (
                {"app_label": "users"} if address.name == "admin:app_list" else dict.fromkeys(address.converters, 1)
            )
            found.append(reverse(address.name, kwargs=values))
    return found


def test_the_admin_does_not_exist_for_anybody_but_administrators(visitor: Visitor):
    found = admin_addresses()
    assert len(found) > 20
    for url in found:
        for method in METHODS:
            response = visitor.ask(method, url)
            if visitor.role == NOBODY:
                assert response.status_code == 302, url
            elif visitor.role == ADMIN:
                assert response.status_code < 500, url
            else:
                assert response.status_code == 404, url


def test_the_admin_knows_no_book_and_changes_nothing(client, db):
    client.force_login(AdministratorFactory())
    registered = {model._meta.app_label for model in admin.site._registry}
    assert registered == {"users", "groups"}
    assert client.get("/admin/ledger/").status_code == 404
    for model in apps.get_app_config("ledger").get_models():
        assert client.get(f"/admin/ledger/{model._meta.model_name}/").status_code == 404
    request = client.get("/admin/").wsgi_request
    for model, options in admin.site._registry.items():
        assert not options.has_add_permission(request), model
        assert not options.has_change_permission(request), model
        assert not options.has_delete_permission(request), model


def test_the_admin_speaks_indonesian():
    """Every heading and label it shows of our own, but for what is called the same in both languages."""
    labels = [model._meta.app_config.verbose_name for model in admin.site._registry]
    for model in admin.site._registry:
        fields = [field for field in model._meta.fields if field.editable and not field.primary_key]
        labels += [model._meta.verbose_name, model._meta.verbose_name_plural]
        labels += [text for field in fields for text in (field.verbose_name, field.help_text) if text]

    def said(language):
        with override(language):
            return [str(label) for label in labels]

    same = {here for here, there in zip(said("id"), said("en"), strict=True) if here == there}
    assert same == {"BKM", "KSM", "NIK", "UPK"}
