"""The people who sign in: by a username or a phone number, never by e-mail."""

import re
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


def normalize_phone(text: str) -> str:
    """Return an Indonesian phone number as `+62…`; refuse what cannot be one with `ValidationError`.

    `0812 3456 789`, `62812…` and `+62 812-…` are the same phone.
    """
    digits = re.sub(r"[\s.()-]", "", text)
    if not re.fullmatch(r"\+?[0-9]{8,15}", digits, re.ASCII):
        raise ValidationError(_("Write the phone number in digits, like 0812 3456 7890."), code="phone")
    if digits.startswith("+"):
        return digits
    if digits.startswith("0"):
        return "+62" + digits[1:]
    return "+" + digits if digits.startswith("62") else "+62" + digits


username_validator = RegexValidator(r"\A[a-z0-9][a-z0-9._-]*\Z", _("Use small letters, digits, dots and dashes."))


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """One person with a password. What she may do comes from her appointments, not from here."""

    username = models.CharField(
        _("username"),
        max_length=40,
        unique=True,
        validators=[username_validator],
        error_messages={"unique": _("Somebody else has this username.")},
    )
    phone = models.CharField(
        _("phone"),
        max_length=16,
        null=True,
        blank=True,
        unique=True,
        error_messages={"unique": _("Somebody else has this phone number.")},
    )
    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the admin"), default=False)
    must_change_password = models.BooleanField(_("must choose a new password"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(username__regex=r"^[a-z0-9][a-z0-9._-]*$"), name="users_username_small_letters"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def clean(self) -> None:
        super().clean()
        self.username = self.username.strip().lower()
        if self.phone:
            self.phone = normalize_phone(self.phone)
        else:
            self.phone = None

    def get_short_name(self) -> str:
        return self.name


class SignInFailure(models.Model):
    """One wrong password, kept for a day: after too many the next must wait. Dated by the database's clock."""

    key = models.CharField(max_length=64)  # digest of the name as written (and of a known device)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="users_failure_key_at")]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.at}"


class SentForm(models.Model):
    """A form that came from a page and led onward, kept for two days: the same one again is led there, too."""

    digest = models.CharField(max_length=64, primary_key=True)
    answer = models.TextField(default="")
    at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return f"{self.digest[:8]} {self.answer}"
