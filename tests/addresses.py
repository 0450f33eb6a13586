"""Every address of the site by its URL resolver, and sample values to fill them: what the generated tests walk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.template import Template
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ksm_project import urls
from tests import factories
from users.backends import UsernameOrPhoneBackend

WEDNESDAY = date(2026, 1, 7)
PROGRAMME = "PROG-CONTOH"
REGION = "33"
PERSON = "orang.contoh"

# Django's own views, which carry no gate. The admin's are judged by a test of their own.
OWN_GATES = {"admin": "users.admin_site.AdministratorSite lets in administrators only"}

SAMPLES: dict[str, Any] = {
    "no": 1,
    "number": 1,
    "on": WEDNESDAY,
    "day": WEDNESDAY,
    "monday": factories.START,
    "week": factories.START,
    "month": factories.START,
    "from_on": factories.START,
    "programme": PROGRAMME,
    "region": REGION,
    "username": PERSON,
    "role": lambda kind: "coordinator" if kind == "bkm" else "treasurer",
    "rule": "savings",
    "deed": "payoff",
    "statement": "cash",
    "year": 2026,
    "key": UUID("00000000-0000-4000-8000-000000000001"),
}
"""A value for each parameter name that stands in an address, `code` apart; by kind of gate where that matters."""


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver: its names, its view, and the converters of its parameters."""

    name: str
    route: str
    view: Callable[..., Any]
    converters: dict[str, Any]

    @property
    def gate(self) -> tuple[str, Any]:
        gate = getattr(self.view, "gate", None)
        assert gate, f"{self.route} ({self.name}): the view is behind no gate; wrap it by one of groups/access.py"
        return gate

    def url(self, code: str = "") -> str:
        """The address itself, about the body with this code."""
        values = {}
        for parameter in self.converters:
            if parameter == "code":
                values["code"] = code
                continue
            assert parameter in SAMPLES, (
                f"{self.route}: no sample value for <{parameter}>; add one to SAMPLES in tests/addresses.py"
            )
            sample = SAMPLES[parameter]
            values[parameter] = sample(self.gate[0]) if callable(sample) else sample
        return reverse(self.name, kwargs=values)

    def __str__(self) -> str:
        return self.name or self.route


def _walk(patterns: list[Any], prefix: str = "", namespace: str = "", inherited: Any = None) -> Iterator[Address]:
    for each in patterns:
        route = prefix + str(each.pattern)
        converters = {**(inherited or {}), **each.pattern.converters}
        if isinstance(each, URLResolver):
            inner = ":".join(filter(None, [namespace, each.namespace]))
            yield from _walk(each.url_patterns, route, inner, converters)
        else:
            assert isinstance(each, URLPattern)
            name = ":".join(filter(None, [namespace, each.name]))
            yield Address(name, route, each.callback, converters)


def all_addresses() -> list[Address]:
    """Every address there is."""
    return list(_walk(get_resolver().url_patterns))


def own_addresses() -> list[Address]:
    """Every address but those with gates of their own."""
    return [each for each in all_addresses() if each.name.split(":")[0] not in OWN_GATES]


@pytest.fixture
def quick_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages by the thousand: nobody looks what each was rendered from, nor who asks in the database each time."""
    monkeypatch.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))
    look = cache(UsernameOrPhoneBackend().get_user)
    # A copy: what a page does to it goes with the request, as all it writes.
    monkeypatch.setattr(UsernameOrPhoneBackend, "get_user", lambda self, user_id: copy(look(user_id)))


@contextmanager
def undone(method: str) -> Iterator[None]:
    """Take back whatever a request writes; one that reads needs no savepoint."""
    if method.upper() == "GET":
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def bare_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusals are expected by the thousand: none is worth a full page."""
    monkeypatch.setattr(urls, "handler403", lambda request, exception: HttpResponse(status=403), raising=False)
    monkeypatch.setattr(urls, "handler404", lambda request, exception: HttpResponse(status=404), raising=False)


@dataclass(frozen=True)
class World:
    """Two BKM; in the first two KSM, in the other one. `PERSON` has a role in each."""

    own_bkm: Any
    other_bkm: Any
    own: Any
    neighbour: Any
    stranger: Any

    @property
    def groups(self) -> tuple[Any, ...]:
        return self.own, self.neighbour, self.stranger

    @property
    def bkms(self) -> tuple[Any, ...]:
        return self.own_bkm, self.other_bkm


@pytest.fixture
def world(db: None) -> World:
    """What the sample values are about."""
    from groups.models import Appointment, Region  # noqa: PLC0415 (apps are ready by now)

    Region.objects.create(code=REGION, name="Jawa Tengah", search="jawa tengah")
    factories.ProgrammeFactory(code=PROGRAMME)
    own_bkm, other_bkm = (factories.UpkFactory(bkm__code=code).bkm for code in ("BKM-SENDIRI", "BKM-LAIN"))
    world = World(
        own_bkm,
        other_bkm,
        own=factories.GroupFactory(code="KSM-SENDIRI", bkm=own_bkm, members=3),
        neighbour=factories.GroupFactory(code="KSM-TETANGGA", bkm=own_bkm, members=3),
        stranger=factories.GroupFactory(code="KSM-LAIN", bkm=other_bkm, members=3),
    )
    person = factories.UserFactory(username=PERSON)
    for group in world.groups:
        factories.AppointmentFactory(user=person, group=group)
    for bkm in world.bkms:
        factories.AppointmentFactory(user=person, bkm=bkm, role=Appointment.Role.COORDINATOR)
    return world
