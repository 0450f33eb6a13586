"""What only meetings know of the books: who came, what was decided and why it was corrected is what was sealed.

No row and no sealed text is trusted to be what it should: a text that cannot be read is named like one that differs.
"""

from meetings.verify import cash, corrections, readings, sheets

__all__ = ["cash", "corrections", "readings", "sheets"]
