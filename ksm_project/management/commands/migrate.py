"""`manage.py migrate`, which refuses a database that an earlier version left half-way."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.loader import MigrationLoader


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        refuse_half_way(MigrationLoader(connections[options["database"]]))
        super().handle(*args, **options)


def refuse_half_way(loader: MigrationLoader) -> None:
    """Raise CommandError where only some of those that a migration `replaces` are applied.

    Django would leave that migration out without a word, and the guards of the books with it.
    """
    if half := sorted(".".join(key) for key in loader.replacements.keys() - loader.graph.nodes.keys()):
        raise CommandError(
            f"An earlier version left this database half-way through what is now {', '.join(half)}: run `migrate` of"
            " the last version that had it in steps, then this one's."
        )
