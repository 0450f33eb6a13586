"""What keeps every row with one group, in the database: two constraints for `Meta.constraints`.

The books refuse by composite keys what points from one into another (`ledger/sql/constraints.sql`). The tables above
them name their group seldom twice: an attendance has a meeting and a member, and each of these has a group. So a model
says by which routes a row comes to its group, book or board (`RoutesMeet`), and Postgres refuses the row whose routes
part, whoever writes it. That a row came by them once is enough, since rows on the way never move (`Stays`).
`tests/test_one_group.py` walks all models and names the one that has forgotten either.
"""

from collections.abc import Iterator
from typing import Any

from django.db import migrations, models

# Whoever writes rows of which some are not there yet finds the refusal here, not at commit: what is not there has no
# group. As in `ledger/sql/guards.sql`: ONLY, so that no table that inherits stands in for a real one, and settings that
# hold the plan to indexes, since transition tables have no statistics.
_MEET = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
  SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  bad bigint;
BEGIN
  SELECT n.id INTO bad FROM new_rows n{parted} LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '{refusal}', bad USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{plain}';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER {inserted} AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {name}();
CREATE TRIGGER {updated} AFTER UPDATE ON {table} REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {name}();
-- Rows that are there already are held to it too, as by any constraint.
DO $$
DECLARE
  bad bigint;
BEGIN
  SELECT n.id INTO bad FROM ONLY {table} n{parted} LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '{refusal}', bad USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{plain}';
  END IF;
END $$
"""

# After the row, so that no trigger of somebody's own has a later word.
_STAY = """
CREATE TRIGGER {updated} AFTER UPDATE ON {table} FOR EACH ROW
  WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION ledger_row_stays();
CREATE TRIGGER {deleted} AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_row_stays();
CREATE TRIGGER {emptied} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
"""


class _Guard(models.BaseConstraint):
    """A constraint that triggers keep. The services say in sentences what it refuses: `validate` asks nothing."""

    def constraint_sql(self, model: Any, schema_editor: Any) -> None:
        """Wait until the new table and those it points at are there; nothing stands in its CREATE TABLE."""
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def validate(self, *args: Any, **options: Any) -> None:
        pass

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Guard) and self.deconstruct() == other.deconstruct()

    __hash__ = None  # type: ignore[assignment]


class AddGuard(migrations.AddConstraint):
    """AddConstraint that renders no model again, which takes longer than all else: no rendered one is asked for it."""

    def state_forwards(self, app_label: str, state: Any) -> None:
        options = state.models[app_label, self.model_name_lower].options
        options["constraints"] = [*options.get("constraints", []), self.constraint]


class RoutesMeet(_Guard):
    """All routes of a row, foreign keys joined by `__`, lead to one row; one whose first key is null is passed over.

    Each is compared with the first: name one that no row lacks, unless there are two. Keys further on are never null.
    """

    def __init__(self, *, routes: tuple[str, ...], name: str) -> None:
        super().__init__(name=name)
        self.routes = tuple(routes)

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        return _MEET.format(
            name=quote(self.name),
            plain=self.name,
            inserted=quote(f"{self.name}_insert"),
            updated=quote(f"{self.name}_update"),
            table=quote(model._meta.db_table),
            parted=self._parted(model, quote),
            refusal=f"ledger: {model._meta.db_table} % does not stay in one group: {', '.join(self.routes)}",
        )

    def remove_sql(self, _model: Any, schema_editor: Any) -> str:
        return f"DROP FUNCTION {schema_editor.quote_name(self.name)}() CASCADE"  # its triggers go with it

    def deconstruct(self) -> Any:
        path, args, options = super().deconstruct()
        return path, args, options | {"routes": self.routes}

    def _parted(self, model: Any, quote: Any) -> str:
        """Return joins and condition that find, among rows `n`, those whose routes part."""
        joins: dict[str, str] = {}
        ends = []
        for route in self.routes:
            steps = list(_steps(model, route))
            for before, field, path in steps[:-1]:
                to = field.target_field
                joins[path] = (
                    f"\n    LEFT JOIN ONLY {quote(field.related_model._meta.db_table)} {quote(path)}"
                    f" ON {quote(path)}.{quote(to.column)} = {quote(before)}.{quote(field.column)}"
                )
            columns = [f"{quote(before)}.{quote(field.column)}" for before, field, _path in steps]
            ends.append((columns[0], columns[-1]))
        (key, end), *others = ends
        parted = [f"({one} IS NOT NULL AND {last} IS DISTINCT FROM {end})" for one, last in others]
        return (
            "".join(joins.values()) + f"\n   WHERE {key} IS NOT NULL AND ({' OR '.join([f'{end} IS NULL', *parted])})"
        )


class Stays(_Guard):
    """Rows by which others come to their group: these keys of theirs and their own never change, and they remain.

    One that was deleted and written anew elsewhere would take along all that points at it.
    """

    def __init__(self, *, fields: tuple[str, ...], name: str) -> None:
        super().__init__(name=name)
        self.fields = tuple(fields)

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        columns = [quote(model._meta.get_field(name).column) for name in ("id", *self.fields)]
        return _STAY.format(
            updated=quote(f"{self.name}_update"),
            deleted=quote(f"{self.name}_delete"),
            emptied=quote(f"{self.name}_truncate"),
            table=quote(model._meta.db_table),
            old=", ".join(f"OLD.{column}" for column in columns),
            new=", ".join(f"NEW.{column}" for column in columns),
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        quote, table = schema_editor.quote_name, schema_editor.quote_name(model._meta.db_table)
        return "; ".join(
            f"DROP TRIGGER {quote(f'{self.name}_{what}')} ON {table}" for what in ("update", "delete", "truncate")
        )

    def deconstruct(self) -> Any:
        path, args, options = super().deconstruct()
        return path, args, options | {"fields": self.fields}


def _steps(model: Any, route: str) -> Iterator[tuple[str, Any, str]]:
    """Yield for each key of a route: the alias of the table it stands in, its field, and the route so far."""
    alias, path = "n", ""
    for name in route.split("__"):
        field = model._meta.get_field(name)
        path = f"{path}__{name}" if path else name
        yield alias, field, path
        alias, model = path, field.related_model
