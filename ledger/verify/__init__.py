"""Reads the books again from the first line and says what does not fit, as data; it changes nothing.

Each check is a small function from books to problems. It trusts no trigger and no stored figure: digests are derived in
Python from what the rows hold, the rest by SQL over the rows themselves. Results stream, so memory does not grow with
the books. Apps above the ledger add checks of what only they know: `verify.register(check)` in their `ready()`.
"""

from ledger.verify.balances import check_balances, check_days
from ledger.verify.chain import check_entries, check_heads, check_submissions
from ledger.verify.checks import problems, register, register_derived
from ledger.verify.closings import check_closings
from ledger.verify.postings import check_accounts, check_lone_postings, check_reversals
from ledger.verify.problem import Books, Check, Problem
from ledger.verify.reading import one_moment, stream
from ledger.verify.witness import Witness, find_witness

__all__ = [
    "Books",
    "Check",
    "Problem",
    "Witness",
    "check_accounts",
    "check_balances",
    "check_closings",
    "check_days",
    "check_entries",
    "check_heads",
    "check_lone_postings",
    "check_reversals",
    "check_submissions",
    "find_witness",
    "one_moment",
    "problems",
    "register",
    "register_derived",
    "stream",
]

# The ledger's own, in the order in which they run and their problems are told.
for _check in (
    check_submissions,
    check_entries,
    check_accounts,
    check_lone_postings,
    check_reversals,
    check_balances,
    check_heads,
    check_days,
    check_closings,
):
    register(_check)
