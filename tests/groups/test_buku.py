"""How numbers, dates and signs are written by templates, in either language of the screen."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.template import Context, Template
from django.utils import translation

WEDNESDAY = date(2026, 2, 4)


def written(template, **context):
    return Template(template).render(Context(context))


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    ("filtered", "value", "text"),
    [
        ("rupiah", 10_000, "Rp10.000"),
        ("rupiah", 0, "Rp0"),
        ("rupiah", -5_000, "−Rp5.000"),
        ("rupiah", None, "–"),
        ("amount", 1_234_567, "1.234.567"),
        ("amount", 0, "0"),
        ("amount", -10_000, "−10.000"),
        ("amount", None, "–"),
        ("amount", "", "–"),
        ("terbilang", 485_000, "empat ratus delapan puluh lima ribu"),
        ("terbilang", 0, "nol"),
        ("terbilang", None, ""),
        ("persen", Fraction(863, 1000), "86,3 %"),
        ("persen", Fraction(17, 20), "85,0 %"),
        ("persen", Fraction(1, 3), "33,3 %"),
        ("persen", Decimal("0.8335"), "83,4 %"),
        ("persen", Fraction(5, 10_000), "0,1 %"),
        ("persen", Fraction(4_999, 10_000_000), "0,0 %"),
        ("persen", 1, "100,0 %"),
        ("persen", 0, "0,0 %"),
        ("persen", 25, "2.500,0 %"),
        ("persen", Fraction(-1, 8), "−12,5 %"),
        ("persen", Fraction(-1, 100_000), "0,0 %"),
        ("persen", None, "–"),
        ("pecahan", Fraction(1, 2), "½"),
        ("pecahan", Fraction(29, 40), "0,725"),
        ("pecahan", Fraction(1), "1"),
        ("sidik", "9f2c41ab00ffee", "9f2c 41ab"),
        ("sidik", bytes.fromhex("9f2c41ab00ff"), "9f2c 41ab"),
        ("sidik", memoryview(bytes.fromhex("9f2c41ab00ff")), "9f2c 41ab"),
        ("sidik", None, "–"),
    ],
)
def test_numbers_read_the_same_to_everyone(language, filtered, value, text):
    with translation.override(language):
        assert written("{{ value|" + filtered + " }}", value=value) == text


@pytest.mark.parametrize(
    ("filtered", "indonesian", "english"),
    [
        ("tanggal", "4 Februari 2026", "4 February 2026"),
        ("hari", "Rabu 4 Februari", "Wednesday 4 February"),
        ("hari_tanggal", "Rabu, 4 Februari 2026", "Wednesday, 4 February 2026"),
        ("pekan", "2–8 Februari 2026", "2–8 February 2026"),
    ],
)
def test_dates_follow_the_language_day_first(filtered, indonesian, english):
    template = "{{ day|" + filtered + " }}"
    with translation.override("id"):
        assert written(template, day=WEDNESDAY) == indonesian
    with translation.override("en"):
        assert written(template, day=WEDNESDAY) == english
    with translation.override(None):
        assert written(template, day=WEDNESDAY) == indonesian
    assert written(template, day=None) == "–"


def test_a_sign_comes_from_the_sprite_and_escapes_its_name():
    assert written('{% icon "pencil" %}') == (
        '<svg class="icon" aria-hidden="true"><use href="/static/sprite.svg#pencil"></use></svg>'
    )
    assert '"><script>' not in written("{% icon name %}", name='"><script>')
