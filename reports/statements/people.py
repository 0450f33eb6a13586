"""Statements by member: buku simpanan, buku anggota. A group's book alone has members."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from groups.models import Member
from ledger.chart import CHART, MEMBER_LOANS
from reports.statements import reading
from reports.statements.accounts import SAVINGS
from reports.statements.asked import Asked
from reports.statements.figures import Movement
from reports.statements.keeper import Keeper
from reports.statements.shape import Column, Row, Statement, Table


def _members(keeper: Keeper) -> list[Member]:
    return list(Member.objects.filter(group=keeper.group).order_by("no"))


def savings_book(keeper: Keeper, asked: Asked) -> Statement:
    """Return all members' savings, by kind: opening, in, out, closing. Three queries, however many members."""
    book = keeper.book.pk
    opening = reading.balances(book, asked.period.start, asked.days, SAVINGS)
    moved = reading.movements(book, asked.period, SAVINGS)
    found: dict[str, dict[int, Movement]] = {code: {} for code in SAVINGS}
    for (code, no, _loan), balance in opening.items():
        found[code][no] = found[code].get(no, Movement()) + Movement(-balance)
    for (code, no), (into, out) in moved.items():
        found[code][no] = found[code].get(no, Movement()) + Movement(0, into, out)
    names = {member.no: member.name for member in _members(keeper)} | {0: _("the whole group")}
    tables = [_savings_table(keeper, asked, _("All kinds together"), "", _together(found), names)]
    tables += [
        _savings_table(keeper, asked, CHART[code].name, code, found[code], names) for code in SAVINGS if found[code]
    ]
    return Statement("savings", _("Savings book"), tables if len(tables) != 2 else tables[1:])


def _together(found: dict[str, dict[int, Movement]]) -> dict[int, Movement]:
    sums: dict[int, Movement] = {}
    for kind in found.values():
        for no, movement in kind.items():
            sums[no] = sums.get(no, Movement()) + movement
    return sums


def _savings_table(
    keeper: Keeper, asked: Asked, title: str, code: str, moved: dict[int, Movement], names: dict[int, str]
) -> Table:
    columns = (
        Column("no", pgettext("number", "No")),
        Column("text", _("Name"), wide=True),
        Column("amount", pgettext("savings", "Opening"), pgettext("savings", "opening")),
        Column("amount", pgettext("money", "In"), pgettext("money", "in")),
        Column("amount", pgettext("money", "Out"), pgettext("money", "out")),
        Column("amount", pgettext("savings", "Closing"), pgettext("savings", "closing")),
    )
    ledger = keeper.url("statement", "ledger")
    rows = [
        Row(
            (no or None, names.get(no, str(no)), one.opening, one.into, one.out, one.closing),
            url=_of_member(keeper, no) if not code else f"{ledger}?{asked.query(f'{code}.{no}')}",
        )
        for no, one in sorted(moved.items())
        if one
    ]
    whole = sum(moved.values(), Movement())
    rows.append(Row((None, _("Sum"), whole.opening, whole.into, whole.out, whole.closing), "final"))
    return Table(columns, rows, title, empty=_("Nobody saved in this period."))


def _of_member(keeper: Keeper, no: int) -> str:
    """Return the address of a member's passbook; what is the whole group's has none."""
    return keeper.url("passbook", no) if no else ""


def member_book(keeper: Keeper, asked: Asked) -> Statement:
    """Return the register of members up to the period's end, with what each has saved and owes. Two queries."""
    end = asked.period.end
    held = reading.balances(keeper.book.pk, asked.period.after, asked.days, (*SAVINGS, MEMBER_LOANS))
    saved: dict[int, int] = {}
    owed: dict[int, int] = {}
    for (code, no, _loan), balance in held.items():
        if code == MEMBER_LOANS:
            owed[no] = owed.get(no, 0) + balance
        else:
            saved[no] = saved.get(no, 0) - balance
    columns = (
        Column("no", pgettext("number", "No")),
        Column("text", _("Name"), wide=True),
        Column("text", pgettext("woman or man", "L/P")),
        Column("text", _("Office")),
        Column("day", _("Joined"), _("joined")),
        Column("day", pgettext("column", "Left"), pgettext("column", "left")),
        Column("amount", _("Savings"), _("savings")),
        Column("amount", _("Owes"), _("owes")),
    )
    members = [member for member in _members(keeper) if member.joined_on <= end]
    rows = [
        Row(
            (
                *(member.no, member.name, member.gender, str(member.get_office_display()), member.joined_on),
                member.left_on if member.left_on and member.left_on <= end else None,
                *(saved.get(member.no, 0), owed.get(member.no, 0)),
            ),
            url=_of_member(keeper, member.no),
            detail=member.address,
        )
        for member in members
    ]
    active = sum(1 for member in members if member.is_active_on(end))
    known = [member.no for member in members]
    total = (sum(saved.get(no, 0) for no in known), sum(owed.get(no, 0) for no in known))
    count = _("%(active)s members of %(all)s ever written down") % {"active": active, "all": len(members)}
    rows.append(Row((None, count, None, None, None, None, *total), "final"))
    return Statement("members", _("Register of members"), [Table(columns, rows)], wide=True)
