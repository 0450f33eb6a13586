"""What is done with savings and with a year's surplus, a file per story; the verbs are called from here."""

from savings.services.acts import (
    OWN_ACCOUNTS,
    give_to_savers,
    pay_everybody_out,
    pay_savings_out,
    transfer_savings,
)
from savings.services.legs import deposit, withdraw
from savings.services.surplus import agree_split, decide_year, take_year_back

__all__ = [
    "OWN_ACCOUNTS",
    "agree_split",
    "decide_year",
    "deposit",
    "give_to_savers",
    "pay_everybody_out",
    "pay_savings_out",
    "take_year_back",
    "transfer_savings",
    "withdraw",
]
