"""What every posted sheet is made of, without the query builder: many rows of one table in one statement."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=models.Model)


@lru_cache
def columns_of(model: type[models.Model]) -> tuple[str, ...]:
    """Return the columns of a model's table in the order of its fields, as `Model.from_db` takes them."""
    return tuple(field.attname for field in model._meta.concrete_fields)


@lru_cache
def select_list(model: type[models.Model], alias: str) -> str:
    """Return a model's columns for a SELECT, each of them `alias`."""
    return ", ".join(f'{alias}."{name}"' for name in columns_of(model))


def fetch(model: type[Row], rest: str, params: Sequence[Any]) -> list[Row]:
    """Return the rows of a model's table, as `t`, that `rest` finds: SQL of our own after FROM, with its `params`."""
    with connection.cursor() as cursor:
        cursor.execute(_select(model) + rest, params)
        rows = cursor.fetchall()
    return instances(model, rows)


def instances(model: type[Row], rows: Iterable[Sequence[Any]]) -> list[Row]:
    """Return rows, each the values of `columns_of`, as instances that stand in the database.

    What `Model.from_db` comes to for a model without receivers of `pre_init` and `post_init`, in a fifth of its time.
    """
    alias, columns = connection.alias, columns_of(model)
    made = []
    for row in rows:
        one = model.__new__(model)
        one.__dict__.update(zip(columns, row, strict=True))
        one._state = ModelState()
        one._state.adding, one._state.db = False, alias
        made.append(one)
    return made


def fetch_joined(
    tables: Mapping[str, type[models.Model]],
    rest: str,
    params: Sequence[Any] | Mapping[str, Any],
    *,
    beside: str = "",
) -> list[tuple[Any, ...]]:
    """Return what `rest` finds as tuples of instances, one for each table by its alias; None where a join found none.

    `rest` is SQL of our own from FROM on; `beside` an expression of it, whose value comes last in each tuple.
    """
    select = _select_joined(tuple(tables.items())) + (f", {beside} " if beside else "")
    with connection.cursor() as cursor:
        cursor.execute(select + rest, params)
        rows = cursor.fetchall()
    return [tuple(_apart(row, tables.values())) for row in rows]


def _apart(row: Sequence[Any], tables: Iterable[type[models.Model]]) -> Iterator[Any]:
    start = 0
    for model in tables:
        columns = columns_of(model)
        values = row[start : start + len(columns)]
        start += len(columns)
        yield None if values[0] is None else instances(model, [values])[0]
    yield from row[start:]


@lru_cache
def _select_joined(tables: tuple[tuple[str, type[models.Model]], ...]) -> str:
    return f"SELECT {', '.join(select_list(model, alias) for alias, model in tables)} "


@lru_cache
def _select(model: type[models.Model]) -> str:
    return f'SELECT {select_list(model, "t")} FROM "{model._meta.db_table}" t '  # noqa: S608 (names of our own columns)


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[int]:
    """Insert rows, each the values of `columns` (database columns) in order, and return their primary keys in order.

    Defaults of the model are not filled in and nothing is validated but by the database. No rows, no statement.
    """
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_insert(model, tuple(columns)), _arrays(rows))
        return [pk for (pk,) in cursor.fetchall()]


def insert_side_by_side(*tables: tuple[type[models.Model], Sequence[str], Sequence[Sequence[Any]]]) -> None:
    """Insert rows of several tables, each told as `insert_rows` takes it, in one statement. None points at another."""
    parts = [(_insert(model, tuple(columns)), _arrays(rows)) for model, columns, rows in tables if rows]
    if not parts:
        return
    inserts = ", ".join(f"t{n} AS ({insert})" for n, (insert, _columns) in enumerate(parts))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {inserts} SELECT", [column for _insert, columns in parts for column in columns])


def _arrays(rows: Sequence[Sequence[Any]]) -> list[str]:
    return [array(column) for column in zip(*rows, strict=True)]


def array(values: Sequence[Any]) -> str:
    """Write values as the text of a Postgres array: one literal is read much faster than a list of as many."""
    if set(map(type, values)) == {int}:
        return "{" + ",".join(map(str, values)) + "}"
    texts = {value: _element(value) for value in set(values)}  # the same day or kind stands in every row
    return "{" + ",".join(map(texts.__getitem__, values)) + "}"


def _element(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    if value is None:
        return "NULL"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def insert(row: models.Model) -> None:
    """Insert an instance that is not yet in the database; nothing is validated but by the database."""
    told = row.__dict__
    values = [told[name] for name in columns_of(type(row))[1:]]
    for place, field in _json_fields(type(row)):
        values[place] = field.get_db_prep_save(values[place], connection)
    with connection.cursor() as cursor:
        cursor.execute(_insert_one(type(row)), values)
        [row.pk] = cursor.fetchone()
    row._state.adding, row._state.db = False, connection.alias


@lru_cache
def _json_fields(model: type[models.Model]) -> list[tuple[int, "models.JSONField[Any, Any]"]]:
    """Return the fields whose values the driver cannot write by itself, with their places after the primary key."""
    return [(n, f) for n, f in enumerate(model._meta.concrete_fields[1:]) if isinstance(f, models.JSONField)]


@lru_cache
def _insert_one(model: type[models.Model]) -> str:
    names = columns_of(model)[1:]
    columns, places = ", ".join(f'"{name}"' for name in names), ", ".join(["%s"] * len(names))
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places}) RETURNING id'  # noqa: S608 (names of our own columns)


@lru_cache
def _insert(model: type[models.Model], columns: tuple[str, ...]) -> str:
    types = {field.column: field.rel_db_type(connection) or "" for field in model._meta.concrete_fields}
    # Texts as text: a cast to varchar(200)[] would cut them off, where the column itself refuses them.
    arrays = ", ".join(f"%s::{'text' if types[c].startswith('varchar') else types[c]}[]" for c in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT * FROM unnest({arrays}) RETURNING id'  # noqa: S608 (names of our own columns)
