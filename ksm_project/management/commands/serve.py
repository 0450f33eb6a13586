"""`manage.py serve`, the heart of `make run`: makes everything ready, serves it, and takes it all down on Ctrl-C."""

import hashlib
import os
import socket
import subprocess
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

import waitress
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from ksm_project.management.commands.migrate import refuse_half_way

HOST = "127.0.0.1"
THREADS = 8  # as many requests at once, each with a connection of its own


class Command(BaseCommand):
    help = "Migrate, load the demonstration data the first time, and serve on 127.0.0.1 until Ctrl-C."
    requires_system_checks = ()  # they load every view; a taken port is told before

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=os.environ.get("PORT") or 8000)
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
        parser.add_argument("--weeks", type=int, help="weeks in each book of the demonstration, instead of half a year")

    def handle(self, *args: str, **options: Any) -> None:
        port = options["port"]
        self._refuse_a_taken_port(port)
        self.check()
        self._migrate()
        self._collect_static_files()
        demo = not options["no_demo"] and "demo" in get_commands()
        weeks = [f"--weeks={options['weeks']}"] if options["weeks"] else []
        if demo:
            self._say(_("Preparing the demonstration data …"))
            call_command("demo", "--if-empty", "--small", *weeks, stdout=self.stdout)
        connection.close()

        try:
            # Only now: the application looks at the collected files once, when it is made.
            from ksm_project.wsgi import application  # noqa: PLC0415

            server = waitress.create_server(application, host=HOST, port=port, threads=THREADS, ident=None)
        except OSError as error:
            raise CommandError(_taken(port)) from error
        self._say("")
        self._say(_("Buku KSM is open at http://%(host)s:%(port)s") % {"host": HOST, "port": port}, self.style.SUCCESS)
        if demo:
            call_command("demo", "--sign-ins", stdout=self.stdout)
        self._say(_("Ready. Ctrl-C stops it."))
        background = None
        try:
            background = _Programme(weeks, self._say) if demo else None
            server.run()
        except KeyboardInterrupt:
            pass  # before the server listens for it itself
        finally:
            if background:
                background.stop()
            server.close()
            self._say("\n" + _("Closing …"))

    def _say(self, text: str, style: Any = None) -> None:
        self.stdout.write(text, style)
        self.stdout.flush()

    def _refuse_a_taken_port(self, port: int) -> None:
        """Say so before a minute of preparations rather than after it."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except (OSError, OverflowError) as error:
                raise CommandError(_taken(port)) from error

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        refuse_half_way(executor.loader)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say(_("Preparing the tables …"))
            call_command("migrate", interactive=False, verbosity=0)
        else:
            executor.check_replacements()  # notes what an earlier version did in steps under its new names

    def _collect_static_files(self) -> None:
        """Collect, fingerprint and compress them, unless none changed since the last time."""
        facts = hashlib.sha256()
        for finder in get_finders():
            for path, storage in finder.list(None):
                facts.update(f"{path} {storage.size(path)} {storage.get_modified_time(path)}\n".encode())
        stamp = settings.DATA_DIR / "static.stamp"
        if settings.STATIC_ROOT.exists() and stamp.exists() and stamp.read_text() == facts.hexdigest():
            return
        self._say(_("Preparing styles and pictures …"))
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(facts.hexdigest())


class _Programme:
    """Loads the large part of the demonstration data beside the running site, and ends with it."""

    def __init__(self, weeks: list[str], say: Callable[[str], None]) -> None:
        self.say = say
        # A session of its own: Ctrl-C is for us, and we stop it.
        self.process = subprocess.Popen(
            [sys.executable, sys.argv[0], "demo", "--if-empty", "--programme", *weeks],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        """Leave no zombie when it is done, and say that it is."""
        if self.process.wait() == 0:
            self.say(_("The Batang programme is loaded too."))

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _taken(port: int) -> str:
    return _("Port %(port)s is taken. Choose another one: make run PORT=8001") % {"port": port}
