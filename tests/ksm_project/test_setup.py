"""`make setup` and its kin on machines that lack this or that, told by stand-ins for the programs of the machine."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-uv.lock", "requirements-dev.lock")
OF_THE_TESTS = list(LOCKS[1:])
# A Python that makes an environment whose own Python notes what it is asked.
PYTHON = """#!/bin/sh
case "$*" in
  *version_info*) exit {old} ;;
  *ensurepip*) exit {no_venv} ;;
  --version) echo "Python {version}" ;;
  "-m venv "*)
    /bin/mkdir -p "$3/bin"
    printf '#!/bin/sh\\necho "$@" >> "$HERE/asked"\\n' > "$3/bin/python"
    printf 'case "$*" in\\n*"config list") /bin/cat "$HERE/pip.conf" ;;\\n' >> "$3/bin/python"
    printf '"-m pip "*install*) [ ! -e "$HERE/offline" ] ;;\\n' >> "$3/bin/python"
    printf '"-m uv "*) [ ! -e "$HERE/no uv" ] && echo "$UV_DEFAULT_INDEX" >> "$HERE/index" ;;\\n' >> "$3/bin/python"
    printf 'esac\\n' >> "$3/bin/python"
    printf '#!/bin/sh\\n' > "$3/bin/lint-imports"
    /bin/chmod +x "$3/bin/python" "$3/bin/lint-imports" ;;
esac
"""


class Machine:
    """A checkout in a folder of its own, and the programs that `make` finds: nothing but what is put there."""

    def __init__(self, home):
        self.home = home
        self.programs = home / "programs"
        self.programs.mkdir(parents=True)
        for name in ("make", "cmp", "cp", "rm", "sed", "tail"):
            (self.programs / name).symlink_to(shutil.which(name))
        for name in ("Makefile", *LOCKS):
            shutil.copy(REPOSITORY / name, home)
        (home / "pip.conf").touch()

    def program(self, name, text):
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    def python(self, name="python3", *, version="3.11.2", venv=True):
        old = tuple(map(int, version.split(".")[:2])) < (3, 11)
        self.program(name, PYTHON.format(old=int(old), no_venv=int(not venv), version=version))

    def make(self, *words):
        return subprocess.run(
            [self.programs / "make", *words],
            cwd=self.home,
            env={"PATH": str(self.programs), "HERE": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
        )

    def installs(self):
        asked = self.home / "asked"
        lines = asked.read_text().splitlines() if asked.exists() else []
        return [line.rpartition(" ")[2] for line in lines if " install " in line and "--require-hashes" in line]


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path / "komputer")


def test_no_python_or_an_old_one_is_named(machine):
    machine.python(version="3.9.2")
    done = machine.make("setup")
    assert done.returncode
    assert "memerlukan Python 3.11" in done.stderr
    assert "yang ada: Python 3.9.2" in done.stderr
    assert not (machine.home / ".venv").exists()


def test_a_newer_python_beside_an_old_one_is_found(machine):
    machine.python(version="3.9.2")
    machine.python("python3.12", version="3.12.4")
    assert "Python 3.12.4" in machine.make("setup").stdout
    assert machine.installs() == ["requirements.lock"]


def test_debian_without_its_venv_package_is_told_which_one(machine):
    machine.python(venv=False)
    done = machine.make("setup")
    assert done.returncode
    assert "apt-get install python3-venv" in done.stderr


def test_locked_packages_are_installed_once_and_again_when_the_lock_changed(machine):
    machine.python()
    for _ in range(2):
        assert machine.make("setup").returncode == 0
    assert machine.installs() == ["requirements.lock"]
    os.utime(machine.home / "requirements.lock")  # as a fresh checkout does
    machine.make("setup")
    assert machine.installs() == ["requirements.lock"]
    with (machine.home / "requirements.lock").open("a") as lock:
        lock.write("# a newer version\n")
    machine.make("setup")
    machine.make("setup-dev")
    machine.make("setup-dev")
    machine.make("setup")  # the tests need all that the product needs
    assert machine.installs() == ["requirements.lock", "requirements.lock", *OF_THE_TESTS]


@pytest.mark.parametrize(
    ("configured", "asked"),
    [
        ("", ""),
        ("global.extra-index-url='//sisipan'\nglobal.index-url='//desa/simple'\n:env:.index-url='//lain'\n", "//lain"),
    ],
)
def test_uv_asks_the_index_that_pip_would_ask(machine, configured, asked):
    machine.python()
    (machine.home / "pip.conf").write_text(configured)
    assert machine.make("setup-dev").returncode == 0
    assert (machine.home / "index").read_text() == f"{asked}\n"


def test_where_uv_cannot_pip_installs_what_the_tests_need(machine):
    machine.python()
    (machine.home / "no uv").touch()
    assert machine.make("setup-dev").returncode == 0
    assert machine.installs() == [*OF_THE_TESTS, "requirements-dev.lock"]
    last = (machine.home / "asked").read_text().splitlines()[-1]
    assert last.startswith("-m pip ")


def test_an_installation_cut_short_is_tried_again(machine):
    machine.python()
    (machine.home / "offline").touch()
    assert machine.make("setup").returncode
    (machine.home / "offline").unlink()
    assert machine.make("setup").returncode == 0
    assert machine.installs() == ["requirements.lock"] * 2


def test_an_environment_whose_python_is_gone_is_made_anew(machine):
    machine.python()
    machine.make("setup")
    (machine.home / ".venv" / "bin" / "python").unlink()
    assert machine.make("setup").returncode == 0
    assert machine.installs() == ["requirements.lock"] * 2


@pytest.mark.parametrize("name", ["chromium-headless-shell", "chromium", "google-chrome"])
def test_a_browser_that_is_here_is_enough(machine, name):
    machine.program(name, "#!/bin/sh\n")
    assert machine.make("chromium").returncode == 0


# Debian as it has some packages and not others: what it is asked for in one go, it installs whole or not at all.
DEBIAN = """#!/bin/sh
echo "$@" >> "$HERE/apt"
case "$1" in
  update) : > "$HERE/lists" ;;
  install)
    [ -e "$HERE/lists" ] || exit 100
    shift 4
    for name; do case " {has} " in *" $name "*) ;; *) exit 100 ;; esac; done
    for name; do cp "$0" "$HERE/programs/$name"; done ;;
esac
"""
SHELL, WHOLE = "chromium-headless-shell fonts-liberation", "chromium fonts-liberation"


@pytest.mark.parametrize(
    ("has", "asked"),
    [
        (f"{SHELL} hledger", [f"{SHELL} hledger"]),
        (SHELL, [f"{SHELL} hledger", SHELL, "hledger"]),
        (f"{WHOLE} hledger", [f"{SHELL} hledger", SHELL, WHOLE, "hledger"]),
    ],
)
def test_root_gets_the_browser_that_debian_has_with_fresh_lists_if_need_be(machine, has, asked):
    machine.program("id", "#!/bin/sh\necho 0\n")
    machine.program("apt-get", DEBIAN.replace("{has}", has))
    assert machine.make("chromium").returncode == 0
    found = (machine.home / "apt").read_text().replace("-y -q --no-install-recommends ", "").splitlines()
    assert found == [f"install {SHELL} hledger", "update -q", *(f"install {names}" for names in asked)]


def test_the_tests_begin_when_libraries_and_browser_are_there_and_not_before(machine):
    machine.python()
    machine.program("id", "#!/bin/sh\necho 0\n")
    machine.program("apt-get", '#!/bin/sh\nshift 4\nfor name; do cp "$0" "$HERE/programs/$name"; done\n')
    machine.make("test")
    asked = (machine.home / "asked").read_text()
    assert machine.installs() == OF_THE_TESTS
    assert asked.index("requirements-dev.lock") < asked.index("-m ruff check") < asked.index("-m slipcover")
    assert "playwright" not in asked
    (machine.home / ".venv" / "requirements-dev.lock").unlink()
    (machine.home / "no uv").touch()
    (machine.home / "offline").touch()
    assert machine.make("test").returncode
    assert (machine.home / "asked").read_text().count("-m ruff check") == 1
    (machine.home / "offline").unlink()
    for name in ("chromium-headless-shell", "apt-get"):
        (machine.programs / name).unlink()
    (machine.home / ".venv" / "bin" / "python").write_text(
        '#!/bin/sh\n[ "$2" != playwright ] && echo "$@" >> "$HERE/asked"\n'
    )
    assert machine.make("test").returncode
    assert (machine.home / "asked").read_text().count("-m slipcover") == 1


def test_without_any_browser_the_tests_do_not_begin(machine):
    machine.python()
    machine.make("setup")
    machine.program("id", "#!/bin/sh\necho 1000\n")
    (machine.home / ".venv" / "bin" / "python").write_text("#!/bin/sh\nexit 1\n")
    done = machine.make("chromium")
    assert done.returncode
    assert "memerlukan Chromium" in done.stderr


def test_continuous_integration_runs_what_a_person_runs(machine):
    (machine.programs / "make").unlink()
    machine.program("make", '#!/bin/sh\necho "$PWD: $@"\n')
    (machine.programs / "dirname").symlink_to(shutil.which("dirname"))
    (machine.home / ".ci").mkdir()
    shutil.copy(REPOSITORY / ".ci" / "run", machine.home / ".ci")
    done = subprocess.run(
        ["/bin/sh", ".ci/run"],
        cwd=machine.home,
        env={"PATH": str(machine.programs)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{machine.home}: test\n"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_every_dependency_with_hashes_and_no_place_on_the_network(name):
    text = (REPOSITORY / name).read_text()
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    of_the_tests = [line for line in groups["dev"] if isinstance(line, str)] + groups["uv"]
    wanted = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-uv.lock": groups["uv"],
        "requirements-dev.lock": project["project"]["dependencies"] + of_the_tests,
    }[name]
    locked = dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE))
    assert {re.split(r"[<>=~! ;]", line)[0].lower().replace("_", "-") for line in wanted} <= locked.keys()
    for block in re.split(r"\n(?=[a-z])", text.strip()):
        assert "--hash=sha256:" in block, block
    assert "//" not in text
    assert "index" not in text
    assert "psycopg" not in locked  # Django would prefer it to psycopg2


def test_what_the_tests_stand_on_is_what_the_product_stands_on():
    runtime, dev = ((REPOSITORY / name).read_text() for name in ("requirements.lock", "requirements-dev.lock"))
    pins = re.findall(r"^[a-z0-9._-]+==[^ ;\\]+", runtime, re.MULTILINE)
    assert len(pins) > 10
    assert all(f"{pin} " in dev for pin in pins)
