"""`python -m benchmarks`: every measurement on a throw-away cluster of the embedded Postgres, printed as it comes.

It runs with the settings of `make run`, commits to disk included; DATABASE_URL is not touched.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from ksm_project import embedded


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="samples of each sheet posted (default 40)")
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="part",
        help="posting, dashboard, sheet, books, loans, demo; all of them when none is named",
    )
    asked = parser.parse_args()
    wanted = set(asked.parts) or {"posting", "dashboard", "sheet", "books", "loans", "demo"}
    ground = tempfile.mkdtemp(prefix="ksm-bench-")
    os.environ["KSM_DATA_DIR"] = ground
    os.environ["DJANGO_SETTINGS_MODULE"] = "ksm_project.settings"
    try:
        with embedded.running(home=Path(ground)):
            measure(wanted, asked.rounds)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    finally:
        shutil.rmtree(ground, ignore_errors=True)


def measure(wanted: set[str], rounds: int) -> None:
    """Make the database ready and run the parts in order."""
    import django  # noqa: PLC0415 (the ground must be laid before the settings are read)

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from benchmarks import books, lending, pages, posting  # noqa: PLC0415
    from groups import services as groups  # noqa: PLC0415

    begun = time.perf_counter()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    connection.ensure_connection()
    bkm = groups.create_bkm(name="BKM Ukur", code="BKM-UKUR")
    say(f"Postgres {connection.pg_version // 10_000}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    if "posting" in wanted:
        say("\nPosting a sheet: 25 members save, 10 pay an instalment; attendance, count, minutes, digests, facts")
        posting.run(bkm, say, rounds)
    if "dashboard" in wanted:
        say("\nDashboard of a board, the whole request")
        pages.dashboards(bkm, say)
    if "sheet" in wanted:
        say("\nThe treasurer's pages, the whole request")
        pages.sheets(bkm, say)
    if "books" in wanted:
        say("\nStatements, the whole request: ten years of history against one")
        books.statements(bkm, say)
    if "loans" in wanted:
        say("\nLoans: the instalments of a whole meeting; arrears of many groups at once, now and on a past day")
        lending.run(bkm, say)
    if "demo" in wanted:
        say("\nDemonstration data: manage.py demo")
        demonstration()
    say(f"\n{time.perf_counter() - begun:.0f} s in all")


def demonstration(parts: Sequence[str] = ("--small", "--programme")) -> None:
    """Load the demonstration data; the processor's time is this process's and its children's."""
    from django.core.management import call_command  # noqa: PLC0415 (the ground must be laid before)

    for part in parts:
        wall, before = time.perf_counter(), os.times()
        with Path(os.devnull).open("w") as nowhere:
            call_command("demo", part, stdout=nowhere)
        took, used = time.perf_counter() - wall, sum(os.times()[:4]) - sum(before[:4])
        say(f"  {part:12} {took:6.1f} s   processor {used:5.1f} s Python")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
