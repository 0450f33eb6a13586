"""How a row is written, whichever it is: its code, its fields, its book's name."""

import re
import unicodedata
from typing import Any

from django.db import IntegrityError, models, transaction

from ledger.models import Book

LONGEST_CODE = 24


def suggest_code(name: str, *, kind: type[models.Model], prefix: str = "KSM") -> str:
    """Return a free code made of a name: `KSM-MAWAR`, and `KSM-MAWAR-2` when another Mawar has that."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = re.findall(r"[A-Z0-9]+", plain.replace("'", ""))
    if words[:1] == [prefix]:
        words = words[1:]
    stem = "-".join([prefix, *words])[: LONGEST_CODE - 4].strip("-")
    taken = set(kind._default_manager.filter(code__startswith=stem).values_list("code", flat=True))
    number, code = 1, stem
    while code in taken:
        number += 1
        code = f"{stem}-{number}"
    return code


def save(row: Any) -> Any:
    """Save a row whose fields are right; what the database then refuses, `full_clean` explains at its field.

    Asking beforehand whether each constraint will hold, and whether the rows it points to are still there, takes a
    statement each, and another row may still come between.
    """
    row.clean_fields(exclude={field.name for field in row._meta.fields if field.is_relation})
    row.clean()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        row.full_clean()
        raise
    return row


def rename_book(book: Book, name: str) -> None:
    book.name = name
    book.save(update_fields=["name"])


def refuse_unknown(changes: dict[str, Any], known: frozenset[str]) -> None:
    if unknown := sorted(changes.keys() - known):
        raise TypeError(f"cannot change {', '.join(unknown)}")
