"""Signing in with the username or the phone number, whichever she remembers."""

from contextlib import suppress
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest

from users.models import User, normalize_phone


class UsernameOrPhoneBackend(ModelBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if username is None or password is None or "\0" in username:
            return None
        names = Q(username__iexact=username.strip())
        with suppress(ValidationError):
            names |= Q(phone=normalize_phone(username))
        # A username of digits may equal someone else's phone: then the password decides.
        users = list(User.objects.filter(names))
        if not users:
            User().set_password(password)  # the same time for unknown names as for wrong passwords
            return None
        for user in users:
            if user.check_password(password) and self.user_can_authenticate(user):
                return user
        return None
