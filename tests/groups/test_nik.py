"""What a NIK says by itself: doubts to show, never a reason to refuse."""

import pytest

from groups.nik import doubts, masked


@pytest.mark.parametrize(
    ("nik", "gender", "found"),
    [
        ("", "P", []),
        ("3573045203840001", "P", []),
        ("3573045203840001", "L", ["gender"]),
        ("3573041203840001", "P", ["gender"]),
        ("3573041203840001", "", []),
        ("3573042902000001", "L", []),  # 29 February 2000
        ("3573042902010001", "L", ["birth_date"]),
        ("3573043113840001", "P", ["birth_date", "gender"]),
        ("357304120384000", "L", ["digits"]),
        ("٣٥٧٣٠٤١٢٠٣٨٤٠٠٠١", "L", ["digits"]),
    ],
)
def test_what_looks_odd(nik, gender, found):
    assert doubts(nik, gender) == found


def test_a_masked_nik_keeps_the_region_and_the_end():
    assert masked("3573045203840001") == "357304••••••••01"
    assert masked("") == ""
