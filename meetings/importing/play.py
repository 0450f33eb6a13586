"""Plays a planned book into an empty one, day by day, through the services that post every sheet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
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
from meetings.importing.judge import Day, Plan
from meetings.models import Meeting
from meetings.services import DISBURSEMENT, EXPENSE, INCOME, post_sheet
from meetings.sheet import CashCount, Minutes, OtherMoney, Payment, Row, Sheet
from meetings.workbook import LOANS, MEETINGS, ROWS, Line, Problems

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
    """Plays a planned book into an empty one, day by day, through the services."""

    plan: Plan
    problems: Problems
    group: Group
    members: dict[int, Member]
    by: "User | None"
    at: datetime
    retries: int = 0
    refused: bool = False  # from here on totals are not the book's, so that only the gravest is still told

    def play(self) -> None:
        self._older_loans()
        self._open()
        for number, (on, day) in enumerate(self.plan.days.items(), start=1):
            go_on = self._meeting(on, day) if day.meeting or day.rows else self._other_day(on, day)
            if not go_on:
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

    def _meeting(self, on: date, day: Day) -> bool:
        """Post the meeting of a day; what is refused is told at its cell. False: there is no going on."""
        reason = (day.meeting and day.meeting["Alasan selisih"]) or ""
        dropped: set[tuple[int, str]] = set()  # rows (by their number) and the money in them that was refused
        while True:
            try:
                meeting = post_sheet(
                    group=self.group,
                    key=self.plan.key(on.isoformat()),
                    sheet=self._sheet(on, day, reason, dropped),
                    by=self.by,
                    at=self.at,
                    lendings=self._lendings(day),
                    imported=True,
                )
            except ValidationError as refusal:
                if _codes(refusal) == {"reason_required"}:
                    reason = _("Not explained in the old book.")
                    continue
                before = len(dropped)
                self._tell(refusal, on, day, dropped)
                self.refused = True
                self.retries += 1
                if len(dropped) == before or self.retries > MAX_RETRIES:
                    return False
            else:
                self._tell_difference(meeting, day)
                return True

    def _tell_difference(self, meeting: Meeting, day: Day) -> None:
        if meeting.difference and day.meeting and not day.meeting["Alasan selisih"] and not self.refused:
            said = _("The box and the book differ by %(amount)s and there is no reason.")
            place = day.meeting.cell("Alasan selisih" if "Alasan selisih" in day.meeting.places else "Kas dihitung")
            self.problems.warn(MEETINGS, place, said % {"amount": format_rupiah(meeting.difference)})

    def _sheet(self, on: date, day: Day, reason: str, dropped: set[tuple[int, str]]) -> Sheet:
        told = day.meeting
        counted = told["Kas dihitung"] if told and not self.refused else None
        return Sheet(
            on=on,
            rows=tuple(self._rows(on, day, dropped)),
            place=(told and told["Tempat"]) or "",
            income=tuple(_other_money(line, "Masuk") for line in day.other if line["Masuk"]),
            expenses=tuple(_other_money(line, "Keluar") for line in day.other if line["Keluar"]),
            count=CashCount(counted=counted, reason=reason if counted is not None else ""),
            minutes=Minutes(agenda=(told and told["Agenda"]) or "", decisions=(told and told["Keputusan"]) or ""),
        )

    def _rows(self, on: date, day: Day, dropped: set[tuple[int, str]]) -> Iterable[Row]:
        """One row per member of that day: several rows of hers are one hand-over; without any she was absent."""
        mine: dict[int, list[Line]] = {}
        for line in day.rows:
            mine.setdefault(line["Anggota"], []).append(line)
        for no, member in sorted(self.members.items()):
            if not member.is_active_on(on):
                continue
            lines = mine.get(no, [])
            amounts = {
                name: sum((line[heading] or 0) for line in lines if (line.number, heading) not in dropped)
                for name, heading in _AMOUNTS.items()
            }
            yield Row(
                member_no=no,
                attendance=next((line["Hadir"] for line in lines if line["Hadir"]), "A"),
                payments=tuple(
                    Payment(line["Angsuran"], line["Pinjaman"])
                    for line in lines
                    if line["Angsuran"] and (line.number, "Angsuran") not in dropped
                ),
                **amounts,
            )

    def _lendings(self, day: Day) -> list[Lending]:
        return [
            Lending(self.members[loan.member_no], loan.terms, loan.requested_on, no=loan.line["No"])
            for loan in sorted(day.loans, key=lambda one: one.line["No"])
        ]

    def _other_day(self, on: date, day: Day) -> bool:
        """Post money that moved on a day without a meeting."""
        drafts = [_other_draft(on, line, "Masuk", INCOME) for line in day.other if line["Masuk"]]
        made = loans.disburse(group=self.group, book=self.group.book, lendings=self._lendings(day), on=on)
        for loan in made:
            legs = loans.disbursement(member_no=loan.member.no, loan_no=loan.no, principal=loan.principal)
            drafts.append(Draft(on=on, kind=DISBURSEMENT, legs=legs))
        drafts += [_other_draft(on, line, "Keluar", EXPENSE) for line in day.other if line["Keluar"]]
        if not drafts:
            return True
        content = {
            "import": 1,
            "on": on,
            "entries": [[draft.kind, draft.memo, list(map(str, draft.legs))] for draft in drafts],
        }
        try:
            ledger.post(
                book=self.group.book,
                key=self.plan.key(on.isoformat()),
                content=content,
                drafts=drafts,
                by=self.by,
                at=self.at,
            )
        except ValidationError as refusal:
            self._tell(refusal, on, day, set())
            return False
        return True

    # Telling at which cell a service refused

    def _tell(self, refusal: ValidationError, on: date, day: Day, dropped: set[tuple[int, str]]) -> None:
        by_field = refusal.error_dict if hasattr(refusal, "error_dict") else {"": refusal.error_list}
        for name, errors in by_field.items():
            for error in errors:
                line, heading = self._place(name, error, day)
                if name == "kas" and self.refused:
                    continue  # the box is short of what was refused before
                if heading in ("Angsuran", "Tarik sukarela") and line.sheet == ROWS:
                    dropped.add((line.number, heading))
                self.problems.error(line.sheet, line.cell(heading), " ".join(error.messages))

    def _place(self, name: str, error: ValidationError, day: Day) -> tuple[Line, str]:
        """Return the row and heading that a service's field means."""
        found: tuple[Line, str] | None = None
        member, _dash, what = name.partition("-")
        if member.startswith("r") and member[1:].isdigit():
            found = self._place_of_row(int(member[1:]), what, day)
        elif name.startswith(("in", "out")) and name.lstrip("inout").isdigit():
            heading = "Masuk" if name.startswith("in") else "Keluar"
            found = [line for line in day.other if line[heading]][int(name.lstrip("inout")) - 1], heading
        elif name != "kas":
            code = (error.params or {}).get("key", ("",))[0]
            lines = [line for line in day.other if line["Akun"] == code]
            found = (lines[0], "Akun") if lines else None
        return found or (day.first, "Cair" if day.first.sheet == LOANS else "Tanggal")

    def _place_of_row(self, no: int, what: str, day: Day) -> tuple[Line, str] | None:
        lines = [line for line in day.rows if line["Anggota"] == no]
        what, _dash, loan_no = what.partition("-")
        heading = {"angsuran": "Angsuran", "tarik": "Tarik sukarela"}.get(what, "Anggota")
        if what == "angsuran":
            lines = [
                line
                for line in lines
                if line["Angsuran"] and (line["Pinjaman"] or "") == (int(loan_no) if loan_no else "")
            ]
        elif what == "tarik":
            lines = [line for line in lines if line["Tarik sukarela"]]
        return (lines[-1], heading) if lines else None


def _codes(refusal: ValidationError) -> set[str | None]:
    errors = refusal.error_dict.values() if hasattr(refusal, "error_dict") else [refusal.error_list]
    return {error.code for several in errors for error in several}


def _other_money(line: Line, heading: str) -> OtherMoney:
    return OtherMoney(line["Akun"], line["Uraian"] or "", line[heading])


def _other_draft(on: date, line: Line, heading: str, kind: str) -> Draft:
    amount = line[heading] if kind == INCOME else -line[heading]
    legs = (Leg(chart.CASH, amount), Leg(line["Akun"], -amount))
    return Draft(on=on, kind=kind, memo=line["Uraian"] or "", legs=legs)
