"""What a correction would do, found by doing it and taking all of it back: nothing of a rehearsal stays.

Apps above add what they see of a group: `effect.register(observer)` in their `ready()`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from groups.models import Group, Member
from ledger import chart
from ledger import services as ledger
from ledger.models import Account
from ledger.services import AccountKey


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing an observer sees: a heading, what it is, how it reads, and its light where it has one."""

    heading: str
    label: str
    value: str
    light: str | None = None


YEARLY = "45"  # what a chart code of income or costs begins with

Observer = Callable[[Group, date], Sequence[Figure]]
_observers: list[Observer] = []


def register(observer: Observer) -> Observer:
    """Add an observer of a group around a day; adding one twice does nothing."""
    if observer not in _observers:
        _observers.append(observer)
    return observer


@dataclass(frozen=True, slots=True)
class Moved:
    """An account whose balance would change, in rupiah on its normal side; `who` is empty for the group's own."""

    who: str
    label: str
    loan_no: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Effect:
    """Balances that would change, members first, and every figure before and after."""

    moved: list[Moved]
    figures: list[tuple[Figure, Figure]]

    @property
    def headings(self) -> list[tuple[str, list[tuple[Figure, Figure]]]]:
        """The figures by their heading."""
        found: dict[str, list[tuple[Figure, Figure]]] = {}
        for pair in self.figures:
            found.setdefault(pair[0].heading, []).append(pair)
        return list(found.items())


def rehearse(*, group: Group, on: date, act: Callable[[], object]) -> Effect:
    """Do `act` inside a savepoint, look, and roll it back. What `act` refuses comes out as it is."""
    with transaction.atomic():
        ledger.lock_book(group.book_id)
        before, seen = _balances(group), _look(group, on)
        act()
        after, shown = _balances(group), _look(group, on)
        transaction.set_rollback(True)
    names = dict(Member.objects.filter(group=group).values_list("no", "name"))
    moved = [
        Moved(
            who=names.get(member_no, ""),
            label=chart.CHART[code].name,
            loan_no=loan_no,
            before=chart.on_normal_side(code, _shown(before, (code, member_no, loan_no))),
            after=chart.on_normal_side(code, _shown(after, (code, member_no, loan_no))),
        )
        for (code, member_no, loan_no), balance in sorted(after.items(), key=lambda one: (not one[0][1], one[0]))
        if balance != before.get((code, member_no, loan_no), 0)
    ]
    return Effect(moved, list(zip(seen, shown, strict=True)))


def _shown(balances: Mapping[AccountKey, int], key: AccountKey) -> int:
    """Return what an account is said to hold: income and costs of the group with those kept per loan (decision 4)."""
    code, member_no, _loan_no = key
    if member_no or code[0] not in YEARLY:
        return balances.get(key, 0)
    return sum(balance for (other, _member, _loan), balance in balances.items() if other == code)


def _balances(group: Group) -> dict[AccountKey, int]:
    rows = Account.objects.filter(book=group.book_id).values_list("code", "member_no", "loan_no", "balance")
    return {(code, member_no, loan_no): balance for code, member_no, loan_no, balance in rows}


def _look(group: Group, on: date) -> list[Figure]:
    return [figure for observer in _observers for figure in observer(group, on)]
