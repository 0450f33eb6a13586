"""What people write to get in, to choose a password, and to choose how pages look."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from users.context_processors import THEMES
from users.models import User


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("Username or phone number"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class NextForm(forms.Form):
    """Where to go on to; whether that is within the house is judged where it is used."""

    next = forms.CharField(max_length=2000, required=False)


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=[(theme, theme) for theme in THEMES])


class PasswordForm(forms.Form):
    """Her password now, and twice the one she chooses."""

    old = forms.CharField(
        label=_("Password until now"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, not only digits. Three words are easy to remember."),
    )
    again = forms.CharField(
        label=_("New password once more"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, is_braked: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user, self.is_braked = user, is_braked

    def clean_old(self) -> str:
        old = self.cleaned_data["old"]
        if self.is_braked:
            raise ValidationError(
                _("Too many wrong passwords. Wait a quarter of an hour, then try again."), code="braked"
            )
        if not self.user.check_password(old):
            raise ValidationError(_("This is not your password until now."), code="wrong_password")
        return old

    def clean_new(self) -> str:
        new = self.cleaned_data["new"]
        validate_password(new, self.user)
        if new == self.cleaned_data.get("old"):  # the right one: whoever does not know it learns nothing here
            raise ValidationError(_("Choose another one than until now."), code="same_password")
        return new

    def clean_again(self) -> str:
        again = self.cleaned_data["again"]
        if "new" in self.cleaned_data and again != self.cleaned_data["new"]:
            raise ValidationError(_("The two are not the same. Write it again."), code="not_same")
        return again
