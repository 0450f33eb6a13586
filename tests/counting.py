"""What counts for coverage: the lines that the tests of services, arithmetic and forms reach.

A walk, a journey or a screen that passes through a branch proves nothing of it, nor does paper, and a property reaches
on some days what it does not on others. Python 3.11 has no cheap way to watch lines: whatever runs under watch takes
half as long again, Django included. So only what counts is watched.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import pytest

UNCOUNTED = (
    "test_*.py",  # right below tests/
    "journeys/*",
    "ksm_project/*",
    "worked_examples/*",
    "*/test_*papers.py",
    "*/test_*views.py",
    "loans/test_ten_thousand_loans.py",
    "meetings/test_import*.py",
    "reports/test_demo.py",
    "reports/test_ledger_text.py",
)
"""Files below `tests/` that prove doors, screens, paper, whole books, the set-up or the whole."""

REACHED_BY_SCREENS = (
    "groups/test_views.py",
    "loans/test_life_views.py",
    "meetings/test_correcting_views.py",
    "users/test_views.py",
)
"""Of those, what stands for a service or a gate that nothing but a screen calls."""

OURS = {init.parent.name for init in Path(__file__).resolve().parent.parent.glob("*/__init__.py")}
Cache = type(lru_cache(abs))


def counts(item: pytest.Item) -> bool:
    """Whether what a test reaches counts."""

    def is_one_of(patterns: tuple[str, ...]) -> bool:
        return any(item.path.match(f"tests/{pattern}") for pattern in patterns)

    if item.get_closest_marker("hypothesis"):
        return False
    return is_one_of(REACHED_BY_SCREENS) or not is_one_of(UNCOUNTED)


@contextmanager
def unwatched() -> Iterator[None]:
    """Run the block with nobody tracing its lines, nor those of threads that it starts."""
    watcher, of_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        threading.settrace(of_threads)
        sys.settrace(watcher)


def forget_caches() -> None:
    """Empty the caches of our functions: what is found there would not be reached again."""
    ours = [module for name, module in sys.modules.items() if name.partition(".")[0] in OURS]
    for cache in (thing for module in ours for thing in vars(module).values() if isinstance(thing, Cache)):
        cache.cache_clear()


class OnlyWhatCounts:
    """In a run with `--cov`, coverage looks away while a test runs that does not count.

    pytest-cov's own pause is of no use in a process of xdist, where it starts two tracers and pauses the upper one.
    """

    def __init__(self) -> None:
        self.looked_away = True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if counts(item):
            if self.looked_away:
                forget_caches()
                self.looked_away = False
            return (yield)
        self.looked_away = True
        with unwatched():
            return (yield)
