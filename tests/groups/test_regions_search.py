"""Finding a village while typing, in the whole country's list."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from groups.models import Region
from groups.regions_search import region_labels, search_regions


@pytest.fixture(scope="module")
def country(django_db_setup, django_db_blocker):
    """The whole list, loaded once by the command for this file; tests below undo only what they change themselves."""
    with django_db_blocker.unblock(), transaction.atomic():
        out = StringIO()
        call_command("load_regions", stdout=out)
        yield out.getvalue()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _loaded(country, django_db_blocker):
    with django_db_blocker.unblock():
        yield


def labels_of(text: str, limit: int = 20) -> list[str]:
    return [found.label for found in search_regions(text, limit)]


def test_the_command_says_what_it_did(country):
    assert country == "Regions: 91599 added, 0 changed, 0 kept as edited.\n"
    assert Region.objects.count() == 91599


@pytest.mark.parametrize(
    "text",
    [
        "silurah",
        "SILURAH wonotunggal",
        "batang silu",
        "Desa Silurah, Kecamatan Wonotunggal, Kabupaten Batang",
        "3325012001",
        "33.25.01.2001",
    ],
)
def test_ways_to_silurah(text):
    assert labels_of(text) == ["Desa Silurah, Kecamatan Wonotunggal, Kabupaten Batang"]


def test_bandungrejosari():
    [found] = search_regions("kel. bandung rejosari malang")
    assert found == (
        "35.73.04.1004", "Bandungrejosari", "Kelurahan Bandungrejosari, Kecamatan Sukun, Kota Malang"
    )  # fmt: skip


def test_the_widest_region_whose_name_starts_with_the_text_comes_first():
    assert labels_of("batang", 3) == [
        "Kabupaten Batang",
        "Kecamatan Batang, Kabupaten Batang",
        "Kecamatan Batang, Kabupaten Jeneponto",
    ]
    labels = labels_of("wonotunggal")
    assert labels[:3] == [
        "Kecamatan Wonotunggal, Kabupaten Batang",
        "Desa Wonotunggal, Kecamatan Wonotunggal, Kabupaten Batang",
        "Desa Silurah, Kecamatan Wonotunggal, Kabupaten Batang",
    ]
    assert len(labels) == 16


def test_digits_list_a_district_in_order():
    assert [found.code for found in search_regions("33.25.01.20", 3)] == [f"33.25.01.200{n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("text", ["", "  ", "\0", "%", "_", "'; --", ".", "zzzz", "9" * 200, "silurah aceh", "q" * 999])
def test_nothing_to_find(text):
    assert search_regions(text) == []


@pytest.mark.parametrize("text", ["a", "jawa", "desa", "3", "a b c d e f g h i j k l"])
def test_never_more_than_the_limit(text):
    assert len(search_regions(text, 7)) <= 7


@pytest.mark.parametrize("text", ["silurah", "jawa", "3325", "a"])
def test_two_queries(text, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert search_regions(text)


def test_labels_for_a_page_of_bodies_are_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        labels = region_labels(["33.25.01.2001", "35.73.04.1004", "33.25.01.2099", "", "nonsense"])
    assert labels == {
        "33.25.01.2001": "Desa Silurah, Kecamatan Wonotunggal, Kabupaten Batang",
        "35.73.04.1004": "Kelurahan Bandungrejosari, Kecamatan Sukun, Kota Malang",
        "33.25.01.2099": "33.25.01.2099, Kecamatan Wonotunggal, Kabupaten Batang",
    }
