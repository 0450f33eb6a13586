"""`migrate` passes over nothing in silence."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


@pytest.mark.django_db
def test_every_model_is_as_the_migrations_make_it():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_a_database_that_an_earlier_version_left_half_way_is_refused():
    MigrationRecorder(connection).record_unapplied("loans", "0015_upk_reschedule")
    with pytest.raises(CommandError, match=r"half-way through what is now loans\.0001_tables:"):
        call_command("migrate", verbosity=0)


@pytest.mark.django_db
def test_a_database_that_an_earlier_version_migrated_to_its_end_has_nothing_left_to_do():
    recorder = MigrationRecorder(connection)
    folded = MigrationLoader(connection).replacements
    for app, name in folded:
        recorder.record_unapplied(app, name)  # it knows the steps they replace alone
    call_command("migrate", verbosity=0)
    assert set(folded) <= set(recorder.applied_migrations())
