"""What every page has in common: its policy, its theme, its weight, and signs and styles that exist."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from users.context_processors import theme

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
pytestmark = pytest.mark.django_db


class Loaded(HTMLParser):
    """Every address a page makes the browser fetch, and everything written into it that the policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: set[str] = set()
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("script", "img"):
            self.addresses.add(given.get("src", ""))
        elif tag in ("link", "use"):
            self.addresses.add(given["href"].partition("#")[0])
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in given) else []


def test_every_answer_allows_our_own_files_and_nothing_inline(client: Client) -> None:
    for address in (reverse("sign_in"), "/tidak/ada/"):
        policy = client.get(address).headers["Content-Security-Policy"]
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == rules["form-action"] == "'self'"
        assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("cookie", "shown"), [(None, "light"), ("dark", "dark"), ("light", "light"), ('"><b>', "light")]
)
def test_the_theme_is_hers_and_light_until_then(cookie: str | None, shown: str) -> None:
    request = RequestFactory().get("/")
    if cookie is not None:
        request.COOKIES["theme"] = cookie
    assert theme(request) == {"theme": shown}


def test_the_server_writes_the_theme_so_that_nothing_flashes(client: Client) -> None:
    client.cookies["theme"] = "dark"
    assert '<html lang="id" data-bs-theme="dark">' in client.get(reverse("sign_in")).content.decode()


def test_the_first_page_is_light_to_carry(client: Client) -> None:
    page = client.get(reverse("sign_in")).content
    loaded = Loaded()
    loaded.feed(page.decode())
    files = {address for address in loaded.addresses if not address.startswith("data:")}
    weights = [len(gzip.compress((ROOT / "static" / file.removeprefix("/static/")).read_bytes())) for file in files]
    assert len(files) + 1 <= 6
    assert {"/static/css/buku.css", "/static/sprite.svg"} <= files
    assert sum(weights) + len(gzip.compress(page)) <= 50_000
    assert loaded.inline == []


def test_one_small_stylesheet_dresses_every_page() -> None:
    """A quarter of the first page at most (docs/decisions/0025); the library below it and paper stand apart."""
    ours = sorted((ROOT / "static/css").glob("*.css"))
    assert [path.name for path in ours] == ["buku.css", "print.css"]
    assert len(gzip.compress(ours[0].read_bytes(), mtime=0)) <= 12_500
    asked = {path for path in TEMPLATES if "print.css" in path.read_text()}
    assert {path.name for path in asked} == {"print.html"}
    assert not any("buku.css" in path.read_text() for path in asked)


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "500.html", "403_csrf.html"])
def test_pages_of_refusal_stand_without_a_person_or_a_request(name: str) -> None:
    page = render_to_string(name)
    loaded = Loaded()
    loaded.feed(page)
    assert loaded.inline == []
    assert page.count("<h1") == 1
    assert "gagal" not in page.lower()
    assert 'href="/"' in page


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_every_sign_and_nothing_inline_in_the_templates(path: Path) -> None:
    source = path.read_text()
    signs = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/sprite.svg").read_text()))
    asked = set(re.findall(r"{% icon [\"']([\w-]+)", source)) | set(re.findall(r'\bicon="([\w-]+)"', source))
    assert asked <= signs
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)", re.sub(r"{%.*?%}", "", source))


@pytest.mark.parametrize("name", ["buku.css", "print.css"])
def test_no_style_waits_for_a_page_that_is_gone(name: str) -> None:
    """Every class that a stylesheet speaks of is written by some page; of some, templates write only the beginning."""
    rules = re.sub(r"/\*.*?\*/|url\(.*?\)|{[^{}]*}", "{}", (ROOT / "static/css" / name).read_text(), flags=re.DOTALL)
    sources = [*TEMPLATES, *(ROOT / "static/js").glob("*.js"), *ROOT.glob("[!.t]*/**/*.py")]
    written = {word for source in sources for word in re.findall(r"[a-zA-Z][\w-]*", source.read_text())}
    begun = re.compile("(age|age-text|alert|book|f)-[a-z0-9]+")
    assert [c for c in re.findall(r"\.([a-zA-Z][\w-]*)", rules) if c not in written and not begun.fullmatch(c)] == []
