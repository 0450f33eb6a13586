"""All checks, the ledger's and those of the apps above, run together."""

from collections.abc import Iterator

from ledger.verify.problem import Books, Check, Problem
from ledger.verify.reading import one_moment

_checks: list[Check] = []
_derived: list[Check] = []


def register(check: Check) -> Check:
    """Add a check to every later verification; also a decorator. Adding one twice does nothing."""
    if check not in _checks:
        _checks.append(check)
    return check


def register_derived(check: Check) -> Check:
    """Add a check of what is only derived from the books, and takes as long as deriving it again; also a decorator."""
    _derived.append(check)
    return check


def problems(books: Books = None, *, derived: bool = False) -> Iterator[Problem]:
    """Run every check over these books, or all of them; with `derived` also those of what is derived from them."""
    with one_moment():
        for check in [*_checks, *(_derived if derived else ())]:
            yield from check(books)
