#!/usr/bin/env python
"""Django's command line; without DATABASE_URL it brings its own Postgres, for the commands that need one."""

import os
import sys
import warnings
from contextlib import nullcontext

from django.core.management import execute_from_command_line
from django.db.utils import ProgrammingError

from ksm_project import embedded

UNDEFINED_TABLE = "42P01"  # in Postgres's list of errors

# Commands that read and write files only: starting a server for them would be a second lost.
WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "loan_schedule",
    "makemessages",
    "makemigrations",
    "startapp",
    "startproject",
    "version",
}


def needs_database(arguments: list[str]) -> bool:
    """Whether this command line may touch the database; asking for help or for nothing does not."""
    return (
        bool(arguments) and arguments[0] not in WITHOUT_DATABASE and not {"-h", "--help", "--version"} & set(arguments)
    )


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ksm_project.settings")
    # `makemigrations` asks a server for the history, if there is one; its absence is no news here.
    warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
    own = needs_database(sys.argv[1:]) and not os.environ.get("DATABASE_URL")
    try:
        with embedded.running() if own else nullcontext():
            execute_from_command_line(sys.argv)
    except ProgrammingError as error:
        if getattr(error.__cause__, "pgcode", "") != UNDEFINED_TABLE:
            raise
        sys.exit("Basis data ini masih kosong. Jalankan dulu: manage.py migrate, lalu manage.py load_regions.")
    except embedded.EmbeddedPostgresError as error:
        sys.exit(f"Postgres: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
