"""First passwords, names to sign in with, and phones, as the services make them."""

import re

import pytest
from django.core.exceptions import ValidationError

from tests.factories import UserFactory
from users import services
from users.models import User, normalize_phone

pytestmark = pytest.mark.django_db


def test_a_generated_password_can_be_read_aloud():
    passwords = {services.generate_password() for _again in range(200)}
    assert len(passwords) == 200
    assert all(re.fullmatch(r"[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){2}", each) for each in passwords)


def test_usernames_are_made_from_names_and_never_twice():
    made = [services.create_person(name=name)[0].username for name in ("Wati Mawar Sari", "Wati  Mawar", "Syawiyah")]
    assert made == ["wati.mawar", "wati.mawar2", "syawiyah"]
    assert services.suggest_username("‘—’") == "orang"


def test_a_person_is_refused_a_name_or_phone_that_somebody_has():
    UserFactory(username="wati", phone="+6281234567890")
    with pytest.raises(ValidationError) as refusal:
        services.create_person(name="Siti", phone="0812-3456-7890")
    assert set(refusal.value.message_dict) == {"phone"}
    with pytest.raises(ValidationError) as refusal:
        services.create_person(name="Siti", username="wati")
    assert set(refusal.value.message_dict) == {"username"}
    assert User.objects.count() == 1


def test_several_people_share_a_password_that_is_no_secret():
    made = services.create_people(names={"wati": "Bu Wati", "hadi": "Pak Hadi"}, password="kas-mawar-26")
    found = User.objects.in_bulk(["wati", "hadi"], field_name="username")
    assert made == found
    assert [(one.name, one.check_password("kas-mawar-26"), one.must_change_password) for one in found.values()] == [
        ("Bu Wati", True, False),
        ("Pak Hadi", True, False),
    ]
    with pytest.raises(ValidationError):
        services.create_people(names={"sari": "Bu Sari", "wati": "Bu Wati"}, password="kas-mawar-26")
    assert User.objects.count() == 2


def test_a_name_and_a_phone_are_corrected():
    user = UserFactory(username="wati", name="Wati", phone="+6281234567890")
    UserFactory(phone="+6281111111111")
    services.change_person(user=user, name="Wati Mawar", phone="0812 9999 9999")
    assert User.objects.get(username="wati").phone == "+6281299999999"
    with pytest.raises(ValidationError):
        services.change_person(user=user, name="Wati", phone="081111111111")
    services.change_person(user=user, name="Wati", phone="")
    assert User.objects.get(username="wati").phone is None


def test_a_new_password_ends_the_old_one():
    user, first = services.create_person(name="Wati")
    services.choose_password(user=user, password="lima ekor sapi")
    assert not user.must_change_password
    second = services.reset_password(user=user)
    user.refresh_from_db()
    assert user.must_change_password
    assert user.check_password(second)
    assert not user.check_password(first)


@pytest.mark.parametrize("text", ["", "12", "08x2 3456 789", "0812\0", "+" + "1" * 16, "٠٨١٢٣٤٥٦٧٨"])
def test_what_is_no_phone_number(text):
    with pytest.raises(ValidationError):
        normalize_phone(text)


def test_a_name_somebody_took_in_the_same_moment_is_refused(monkeypatch):
    UserFactory(username="wati")
    late = User(username="wati", name="Wati yang lain")
    monkeypatch.setattr(late, "full_clean", lambda: None)  # it was judged before the other was saved
    with pytest.raises(ValidationError) as refusal:
        services.save_person(late)
    assert refusal.value.code == "person_exists"
    assert User.objects.filter(username="wati").count() == 1
