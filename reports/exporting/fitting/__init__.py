"""Puts a book into the sheets of a workbook, and names everything that their columns cannot hold.

What is written is the book's last state: a corrected hand-over as it stands now. Importing plays the sheets through
the same services again, so whatever that play would do otherwise than the book did (another split of an instalment,
another difference of the cash box, an account below 0) is named too.
"""

from reports.exporting.fitting.fitted import Fitted, LeftOut
from reports.exporting.fitting.sheets import fit

__all__ = ["Fitted", "LeftOut", "fit"]
