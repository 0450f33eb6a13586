"""Reads back what a submission sealed. Whoever forges such a text may write anything at all into it."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

Found = TypeVar("Found")


def read(content: str, take: Callable[[Any], Found]) -> Found | None:
    """Return what `take` finds in a sealed text; None where it is not JSON, or not of the shape that `take` expects."""
    try:
        return take(json.loads(content))
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError):
        return None


def number(value: object) -> int:
    """Return a whole number as it was sealed; refuse (`TypeError`) anything else, yes and no too."""
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    return value


def words(value: object) -> str:
    """Return a text as it was sealed; refuse (`TypeError`) anything else."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
