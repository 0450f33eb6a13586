"""A fair order of requests, suggested and never forced: who never borrowed first, then who waits longest, then less.

Every place says why it comes before the next one, so that a meeting can weigh the reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Reason = Literal["first_loan", "waits_longer", "asks_less", "asked_first", "last"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as far as fairness looks at it; `cash` is what it takes out of the box (rupiah)."""

    no: int
    never_borrowed: bool
    requested_on: date
    amount: int
    cash: int


@dataclass(frozen=True, slots=True)
class Place:
    """A request at its place, why it stands before the next, and whether the cash reaches down to it."""

    asked: Asked
    reason: Reason
    fits: bool


def fair_order(requests: Iterable[Asked], cash: int) -> list[Place]:
    """Put requests in their fair order; `cash` (rupiah) is given out from the top, what does not fit is passed by."""
    ordered = sorted(requests, key=lambda one: (not one.never_borrowed, one.requested_on, one.amount, one.no))
    places = []
    for index, one in enumerate(ordered):
        fits = one.cash <= cash
        cash -= one.cash if fits else 0
        places.append(Place(one, _reason(one, *ordered[index + 1 : index + 2]), fits))
    return places


def _reason(one: Asked, after: Asked | None = None) -> Reason:
    if after is None:
        return "last"
    if one.never_borrowed != after.never_borrowed:
        return "first_loan"
    if one.requested_on != after.requested_on:
        return "waits_longer"
    return "asks_less" if one.amount != after.amount else "asked_first"
