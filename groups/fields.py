"""Form fields that read what Indonesians write: rupiah, dates, codes, phones, regions. Refusals say what to write."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from groups import regions
from groups.dates import NotADate, parse_date
from groups.models.bodies import code_validator
from groups.money import InvalidAmount, format_amount, parse_rupiah
from groups.regions_search import search_regions
from users.models import normalize_phone, username_validator

FILL_IN = _("Fill this in.")
A_DAY = _("Write the date like 30-11-2026.")


def say_what_to_write() -> None:
    """Have every form say these for what Django calls an empty field and no valid date."""
    forms.Field.default_error_messages["required"] = FILL_IN
    forms.DateField.default_error_messages["invalid"] = A_DAY


class RupiahField(forms.Field):
    """Whole rupiah as people write them; refuses what could be read in two ways and shows both readings."""

    def __init__(self, *, least: int = 0, **options: Any) -> None:
        attributes = {"inputmode": "numeric", "autocomplete": "off", "class": "form-amount", "maxlength": 40}
        options.setdefault("widget", forms.TextInput(attrs=attributes))
        super().__init__(**options)
        self.least = least

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        try:
            amount = parse_rupiah(str(value))
        except InvalidAmount as error:
            if error.code == "blank_amount" and not self.required:
                return None
            raise ValidationError(str(error), code=error.code) from error
        if amount < self.least:
            least = format_amount(self.least)
            raise ValidationError(_("Write at least %(least)s."), code="too_little", params={"least": least})
        return amount

    def prepare_value(self, value: Any) -> Any:
        return format_amount(value) if isinstance(value, int) else value


class DayField(forms.Field):
    """A date: `29-01-2017`, `29/01/2017` or `2017-01-29`. The browser's own calendar sends the last."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": A_DAY}

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            return parse_date(str(value))
        except NotADate as error:
            raise ValidationError(self.error_messages["invalid"], code=error.code) from error

    def prepare_value(self, value: Any) -> Any:
        try:
            return parse_date(value) if isinstance(value, str) else value
        except NotADate:
            return value


class NameField(forms.CharField):
    """A name on one line, its blanks made single."""

    def __init__(self, *, max_length: int = 100, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_python(self, value: Any) -> str:
        return re.sub(r"[\t\r\n ]+", " ", super().to_python(value)).strip()


class CodeField(forms.CharField):
    """The code of a body, `KSM-MAWAR`; small letters are made capital."""

    default_validators = [code_validator]

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}))
        super().__init__(max_length=24, **options)

    def to_python(self, value: Any) -> str:
        return super().to_python(value).upper()


USERNAME_HELP = _("Small letters, like wati.mawar.")


class UsernameField(forms.CharField):
    """The name somebody signs in with; capitals are made small. Empty, it is made from her name."""

    default_validators = [username_validator]

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}))
        help_text = _("Small letters, like wati.mawar. Leave it empty and it is made from the name.")
        super().__init__(label=_("Username"), max_length=40, required=False, help_text=help_text, **options)

    def to_python(self, value: Any) -> str:
        return super().to_python(value).lower()


class PhoneField(forms.CharField):
    """A phone number in any of the usual ways of writing; comes out as `+62…`, or empty."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}))
        super().__init__(max_length=40, **options)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return normalize_phone(text) if text else ""


class NikField(forms.CharField):
    """Sixteen digits as text; blanks and dots between them are ignored."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(label="NIK", max_length=40, **options)

    def clean(self, value: Any) -> str:
        digits = re.sub(r"[ .-]", "", super().clean(value))
        if digits and not re.fullmatch(r"[0-9]{16}", digits, re.ASCII):
            raise ValidationError(_("A NIK has 16 digits."), code="nik")
        return digits


class RegionField(forms.CharField):
    """A Kemendagri code, or a name that finds exactly one region; with several, the refusal lists the first.

    A well-formed code that the list does not know is kept. With JavaScript the field offers places as one types.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Village or district"))
        options.setdefault("help_text", _("Type the name, like Bandungrejosari, or the Kemendagri code."))
        attributes = {"data-region-search": reverse_lazy("region_search"), "autocomplete": "off"}
        widget = forms.TextInput(attrs=attributes)
        super().__init__(max_length=150, widget=widget, **options)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text or regions.is_well_formed(text):
            return text
        found = search_regions(text, limit=6)
        if len(found) == 1:
            return found[0].code
        if not found:
            raise ValidationError(_("No region is found by this. Try its district's name too."), code="region_unknown")
        named = [each for each in found if regions.plain(each.name) == regions.plain(text)]
        if len(named) == 1 and regions.level(named[0].code) < regions.VILLAGE:
            return named[0].code
        places = "; ".join(f"{each.code} {each.label}" for each in found[:5])
        raise ValidationError(
            _("There are several: %(places)s. Write the code of the right one."),
            code="region_several",
            params={"places": places},
        )
