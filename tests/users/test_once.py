"""A form sent twice is done once, without JavaScript, from two hands at once, and by every form there is."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from groups.models import Guest, Holiday, Member
from tests.factories import GroupFactory, coordinator, treasurer
from tests.users.test_looks import TEMPLATES
from users.models import SentForm

POST_FORM = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.DOTALL)


def opened(client: Client, address: str) -> dict[str, str]:
    """Open a page with a form; return the token it was written with."""
    page = client.get(address).content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page[page.index("<main") :])
    assert found
    return {"csrfmiddlewaretoken": found[1]}


@pytest.mark.django_db
def test_the_same_member_sent_twice_is_one_member_and_the_answer_the_same(client: Client) -> None:
    group = GroupFactory()
    client.force_login(coordinator(group.bkm))
    address = reverse("member_new", args=[group.code])
    form = {**opened(client, address), "name": "Siti Aminah", "gender": "P", "joined_on": "2026-02-02"}
    first, second = client.post(address, form), client.post(address, form)
    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    assert [(one.no, one.name) for one in Member.objects.filter(group=group)] == [(1, "Siti Aminah")]
    said = client.get(second.url).content.decode()
    assert "Sudah diterima tadi. Dicatat satu kali saja." in said
    # Opened anew, the same words are another person of the same name: that is for her to say.
    said = client.post(address, {**form, **opened(client, address)}, follow=True).content.decode()
    assert "Nomor 1 namanya sama." in said
    assert Member.objects.filter(group=group).count() == 2


@pytest.mark.django_db
def test_a_refused_form_may_be_sent_again_and_what_is_put_right_is_written(client: Client) -> None:
    group = GroupFactory()
    client.force_login(coordinator(group.bkm))
    address = reverse("member_new", args=[group.code])
    form = {**opened(client, address), "name": "", "gender": "P", "joined_on": "2026-02-02"}
    assert [client.post(address, form).status_code for _ in range(2)] == [422, 422]
    assert client.post(address, {**form, "name": "Siti"}).status_code == 302
    assert Member.objects.get(group=group).name == "Siti"


@pytest.mark.django_db
def test_what_is_refused_on_the_next_page_is_judged_anew(client: Client) -> None:
    group = GroupFactory()
    client.force_login(coordinator(group.bkm))
    past = Holiday.objects.create(
        group=group, week_start=date(2026, 2, 2), declared_on=date(2026, 1, 1), reason="Lebaran"
    )
    token = opened(client, reverse("group_holidays", args=[group.code]))
    address = reverse("group_holiday_cancel", args=[group.code, past.week_start])
    for _ in range(2):
        told = client.post(address, token, follow=True).content.decode()
        assert "Sudah diterima tadi" not in told
        assert "alert-danger" in told or "alert-error" in told
    assert not SentForm.objects.exists()


@pytest.mark.django_db
def test_sent_forms_are_forgotten_after_two_days(client: Client) -> None:
    group = GroupFactory()
    client.force_login(treasurer(group))
    SentForm.objects.create(digest="old", answer="/", at=Now() - timedelta(days=3))
    SentForm.objects.create(digest="new", answer="/", at=Now() - timedelta(days=1))
    address = reverse("guest_new", args=[group.code])
    client.post(address, {**opened(client, address), "on": "2026-02-02", "name": "Pak Lurah"})
    assert sorted(SentForm.objects.values_list("digest", flat=True).filter(digest__in=["old", "new"])) == ["new"]


def test_of_two_in_the_same_moment_one_is_written(fresh_database: str) -> None:
    group = GroupFactory()
    user = treasurer(group)
    client = Client()
    client.force_login(user)
    address = reverse("guest_new", args=[group.code])
    form = {**opened(client, address), "on": "2026-02-02", "name": "Pak Lurah", "purpose": "Melihat"}

    def send() -> str:
        try:
            hers = Client()
            hers.force_login(user)
            return hers.post(address, form).url
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = [each.result(timeout=60) for each in [pool.submit(send) for _ in range(4)]]
    assert answers == [reverse("guests", args=[group.code])] * 4
    assert Guest.objects.filter(group=group).count() == 1


def test_every_form_that_writes_brings_the_token_it_is_known_by() -> None:
    forms = [form for path in TEMPLATES for form in POST_FORM.findall(path.read_text())]
    assert len(forms) == sum(len(re.findall(r"method=.?post", path.read_text(), re.IGNORECASE)) for path in TEMPLATES)
    assert [form for form in forms if "{% csrf_token %}" not in form] == []
