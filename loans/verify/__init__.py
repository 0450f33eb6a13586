"""What only loans know of the books: each is what was paid out, and what became of it is what the meeting decided."""

from loans.verify import leavings, lending, steps, upk

__all__ = ["leavings", "lending", "steps", "upk"]
