"""Whatever is typed or sent, anywhere: a clear answer or no such page, never a fault of the server.

Walks every address as an administrator, whom no gate stops, with hostile query strings and hostile forms. What a view
looks up in a request is watched: it is given hostile words under those names too, and one that looks up nothing is
asked once. Every field gets every hostile word in turn, each another one than its neighbour.
"""

import logging
import re
from collections.abc import Iterator
from zlib import crc32

import pytest
from django.http import QueryDict
from django.test import Client

from tests.addresses import World, bare_refusals, own_addresses, quick_pages, undone, world  # noqa: F401 (fixtures)
from tests.factories import AdministratorFactory

HOSTILE = [
    "\0",
    "9" * 20,
    "10,5",
    "0001-01-01",
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
    "/b/BKM-SENDIRI/upk/reserve/0001-01-01/write/",
    "/b/" + "X" * 500 + "/settings/",
    "/staff/regions/33.99.99.9999/",
    "/staff/regions/%00/",
]


@pytest.fixture(autouse=True)
def quiet(quick_pages) -> Iterator[None]:  # noqa: F811 (the fixture)
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
    with undone(method):
        return getattr(client, method)(url, data)


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


@pytest.fixture
def looked_up(monkeypatch) -> set[str]:
    """The names that were looked up in a query or a form since this was last cleared; "" for all there are."""
    names: set[str] = set()

    def watched(method: str) -> None:
        real = getattr(QueryDict, method)

        def call(self, *words):
            if words[:1] != ("csrfmiddlewaretoken",):  # every gate's own
                names.add(words[0] if words and isinstance(words[0], str) else "")
            return real(self, *words)

        monkeypatch.setattr(QueryDict, method, call)

    for method in "__getitem__ get getlist __contains__ __iter__ items lists values keys dict copy urlencode".split():  # noqa: SIM905
        watched(method)
    return names


PARTS = 4  # so that two processes share the walk


def hostile(url: str, names: set[str], shift: int) -> dict[str, str]:
    """A hostile word for each name: another one for the next name, for the next shift and at the next address."""
    begin = crc32(url.encode()) + shift
    return {name: HOSTILE[(begin + place) % len(HOSTILE)] for place, name in enumerate(sorted(names))}


@pytest.mark.usefixtures("bare_refusals")
@pytest.mark.parametrize("part", range(PARTS))
def test_hostile_questions_and_forms_get_an_answer(administrator: Client, world: World, looked_up, part: int):  # noqa: F811
    broken, filled, watched = [], 0, 0

    def send(method: str, url: str, words: dict[str, str], more: str = "") -> bool:
        """Whether it is worth sending another such request: the view takes the method, and looks something up."""
        looked_up.clear()
        response = ask(administrator, method, url, words)
        if problem := what_is_wrong(response):
            sent = {name: text[:20] for name, text in words.items()}
            broken.append(f"{method} {url} with {sent}{more}: {problem}")
        return response.status_code != 405 and bool(looked_up)

    for url in urls(world)[part::PARTS]:
        looked_up.clear()
        page = ask(administrator, "get", url, {})
        if problem := what_is_wrong(page):
            broken.append(f"get {url}: {problem}")
        names = set(PARAMETERS) | looked_up - {""}
        watched += bool(looked_up)
        for shift in range(len(HOSTILE)):
            if not send("get", url, hostile(url, names, shift)):
                break
            names |= looked_up - {""}

        # A select or a hidden field takes any text, too: nobody has to use the page to send a form.
        fields = set(fields_of(page))
        filled += len(fields)
        names |= fields
        for shift in range(len(HOSTILE)):
            if not send("post", url, hostile(url, names, shift)):
                break
            names |= looked_up - {""}
        else:
            for third in range(3):  # every field is left out once, beside some that are there
                missing = set(sorted(fields)[third::3])
                send("post", url, dict.fromkeys(fields - missing, "1"), f" without {', '.join(sorted(missing))}")
    assert filled > 50
    assert watched > 5
    assert not broken, "\n".join(broken)


def test_hostile_addresses_are_none(administrator: Client):
    assert {url: ask(administrator, "get", url, {}).status_code for url in HOSTILE_URLS} == dict.fromkeys(
        HOSTILE_URLS, 404
    )
