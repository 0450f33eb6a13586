"""What is unusual on a sheet, said before it is sent: exceptions first, then the sums."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from groups.money import format_amount, format_rupiah, terbilang
from meetings.forms import SheetForm
from meetings.sheet import Sheet, Totals, totals


@dataclass(frozen=True, slots=True)
class Unusual:
    """One line of the check page: a sign (letter or icon), who, what, and where to change it."""

    sign: str  # "alert", "pencil", or an attendance letter
    who: str
    what: str
    detail: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Check:
    """The check page."""

    exceptions: list[Unusual]
    sheet: Sheet
    totals: Totals
    counts: dict[str, int]  # how many members hand each sum over
    before: int
    expected: int
    counted: int | None
    difference: int
    minutes_missing: bool

    @property
    def difference_size(self) -> int:
        """The difference without its sign."""
        return abs(self.difference)


def check(form: SheetForm) -> Check:
    """Look at a readable sheet as the group would before it is written in ink."""
    sheet = form.sheet()
    sums = totals(sheet, form.disbursed())
    expected = form.context.cash + sums.money_in - sums.money_out
    counted = sheet.count.counted
    return Check(
        exceptions=[*_rows(form), *_paid_out(form, sheet), *_count(counted), *_overdrawn(expected)],
        sheet=sheet,
        totals=sums,
        counts={
            "weekly": sum(1 for r in sheet.rows if r.weekly),
            "voluntary": sum(1 for r in sheet.rows if r.voluntary),
            "principal": sum(1 for r in sheet.rows if r.principal),
            "payments": sum(1 for r in sheet.rows if r.payments),
            "fines": sum(1 for r in sheet.rows if r.fine),
            "social": sum(1 for r in sheet.rows if r.social),
            "withdrawals": sum(1 for r in sheet.rows if r.withdrawal),
            "givers": sum(1 for r in sheet.rows if r.received),
            "present": sum(1 for r in sheet.rows if r.attendance == "H"),
        },
        before=form.context.cash,
        expected=expected,
        counted=counted,
        difference=0 if counted is None else counted - expected,
        minutes_missing=not sheet.minutes.whole,
    )


def _rows(form: SheetForm) -> list[Unusual]:
    found = []
    words = {
        "I": pgettext("attendance", "excused"),
        "S": pgettext("attendance", "ill"),
        "A": pgettext("attendance", "absent"),
    }
    for line in form.lines():
        row = form.row(line.no)
        weekly = form.context.weekly
        lacks = weekly - row.weekly if weekly > row.weekly else 0
        unpaid = _("simpanan wajib of %(amount)s not handed over") % {"amount": format_amount(lacks)} if lacks else ""
        if line.att in words:
            detail = unpaid
            if not lacks and line.checked and row.weekly:
                counts = _("simpanan wajib of %(amount)s is handed over and counts")
                detail = counts % {"amount": format_amount(row.weekly)}
            found.append(Unusual(line.att, line.name, words[line.att], detail, line.k))
        elif not line.checked:
            detail = (
                _("%(amount)s is still pencil and does not count") % {"amount": format_rupiah(line.sum)}
                if line.sum
                else unpaid
            )
            found.append(Unusual("pencil", line.name, _("hands nothing over"), detail, line.k))
        elif lacks:
            found.append(
                Unusual(
                    "alert",
                    line.name,
                    _("simpanan wajib %(paid)s of %(agreed)s")
                    % {"paid": format_amount(row.weekly), "agreed": format_amount(weekly)},
                    _("short by %(amount)s") % {"amount": format_rupiah(lacks)},
                    line.k,
                )
            )
        paid = sum(p.amount for p in row.payments)
        due = line.due
        if due and paid < due and line.checked:
            found.append(
                Unusual(
                    "alert",
                    line.name,
                    _("pays %(paid)s of %(due)s") % {"paid": format_amount(paid), "due": format_amount(due)},
                    _("short by %(amount)s, becomes arrears") % {"amount": format_rupiah(due - paid)},
                    line.k,
                )
            )
        elif due and not line.checked:
            found.append(
                Unusual(
                    "alert",
                    line.name,
                    _("instalment not paid"),
                    _("%(amount)s becomes arrears") % {"amount": format_rupiah(due)},
                    line.k,
                )
            )
        given = ((_("pays a fine"), row.fine), (_("gives to the social fund"), row.social))
        found += [Unusual("coin", line.name, what, format_rupiah(amount), line.k) for what, amount in given if amount]
        for question in line.soft:
            what = _("far more than usual") if question["more"] else _("far less than usual")
            found.append(
                Unusual(
                    "alert",
                    line.name,
                    f"{question['label']} {format_amount(question['amount'])}",
                    f"{what}: {terbilang(question['amount'])} rupiah",
                    line.k,
                )
            )
    return found


def _paid_out(form: SheetForm, sheet: Sheet) -> list[Unusual]:
    """Name everything that leaves the box."""
    names = {member.no: member.name for member in form.context.members}
    asked = {request.no: request for request in form.context.requests}
    found = [
        Unusual(
            "coin",
            names[row.member_no],
            _("takes out simpanan sukarela"),
            format_rupiah(row.withdrawal),
            f"r{row.member_no}",
        )
        for row in sheet.rows
        if row.withdrawal
    ]
    for one in sheet.disbursements:
        request = asked[one.request_no]
        blocked, detail = form.context.blocked(request), format_rupiah(request.amount)
        if blocked:
            detail = _("%(amount)s, of which %(blocked)s stay behind as tabungan tanggung renteng") % {
                "amount": detail,
                "blocked": format_rupiah(blocked),
            }
        found.append(Unusual("coin", request.member.name, _("is paid out a loan"), detail, f"q{request.no}"))
    found += [Unusual("coin", line.memo, _("is paid"), format_rupiah(line.amount), "other") for line in sheet.expenses]
    return found


def _overdrawn(expected: int) -> list[Unusual]:
    if expected >= 0:
        return []
    return [
        Unusual(
            "alert",
            _("The box cannot pay this"),
            "",
            _("%(amount)s is missing") % {"amount": format_rupiah(-expected)},
            "other",
        )
    ]


def _count(counted: int | None) -> list[Unusual]:
    if counted is not None:
        return []
    return [Unusual("alert", _("Cash not counted"), "", _("two people count the box at every meeting"), "kas")]
