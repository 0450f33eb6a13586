"""Whatever is typed or sent, anywhere: a clear answer or no such page, never a fault of the server.

Walks every address as an administrator, whom no gate stops, with hostile query strings and hostile forms.
"""

import logging
import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client

from tests.addresses import World, own_addresses, world  # noqa: F401 (a fixture)
from tests.factories import AdministratorFactory

HOSTILE = [
    "\0",
    "9" * 20,
    "10,5",
    "2026-02-30",
    "x" * 5000,
    "<script>alert('%(x)s')</script> {{ 7 }} \U0001f600 \u202e",
    "-1",
    "NaN",
]
PARAMETERS = "q page week on from to sort next nik key no member format filter village status paper size".split()  # noqa: SIM905 (reads as spoken)
HOSTILE_URLS = [
    "/g/%00/",
    "/g/KSM-SENDIRI%00/members/",
    "/g/KSM-SENDIRI/members/99999999999999999999/edit/",
    "/g/KSM-SENDIRI/members/999999999/edit/",
    "/g/KSM-SENDIRI/members/0/edit/",
    "/g/KSM-SENDIRI/members/%D9%A1/edit/",
    "/g/KSM-SENDIRI/settings/holidays/2026-02-30/cancel/",
    "/g/KSM-SENDIRI/people/p/%00/",
    "/g/KSM-SENDIRI/people/p/tidak.ada/",
    "/g/KSM-SENDIRI/people/p/orang.contoh/pharaoh/2026-01-05/end/",
    "/b/" + "X" * 500 + "/settings/",
    "/staff/regions/33.99.99.9999/",
    "/staff/regions/%00/",
]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def administrator(world: World, settings) -> Client:  # noqa: F811
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    client = Client(raise_request_exception=False)
    client.force_login(AdministratorFactory())
    client.session_key = client.cookies["sessionid"].value
    return client


def ask(client: Client, method: str, url: str, data: dict[str, object]):
    client.cookies.clear()
    client.cookies["sessionid"] = client.session_key
    with transaction.atomic():
        response = getattr(client, method)(url, data)
        transaction.set_rollback(True)
    return response


def what_is_wrong(response) -> str:
    """A fault of the server, or what was typed standing in the page as if it were ours."""
    if response.status_code >= 500:
        return repr(response.exc_info[1])
    if response.get("Content-Type", "").startswith("text/html") and b"<script>alert" in response.content:
        return "the page runs what was typed"
    return ""


def fields_of(page) -> list[str]:
    """The names of every field a page offers; a file or an answer without a page offers none."""
    if page.status_code != 200 or not page.get("Content-Type", "").startswith("text/html"):
        return []
    found = re.findall(r'<(?:input|select|textarea|button)\b[^>]*\bname="([^"]+)"', page.content.decode())
    return sorted(set(found) - {"csrfmiddlewaretoken"})


def urls(world: World) -> list[str]:  # noqa: F811
    found = []
    for address in own_addresses():
        bodies = {"group": world.own, "bkm": world.own_bkm}
        body = bodies.get(address.gate[0])
        found.append(address.url(body.code if body else ""))
    return found


def test_hostile_questions_get_an_answer(administrator: Client, world: World):  # noqa: F811
    broken = []
    for url in urls(world):
        for text in HOSTILE:
            response = ask(administrator, "get", url, dict.fromkeys(PARAMETERS, text))
            if problem := what_is_wrong(response):
                broken.append(f"GET {url} with {text[:20]!r}: {problem}")
    assert not broken, "\n".join(broken)


def test_hostile_forms_come_back_with_what_to_put_right(administrator: Client, world: World):  # noqa: F811
    broken, filled = [], 0
    for url in urls(world):
        page = ask(administrator, "get", url, {})
        fields = set(fields_of(page))
        filled += len(fields)
        for text in HOSTILE:
            # A select or a hidden field takes any text, too: nobody has to use the page to send a form.
            response = ask(administrator, "post", url, dict.fromkeys(fields | set(PARAMETERS), text))
            if problem := what_is_wrong(response):
                broken.append(f"POST {url} with {text[:20]!r}: {problem}")
    assert filled > 50
    assert not broken, "\n".join(broken)


def test_each_field_alone_may_be_missing(administrator: Client, world: World):  # noqa: F811
    broken = []
    for url in urls(world):
        page = ask(administrator, "get", url, {})
        fields = set(fields_of(page))
        for missing in sorted(fields)[:12]:
            response = ask(administrator, "post", url, dict.fromkeys(fields - {missing}, "1"))
            if problem := what_is_wrong(response):
                broken.append(f"POST {url} without {missing}: {problem}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_hostile_addresses_are_none(administrator: Client, url: str):
    assert ask(administrator, "get", url, {}).status_code == 404
