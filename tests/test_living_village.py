"""The pages about what a village has: its loans, meetings, entries, papers. Who gets them, and what hostile forms do.

`test_access` and `test_bad_input` walk every address in a village without a history, where the pages about a loan or
an entry are not to be had. Here they are asked for in KSM Melati of the demonstration, whose book holds nearly all
there is. The number in each address is the first that leads somewhere.
"""

import logging
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from groups import clock
from groups.models import Appointment, Group
from groups.permissions import MATRIX, Permission
from ledger.models import Book, Entry
from loans.models import Loan
from meetings.models import Meeting
from reports import demo
from tests.addresses import own_addresses, quick_pages  # noqa: F401 (a fixture)
from tests.factories import AdministratorFactory, AppointmentFactory, GroupFactory, UpkFactory
from tests.test_bad_input import HOSTILE, ask, fields_of, hostile, what_is_wrong

pytestmark = pytest.mark.django_db
NUMBERED = {"no", "number", "on", "year"}
READING = {Permission.VIEW_GROUP, Permission.PRINT_PAPERS, Permission.VIEW_BKM, Permission.VIEW_UPK}


@pytest.fixture(autouse=True)
def quick_and_quiet(settings, quick_pages) -> Iterator[None]:  # noqa: F811 (the fixture)
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def melati(monkeypatch) -> Group:
    monkeypatch.setattr(demo.invented, "SMALL", demo.invented.SMALL[1:2])
    demo.load_small(today=clock.today(), say=str)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as on a server, where Postgres knows by itself how much there is
    return Group.objects.select_related("bkm__upk").get()


@pytest.fixture
def administrator() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(AdministratorFactory())
    client.session_key = client.cookies["sessionid"].value
    return client


def numbers_of(book: Book) -> list[int]:
    """One entry of each kind, the last that stands, and the first numbers there are."""
    last = Entry.objects.filter(book=book, reverses=None, reversed_by=None).order_by("kind", "-number").distinct("kind")
    return [1, *last.values_list("number", flat=True)]


def places(melati: Group, administrator: Client) -> dict[str, str]:
    """Address by name → where it leads somewhere in Melati's village."""
    books = {"group": (melati, melati.book), "bkm": (melati.bkm, melati.bkm.upk.book)}
    entries = {kind: numbers_of(book) for kind, (_body, book) in books.items()}
    loans = [1, Loan.objects.filter(group=melati, receivable__balance__gt=0, upk_loan=None).latest("no").no]
    day = Meeting.objects.filter(group=melati).latest("on").on
    found = {}
    for address in own_addresses():
        kind, names = address.gate[0], address.converters.keys() - {"code"}
        if kind not in books or not NUMBERED & names:
            continue
        values: list[dict[str, Any]] = {
            ("on",): [{"on": day}],
            ("no",): [{"no": number} for number in loans],
            ("number",): [{"number": number} for number in entries[kind]],
            ("deed", "no"): [{"no": number, "deed": "payoff"} for number in loans],
        }.get(tuple(sorted(names)), [])
        for each in values:
            url = reverse(address.name, kwargs={"code": books[kind][0].code, **each})
            if (status := ask(administrator, "get", url, {}).status_code) == 405:
                status = ask(administrator, "post", url, {}).status_code
            if status not in (404, 405):
                found[address.name] = url
                break
    return found


def test_pages_about_real_rows_keep_to_the_matrix_and_answer_whatever_is_sent(melati, administrator):
    """What the matrix gives a role is there; what it does not is 403 or, of a body she does not know, 404."""
    reached = places(melati, administrator)
    assert len(reached) > 75, sorted(reached)
    wrong = []
    for role in Appointment.Role.values:
        wrong += refusals(role, melati, reached)
    filled = 0
    for name, url in reached.items():
        fields = set(fields_of(ask(administrator, "get", url, {})))
        filled += len(fields)
        for shift, method in ((0, "get"), *((shift, "post") for shift in range(len(HOSTILE)) if fields)):
            response = ask(administrator, method, url, hostile(url, fields | {"on", "page", "size"}, shift))
            if problem := what_is_wrong(response):
                wrong.append(f"{method} {url} ({name}), {shift}: {problem}")
    assert filled > 100
    assert not wrong, "\n".join(wrong)


def test_a_body_without_rows_shows_none_of_another_s(melati, administrator):
    """Under the code of a KSM and a BKM that have nothing yet no number leads anywhere, whoever asks and however."""
    upk = UpkFactory()
    bare = {"group": (melati, GroupFactory(bkm=upk.bkm)), "bkm": (melati.bkm, upk.bkm)}
    reached = places(melati, administrator)
    wrong, asked = [], 0
    for address in own_addresses():
        if address.name not in reached or not {"no", "number"} & address.converters.keys():
            continue
        known, empty = bare[address.gate[0]]
        url = reached[address.name].replace(f"/{known.code}/", f"/{empty.code}/", 1)
        asked += 1
        answers = {method: ask(administrator, method, url, {}).status_code for method in ("get", "post")}
        wrong += [f"{method} {url} ({address.name}): {got}" for method, got in answers.items() if got not in (404, 405)]
    assert asked > 50
    assert not wrong, "\n".join(wrong)


def refusals(role: str, melati: Group, reached: dict[str, str]) -> Iterator[str]:
    """Say where somebody of a role gets anything but what the matrix says."""
    body = {"group": melati} if role in Appointment.GROUP_ROLES else {"bkm": melati.bkm}
    client = Client(raise_request_exception=False)
    client.force_login(AppointmentFactory(role=role, from_on=date(2020, 1, 1), **body).user)
    client.session_key = client.cookies["sessionid"].value
    for address in own_addresses():
        if address.name not in reached:
            continue
        kind, permission = address.gate
        held = MATRIX[role] if kind in body or kind == "group" else frozenset()
        sees = {"group": Permission.VIEW_GROUP, "bkm": Permission.VIEW_BKM}[kind] in held
        if permission in held & READING and role != Appointment.Role.AUDITOR:
            continue  # the same page for whoever may read it: one of them opens it
        # A method that nobody may use is 405 to everybody. What she may send, the page's own tests send.
        wanted = {404, 405} if not sees else {200, 302, 400, 405, 422} if permission in held else {403, 405}
        for method in ("get",) if permission in held else ("get", "post"):
            status = ask(client, method, reached[address.name], {}).status_code
            if status not in wanted:
                yield f"{method} {reached[address.name]} ({address}) as {role}: {status} instead of {sorted(wanted)}"
