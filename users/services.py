"""Giving people a sign-in: new persons, first passwords, and the brake on guessing them."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Mapping
from datetime import timedelta

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from users.models import SignInFailure, User, normalize_phone

# No letters or digits that are mistaken for each other when read aloud or copied from paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"

MOST_FAILURES = 10
BRAKE = timedelta(minutes=15)
CHANGING = "change"  # stands for a device: her page for a new password, which nobody at the door can brake


def generate_password() -> str:
    """Return a password for one use, fit to be read out over the phone: `k7mq-4tzp-w9xc` (about 59 bits)."""
    return "-".join("".join(secrets.choice(_LETTERS) for _letter in range(4)) for _part in range(3))


def suggest_username(name: str) -> str:
    """Return a free username made of a name's first two words: `wati.mawar`, and `wati.mawar2` when that is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = ".".join(re.findall(r"[a-z0-9]+", plain)[:2])[:32] or "orang"
    taken = set(User.objects.filter(username__startswith=stem).values_list("username", flat=True))
    number, username = 1, stem
    while username in taken:
        number += 1
        username = f"{stem}{number}"
    return username


@transaction.atomic
def create_person(*, name: str, username: str = "", phone: str = "", is_superuser: bool = False) -> tuple[User, str]:
    """Return a new person and her first password, which nobody can read again and she must replace.

    Without a username one is made from the name. Refuses a username or phone that somebody has.
    """
    user = User(username=username or suggest_username(name), name=name, phone=phone, must_change_password=True)
    user.is_superuser = user.is_staff = is_superuser
    password = generate_password()
    user.set_password(password)
    save_person(user)
    return user, password


@transaction.atomic
def create_people(*, names: Mapping[str, str], password: str) -> dict[str, User]:
    """Return several new people by username (username → name) who all sign in with one password that is no secret.

    It is theirs to keep and is hashed once, since hashing is slow on purpose. All of them or none: refuses a username
    that somebody has.
    """
    hashed = make_password(password)
    made = {username: User(username=username, name=name, password=hashed) for username, name in names.items()}
    for user in made.values():
        save_person(user)
    return made


def end_sessions(user: User) -> None:
    """Sign a person out on every device for good: letting her in again later brings none of them back."""
    for session in Session.objects.filter(expire_date__gt=Now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


@transaction.atomic
def change_person(*, user: User, name: str, phone: str) -> User:
    """Correct a person's name or phone number; refuses a phone that somebody else has."""
    user.name, user.phone = name, phone
    save_person(user)
    return user


def save_person(user: User) -> None:
    """Save what `full_clean` accepts; what somebody saved in the same moment is refused as if it had been there."""
    user.full_clean()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise ValidationError(_("Somebody else has this username or phone number."), code="person_exists") from error


@transaction.atomic
def reset_password(*, user: User) -> str:
    """Return a new password for one use; the old one and every signed-in device stop working."""
    password = generate_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    SignInFailure.objects.filter(key__in=[_key(user.username, place) for place in ("", CHANGING)]).delete()
    return password


@transaction.atomic
def choose_password(*, user: User, password: str) -> None:
    """Replace her password by one of her own choice, already judged by the form."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    forget_failures(name=user.username, device=CHANGING)


def is_braked(*, name: str, device: str) -> bool:
    """Whether so many wrong passwords were written for this name lately that the next must wait.

    A device she signed in on before (`device`, else empty) is counted apart, so that a stranger who guesses cannot keep
    her out. Attempts while the brake holds are not counted: it opens 15 minutes after the first of the ten.
    """
    recent = SignInFailure.objects.filter(key=_key(name, device), at__gt=Now() - BRAKE)
    return recent.count() >= MOST_FAILURES


def note_failure(*, name: str, device: str) -> None:
    """Count one wrong password; what is older than a day is forgotten."""
    SignInFailure.objects.filter(at__lt=Now() - timedelta(days=1)).delete()
    SignInFailure.objects.create(key=_key(name, device))


def forget_failures(*, name: str, device: str) -> None:
    """Start counting anew: she is in."""
    SignInFailure.objects.filter(key=_key(name, device)).delete()


def _key(name: str, device: str) -> str:
    try:
        name = normalize_phone(name)
    except ValidationError:
        name = name.strip().lower()
    return hashlib.sha256(f"{name}\n{device}".encode()).hexdigest()
