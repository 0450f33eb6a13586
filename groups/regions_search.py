"""Finding a region while its name is being typed, out of the whole country's list."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from groups import regions
from groups.models import Region

LONGEST_TEXT = 150
MOST_WORDS = 8

# Words that say what a region is. The list's names are without them, except Kabupaten and Kota.
_KINDS = {"desa", "ds", "kelurahan", "kel", "kecamatan", "kec", "provinsi", "prov", "dki", "di"}


class Found(NamedTuple):
    """One region as an answer: `33.25.01.2001`, Silurah, `Desa Silurah, Kecamatan Wonotunggal, Kabupaten Batang`."""

    code: str
    name: str
    label: str


def search_regions(text: str, limit: int = 20) -> list[Found]:
    """Regions whose own or ancestors' names hold every word, in two queries; digits are read as the start of a code.

    Names that start with the text come first (with the whole word before a longer one), then the rest; among equals
    the widest region leads, so that a kabupaten is not behind the villages of its name, and then the shortest name.
    Nothing typed finds nothing.
    """
    words = regions.plain(text[:LONGEST_TEXT]).split()
    if not words:
        return []
    if all(word.isdecimal() for word in words):
        found = Region.objects.filter(code__startswith=regions.code_prefix("".join(words))).order_by("code")
    else:
        found = _holding(([word for word in words if word not in _KINDS] or words)[:MOST_WORDS])
    hits = list(found.values_list("code", "name")[:limit])
    labels = region_labels(code for code, _name in hits)
    return [Found(code, name, labels[code]) for code, name in hits]


def region_labels(codes: Iterable[str]) -> dict[str, str]:
    """Labels by code in one query, for a page of bodies; a code the list does not know is its own label."""
    wanted = {code for code in codes if regions.is_well_formed(code)}
    with_ancestors = wanted.union(*(regions.ancestors(code) for code in wanted))
    names = dict(Region.objects.filter(code__in=with_ancestors).order_by().values_list("code", "name"))
    return {code: regions.label(code, names) for code in wanted}


def _holding(words: list[str]) -> QuerySet[Region]:
    every = Q()
    for word in words:
        every &= Q(search__contains=word)  # words are bare letters and digits: nothing for LIKE to misread
    typed = " ".join(words)
    size = Length("code")
    starts = {"whole": Q(), "part": Q()}
    for kind in ("", "kabupaten ", "kota "):  # the only kinds that stand in the names of the list
        starts["whole"] |= Q(search__startswith=f"{kind}{typed} ")
        starts["part"] |= Q(search__startswith=f"{kind}{typed}")
    rank = Case(
        When(starts["whole"], then=Value(0) + size),
        When(starts["part"], then=Value(20) + size),
        default=Value(40) + size,
        output_field=IntegerField(),
    )
    nearness = Case(When(starts["part"], then=Length("name")), default=Value(0), output_field=IntegerField())
    return Region.objects.filter(every).order_by(rank, nearness, "code")
