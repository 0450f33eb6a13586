"""What a check finds, and what a check is."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

Books = Collection[int] | None  # primary keys; None for all books


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not fit.

    `row` is the number of an entry, the primary key of anything else. `number` is the entry number from which on it
    matters, None where that cannot be said. A `notice` is worth reading but no error.
    """

    book: int
    table: str
    row: int
    sentence: str
    number: int | None = None
    notice: bool = False


Check = Callable[[Books], Iterable[Problem]]
