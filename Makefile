# The two commands of a fresh machine, `make run` and `make test`, and the steps they are made of.
# Wanted: make, a POSIX shell and Python 3.11 or newer. PYTHON=... names another one; PORT, KSM_DATA_DIR and
# DATABASE_URL are described in README.md.

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input
UV := VIRTUAL_ENV=$(VENV) $(PY) -m uv pip
# What is compiled once need not be compiled by each of the hundred programs that the tests start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help environment setup setup-dev debian chromium run test checked-code check lint style types compiled tests nightly bench lock
.DELETE_ON_ERROR:

help:
	@echo 'make run     menjalankan Buku KSM di komputer ini'
	@echo 'make test    menyiapkan dan menjalankan semua pemeriksaan'
	@echo 'make check   pemeriksaan yang sama, tanpa penyiapan'
	@echo 'make nightly sifat-sifat pembukuan dengan ribuan contoh, semalaman'
	@echo 'make bench   mengukur kecepatan'
	@echo 'make lock    memperbarui kunci versi pustaka'

setup: environment
	@$(call install,requirements.lock,$(PIP))

# What the tests need is what the product needs and more. Its fifty libraries take pip half a minute and uv five seconds.
# uv is told of pip's index, since it does not look for it; where it finds nothing, pip does the work.
setup-dev: environment
	@$(call install,requirements-uv.lock,$(PIP))
	@index=$$($(PIP) config list | sed -n "s/.*[.]index-url='\(.*\)'/\1/p" | tail -n 1); \
	if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi; \
	{ $(call install,requirements-dev.lock,$(UV)); } || { $(call install,requirements-dev.lock,$(PIP)); }
	@cp requirements.lock $(VENV)/requirements.lock

# A virtual environment whose Python is gone (upgraded, moved) or half made is made anew.
environment:
	@set -e; if ! $(PY) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	  found=; for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
	    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$candidate; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "Buku KSM memerlukan Python 3.11 atau lebih baru; yang ada: $$(python3 --version 2>&1)." >&2; \
	    echo 'Debian/Ubuntu: apt-get install python3 python3-venv. Atau sebutkan: make run PYTHON=/jalan/ke/python3.12' >&2; exit 1; \
	  fi; \
	  if ! "$$found" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	    echo "$$("$$found" --version) di sini belum punya modul venv. Debian/Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	  fi; \
	  echo "Menyiapkan lingkungan $$("$$found" --version) …"; \
	  rm -rf $(VENV); "$$found" -m venv $(VENV); \
	fi

# Installs a lock file, with every hash checked, only when its content differs from what was installed last. It is
# whole, so nothing is resolved again: pip would ask for the newest release of whatever stands there with an extra.
define install
cmp -s $(1) $(VENV)/$(1) || { \
  echo 'Memasang pustaka dari $(1) …'; \
  $(2) install --quiet --no-deps --require-hashes --requirement $(1) && cp $(1) $(VENV)/$(1); }
endef

run: setup
	@exec $(PY) manage.py serve

# The headless shell is the same Chromium without windows; what the journeys take of the cores is a quarter less.
BROWSERS := chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable

# What root gets from Debian: a Chromium where none is, and hledger, which judges the exported entries beside
# beancount; without it the tests read its grammar. Of what Debian recommends with a browser (printers, sound, a
# notification daemon: a hundred packages) the tests need the fonts.
debian:
	@[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 0; \
	export DEBIAN_FRONTEND=noninteractive; here=; \
	for name in $(BROWSERS); do if command -v $$name >/dev/null; then here=1; fi; done; \
	get() { apt-get install -y -q --no-install-recommends "$$@" >/dev/null; }; \
	if [ -z "$$here" ]; then \
	  echo 'Memasang Chromium …'; \
	  shell='chromium-headless-shell fonts-liberation'; \
	  get $$shell hledger || { \
	    apt-get update -q >/dev/null; get $$shell hledger || get $$shell || get chromium fonts-liberation; }; \
	fi; \
	command -v hledger >/dev/null || get hledger 2>/dev/null || echo 'Tanpa hledger.'

# The browser of the tests: one that is here, else Debian's as root, else Playwright's own.
chromium: debian
	@for name in $(BROWSERS); do if command -v $$name >/dev/null; then exit 0; fi; done; \
	$(PY) -m playwright install chromium || { \
	  echo 'Pemeriksaan memerlukan Chromium. Debian: apt-get install chromium (sebagai root).' >&2; exit 1; }

# Debian unpacks the browser while the libraries are installed and the code is checked.
test:
	@$(MAKE) --no-print-directory -j3 checked-code debian
	@$(MAKE) --no-print-directory chromium
	@$(MAKE) --no-print-directory tests

checked-code: setup-dev
	@$(MAKE) --no-print-directory $(CODE)

check:
	@$(MAKE) --no-print-directory -j3 $(CODE)
	@$(MAKE) --no-print-directory tests

# The longest first: the cores end together.
CODE := compiled types style

lint: style types

style:
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(VENV)/bin/lint-imports --no-cache --no-logo
	$(PY) -m djlint --quiet --lint templates

types:
	$(PY) -m mypy

# pytest compiles the tests itself, which the two processes of `tests` would do twice.
compiled:
	@said=$$($(PY) -m pytest --collect-only -qq 2>&1) || { echo "$$said"; exit 1; }

# slipcover warns that it cannot watch the branches of the tests themselves; nobody asks it to.
tests:
	$(PY) -W "ignore:Unable to activate pytest" -m slipcover --json --out .coverage.json \
	  -m pytest -n 2 --dist worksteal
	$(PY) -m tests.covered .coverage.json

# Every property with ten thousand examples, on the database with a thousand, and ten thousand sequences of each machine
# that keeps whole books. Some hours on two quiet cores: a sequence of either machine takes about half a second of one.
# Their pace is kept in artefacts/nightly while they run, so that a run that is broken off says how far it came.
nightly: setup-dev
	@rm -rf artefacts/nightly
	KSM_PROFILE=nightly $(PY) -m pytest -n 2 --dist worksteal -m "hypothesis or nightly"; code=$$?; \
	  cat artefacts/nightly/*.txt; exit $$code

bench: setup-dev
	$(PY) -m benchmarks

# `--universal` locks for every platform; nothing of the machine that made a lock stays in it.
lock: setup-dev
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(LOCK) --group uv --constraint requirements-dev.lock --output-file requirements-uv.lock

LOCK = $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
