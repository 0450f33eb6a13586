"""The ground the other tests stand on: copies with real commits, a served site, and Chromium."""

import threading

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections

from groups import clock
from tests.factories import GroupFactory, treasurer


def names():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (name,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM users_user")
        (people,) = cursor.fetchone()
    return name, people


@pytest.mark.parametrize("round_", [1, 2])
def test_a_committed_row_stays_in_its_copy(fresh_database, round_):
    assert names() == (fresh_database, 0)
    get_user_model().objects.create_user(username="siti", password="sandi-siti")
    connection.close()  # a new connection sees only what was committed
    assert names() == (fresh_database, 1)


def test_another_thread_works_on_the_same_copy(fresh_database):
    seen = []

    def work():
        get_user_model().objects.create_user(username="siti", password="sandi-siti")
        seen.append(names())
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(fresh_database, 1)] == [names()]


@pytest.mark.django_db
def test_the_test_database_itself_is_left_as_it_was():
    assert names() == (connections.settings["default"]["NAME"], 0)


@pytest.mark.django_db
def test_head_is_answered_as_get_is_without_a_body(client):
    group = GroupFactory(members=2)
    client.force_login(treasurer(group))
    own, day = f"/g/{group.code}/", clock.today()
    pages = ["", "cash/", "cash/count/", "members/", f"meetings/{day}/sheet/", f"meetings/{day}/minutes/", "health/"]
    papers = [f"papers/attendance/{day}/", "health/no-such-rule/", f"meetings/{day}/receipt/"]
    for page in pages + papers:
        got, head = client.get(own + page), client.head(own + page)
        assert got.status_code == (404 if page in papers[1:] else 200), page
        assert (head.status_code, head.content) == (got.status_code, b""), page
        assert int(head.headers["Content-Length"]) > 100, page
    assert client.head("/keluar/").status_code == 405


def test_chromium_sees_the_site_and_its_database(fresh_database, page, artefacts):
    get_user_model().objects.create_user(username="siti", password="sandi-siti")
    response = page.goto("/")
    assert response.status == 200
    assert page.locator("input[type=password]").count() == 1
    page.screenshot(path=artefacts / "sign-in.png")
    assert (artefacts / "sign-in.png").stat().st_size > 1_000
    assert names() == (fresh_database, 1)
