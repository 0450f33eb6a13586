"""Loads the demonstration data, and says who can sign in to it."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from groups import clock
from groups.models import Bkm, Region
from groups.region_list import load_regions
from reports import demo
from reports.demo import invented


class Command(BaseCommand):
    help = "Muat data peragaan: BKM Guyub Rukun (10 KSM) dan program Batang (100 KSM)."
    requires_system_checks = ()  # they load every view, and each process of the programme would do so

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--small", action="store_true", help="hanya BKM Guyub Rukun")
        parser.add_argument("--programme", action="store_true", help="hanya program Batang")
        parser.add_argument("--if-empty", action="store_true", help="lewati bagian yang sudah ada")
        parser.add_argument("--sign-ins", action="store_true", help="tulis siapa yang bisa masuk")
        parser.add_argument("--workers", type=int, default=2, help="banyaknya proses yang memuat program Batang")
        parser.add_argument("--villages", type=int, nargs="+", help="nomor desa yang dimuat proses ini saja")
        parser.add_argument("--weeks", type=int, default=invented.WEEKS, help="banyaknya pekan dalam buku tiap KSM")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sign_ins"]:
            if self._small_is_there():
                for one in demo.sign_ins():
                    self.stdout.write(f"  {one['username']:<10} {one['password']}   {one['who']}")
            return
        today, weeks = clock.today(), options["weeks"]
        if options["villages"]:
            self._work(options["villages"], today, weeks)
            return
        both = not (options["small"] or options["programme"])
        if not Region.objects.exists():
            load_regions()
        if options["small"] or both:
            if self._small_is_there() or (options["if_empty"] and Bkm.objects.exists()):
                self.stdout.write("BKM Guyub Rukun sudah ada.")
            else:
                demo.load_small(today=today, say=self._say, weeks=weeks)
        if options["programme"] or both:
            missing = demo.missing_villages()
            if not missing or not self._small_is_there():
                self.stdout.write("Program Batang dilewati.")
            else:
                self._load_villages(missing, today, weeks, options["workers"])

    def _small_is_there(self) -> bool:
        return Bkm.objects.filter(code=demo.SMALL_BKM).exists()

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _load_villages(self, villages: Sequence[int], today: date, weeks: int, workers: int) -> None:
        """Load villages in several processes, which end when this one does; each village is whole or not there.

        They begin afresh, by the command line: a copy of this process would hold its threads' locks and its tracer.
        """
        demo.ensure_programme()
        if workers < 2 or connection.in_atomic_block:
            demo.load_villages(villages, today=today, say=self._say, weeks=weeks)
            return
        parts = [part for index in range(workers) if (part := villages[index::workers])]
        read, write = os.pipe()  # one for all of them: it ends when the last of them does
        before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
        running: list[subprocess.Popen[str]] = []
        try:
            with os.fdopen(read, errors="replace") as told:
                try:
                    running.extend(self._start(part, weeks, write) for part in parts)
                finally:
                    os.close(write)
                for line in told:
                    self._say(line.rstrip())
            failed = [process.returncode for process in running if process.wait()]
        finally:
            for process in running:
                process.terminate()
                process.wait()
            signal.signal(signal.SIGTERM, before)
        if failed or demo.missing_villages():
            raise CommandError("Program Batang belum lengkap; perintah yang sama meneruskannya.")

    def _start(self, villages: Sequence[int], weeks: int, write: int) -> "subprocess.Popen[str]":
        """Start a process that loads these villages into the database of this one, and tells all it has to say."""
        name = quote(connection.settings_dict["NAME"], safe="")
        address = urlsplit(os.environ.get("DATABASE_URL") or "postgres:///ksm")._replace(path=f"/{name}").geturl()
        words = ["demo", "--weeks", str(weeks), "--villages", *map(str, villages)]
        return subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *words],
            stdin=subprocess.DEVNULL,
            stdout=write,
            stderr=write,
            env={**os.environ, "DATABASE_URL": address},
            text=True,
        )

    def _work(self, villages: Sequence[int], today: date, weeks: int) -> None:
        for polite in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(polite, signal.SIG_DFL)  # what is under way the database takes back
        os.nice(5)  # whoever looks around in the small part meanwhile goes first
        demo.load_villages(villages, today=today, say=self._say, weeks=weeks)
