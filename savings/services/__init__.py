"""What is done with savings and with a year's surplus, a file per story; the verbs are called from here."""

from savings.services.legs import deposit, withdraw
from savings.services.surplus import agree_split, decide_year

__all__ = ["agree_split", "decide_year", "deposit", "withdraw"]
