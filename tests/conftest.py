"""What the tests stand on: copies of the test database for real commits, a live site, and Chromium.

The ledger refuses TRUNCATE, so nothing here may flush: a test that commits works on a copy of the migrated test
database, which is dropped afterwards. Never use pytest-django's `transactional_db` or `live_server`.
"""

import os
import shutil
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.test.utils import setup_databases, teardown_databases
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from ksm_project.memory import settle
from tests.books import books_stay_in_order, objections  # noqa: F401 - the first watches over every test
from tests.properties import load_profile

load_profile()
# A shell has what it runs in the background ignore Ctrl-C, and every server that a test starts would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).resolve().parent.parent
LONG = {
    "test_access.py",
    "test_bad_input.py",
    "test_living_village.py",
    "test_random_life.py",
    "test_treasurer_machine.py",
}
CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "tampers: leaves a book that verify_books objects to, on purpose")
    config.addinivalue_line("markers", "nightly: tries more in `make nightly` than by day")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Walks and machines first: a long test that begins last leaves the other process with nothing to do."""
    items.sort(key=lambda item: item.path.name not in LONG)


def pytest_collection_finish() -> None:
    """Tests leave hardly anything in cycles, and a look for them through all that is loaded takes longer than most."""
    settle()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """The test database, for every run: pytest-django's own leaves it out where no collected test is marked
    `django_db`, and `fresh_database` would then copy the database of DATABASE_URL.
    """
    option = request.config.option
    with django_db_blocker.unblock():
        made = setup_databases(
            option.verbose,
            interactive=False,
            keepdb=option.reuse_db and not option.create_db,
            serialized_aliases=(),  # a copy of its rows as text, for tests that flush
        )
        name = connections.settings["default"]["NAME"]
        empty = _empty(name)
        _beside(name, f'DROP DATABASE IF EXISTS "{empty}"', f'CREATE DATABASE "{empty}" TEMPLATE "{name}"')
    yield
    with django_db_blocker.unblock():
        _beside(name, f'DROP DATABASE "{empty}"')
        if not option.reuse_db:
            teardown_databases(made, option.verbose)


def _empty(name: str) -> str:
    """The database that copies are made of: migrated, and no test has left dead rows in it."""
    return f"{name}_empty"


def _beside(database: str, *statements: str) -> None:
    """Run each with no session open in that database, nor one of Django's in any: the next goes where settings say."""
    connection.close()
    with connection._nodb_cursor() as cursor:  # Django has no public word for "connect to no database of ours"
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(scope="module")
def whole_file(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Rows that fixtures of this scope make are there for every test of a file, and gone after the last.

    What a test changes of them is taken back as always; its fixture hands it a `deepcopy` of the objects.
    """
    assert not connection.in_atomic_block, "asked for by getfixturevalue within a test: name it as an argument"
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        assert objections() == []
        transaction.set_rollback(True)


@pytest.fixture
def fresh_database(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """A copy of the migrated, empty test database for this test alone, with real commits; its name.

    Django's default connection, in this thread and in every new one, leads to the copy until the test ends.
    """
    if inside := {"db", "transactional_db"} & set(request.fixturenames):
        pytest.fail(
            f"fresh_database commits, but {inside} wraps the test: leave out django_db, django_user_model, client…"
        )
    settings = connections.settings["default"]
    template, copy = settings["NAME"], f"{settings['NAME']}_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock():
        # Files are copied in half the time that the log takes, and nothing waits for a disk here.
        _beside(_empty(template), f'CREATE DATABASE "{copy}" TEMPLATE "{_empty(template)}" STRATEGY file_copy')
        connection.settings_dict["NAME"] = settings["NAME"] = copy
        try:
            yield copy
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = settings["NAME"] = template
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


@pytest.fixture
def site(fresh_database: str) -> Iterator[LiveServer]:
    """The whole site, served by threads on a port of its own from `fresh_database`; `site.url` is its address."""
    server = LiveServer("127.0.0.1")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """The folder for pictures and prints that a person may want to look at after a run."""
    folder = REPOSITORY / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder


def find_chromium(playwright: Playwright) -> str:
    """Return the path of Debian's Chromium, else of Playwright's own; fail, never skip, without either."""
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return found
    if Path(own := playwright.chromium.executable_path).exists():
        return own
    pytest.fail("No Chromium on this machine: run `make chromium`.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, started once per process."""
    # Playwright's synchronous API leaves an event loop running in this thread, so Django would refuse every query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=find_chromium(playwright), args=CHROMIUM_ARGUMENTS)
            yield chromium
            chromium.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser_context(browser: Browser, site: LiveServer) -> Iterator[BrowserContext]:
    """A person's browser: no cookies, a small phone's size, Indonesian; relative addresses are the site's."""
    context = browser.new_context(
        base_url=site.url, viewport={"width": 360, "height": 640}, locale="id-ID", timezone_id="Asia/Jakarta"
    )
    context.set_default_timeout(10_000)
    context.home = site.url
    yield context
    context.close()


@pytest.fixture
def page(browser_context: BrowserContext) -> Page:
    """One tab of that browser."""
    return browser_context.new_page()
