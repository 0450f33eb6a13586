"""The Kemendagri list in the database: loading the shipped file, and the few corrections staff make by hand."""

import csv
import hashlib
import io
import lzma
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from groups import regions
from groups.models import Region

DATA = Path(__file__).parent / "data"
LIST_FILE = DATA / "regions.csv.xz"
CHECKSUM_FILE = DATA / "regions.csv.sha256"

LONGEST_NAME = 100  # letters, as the column holds


class Loaded(NamedTuple):
    """What a load did, in regions: new ones, names the list changed, names kept because staff had edited them."""

    added: int
    changed: int
    kept: int


def read_list() -> dict[str, str]:
    """The shipped list, name by code, in order of code. Refuses a file that is not the one the checksum is of."""
    try:
        content = lzma.decompress(LIST_FILE.read_bytes())
    except lzma.LZMAError as error:
        raise ValidationError(_("The region list is damaged: it cannot be unpacked."), code="region-list") from error
    if hashlib.sha256(content).hexdigest() != CHECKSUM_FILE.read_text(encoding="ascii").split()[0]:
        raise ValidationError(_("The region list is damaged: its checksum differs."), code="region-list")
    return {row["code"]: row["name"] for row in csv.DictReader(io.StringIO(content.decode()))}


@transaction.atomic
def load_regions(*, listed: dict[str, str] | None = None) -> Loaded:
    """Bring the table up to the list (name by code, the shipped one by default); doing it twice changes nothing more.

    Names edited by staff stay, and so do regions the list no longer has, because bodies may lie in them.
    """
    listed = read_list() if listed is None else listed
    _lock()
    known = {code: (name, search, edited) for code, name, search, edited in _rows()}
    names = {code: name for code, (name, _search, _edited) in known.items()} | listed
    edited = {code: name for code, (name, _search, by_hand) in known.items() if by_hand}
    names |= edited

    rows = [(code, name, regions.search_text(code, names)) for code, name in names.items()]
    if known:
        _write([row for row in rows if row[0] not in known or row[1:] != known[row[0]][:2]])
    else:
        _fill(rows)
    return Loaded(
        added=sum(code not in known for code in names),
        changed=sum(code in known and name != known[code][0] for code, name in names.items()),
        kept=len(edited),
    )


@transaction.atomic
def rename_region(*, code: str, name: str) -> Region:
    """Correct a region's name by hand, for good: later loads keep it. What lies below is found by the new name."""
    _lock()
    region = Region.objects.filter(code=code).first()
    if region is None:
        raise ValidationError(_("There is no region %(code)s."), code="region-unknown", params={"code": code})
    region.name = _clean_name(name)
    region.edited = True
    region.save(update_fields=["name", "edited"])
    _refresh_search(code)
    region.refresh_from_db()
    return region


@transaction.atomic
def add_region(*, code: str, name: str) -> Region:
    """Enter a region the list does not have yet, such as a village after a split, below a region that is there."""
    if not regions.is_well_formed(code):
        raise ValidationError(_("A region code looks like 33.25.01.2001."), code="region-code")
    name = _clean_name(name)
    _lock()
    if Region.objects.filter(code=code).exists():
        raise ValidationError(_("Region %(code)s is there already."), code="region-exists", params={"code": code})
    above = regions.parent(code)
    if above and not Region.objects.filter(code=above).exists():
        raise ValidationError(_("There is no region %(code)s."), code="region-unknown", params={"code": above})
    Region.objects.create(code=code, name=name, edited=True)
    _refresh_search(code)
    return Region.objects.get(code=code)


def _clean_name(name: str) -> str:
    name = " ".join(name.replace("\0", " ").split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ValidationError(_("A region's name has 1 to 100 characters."), code="region-name")
    return name


def _rows() -> Iterable[tuple[str, str, str, bool]]:
    return Region.objects.order_by().values_list("code", "name", "search", "edited")


def _lock() -> None:
    """One writer at a time, so that a load never overwrites a name being edited; readers go on reading."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE groups_region IN SHARE ROW EXCLUSIVE MODE")


def _refresh_search(code: str) -> None:
    below = dict(Region.objects.filter(code__startswith=code).values_list("code", "name"))
    above = dict(Region.objects.filter(code__in=regions.ancestors(code)).values_list("code", "name"))
    names = above | below
    _write([(each, name, regions.search_text(each, names)) for each, name in below.items()])


def _fill(rows: list[tuple[str, str, str]]) -> None:
    """Write into an empty table, building its indexes once at the end: three times as fast as row by row."""
    with connection.schema_editor() as editor:
        for index in Region._meta.indexes:
            editor.remove_index(Region, index)
        _write(rows)
        for index in Region._meta.indexes:
            editor.add_index(Region, index)
        editor.execute("ANALYZE groups_region")


def _write(rows: list[tuple[str, str, str]]) -> None:
    """Insert or update code, name and search in one statement."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO groups_region (code, name, search, edited)
            SELECT code, name, search, false FROM unnest(%s::text[], %s::text[], %s::text[]) AS new (code, name, search)
            ON CONFLICT (code) DO UPDATE SET name = excluded.name, search = excluded.search
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )
