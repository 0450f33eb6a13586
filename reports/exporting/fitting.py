"""Puts a book into the sheets of a workbook, and names everything that their columns cannot hold.

What is written is the book's last state: a corrected hand-over as it stands now. Importing plays the sheets through
the same services again, so whatever that play would do otherwise than the book did (another split of an instalment,
another difference of the cash box, an account below 0) is named too.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext as _

from groups.dates import format_date
from groups.money import format_rupiah
from ledger import chart
from ledger.chart import CHART
from ledger.services import AccountKey, Leg
from loans import arrears
from loans.schedule import InvalidTerms, schedule
from loans.services import OpenLoan, terms_of
from meetings import workbook as layout
from meetings.services import DIFFERENCE, DISBURSEMENT, EXPENSE, HANDOVER, INCOME, WITHDRAWAL
from meetings.workbook import HOLIDAYS, LOANS, MEETINGS, MEMBERS, OPENING, OTHER, ROWS
from meetings.xlsx import MAX_ROWS, MAX_TEXT
from reports.exporting.gathering import Posted, Told

Weight = Literal["money", "words"]
Cells = dict[str, Any]  # heading → date, whole number, decimal or text; empty ones left out

OPENING_KIND = "opening"
_COLUMNS = {
    chart.PRINCIPAL_SAVINGS: "Pokok",
    chart.WEEKLY_SAVINGS: "Wajib",
    chart.VOLUNTARY_SAVINGS: "Sukarela",
    chart.FINES: "Denda",
    chart.SOCIAL_FUND: "Sosial",
}
_BOX: AccountKey = (chart.CASH, 0, 0)
_OF_A_LOAN = {chart.MEMBER_LOANS, chart.CHARGE_INCOME}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something the sheets do not hold. `money`: without it the balances, or the import itself, would not be right.

    `words`: the balances are the same, and what is missing is told in `says`.
    """

    weight: Weight
    what: str
    says: str
    on: date | None = None


@dataclass(slots=True)
class Fitted:
    """The sheets as rows of heading → value, in the order of the layout, and all that is not in them."""

    sheets: dict[str, list[Cells]] = field(default_factory=lambda: {name: [] for name in layout.LAYOUT})
    left_out: list[LeftOut] = field(default_factory=list)


def fit(told: Told) -> Fitted:
    """Put a gathered book into sheets."""
    return _Fitter(told).fit()


def _written(table: dict[str, Any]) -> dict[Any, str]:
    """Turn what is read into what is written."""
    return {value: word for word, value in table.items()}


_ZONES, _UNITS, _METHODS = (_written(table) for table in (layout.ZONES, layout.UNITS, layout.METHODS))
_WEEKDAYS, _YES_NO = _written(layout.WEEKDAYS), _written(layout.YES_NO)


class _Fitter:
    def __init__(self, told: Told) -> None:
        self.told = told
        self.out = Fitted()
        self.moved: dict[date, dict[AccountKey, int]] = defaultdict(lambda: defaultdict(int))  # what the sheets move
        self.rows: dict[tuple[date, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        # Day and member → loan → jasa, pokok
        self.paid: dict[tuple[date, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        self.handed: set[tuple[date, int]] = set()
        self.reasons = {one.memo for one in told.entries if one.reverses}
        self.differences: dict[date, int] = {}  # day → the entry whose difference the sheet bears
        self.lent: set[int] = set()
        self.opening: Posted | None = None
        self.begins = told.group.start_on  # Saldo awal, or without one the first day
        self.first = told.group.start_on  # nothing else may lie before it

    def leave(self, weight: Weight, what: str, says: str, on: date | None = None) -> None:
        self.out.left_out.append(LeftOut(weight, what, says, on))

    def text(self, what: str, value: str, limit: int, on: date | None = None) -> str | None:
        """Return words as a cell of the layout may hold them; say what had to be cut."""
        plain = value.replace("\r\n", "\n").replace("\r", "\n")
        kept = "".join(letter for letter in plain if not _is_sign(letter))
        if limit < MAX_TEXT:  # on one line
            kept = re.sub(r"[\n\t]+", " ", kept).strip()
        if kept != (plain.strip() if limit < MAX_TEXT else plain) or len(kept) > limit:
            self.leave("words", _("Text"), f"{what}: {value}", on)
        return kept[:limit] if kept.strip() else None

    def fit(self) -> Fitted:
        self._group()
        self._members()
        self._entries()
        self._opening_rows()
        self._loans()
        self._check_payments()
        self.out.sheets[OTHER].sort(key=lambda row: (row["Tanggal"], "Keluar" in row))
        self._meetings()
        self._member_rows()
        self._holidays()
        self._words()
        self._check_floors()
        self._check_lengths()
        return self.out

    # Kelompok, Anggota, Libur

    def _group(self) -> None:
        group, terms = self.told.group, self.told.terms
        last = terms[-1] if terms else None
        values = {
            "Kode": group.code,
            "Nama": self.text(_("Name of the KSM"), group.name, 100),
            "Wilayah": group.region or None,
            "Tanggal berdiri": group.founded_on,
            "Asal": group.origin,
            "Mulai dicatat": group.start_on,
            "Hari pertemuan": _WEEKDAYS[group.meeting_weekday].capitalize(),
            "Tempat": self.text(_("Meeting place"), group.place, 100),
            "Zona waktu": _ZONES[group.timezone].upper(),
            "Wajib per pekan": last.weekly if last else 0,
            "Simpanan pokok": last.principal if last else 0,
        }
        self.out.sheets[layout.GROUP] = [{"Isian": name, "Nilai": value} for name, value in values.items()]
        for one in terms[:-1]:
            says = _("wajib %(weekly)s, pokok %(principal)s")
            amounts = {"weekly": format_rupiah(one.weekly), "principal": format_rupiah(one.principal)}
            self.leave("words", _("Earlier agreed savings"), says % amounts, one.from_on)
        if group.meeting_time:
            self.leave("words", _("Meeting time"), f"{group.meeting_time:%H.%M}")
        if group.programme:
            self.leave("words", _("Programme"), str(group.programme))
        if closed := group.book.closed_through:
            self.leave("words", _("The book is closed"), format_date(closed), closed)
        if group.end_on:
            self.leave("words", _("The KSM ended"), format_date(group.end_on), group.end_on)

    def _members(self) -> None:
        for member in self.told.members:
            self.out.sheets[MEMBERS].append(
                {
                    "No": member.no,
                    "Nama": self.text(_("Name"), member.name, 100),
                    "L/P": member.gender or None,
                    "NIK": member.nik or None,
                    "Telepon": self.text(_("Phone"), member.phone, 20),
                    "Alamat": self.text(_("Address"), member.address, 200),
                    "Jabatan": member.office,
                    "Miskin": _YES_NO.get(member.poor),
                    "Masuk": member.joined_on,
                    "Keluar": member.left_on,
                }
            )

    def _holidays(self) -> None:
        weeks: dict[date, str] = {}
        for one in self.told.holidays:
            if one.declared_on < one.week_start:
                weeks.setdefault(one.week_start, one.reason)
            else:
                says = _("%(reason)s, declared on %(on)s: it does not count.")
                told = {"reason": one.reason, "on": format_date(one.declared_on)}
                self.leave("words", _("Week off declared late"), says % told, one.week_start)
        for monday, reason in sorted(weeks.items()):
            self.out.sheets[HOLIDAYS].append({"Tanggal": monday, "Alasan": self.text(_("Week off"), reason, 100)})

    # The entries, each into the column that moves the same accounts on the same day

    def _entries(self) -> None:
        entries = self.told.entries
        by_number = {one.number: one for one in entries}
        gone: set[int] = set()
        for one in entries:
            if one.reverses:
                gone |= {one.number, one.reverses}
                self._reversal(by_number[one.reverses], one)
        standing = sorted((one for one in entries if one.number not in gone), key=lambda one: (one.on, one.number))
        self.opening = next((one for one in standing if one.kind == OPENING_KIND and self._is_opening(one)), None)
        if self.opening:
            self.begins, self.first = self.opening.on, max(self.opening.on, self.first)
            if self.opening.memo not in ("", "Saldo awal"):
                self.leave("words", _("What for"), _said(self.opening), self.begins)
        for one in standing:
            if one is not self.opening and not self._place(one):
                self.leave("money", _("Entry without a column"), _said(one), one.on)

    def _reversal(self, wrong: Posted, reversal: Posted) -> None:
        says = _("%(entry)s; taken back by entry %(number)s: %(reason)s")
        told = {"entry": _said(wrong), "number": reversal.number, "reason": reversal.memo}
        if wrong.on == reversal.on:
            self.leave("words", _("Corrected entry"), says % told, wrong.on)
        else:
            self.leave("money", _("Entry corrected on another day"), says % told, reversal.on)

    def _is_opening(self, one: Posted) -> bool:
        """Whether an entry can be Saldo awal: its accounts have cells. What lies before it then finds no place."""
        for leg in one.legs:
            account = CHART[leg.code]
            if leg.code == chart.MEMBER_LOANS:
                loan = self.told.loans.get(leg.loan_no)
                if loan is None or loan.loan.member.no != leg.member_no or loan.loan.disbursed_on >= one.on:
                    return False
            elif account.per == "loan":
                if leg.member_no:
                    return False
            elif leg.loan_no or (leg.member_no != 0) != (account.per == "member"):
                return False
        return True

    def _place(self, one: Posted) -> bool:
        """Put an entry into its columns; False when none of them move the same accounts."""
        if one.on < self.first or any(leg.code == chart.CASH and leg.key != _BOX for leg in one.legs):
            return False
        met = one.on in self.told.meetings
        if one.memo and one.kind in (HANDOVER, WITHDRAWAL, DISBURSEMENT) and one.memo not in self.reasons:
            self.leave("words", _("What for"), _said(one), one.on)
        if one.kind == HANDOVER:
            return met and self._hand_over(one)
        if one.kind == WITHDRAWAL:
            return met and self._withdrawal(one)
        if one.kind == DISBURSEMENT:
            return self._disbursement(one)
        if one.kind == DIFFERENCE:
            return met and self._difference(one)
        return self._other_money(one)

    def _take(self, one: Posted) -> bool:
        for leg in one.legs:
            self.moved[one.on][leg.key] += leg.amount
        return True

    def _hand_over(self, one: Posted) -> bool:
        no = one.member_no
        if not no or not self._is_active(no, one.on):
            return False
        amounts: dict[str, int] = defaultdict(int)
        loans: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for leg in one.legs:
            if leg.code == chart.CASH:
                continue
            if leg.amount > 0:
                return False
            if leg.code in _OF_A_LOAN and leg.loan_no in self.told.loans and leg.member_no == no:
                loans[leg.loan_no][leg.code == chart.MEMBER_LOANS] -= leg.amount
            elif (
                leg.code in _COLUMNS and leg.loan_no == 0 and leg.member_no == (no * (CHART[leg.code].per == "member"))
            ):
                amounts[_COLUMNS[leg.code]] -= leg.amount
            else:
                return False
        if (one.on, no) in self.handed:
            self.leave("words", _("Two hand-overs of one day become one"), _said(one), one.on)
        self.handed.add((one.on, no))
        for heading, amount in amounts.items():
            self.rows[one.on, no][heading] += amount
        for loan_no, (charge, principal) in loans.items():
            self.paid[one.on, no][loan_no][0] += charge
            self.paid[one.on, no][loan_no][1] += principal
        return self._take(one)

    def _withdrawal(self, one: Posted) -> bool:
        (*_cash, taken) = sorted(one.legs, key=lambda leg: leg.code != chart.CASH)
        fits = len(one.legs) == 2 and taken.code == chart.VOLUNTARY_SAVINGS and taken.amount > 0
        if not fits or not self._is_active(taken.member_no, one.on) or not _moves_cash(one):
            return False
        self.rows[one.on, taken.member_no]["Tarik sukarela"] += taken.amount
        return self._take(one)

    def _disbursement(self, one: Posted) -> bool:
        (*_cash, lent) = sorted(one.legs, key=lambda leg: leg.code != chart.CASH)
        loan = self.told.loans.get(lent.loan_no) if lent.code == chart.MEMBER_LOANS else None
        if len(one.legs) != 2 or not _moves_cash(one) or loan is None or lent.loan_no in self.lent:
            return False
        if (loan.loan.disbursed_on, loan.loan.principal, loan.loan.member.no) != (one.on, lent.amount, lent.member_no):
            return False
        if not self._is_active(lent.member_no, one.on):
            return False
        self.lent.add(lent.loan_no)
        return self._take(one)

    def _difference(self, one: Posted) -> bool:
        codes = {leg.code: leg.amount for leg in one.legs}
        if one.on in self.differences or codes.keys() != {chart.CASH, chart.CASH_DIFFERENCE}:
            return False
        self.differences[one.on] = one.number
        return self._take(one)

    def _other_money(self, one: Posted) -> bool:
        """Write each leg beside cash as a line of Kas lain, money in before money out."""
        legs = [leg for leg in one.legs if leg.code != chart.CASH]
        if any(leg.code not in chart.FREE_CODES or leg.member_no or leg.loan_no for leg in legs):
            return False
        memo = self.text(_("What for"), one.memo, 200, one.on)
        for leg in legs:
            column = "Masuk" if leg.amount < 0 else "Keluar"
            cells = {"Tanggal": one.on, "Akun": leg.code, "Uraian": memo, column: abs(leg.amount)}
            self.out.sheets[OTHER].append(cells)
        if one.kind not in (INCOME, EXPENSE) or len(one.legs) != 2:
            self.leave("words", _("Entry written as other money in and out"), _said(one), one.on)
        return self._take(one)

    def _is_active(self, no: int, on: date) -> bool:
        return any(member.no == no and member.is_active_on(on) for member in self.told.members)

    # Saldo awal, Pinjaman

    def _opening_rows(self) -> None:
        for leg in self.opening.legs if self.opening else ():
            self.out.sheets[OPENING].append(
                {
                    "Tanggal": self.begins,
                    "Akun": leg.code,
                    "Anggota": leg.member_no or None,
                    "Pinjaman": leg.loan_no or None,
                    "Jumlah": CHART[leg.code].sign * leg.amount,
                }
            )
        if self.opening:
            self._take(self.opening)

    def _loans(self) -> None:
        opened = (
            {leg.loan_no: leg.amount for leg in self.opening.legs if leg.code == chart.MEMBER_LOANS}
            if self.opening
            else {}
        )
        for no, owed in sorted(self.told.loans.items()):
            loan = owed.loan
            older = loan.disbursed_on < self.begins
            self.out.sheets[LOANS].append(
                {
                    "No": no,
                    "Anggota": loan.member.no,
                    "Diminta": loan.requested_on,
                    "Cair": loan.disbursed_on,
                    "Pokok": loan.principal,
                    "Jangka": loan.periods,
                    "Satuan": _UNITS[loan.unit],
                    "Jasa persen": Decimal(loan.rate),
                    "Per": _UNITS[loan.rate_per],
                    "Metode": _METHODS[loan.method],
                    "Bulatkan": loan.round_to,
                }
            )
            if not _as_scheduled(owed):
                self.leave("money", _("Loan with a schedule of its own"), _loan(owed), loan.disbursed_on)
            if older and not _counts_as(owed, opened.get(no, 0)):
                self.leave("money", _("Loan that stood otherwise at the opening"), _loan(owed), self.begins)
            if not older and no not in self.lent:
                self.leave("money", _("Loan that was not paid out in cash"), _loan(owed), loan.disbursed_on)
            if loan.request and loan.request.purpose:
                self.leave(
                    "words", _("What a loan is for"), f"{_loan(owed)}: {loan.request.purpose}", loan.requested_on
                )
            if loan.request and loan.request.decision:
                on = loan.request.decided_on
                self.leave("words", _("Decision on a loan"), f"{_loan(owed)}: {loan.request.decision}", on)

    def _check_payments(self) -> None:
        """Split every payment as the import will, and say where the book has it otherwise."""
        so_far = {no: [owed.loan.prior_charge, owed.loan.prior_principal] for no, owed in self.told.loans.items()}
        payments = [
            (on, no, charge, principal)
            for (on, _member), loans in sorted(self.paid.items())
            for no, (charge, principal) in loans.items()
        ]
        for on, loan_no, charge, principal in payments:
            owed, (paid_charge, paid_principal) = self.told.loans[loan_no], so_far[loan_no]
            part = _split(owed, paid_charge, paid_principal, charge + principal, on)
            if part != (charge, principal):
                says = _("%(loan)s: pokok %(principal)s and jasa %(charge)s, which an import would divide otherwise.")
                amounts = {"principal": format_rupiah(principal), "charge": format_rupiah(charge)}
                told = {"loan": _loan(owed)} | amounts
                self.leave("money", _("Instalment divided otherwise"), says % told, on)
            so_far[loan_no] = [paid_charge + charge, paid_principal + principal]

    # Pertemuan, Lembar

    def _meetings(self) -> None:
        cash = 0
        for on in sorted({*self.moved, *self.told.meetings}):
            cash += self.moved[on][chart.CASH, 0, 0]
            meeting = self.told.meetings.get(on)
            if meeting and on < self.first:
                self.leave("money", _("Meeting before the books"), format_date(on), on)
            elif meeting:
                borne = [one for one in self.told.differences if one.entry.number == self.differences.get(on)]
                reason = borne[0].reason if borne else ""
                self.out.sheets[MEETINGS].append(
                    {
                        "Tanggal": on,
                        "Tempat": self.text(_("Meeting place"), meeting.place, 100, on),
                        "Agenda": self.text(_("Agenda"), meeting.agenda, MAX_TEXT, on),
                        "Keputusan": self.text(_("Decisions"), meeting.decisions, MAX_TEXT, on),
                        "Kas dihitung": self._counted(on, cash),
                        "Alasan selisih": self.text(_("Reason of the difference"), reason, 300, on),
                    }
                )

    def _counted(self, on: date, cash: int) -> int | None:
        """Return the count that makes the import find the book's own difference, or none."""
        counted = self.told.meetings[on].cash_counted
        if counted == cash or (counted is None and on not in self.differences):
            return counted
        if counted is not None:
            says = _("counted %(counted)s; by the book as it stands now the box held %(cash)s.")
            told = {"counted": format_rupiah(counted), "cash": format_rupiah(cash)}
            self.leave("words", _("Cash count that the corrected book no longer bears out"), says % told, on)
        return cash if on in self.differences else None

    def _member_rows(self) -> None:
        for on in sorted(on for on in self.told.meetings if on >= self.first):
            came = self.told.attendance.get(on, {})
            active = {member.no for member in self.told.members if member.is_active_on(on)}
            for no in sorted(came.keys() ^ active):
                says = _("member %(no)s: %(status)s")
                self.leave("words", _("Attendance of a non-member"), says % {"no": no, "status": came.get(no, "–")}, on)
            for no in sorted(active):
                self._rows_of(on, no, came.get(no, "A"))

    def _rows_of(self, on: date, no: int, status: str) -> None:
        amounts = self.rows.get((on, no), {})
        paid = [(loan_no, sum(parts)) for loan_no, parts in sorted(self.paid.get((on, no), {}).items())]
        if status == "A" and not amounts and not paid:
            return  # a member without a row counts as absent
        row = {"Tanggal": on, "Anggota": no, "Hadir": status}
        for place, (loan_no, amount) in enumerate(paid or [(None, None)]):
            more = amounts if place == 0 else {}
            self.out.sheets[ROWS].append(row | more | {"Angsuran": amount, "Pinjaman": loan_no})

    # What has no column at all

    def _words(self) -> None:
        for on, meeting in self.told.meetings.items():
            if meeting.discussion.strip():
                self.leave("words", _("What was discussed"), meeting.discussion, on)
            if meeting.manner:
                self.leave("words", _("How it was decided"), meeting.get_manner_display(), on)
            if meeting.counted_by:
                self.leave("words", _("Who counted the cash"), meeting.counted_by, on)
            if meeting.count:
                pieces = ", ".join(f"{pieces} × {format_rupiah(int(value))}" for value, pieces in meeting.count.items())
                self.leave("words", _("Notes and coins"), pieces, on)
        for note in self.told.follow_ups:
            parts = [
                note.what,
                note.owner.name if note.owner else None,
                format_date(note.due_on) if note.due_on else None,
                _("done on %(on)s") % {"on": format_date(note.done_on)} if note.done_on else None,
            ]
            self.leave("words", _("Follow-up"), ", ".join(filter(None, parts)), note.meeting.on)
        self._words_on_differences()
        self._words_on_requests()
        for one in self.told.others:
            self.leave("money" if one.of_balance else "words", one.what, one.says, one.on)

    def _words_on_differences(self) -> None:
        standing = {one.number for one in self.told.entries} - {one.reverses for one in self.told.entries}
        for one in self.told.differences:
            if one.entry.number != self.differences.get(one.on):
                what = _("Cash difference that was taken back")
                if one.entry.number in standing:
                    what = _("Another cash difference of that day")
                self.leave("words", what, f"{format_rupiah(one.amount)}: {one.reason}", one.on)
            if one.owner:
                self.leave("words", _("Who follows a cash difference up"), one.owner.name, one.on)
            if one.resolved_on:
                says = f"{format_date(one.resolved_on)}: {one.resolution}"
                self.leave("words", _("How a cash difference ended"), says, one.on)

    def _words_on_requests(self) -> None:
        lent = {owed.loan.request_id for owed in self.told.loans.values()}
        for request in self.told.requests:
            if request.pk not in lent:
                says = f"{request.member.name}, {format_rupiah(request.amount)}, {request.get_status_display()}"
                more = "; ".join(filter(None, [says, request.purpose, request.decision]))
                self.leave("words", _("Loan request"), more, request.requested_on)

    # What an import would refuse

    def _check_floors(self) -> None:
        balances: dict[AccountKey, int] = defaultdict(int)
        for on, moved in sorted(self.moved.items()):
            for (code, member_no, loan_no), amount in moved.items():
                balances[code, member_no, loan_no] += amount
                balance = chart.on_normal_side(code, balances[code, member_no, loan_no])
                if CHART[code].floored and balance < 0 and amount:
                    says = f"{CHART[code].name}: {format_rupiah(balance)}"
                    self.leave("money", _("Balance below 0 at the end of a day"), says, on)

    def _check_lengths(self) -> None:
        for name, rows in self.out.sheets.items():
            if len(rows) > MAX_ROWS:
                says = _("%(sheet)s has %(rows)s rows; an import takes %(most)s.")
                told = {"sheet": name, "rows": len(rows), "most": MAX_ROWS}
                self.leave("money", _("Book too long for one import"), says % told)


def _is_sign(letter: str) -> bool:
    """Whether a letter is one of those that nobody can print and no workbook may hold."""
    return letter not in "\n\t" and (unicodedata.category(letter) in ("Cc", "Cs") or letter in "\ufffe\uffff")


def _moves_cash(one: Posted) -> bool:
    return sum(leg.amount for leg in one.legs if leg.code == chart.CASH) < 0


def _as_scheduled(owed: OpenLoan) -> bool:
    """Whether the stored schedule is the one its terms give."""
    try:
        rows = schedule(terms_of(owed.loan, owed.loan.principal), disbursed_on=owed.loan.disbursed_on)
    except InvalidTerms:
        return False
    return rows == list(owed.rows)


def _counts_as(owed: OpenLoan, outstanding: int) -> bool:
    """Whether an older loan's part before the book is what its opening balance counts as."""
    try:
        before = arrears.prior_credit(owed.rows, owed.loan.principal - outstanding)
    except arrears.InvalidPayment:
        return False
    return before == (owed.loan.prior_charge, owed.loan.prior_principal)


def _split(owed: OpenLoan, charge: int, principal: int, amount: int, on: date) -> tuple[int, int] | None:
    """Return the jasa and pokok that an import makes of a payment; None when it refuses it."""
    if owed.loan.disbursed_on >= on:  # hand-overs come before what is paid out that day
        return None
    try:
        part = arrears.split(owed.rows, charge, principal, amount, on)
    except arrears.InvalidPayment:
        return None
    return part.charge, part.principal


def _loan(owed: OpenLoan) -> str:
    return _("loan %(no)s of %(name)s") % {"no": owed.loan.no, "name": owed.loan.member.name}


def _said(one: Posted) -> str:
    """Say an entry in one line: number, memo, and each account with its amount, debit positive."""
    return _("entry %(number)s") % {"number": one.number} + ": " + "; ".join(filter(None, [one.memo, *_legs(one.legs)]))


def _legs(legs: Iterable[Leg]) -> Iterator[str]:
    for leg in legs:
        place = "/".join(str(no) for no in (leg.member_no, leg.loan_no) if no)
        yield f"{leg.code}{' ' + place if place else ''} {'+' if leg.amount > 0 else ''}{leg.amount}"
