"""What members read and hear of their own books: balances aloud, passbooks, corrections, and the small books."""
