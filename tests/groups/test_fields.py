"""Fields that read what Indonesians write, and say what to write when they cannot."""

from datetime import date

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.urls import get_resolver
from django.utils import translation

from groups.fields import CodeField, DayField, NameField, NikField, PhoneField, RegionField, RupiahField
from groups.models import Region


@pytest.mark.parametrize("text", ["10000", "10.000", "Rp10.000", "Rp 10.000", "10.000,00", " 10000 "])
def test_rupiah_is_read(text):
    assert RupiahField().clean(text) == 10_000


@pytest.mark.parametrize("text", ["10,5", "44,000", "1e5", "-1", "\0", "9" * 20, "x" * 5000, "NaN", "١٢٣"])
def test_rupiah_that_nobody_guesses(text):
    with pytest.raises(ValidationError):
        RupiahField().clean(text)


def test_rupiah_that_reads_two_ways_shows_both():
    with pytest.raises(ValidationError) as refusal:
        RupiahField().clean("44,000")
    assert "Rp44.000" in refusal.value.message
    assert "atau Rp44." in refusal.value.message
    assert refusal.value.code == "ambiguous_amount"


def test_rupiah_empty_and_least():
    assert RupiahField(required=False).clean("  ") is None
    with pytest.raises(ValidationError):
        RupiahField().clean("")
    with pytest.raises(ValidationError):
        RupiahField(least=1000).clean("500")
    assert RupiahField().prepare_value(44_000) == "44.000"
    assert RupiahField().prepare_value("44,000") == "44,000", "what she typed stays as she typed it"


@pytest.mark.parametrize("text", ["29-01-2017", "29/01/2017", "2017-01-29"])
def test_dates_are_read(text):
    assert DayField().clean(text) == date(2017, 1, 29)
    assert DayField().prepare_value(text) == date(2017, 1, 29)


@pytest.mark.parametrize("text", ["2026-02-30", "01-29-2017", "29-1-17", "besok", "\0", "0000-00-00"])
def test_dates_that_are_none(text):
    with pytest.raises(ValidationError) as refusal:
        DayField().clean(text)
    assert refusal.value.message == "Tulis tanggal seperti 30-11-2026."
    assert DayField().prepare_value(text) == text


def test_every_form_says_the_same_of_an_empty_field_and_of_no_date():
    get_resolver().url_patterns  # noqa: B018 - with the addresses every form is loaded
    asked, classes = set(), [forms.BaseForm]
    while classes:
        found = classes.pop()
        classes += found.__subclasses__()
        ours = not found.__module__.startswith("django.")
        for name, field in found.base_fields.items() if ours else ():
            with translation.override("en"):
                said = {code: str(text) for code, text in field.error_messages.items()}
            assert said["required"] != "This field is required.", (found, name)
            if isinstance(field, forms.DateField | DayField):
                asked.add(said["invalid"])
    assert asked == {"Write the date like 30-11-2026."}


def test_names_codes_phones_and_niks():
    assert NameField().clean("  Endang \t Lestari ") == "Endang Lestari"
    assert CodeField().clean("ksm-mawar") == "KSM-MAWAR"
    assert PhoneField().clean("0812 3456 7890") == "+6281234567890"
    assert PhoneField(required=False).clean("") == ""
    assert NikField().clean("3573 0452 0384 0001") == "3573045203840001"
    for field, text in (
        (NameField(), "a\0b"),
        (NameField(), "x" * 101),
        (CodeField(), "KSM MAWAR"),
        (CodeField(), "K" * 25),
        (PhoneField(), "satu dua"),
        (NikField(), "9" * 17),
    ):
        with pytest.raises(ValidationError):
            field.clean(text)


@pytest.mark.django_db
def test_a_region_by_code_by_name_and_by_choosing():
    for code, name, search in (
        ("33", "Jawa Tengah", "jawa tengah"),
        ("33.25.01.2001", "Silurah", "silurah wonotunggal batang jawa tengah"),
        ("33.25.01.2002", "Sodong", "sodong wonotunggal batang jawa tengah"),
        ("33.25.05.2002", "Sodong", "sodong bawang batang jawa tengah"),
    ):
        Region.objects.create(code=code, name=name, search=search)
    field = RegionField(required=False)
    assert field.clean("") == ""
    assert field.clean("silurah") == "33.25.01.2001"
    assert field.clean("99.99") == "99.99", "a well-formed code the list does not know is kept"
    assert field.clean("sodong bawang") == "33.25.05.2002"
    with pytest.raises(ValidationError) as refusal:
        field.clean("sodong")
    assert "33.25.01.2002" in refusal.value.messages[0]
    assert "33.25.05.2002" in refusal.value.messages[0]
    with pytest.raises(ValidationError):
        field.clean("tidak ada di mana pun")
