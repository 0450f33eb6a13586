"""Signing in and out, choosing a password, light or dark pages: what a person meets first."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse

from tests.factories import (
    PASSWORD,
    AdministratorFactory,
    AppointmentFactory,
    BkmFactory,
    GroupFactory,
    UserFactory,
    coordinator,
    treasurer,
)
from users import services
from users.models import SignInFailure

pytestmark = pytest.mark.django_db


def sign_in(client, name, password=PASSWORD, **more):
    return client.post("/masuk/", {"username": name, "password": password, **more})


def test_the_page_says_masuk_in_indonesian_and_english_on_request(client):
    page = client.get("/masuk/").content.decode()
    assert "Nama pengguna atau nomor HP" in page
    assert "Minta kode baru pada koordinator BKM" in page
    response = client.post("/bahasa/", {"language": "en", "next": "/masuk/"})
    assert response.headers["Location"] == "/masuk/"
    assert "Username or phone number" in client.get("/masuk/").content.decode()


@pytest.mark.parametrize("name", ["wati.mawar", "WATI.Mawar", " 0812 3456 7890", "+62812-3456-7890", "6281234567890"])
def test_she_signs_in_with_whichever_name_she_remembers(client, name):
    UserFactory(username="wati.mawar", phone="+6281234567890")
    response = sign_in(client, name)
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"]


def test_a_wrong_password_keeps_the_name_and_says_nothing_about_who_exists(client):
    UserFactory(username="wati.mawar")
    wrong = sign_in(client, "wati.mawar", "salah")
    unknown = sign_in(client, "tidak.ada", "salah")
    for response, name in ((wrong, "wati.mawar"), (unknown, "tidak.ada")):
        assert response.status_code == 422
        page = response.content.decode()
        assert f'value="{name}"' in page
        assert "Nama atau kata sandi belum benar" in page
    assert "_auth_user_id" not in client.session


def test_ten_wrong_passwords_make_the_next_wait_a_quarter_of_an_hour(client):
    UserFactory(username="wati.mawar")
    for _again in range(10):
        assert "belum benar" in sign_in(client, "wati.mawar", "salah").content.decode()
    for password in ("salah", PASSWORD):
        assert "Tunggu seperempat jam" in sign_in(client, "Wati.Mawar", password).content.decode()
    assert SignInFailure.objects.count() == 10, "what is tried while the brake holds does not make it longer"
    SignInFailure.objects.update(at=F("at") - timedelta(minutes=15))
    assert sign_in(client, "wati.mawar").status_code == 302
    assert not services.is_braked(name="siti", device="")


def test_a_stranger_who_guesses_does_not_keep_her_out_of_her_own_phone(client, django_user_model):
    UserFactory(username="wati.mawar")
    assert sign_in(client, "wati.mawar").status_code == 302
    client.post("/keluar/")
    stranger = client.__class__()
    for _again in range(11):
        last = sign_in(stranger, "wati.mawar", "salah")
    assert "Tunggu seperempat jam" in last.content.decode()
    assert sign_in(client, "wati.mawar").status_code == 302


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/g/KSM-1/members/", "/g/KSM-1/members/"),
        ("https://example.org/", "/"),
        ("//example.org/", "/"),
        ("javascript:alert(1)", "/"),
        ("\0", "/"),
        ("sign_out", "/"),
        ("10,5", "/"),
        ("/" + "x" * 3000, "/"),
        ("", "/"),
    ],
)
def test_next_leads_on_within_the_house_only(client, wanted, led_to):
    UserFactory(username="wati")
    assert sign_in(client, "wati", next=wanted).headers["Location"] == led_to
    assert client.post("/tampilan/", {"theme": "dark", "next": wanted}).headers["Location"] == led_to


def test_somebody_who_may_no_longer_sign_in_cannot(client):
    UserFactory(username="wati", is_active=False)
    assert sign_in(client, "wati").status_code == 422


def test_every_page_leads_to_signing_in_and_back(client):
    group = GroupFactory()
    url = f"/g/{group.code}/members/"
    response = client.get(url)
    assert response.headers["Location"] == f"/masuk/?next={url}"
    user = treasurer(group)
    assert f'name="next" value="{url}"' in client.get(f"/masuk/?next={url}").content.decode()
    assert sign_in(client, user.username, next=url).headers["Location"] == url
    assert client.get("/masuk/").status_code == 302, "who is in needs not sign in"


def test_signing_out_takes_a_button_not_a_link(client):
    client.force_login(UserFactory())
    assert client.get("/keluar/").status_code == 405
    out = client.post("/keluar/")
    assert (out.headers["Location"], out.headers["Clear-Site-Data"]) == ("/masuk/", '"cache"')
    assert "_auth_user_id" not in client.session


def test_a_first_password_is_replaced_before_anything_else(client):
    group = GroupFactory()
    user, first = services.create_person(name="Wati Mawar")
    AppointmentFactory(user=user, group=group)
    assert user.username == "wati.mawar"
    assert sign_in(client, "wati.mawar", first).headers["Location"] == "/sandi/"
    members = f"/g/{group.code}/members/"
    assert client.get(members).headers["Location"] == "/sandi/"
    assert client.get("/admin/").headers["Location"] == "/sandi/"

    def choose(**changed):
        return client.post("/sandi/", {"old": first, "new": "lima ekor sapi", "again": "lima ekor sapi"} | changed)

    assert "bukan kata sandi Anda sekarang" in choose(old="salah").content.decode()
    assert "Keduanya tidak sama" in choose(again="lima ekor kuda").content.decode()
    assert choose(new="12345678", again="12345678").status_code == 422
    assert choose(new="pendek", again="pendek").status_code == 422
    assert "Pilih yang lain" in choose(new=first, again=first).content.decode()
    assert choose().headers["Location"] == "/"
    assert client.get(members).status_code == 200, "she stays signed in"
    client.post("/keluar/")
    assert sign_in(client, "wati.mawar", first).status_code == 422
    assert sign_in(client, "wati.mawar", "lima ekor sapi").headers["Location"] == "/"


def test_ten_wrong_old_passwords_make_the_next_wait_too(client):
    user = UserFactory(username="wati.mawar")
    client.force_login(user)

    def choose(old, new="lima ekor sapi"):
        answer = client.post("/sandi/", {"old": old, "new": new, "again": new})
        return answer.status_code, answer.content.decode()

    assert "Pilih yang lain" not in choose("salah", new=PASSWORD)[1], "the other field is no place to guess either"
    for _again in range(9):
        assert "bukan kata sandi Anda sekarang" in choose("salah")[1]
    for old in ("salah", PASSWORD):
        status, page = choose(old)
        assert (status, "Tunggu seperempat jam" in page) == (422, True)
        assert "bukan kata sandi" not in page
    assert SignInFailure.objects.count() == 10, "what is tried while the brake holds does not make it longer"
    assert sign_in(client.__class__(), "wati.mawar").status_code == 302, "the door has a brake of its own"
    SignInFailure.objects.update(at=F("at") - timedelta(minutes=15))
    assert choose(PASSWORD)[0] == 302
    assert not SignInFailure.objects.exists()


def test_a_new_password_from_the_coordinator_opens_the_brake(client):
    user = UserFactory(username="wati.mawar")
    client.force_login(user)
    for _again in range(11):
        client.post("/sandi/", {"old": "salah"})
    code = services.reset_password(user=user)
    assert sign_in(client, "wati.mawar", code).headers["Location"] == "/sandi/"
    fields = {"old": code, "new": "lima ekor sapi", "again": "lima ekor sapi"}
    assert client.post("/sandi/", fields).headers["Location"] == "/"


def test_the_theme_is_one_of_two(client):
    assert client.post("/tampilan/", {"theme": "dark"}).cookies["theme"].value == "dark"
    assert 'data-bs-theme="dark"' in client.get("/masuk/").content.decode()
    assert "theme" not in client.post("/tampilan/", {"theme": "pink\0"}).cookies
    assert client.get("/tampilan/").status_code == 405


def test_every_cookie_but_the_forms_own_is_hidden_from_scripts_and_stays_in_this_house(client):
    UserFactory(username="wati.mawar")
    sign_in(client, "wati.mawar")
    client.post("/tampilan/", {"theme": "dark"})
    client.post("/bahasa/", {"language": "en"})
    assert set(client.cookies) == {"sessionid", "csrftoken", "device", "theme", "django_language"}
    for name, cookie in client.cookies.items():
        assert cookie["samesite"] == "Lax", name
        assert bool(cookie["httponly"]) == (name != "csrftoken"), name
        assert not cookie["secure"], name


def test_behind_tls_every_cookie_of_django_is_secure():
    code = "import ksm_project.settings as s; print(*(getattr(s, n) for n in dir(s) if n.endswith('COOKIE_SECURE')))"
    said = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"SECURE": "1"}, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["True"] * 3


def test_home_is_where_she_works(client):
    bkm = BkmFactory()
    group = GroupFactory(bkm=bkm)
    client.force_login(treasurer(group))
    assert client.get("/").headers["Location"] == reverse("group_home", args=[group.code])
    client.force_login(coordinator(bkm))
    assert client.get("/").headers["Location"] == reverse("bkm_dashboard", args=[bkm.code])
    client.force_login(AdministratorFactory())
    assert client.get("/").headers["Location"] == "/staff/"


def test_who_serves_several_bodies_chooses_and_who_serves_none_reads_why(client):
    user, first, second = UserFactory(), GroupFactory(name="Mawar"), BkmFactory(name="Guyub Rukun")
    client.force_login(user)
    assert "Belum ada kelompok" in client.get("/").content.decode()
    AppointmentFactory(user=user, group=first)
    AppointmentFactory(user=user, bkm=second, role="facilitator")
    page = client.get("/").content.decode()
    assert f"/g/{first.code}/" in page
    assert f"/b/{second.code}/" in page
