"""Tries a step and takes it back within one transaction, so that a screen shows exactly what it would write."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from groups.models import Group
from ledger import services as ledger
from ledger.digest import text_hash
from ledger.models import Entry, Posting
from loans.models import Loan

# As a module: it stands on the services beside this one.
from loans.selectors import lending as reads
from loans.services.lending import OpenLoan


@dataclass
class Trial:
    """What a step would do: the loans before and after it, its entries, or why it is refused."""

    before: dict[int, OpenLoan]
    after: dict[int, OpenLoan] = field(default_factory=dict)
    entries: list[tuple[Entry, list[Posting]]] = field(default_factory=list)
    made: Any = None  # what the service answered with, as it would be
    refusal: ValidationError | None = None

    @property
    def seen(self) -> str:
        """What somebody who confirms has looked at: with other figures it is another word."""
        legs = [
            (p.account.code, p.account.member_no, p.account.loan_no, p.amount) for _e, own in self.entries for p in own
        ]
        states = [(no, one.paid_charge, one.paid_principal, one.remaining) for no, one in self.before.items()]
        return text_hash(repr((states, legs)))


class _TakenBack(Exception):
    """Ends the transaction of a trial."""


def attempt(*, group: Group, numbers: Collection[int], act: Callable[[], Any]) -> Trial:
    """Run `act`, keep what it did to these loans and what it posted, and take all of it back."""
    found = Trial(before=reads.loans_by_no(group, list(numbers)))
    try:
        with transaction.atomic():
            last = ledger.lock_book(group.book_id).last_number
            found.made = act()
            fresh = [found.made.no] if isinstance(found.made, Loan) else []
            found.after = reads.loans_by_no(group, [*numbers, *fresh])
            entries = Entry.objects.filter(book=group.book_id, number__gt=last).order_by("number")
            legs = Posting.objects.filter(entry__in=entries).select_related("account").order_by("pk")
            by_entry: dict[int, list[Posting]] = {}
            for leg in legs:
                by_entry.setdefault(leg.entry_id, []).append(leg)
            found.entries = [(entry, by_entry[entry.pk]) for entry in entries]
            raise _TakenBack
    except _TakenBack:
        return found
    except ValidationError as refusal:
        found.refusal = refusal
        return found
