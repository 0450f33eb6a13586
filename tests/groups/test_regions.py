"""Region codes: levels, ancestry, and how a place is written and searched."""

import pytest

from groups import regions

VILLAGE = {
    "33": "Jawa Tengah",
    "33.25": "Kabupaten Batang",
    "33.25.01": "Wonotunggal",
    "33.25.01.2001": "Silurah",
    "33.25.01.2006": "Wonotunggal",
}


def test_levels():
    assert [regions.level(code) for code in ("33", "33.25", "33.25.01", "33.25.01.2001")] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "code",
    [
        "",
        "3",
        "333",
        "33.",
        "33.2",
        "33.25.1",
        "33.25.01.200",
        "33.25.01.20011",
        "3325012001",
        "33.25.01.2001\n",
        "٣٣",
    ],
)
def test_malformed(code):
    assert not regions.is_well_formed(code)
    with pytest.raises(ValueError, match="not a region code"):
        regions.level(code)


def test_ancestry_is_the_prefix():
    assert regions.ancestors("33.25.01.2001") == ["33.25.01", "33.25", "33"]
    assert regions.ancestors("33.25") == ["33"]
    assert regions.ancestors("33") == []
    assert regions.parent("33.25.01.2001") == "33.25.01"
    assert regions.parent("33") == ""


def test_labels():
    assert regions.label("33.25.01.2001", VILLAGE) == "Desa Silurah, Kecamatan Wonotunggal, Kabupaten Batang"
    assert regions.label("33.25.01", VILLAGE) == "Kecamatan Wonotunggal, Kabupaten Batang"
    assert regions.label("33.25", VILLAGE) == "Kabupaten Batang"
    assert regions.label("33", VILLAGE) == "Provinsi Jawa Tengah"


def test_label_of_what_the_list_does_not_know():
    assert regions.label("33.25.01.2099", VILLAGE) == "33.25.01.2099, Kecamatan Wonotunggal, Kabupaten Batang"
    assert regions.label("99.01.01.1001", {}) == "99.01.01.1001"


@pytest.mark.parametrize(
    ("code", "name", "said"),
    [
        ("35.73.04.1004", "Bandungrejosari", "Kelurahan Bandungrejosari"),
        ("12.01.01.2001", "Desa Baru", "Desa Desa Baru"),
        ("91.03.01.3007", "Desa Adat Yoboi", "Desa Adat Yoboi"),
        ("91.03.01.3099", "Yoboi", "Desa Adat Yoboi"),
    ],
)
def test_kind_of_a_village_is_its_fourth_part(code, name, said):
    assert regions.titled(code, name) == said


def test_search_text():
    assert regions.search_text("33.25.01.2001", VILLAGE) == "silurah wonotunggal kabupaten batang jawa tengah"
    assert regions.search_text("33", VILLAGE) == "jawa tengah jawatengah"
    assert regions.plain("  Ra'as / Soka\"an-2\0% ") == "raas sokaan 2"


def test_typed_digits_become_a_code():
    typed = ["3", "33", "332", "332501", "3325012", "33.25.01.2001", "33 25 01 2001 9"]
    assert [regions.code_prefix(text) for text in typed] == [
        "3", "33", "33.2", "33.25.01", "33.25.01.2", "33.25.01.2001", "33.25.01.2001",
    ]  # fmt: skip
