"""How many rows a page holds, and rows cut into pages."""

from collections.abc import Sequence
from typing import TypeVar

# How many rows a page takes beside its letterhead and signatures: on the first page, and on those that follow.
ATTENDANCE_ROWS = {"a4": (17, 20), "f4": (20, 23)}
SHEET_ROWS = (17, 21)  # and the sum
# A group a little larger gets all its rows on one page, lower, and its sheets a head of one line.
ATTENDANCE_DENSE_ROWS = {"a4": 21, "f4": 24}
BLANK_DENSE_ROWS, POSTED_DENSE_ROWS = 21, 24  # written by hand; printed
# Lines of sums that leave room for the other copy of a receipt, and in smaller letters.
RECEIPT_ROWS, RECEIPT_DENSE_ROWS = 8, 14

Row = TypeVar("Row")


def pages_of(rows: Sequence[Row], first: int, more: int) -> list[Sequence[Row]]:
    """Cut rows into pages: so many on the first, so many on each that follows; no rows are one empty page."""
    return [rows[:first], *(rows[start : start + more] for start in range(first, len(rows), more))]
