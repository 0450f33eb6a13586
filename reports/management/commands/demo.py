"""Loads the demonstration data, and says who can sign in to it."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from groups import clock
from groups.models import Bkm, Region
from groups.region_list import load_regions
from reports import demo


class Command(BaseCommand):
    help = "Muat data peragaan: BKM Guyub Rukun (10 KSM) dan program Batang (100 KSM)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--small", action="store_true", help="hanya BKM Guyub Rukun")
        parser.add_argument("--programme", action="store_true", help="hanya program Batang")
        parser.add_argument("--if-empty", action="store_true", help="lewati bagian yang sudah ada")
        parser.add_argument("--sign-ins", action="store_true", help="tulis siapa yang bisa masuk")
        parser.add_argument("--workers", type=int, default=2, help="banyaknya proses yang memuat program Batang")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sign_ins"]:
            if self._small_is_there():
                for one in demo.sign_ins():
                    self.stdout.write(f"  {one['username']:<10} {one['password']}   {one['who']}")
            return
        both = not (options["small"] or options["programme"])
        today = clock.today()
        if not Region.objects.exists():
            load_regions()
        if options["small"] or both:
            if self._small_is_there() or (options["if_empty"] and Bkm.objects.exists()):
                self.stdout.write("BKM Guyub Rukun sudah ada.")
            else:
                demo.load_small(today=today, say=self._say)
        if options["programme"] or both:
            missing = demo.missing_villages()
            if not missing or not self._small_is_there():
                self.stdout.write("Program Batang dilewati.")
            else:
                self._load_villages(missing, today, options["workers"])

    def _small_is_there(self) -> bool:
        return Bkm.objects.filter(code=demo.SMALL_BKM).exists()

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _load_villages(self, villages: Sequence[int], today: date, workers: int) -> None:
        """Load villages in several processes, which end when this one does; each village is whole or not there."""
        demo.ensure_programme()
        if workers < 2 or connection.in_atomic_block or "fork" not in multiprocessing.get_all_start_methods():
            demo.load_villages(villages, today=today, say=self._say)
            return
        connection.close()  # each process opens its own
        context = multiprocessing.get_context("fork")
        parts = [villages[index::workers] for index in range(workers)]
        running = [context.Process(target=self._work, args=(part, today)) for part in parts if part]
        before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
        try:
            for process in running:
                process.start()
            for process in running:
                process.join()
        finally:
            for process in running:
                if process.is_alive():
                    process.terminate()
                    process.join()
            signal.signal(signal.SIGTERM, before)
        if any(process.exitcode for process in running):
            # A process may end with what its parent held open; what it left is done here, or fails with its reason.
            demo.load_villages(demo.missing_villages(), today=today, say=self._say)
        if demo.missing_villages():
            raise CommandError("Program Batang belum lengkap; perintah yang sama meneruskannya.")

    def _work(self, villages: Sequence[int], today: date) -> None:
        for polite in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(polite, signal.SIG_DFL)  # what is under way the database takes back
        os.nice(5)  # whoever looks around in the small part meanwhile goes first
        demo.load_villages(villages, today=today, say=self._say)
