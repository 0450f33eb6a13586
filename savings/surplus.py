"""How a year's surplus (SHU) is split and shared, exactly: whole rupiah, nothing lost, nothing made up. No Django.

SHU of a member = JUA × her business / all business + JMA × her savings / all savings (domain.md); JUA and JMA are per
cents of the surplus, and so is every other part. Parts and shares are cut by largest remainder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from groups.money import largest_remainder

Rule = Literal["mixed", "savings", "business", "equal"]
RULES: tuple[Rule, ...] = ("mixed", "savings", "business", "equal")

BUSINESS, SAVINGS, EQUAL = "business", "savings", "equal"
TO_MEMBERS = (BUSINESS, SAVINGS, EQUAL)


class InvalidSplit(ValueError):
    """Parts that cannot split a surplus; `code` is not_hundred, negative or bad_step."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the agreed split: per cent of the surplus, and where it goes.

    `target` is `business` (JUA), `savings` (JMA) or `equal` for what members share, else a code of the chart.
    """

    label: str
    percent: Decimal
    target: str


@dataclass(frozen=True, slots=True)
class Basis:
    """What a member's share is measured by: her number, her business of the year and her savings, in rupiah."""

    no: int
    business: int
    savings: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one member gets, in rupiah, by what it was measured; `amount` is after rounding."""

    no: int
    business: int
    savings: int
    equal: int
    amount: int


@dataclass(frozen=True, slots=True)
class Sharing:
    """A whole surplus laid out: shares, funds by part, and what neither holds. Their sum is the surplus."""

    rule: Rule
    shares: tuple[Share, ...]
    funds: tuple[tuple[Part, int], ...]
    remainder: int
    members: int  # what the members were to share, before rounding

    @property
    def paid(self) -> int:
        """What the members get together."""
        return sum(share.amount for share in self.shares)

    def of(self, no: int) -> int:
        """What one member gets; 0 for somebody who does not share."""
        return next((share.amount for share in self.shares if share.no == no), 0)


def split(surplus: int, parts: Sequence[Part]) -> list[int]:
    """Return the rupiah of each part. Refused (`InvalidSplit`): per cents below 0, or that do not sum to 100."""
    if any(part.percent < 0 for part in parts):
        raise InvalidSplit("negative")
    if sum(part.percent for part in parts) != 100:
        raise InvalidSplit("not_hundred")
    return largest_remainder(surplus, [part.percent for part in parts])


def share(
    surplus: int, parts: Sequence[Part], members: Sequence[Basis], *, rule: Rule = "mixed", step: int = 1
) -> Sharing:
    """Lay a surplus (rupiah, 0 or more) out among members and funds.

    `mixed` shares what the parts say by business, by savings and equally; any other rule shares all of it by that one
    measure. Each member's sum is then rounded down to a multiple of `step`. What rounding leaves, and what nobody can
    be measured by (no member, no business in the whole year), is the remainder. Refused (`InvalidSplit`): what
    `split` refuses, and a step below 1.
    """
    if step < 1:
        raise InvalidSplit("bad_step")
    cuts = list(zip(parts, split(surplus, parts), strict=True))
    pots = dict.fromkeys(TO_MEMBERS, 0)
    for part, amount in cuts:
        if part.target in TO_MEMBERS:
            pots[part.target if rule == "mixed" else rule] += amount
    cut = {target: _cut(pot, target, members) for target, pot in pots.items()}
    shares = tuple(
        Share(
            no=member.no,
            business=cut[BUSINESS][member.no],
            savings=cut[SAVINGS][member.no],
            equal=cut[EQUAL][member.no],
            amount=sum(cut[target][member.no] for target in TO_MEMBERS) // step * step,
        )
        for member in members
    )
    pot = sum(pots.values())
    return Sharing(
        rule=rule,
        shares=shares,
        funds=tuple((part, amount) for part, amount in cuts if part.target not in TO_MEMBERS),
        remainder=pot - sum(one.amount for one in shares),
        members=pot,
    )


def _cut(pot: int, target: str, members: Sequence[Basis]) -> Mapping[int, int]:
    """Return each member's part of one pot by her number; nothing where nobody has what it is measured by."""
    weights = [1 if target == EQUAL else getattr(member, target) for member in members]
    amounts = largest_remainder(pot, weights) if any(weights) else [0] * len(members)
    return {member.no: amount for member, amount in zip(members, amounts, strict=True)}
