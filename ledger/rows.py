"""Many rows of one table in one statement, without a model instance for each: what a posted sheet is made of."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[int]:
    """Insert rows, each the values of `columns` (database columns) in order, and return their primary keys in order.

    Defaults of the model are not filled in and nothing is validated but by the database. No rows, no statement.
    """
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_insert(model, tuple(columns)), [list(column) for column in zip(*rows, strict=True)])
        return [pk for (pk,) in cursor.fetchall()]


@lru_cache
def _insert(model: type[models.Model], columns: tuple[str, ...]) -> str:
    types = {field.column: field.rel_db_type(connection) or "" for field in model._meta.concrete_fields}
    # Texts as text: a cast to varchar(200)[] would cut them off, where the column itself refuses them.
    arrays = ", ".join(f"%s::{'text' if types[c].startswith('varchar') else types[c]}[]" for c in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT * FROM unnest({arrays}) RETURNING id'  # noqa: S608 (names of our own columns)
