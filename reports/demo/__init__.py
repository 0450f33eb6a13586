"""A village to try the books in: invented people, a fixed seed, dates relative to today, money through the services.

The small part is BKM Guyub Rukun with its UPK and ten KSM of different health; the large part is the Batang
programme, 100 KSM in ten villages (37 new, 63 reactivated). Each has 26 weeks of sheets.
"""

from reports.demo import invented
from reports.demo.invented import SMALL, SMALL_BKM, VILLAGES, WEEKS
from reports.demo.loading import ensure_programme, load_small, load_villages, missing_villages
from reports.demo.people import PASSWORD, sign_ins

__all__ = [
    "PASSWORD",
    "SMALL",
    "SMALL_BKM",
    "VILLAGES",
    "WEEKS",
    "ensure_programme",
    "invented",
    "load_small",
    "load_villages",
    "missing_villages",
    "sign_ins",
]
