"""`manage.py pg_dump > backup.sql`: the whole database as pg_dump writes it, embedded server or not."""

import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from ksm_project import embedded


class Command(BaseCommand):
    help = "Write the whole database to standard output; options after -- go to pg_dump (-- --format=custom)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("arguments", nargs="*", help="for pg_dump, after --")

    def handle(self, *args: str, **options: Any) -> None:
        # psql's arguments and environment are pg_dump's too, and keep the password out of the process list.
        words, extra = connection.client_class.settings_to_cmd_args_env(
            connection.settings_dict, options["arguments"] or list(args)
        )
        # pg_dump refuses a server newer than itself, and ours is likely newer than the machine's.
        ours = [place / "pg_dump" for place in embedded.binaries() if (place / "pg_dump").exists()]
        program = ours[0] if ours else shutil.which("pg_dump")
        if not program:
            raise CommandError("There is no pg_dump here: run `make setup` or install Postgres's client programs.")
        done = subprocess.run([program, *words[1:]], env=os.environ | (extra or {}), check=False)
        if done.returncode:
            sys.exit(done.returncode)
