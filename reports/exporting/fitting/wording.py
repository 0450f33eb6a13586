"""What is read turned into what is written, and loans and entries said in one line."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from ledger.services import Leg
from loans.services import OpenLoan
from reports.exporting.gathering import Posted


def written(table: dict[str, Any]) -> dict[Any, str]:
    """Turn what is read into what is written."""
    return {value: word for word, value in table.items()}


def loan_said(owed: OpenLoan) -> str:
    return _("loan %(no)s of %(name)s") % {"no": owed.loan.no, "name": owed.loan.member.name}


def entry_said(one: Posted) -> str:
    """Say an entry in one line: number, memo, and each account with its amount, debit positive."""
    return _("entry %(number)s") % {"number": one.number} + ": " + "; ".join(filter(None, [one.memo, *_legs(one.legs)]))


def _legs(legs: Iterable[Leg]) -> Iterator[str]:
    for leg in legs:
        place = "/".join(str(no) for no in (leg.member_no, leg.loan_no) if no)
        yield f"{leg.code}{' ' + place if place else ''} {'+' if leg.amount > 0 else ''}{leg.amount}"
