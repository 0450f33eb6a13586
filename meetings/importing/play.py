"""Plays a planned book into an empty one, day by day, through the services that post every sheet."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Group, Member
from groups.money import format_rupiah
from ledger import chart, statistics
from ledger import services as ledger
from ledger.services import Draft, Leg
from loans import arrears
from loans import services as loans
from loans.models import Loan
from loans.services import Lending
from meetings.importing.doubts import OUTGOING, Cell, outflow
from meetings.importing.judge import Day, Plan
from meetings.models import Meeting
from meetings.services import DISBURSEMENT, EXPENSE, INCOME, post_sheet
from meetings.sheet import CashCount, Minutes, OtherMoney, Payment, Row, Sheet
from meetings.workbook import LOANS, MEETINGS, OTHER, ROWS, Line, Problems

if TYPE_CHECKING:
    from users.models import User

OPENING_KIND = "opening"
MAX_RETRIES = 200
COUNTED_AFTER = (4, 16, 64)  # days: when the database is told how much was written so far

_AMOUNTS = {
    "principal": "Pokok",
    "weekly": "Wajib",
    "voluntary": "Sukarela",
    "withdrawal": "Tarik sukarela",
    "fine": "Denda",
    "social": "Sosial",
}


@dataclass(slots=True)
class Player:
    """Plays a planned book into an empty one, day by day, through the services.

    Once something is refused the rest is only tried: amounts that were refused are left out, and where nobody can say
    any more what the box holds it is `filled` with whatever it has to pay out. All of it is taken back.
    """

    plan: Plan
    problems: Problems
    group: Group
    members: dict[int, Member]
    by: "User | None"
    at: datetime
    retries: int = 0
    out: set[Cell] = field(default_factory=set)
    filled: bool = False
    unequal: bool = False  # what is counted need not be what the book says

    def play(self) -> None:
        self.out |= self.plan.doubts.out
        self._older_loans()
        self._open()
        for number, (on, day) in enumerate(self.plan.days.items(), start=1):
            self.filled = self.filled or on >= self.plan.doubts.short_from
            self.unequal = self.unequal or on >= self.plan.doubts.unequal_from
            if not self._day(on, day):
                self.problems.error(day.first.sheet, day.first_cell, _("There is more after this."))
                return
            if number in COUNTED_AFTER:
                statistics.count_if_unknown()

    def _older_loans(self) -> None:
        """Enter loans that were paid out before: their schedules, and what counts as paid."""
        older = {no: loan for no, loan in self.plan.loans.items() if loan.older}
        keys = {
            no: ((chart.MEMBER_LOANS, loan.member_no, no), (chart.CHARGE_INCOME, loan.member_no, no))
            for no, loan in older.items()
        }
        accounts = ledger.accounts_for(self.group.book, [key for pair in keys.values() for key in pair])
        made = []
        for no, loan in sorted(older.items()):
            charge, principal = arrears.prior_credit(loan.rows, loan.terms.principal - loan.outstanding)
            made.append(
                Loan(
                    group=self.group,
                    no=no,
                    member=self.members[loan.member_no],
                    requested_on=loan.requested_on,
                    disbursed_on=loan.paid_out_on,
                    principal=loan.terms.principal,
                    periods=loan.terms.periods,
                    unit=loan.terms.unit,
                    rate=loan.line["Jasa persen"],
                    rate_per=loan.terms.rate_per,
                    method=loan.terms.method,
                    round_to=loan.terms.round_to,
                    prior_principal=principal,
                    prior_charge=charge,
                    receivable=accounts[keys[no][0]],
                    charge_income=accounts[keys[no][1]],
                )
            )
        Loan.objects.bulk_create(made)
        loans.write_schedules(made)

    def _open(self) -> None:
        """Post the opening. Even without one this seals which book was brought in."""
        drafts = []
        if self.plan.opening and self.plan.opening_on:
            legs = tuple(self.plan.opening)
            drafts = [Draft(on=self.plan.opening_on, kind=OPENING_KIND, legs=legs, memo="Saldo awal")]
        content = {"import": 1, "group": self.group.code, "book": self.plan.content_hash}
        ledger.post(
            book=self.group.book, key=self.plan.key("book"), content=content, drafts=drafts, by=self.by, at=self.at
        )

    def _day(self, on: date, day: Day) -> bool:
        """Post a day; what is refused is told at its cell, left out, and the day tried again. False: no going on.

        That the box is short is told last, if it is so without what else was refused.
        """
        reason = (day.meeting and day.meeting["Alasan selisih"]) or ""
        short = ""
        while self.retries <= MAX_RETRIES:
            try:
                if day.meeting or day.rows:
                    self._tell_difference(self._meeting(on, day, reason), day)
                else:
                    self._other_day(on, day)
            except ValidationError as refusal:
                if _codes(refusal) == {"reason_required"}:
                    reason = _("Not explained in the old book.")
                    continue
                self.retries += 1
                self.unequal = True
                if words := _short(refusal):
                    short, self.filled = words, True
                    continue
                if short:
                    short, self.filled = "", False
                if not self._tell(refusal, day):
                    return False
            else:
                if short:
                    self.problems.error(day.first.sheet, day.first_cell, short)
                return True
        return False

    def _meeting(self, on: date, day: Day, reason: str) -> Meeting:
        return post_sheet(
            group=self.group,
            key=self.plan.key(on.isoformat()),
            sheet=self._sheet(on, day, reason),
            by=self.by,
            at=self.at,
            lendings=self._lendings(day),
            imported=True,
        )

    def _tell_difference(self, meeting: Meeting, day: Day) -> None:
        if meeting.difference and day.meeting and not day.meeting["Alasan selisih"] and not self.unequal:
            said = _("The box and the book differ by %(amount)s and there is no reason.")
            place = day.meeting.cell("Alasan selisih" if "Alasan selisih" in day.meeting.places else "Kas dihitung")
            self.problems.warn(MEETINGS, place, said % {"amount": format_rupiah(meeting.difference)})

    def _amount(self, line: Line, heading: str) -> int:
        """An amount as it is played: 0 where it was left out."""
        return 0 if (line.sheet, line.number, heading) in self.out else line[heading] or 0

    def _other(self, day: Day, heading: str) -> list[Line]:
        return [line for line in day.other if self._amount(line, heading)]

    def _filling(self, day: Day) -> int:
        """What a filled box gets: all that this day can take out of it."""
        if not self.filled:
            return 0
        paid = sum(line["Keluar"] or 0 for line in day.other) + sum(loan.terms.principal for loan in day.loans)
        return paid + sum(line["Tarik sukarela"] or 0 for line in day.rows)

    def _sheet(self, on: date, day: Day, reason: str) -> Sheet:
        told = day.meeting
        counted = told["Kas dihitung"] if told and not self.filled else None
        income = [_other_money(line, "Masuk") for line in self._other(day, "Masuk")]
        if filling := self._filling(day):
            income.append(OtherMoney(chart.CAPITAL, "", filling))
        return Sheet(
            on=on,
            rows=tuple(self._rows(on, day)),
            place=(told and told["Tempat"]) or "",
            income=tuple(income),
            expenses=tuple(_other_money(line, "Keluar") for line in self._other(day, "Keluar")),
            count=CashCount(counted=counted, reason=reason if counted is not None else ""),
            minutes=Minutes(agenda=(told and told["Agenda"]) or "", decisions=(told and told["Keputusan"]) or ""),
        )

    def _rows(self, on: date, day: Day) -> Iterable[Row]:
        """One row per member of that day: several rows of hers are one hand-over; without any she was absent."""
        mine: dict[int, list[Line]] = {}
        for line in day.rows:
            mine.setdefault(line["Anggota"], []).append(line)
        for no, member in sorted(self.members.items()):
            if not member.is_active_on(on):
                continue
            lines = mine.get(no, [])
            amounts = {name: sum(self._amount(line, heading) for line in lines) for name, heading in _AMOUNTS.items()}
            yield Row(
                member_no=no,
                attendance=next((line["Hadir"] for line in lines if line["Hadir"]), "A"),
                payments=tuple(
                    Payment(amount, line["Pinjaman"]) for line in lines if (amount := self._amount(line, "Angsuran"))
                ),
                **amounts,
            )

    def _lendings(self, day: Day) -> list[Lending]:
        return [
            Lending(self.members[loan.member_no], loan.terms, loan.requested_on, no=loan.line["No"])
            for loan in sorted(day.loans, key=lambda one: one.line["No"])
        ]

    @transaction.atomic
    def _other_day(self, on: date, day: Day) -> None:
        """Post money that moved on a day without a meeting."""
        drafts = [_other_draft(on, line, "Masuk", INCOME) for line in self._other(day, "Masuk")]
        if filling := self._filling(day):
            drafts.append(Draft(on=on, kind=INCOME, legs=(Leg(chart.CASH, filling), Leg(chart.CAPITAL, -filling))))
        made = loans.disburse(group=self.group, book=self.group.book, lendings=self._lendings(day), on=on)
        for loan in made:
            legs = loans.disbursement(member_no=loan.member.no, loan_no=loan.no, principal=loan.principal)
            drafts.append(Draft(on=on, kind=DISBURSEMENT, legs=legs))
        drafts += [_other_draft(on, line, "Keluar", EXPENSE) for line in self._other(day, "Keluar")]
        if not drafts:
            return
        content = {
            "import": 1,
            "on": on,
            "entries": [[draft.kind, draft.memo, list(map(str, draft.legs))] for draft in drafts],
        }
        ledger.post(
            book=self.group.book,
            key=self.plan.key(on.isoformat()),
            content=content,
            drafts=drafts,
            by=self.by,
            at=self.at,
        )

    # Telling at which cell a service refused

    def _tell(self, refusal: ValidationError, day: Day) -> bool:
        """Tell it, and leave out what was refused; False when there is nothing to leave out."""
        before = len(self.out)
        by_field = refusal.error_dict if hasattr(refusal, "error_dict") else {"": refusal.error_list}
        for name, errors in by_field.items():
            for error in errors:
                line, heading, cells = self._place(name, error, day)
                self.problems.error(line.sheet, line.cell(heading), " ".join(error.messages))
                self.out |= cells
                if heading == "Angsuran":
                    self.out |= self._later_payments(line["Anggota"])
                if any(one not in OUTGOING for *_row, one in cells):  # without it nobody knows what the box holds
                    self.filled = True
        return len(self.out) > before

    def _later_payments(self, no: int) -> set[Cell]:
        """All she pays, if she has several loans: which of them is her oldest hangs on the payment refused."""
        if sum(loan.member_no == no for loan in self.plan.loans.values()) < 2:
            return set()
        return {
            (ROWS, line.number, "Angsuran")
            for day in self.plan.days.values()
            for line in day.rows
            if line["Anggota"] == no
        }

    def _place(self, name: str, error: ValidationError, day: Day) -> tuple[Line, str, set[Cell]]:
        """Return the row and heading that a service's field means, and the amounts to leave out for it."""
        member, _dash, what = name.partition("-")
        if member.startswith("r") and member[1:].isdigit():
            lines, heading = self._place_of_row(int(member[1:]), what, day)
            if lines:
                return lines[-1], heading, {(ROWS, line.number, heading) for line in lines}
        elif name.startswith(("in", "out")) and name.lstrip("inout").isdigit():
            heading = "Masuk" if name.startswith("in") else "Keluar"
            line = self._other(day, heading)[int(name.lstrip("inout")) - 1]
            return line, heading, {(OTHER, line.number, heading)}
        else:
            code = (error.params or {}).get("key", ("",))[0]
            lines = [line for line in day.other if line["Akun"] == code and line[outflow(code)]]
            if lines:
                return lines[0], "Akun", {(OTHER, line.number, outflow(code)) for line in lines}
        return day.first, "Cair" if day.first.sheet == LOANS else "Tanggal", set()

    def _place_of_row(self, no: int, what: str, day: Day) -> tuple[list[Line], str]:
        lines = [line for line in day.rows if line["Anggota"] == no]
        what, _dash, loan_no = what.partition("-")
        heading = {"angsuran": "Angsuran", "tarik": "Tarik sukarela"}.get(what, "Anggota")
        if what == "angsuran":
            lines = [line for line in lines if (line["Pinjaman"] or "") == (int(loan_no) if loan_no else "")]
        if what in ("angsuran", "tarik"):
            lines = [line for line in lines if self._amount(line, heading)]
        return lines, heading


def _codes(refusal: ValidationError) -> set[str | None]:
    errors = refusal.error_dict.values() if hasattr(refusal, "error_dict") else [refusal.error_list]
    return {error.code for several in errors for error in several}


def _short(refusal: ValidationError) -> str:
    """What was said of a box that does not hold what is to be paid out; empty when something else was refused."""
    if hasattr(refusal, "error_dict"):
        return " ".join(" ".join(error.messages) for error in refusal.error_dict.get("kas", []))
    (first, *_rest) = refusal.error_list
    is_cash = first.code == "below_zero" and (first.params or {}).get("key", ("",))[0] == chart.CASH
    return " ".join(first.messages) if is_cash else ""


def _other_money(line: Line, heading: str) -> OtherMoney:
    return OtherMoney(line["Akun"], line["Uraian"] or "", line[heading])


def _other_draft(on: date, line: Line, heading: str, kind: str) -> Draft:
    amount = line[heading] if kind == INCOME else -line[heading]
    legs = (Leg(chart.CASH, amount), Leg(line["Akun"], -amount))
    return Draft(on=on, kind=kind, memo=line["Uraian"] or "", legs=legs)
