"""The whole sheet, made of the forms of its parts."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from groups.fields import RupiahField
from groups.models import Member
from groups.money import InvalidAmount, format_amount, format_rupiah, parse_rupiah, terbilang
from loans.models import LoanRequest
from loans.services import OpenLoan
from meetings.forms.context import SheetContext
from meetings.forms.minutes import FOLLOW_UPS, FollowUpForm, MinutesForm
from meetings.forms.money import (
    EXPENSE_CODES,
    INCOME_CODES,
    MOST_OTHER_LINES,
    OTHER_LINES,
    CountForm,
    DifferenceForm,
    OtherMoneyForm,
)
from meetings.forms.request import RequestForm
from meetings.forms.row import AMOUNTS, LABELS, Line, RowForm
from meetings.sheet import CashCount, Decision, Disbursement, FollowUpNote, Minutes, OtherMoney, Payment, Row, Sheet

ASKED_LINES = "other-lines"  # of a draft: how many she asked for; no page sends it


class SheetForm:
    """The whole sheet from its draft: `data` maps field names to text, as the browser sent them.

    Valid when every text is readable; what the book refuses comes later from `post_sheet`, under the same names.
    """

    def __init__(self, context: SheetContext, data: Mapping[str, str], *, sender: str = "") -> None:
        self.context = context
        self.data = dict(data)
        self.errors: dict[str, str] = {}
        self.captions: dict[str, str] = {}  # some of the errors in two or three words
        self.agreed = {m.no: self._agreed(m.no) for m in context.members}
        self.usual = {m.no: self._usual(m.no) for m in context.members}
        self.rows = {m.no: RowForm(self._row_data(m), prefix=f"r{m.no}") for m in context.members}
        self.income = self._other_lines("in", INCOME_CODES)
        self.expenses = self._other_lines("out", EXPENSE_CODES)
        self.requests = {
            r.no: RequestForm(
                self.data,
                prefix=f"q{r.no}",
                cash=r.amount - context.blocked(r),
                blocked=context.blocked(r),
                approved=r.status == LoanRequest.Status.APPROVED,
            )
            for r in context.requests
        }
        self.count = CountForm(self.data, prefix="c", sender=sender)
        self.minutes = MinutesForm(self.data, prefix="m")
        self.follow_ups = [
            FollowUpForm(self.data, prefix=f"f{i}", members=context.members, met_on=context.on)
            for i in range(1, FOLLOW_UPS + 1)
        ]
        self.difference = DifferenceForm(self.data, prefix="d", members=context.members)
        self.extra_fields = {
            f"r{no}-angsuran-{one.loan.no}": RupiahField(required=False)
            for no, owed in context.loans.items()
            for one in owed[1:]
        }
        self.extra: dict[str, int] = {}
        self._judge()

    def _other_lines(self, prefix: str, codes: tuple[str, ...]) -> list[OtherMoneyForm]:
        """Three lines, or as many as she asked for, and one more than are written on while there may be more."""
        written = [
            n
            for n in range(1, MOST_OTHER_LINES + 1)
            if any(self.data.get(f"{prefix}{n}-{name}", "").strip() for name in OtherMoneyForm.base_fields)
        ]
        wanted = max(OTHER_LINES, int(self.data.get(ASKED_LINES, 0)), max(written, default=0) + 1)
        lines = min(MOST_OTHER_LINES, wanted)
        return [OtherMoneyForm(self.data, prefix=f"{prefix}{n}", codes=codes) for n in range(1, lines + 1)]

    def _row_data(self, member: Member) -> dict[str, str]:
        """What was typed for a member; where nothing was typed yet, what was agreed."""
        prefix = f"r{member.no}-"
        return {f"{prefix}{name}": value for name, value in self.suggestions(member).items()} | {
            name: value for name, value in self.data.items() if name.startswith(prefix)
        }

    def _typed(self, name: str) -> str:
        """What stands in a field of a member's row, hers or as it was agreed."""
        text: str = self.rows[int(name[1:].partition("-")[0])].data.get(name, "")
        return text

    def _agreed(self, no: int) -> dict[str, int]:
        """The agreed amounts of a row: wajib, pokok if she owes it, what is due of each of her loans, the fine."""
        context = self.context
        pokok = max(0, context.principal - context.paid_principal.get(no, 0))
        wanted = {"wajib": context.weekly, "pokok": pokok, "denda": context.fine(no)}
        for index, one in enumerate(context.loans.get(no, [])):
            wanted[f"angsuran-{one.loan.no}" if index else "angsuran"] = one.due(context.last_of_week)
        return {name: amount for name, amount in wanted.items() if amount}

    def _usual(self, no: int) -> dict[str, int]:
        """What each column of a row usually holds, in rupiah: what was agreed or is due, else what she gave last."""
        given = self.context.last_given.get(no, {})
        return {name: amount for name, amount in given.items() if amount} | self.agreed[no]

    def suggestions(self, member: Member) -> dict[str, str]:
        """The agreed amounts, as pencil; nothing for her who did not come."""
        if self.data.get(f"r{member.no}-attendance", "") in ("I", "S", "A"):
            return {}
        return {name: format_amount(amount) for name, amount in self.agreed[member.no].items()}

    def _judge(self) -> None:
        forms_by_field: list[forms.Form] = [
            *self.rows.values(),
            *self.income,
            *self.expenses,
            *self.requests.values(),
            self.count,
            self.minutes,
            *self.follow_ups,
            self.difference,
        ]
        for form in forms_by_field:
            for name, messages in form.errors.items():
                self.errors[f"{form.prefix}-{name}"] = str(messages[0])
        for name, one in self.extra_fields.items():
            try:
                self.extra[name] = one.clean(self._typed(name)) or 0
            except forms.ValidationError as refusal:
                self.errors[name] = str(refusal.messages[0])
        for name in self.errors:
            try:
                parse_rupiah(self.data.get(name, ""))
            except InvalidAmount as refused:
                self.captions[name] = refused.caption

        for member in self.context.members:
            self._foresee(member.no)

    def _foresee(self, no: int) -> None:
        """Say at its field, before the sheet is sent, what the book would refuse of a recorded row."""
        if not self.rows[no].cleaned_data.get("catat"):
            return
        savings = self.context.voluntary.get(no, 0) + self.amount(no, "sukarela")
        if self.amount(no, "tarik") > savings:
            text = _("Her simpanan sukarela is %(amount)s.") % {"amount": format_rupiah(savings)}
            self.errors.setdefault(f"r{no}-tarik", text)
            self.captions.setdefault(f"r{no}-tarik", _("has %(amount)s") % {"amount": format_amount(savings)})
        for index, owed in enumerate(self.context.loans.get(no, [])):
            name = f"r{no}-angsuran-{owed.loan.no}" if index else f"r{no}-angsuran"
            paid = self.extra.get(name, 0) if index else self.amount(no, "angsuran")
            if paid > owed.remaining:
                text = _("What is left of the loan is %(amount)s.") % {"amount": format_rupiah(owed.remaining)}
                self.errors.setdefault(name, text)
                self.captions.setdefault(name, _("%(amount)s left") % {"amount": format_amount(owed.remaining)})

    def amount(self, no: int, name: str) -> int:
        """The amount typed or suggested in a row, 0 when empty or unreadable."""
        return self.rows[no].cleaned_data.get(name) or 0

    def is_recorded(self, no: int) -> bool:
        """Whether her line is ticked and nothing in it is wrong: what is to be put right stays pencil."""
        is_wrong = any(name.startswith(f"r{no}-") for name in self.errors)
        return bool(self.rows[no].cleaned_data.get("catat")) and not is_wrong

    def row(self, no: int) -> Row:
        """The member's line; money that was not ticked is pencil and does not count."""
        attendance = self.rows[no].cleaned_data.get("attendance") or None
        if not self.is_recorded(no):
            return Row(no, attendance)  # type: ignore[arg-type]
        owed = self.context.loans.get(no, [])
        payments = [Payment(self.amount(no, "angsuran"), owed[0].loan.no if len(owed) > 1 else None)]
        payments += [Payment(self.extra.get(f"r{no}-angsuran-{o.loan.no}", 0), o.loan.no) for o in owed[1:]]
        return Row(
            member_no=no,
            attendance=attendance,  # type: ignore[arg-type]
            principal=self.amount(no, "pokok"),
            weekly=self.amount(no, "wajib"),
            voluntary=self.amount(no, "sukarela"),
            withdrawal=self.amount(no, "tarik"),
            payments=tuple(p for p in payments if p.amount),
            fine=self.amount(no, "denda"),
            social=self.amount(no, "sosial"),
        )

    def pencilled(self, no: int) -> int:
        """What stands in a row that is not ticked."""
        if self.is_recorded(no):
            return 0
        extra = sum(self.extra.get(f"r{no}-angsuran-{o.loan.no}", 0) for o in self.context.loans.get(no, [])[1:])
        return extra + sum(self.amount(no, name) for name in AMOUNTS if name != "tarik")

    def sheet(self) -> Sheet:
        """Return what is to be written. Ask `errors` first."""
        decided = {no: form.cleaned_data for no, form in self.requests.items()}
        return Sheet(
            on=self.context.on,
            rows=tuple(self.row(m.no) for m in self.context.members),
            place=self.minutes.cleaned_data.get("place") or self.context.group.place,
            income=tuple(_other(form) for form in self.income if form.cleaned_data.get("amount")),
            expenses=tuple(_other(form) for form in self.expenses if form.cleaned_data.get("amount")),
            disbursements=tuple(
                Disbursement(no, d.get("reason", "")) for no, d in decided.items() if d.get("choice") == "pay"
            ),
            decisions=tuple(
                Decision(no, approve=d["choice"] == "approve", reason=d.get("reason", ""))
                for no, d in decided.items()
                if d.get("choice") in ("approve", "reject")
            ),
            count=CashCount(
                counted=self.count.counted(),
                pieces=self.count.pieces(),
                counted_by=self.count.cleaned_data.get("by", ""),
                reason=self.difference.cleaned_data.get("reason", ""),
                owner_no=int(self.difference.cleaned_data.get("owner") or 0) or None,
            ),
            minutes=Minutes(
                agenda=self.minutes.cleaned_data["agenda"],
                discussion=self.minutes.cleaned_data["discussion"],
                decisions=self.minutes.decided(loans=self.decides_on_loans),
                manner=self.minutes.cleaned_data["manner"] if self.minutes.cleaned_data["decisions"] else "",
                follow_ups=tuple(
                    FollowUpNote(
                        f.cleaned_data["what"],
                        int(f.cleaned_data.get("owner") or 0) or None,
                        f.cleaned_data.get("due_on"),
                    )
                    for f in self.follow_ups
                    if f.cleaned_data.get("what")
                ),
            ),
        )

    @property
    def decides_on_loans(self) -> bool:
        """Whether the meeting decided on a request: paid out, approved or rejected."""
        return any(one.cleaned_data.get("choice") in ("pay", "approve", "reject") for one in self.requests.values())

    @property
    def has_other(self) -> bool:
        """Whether anything was written among the other money."""
        return any(
            self.data.get(f"{one.prefix}-{name}") for one in [*self.income, *self.expenses] for name in one.fields
        )

    def disbursed(self) -> int:
        """What the sheet pays out as loans."""
        return sum(one.cash for one in self.requests.values() if one.cleaned_data.get("choice") == "pay")

    def names(self) -> set[str]:
        """Every field a draft of this sheet may hold; anything else a browser sends is dropped."""
        parts: list[forms.Form] = [*self.rows.values(), *self.requests.values()]
        parts += [*self.follow_ups, self.count, self.minutes, self.difference]
        names = {f"{one.prefix}-{name}" for one in parts for name in one.fields} | set(self.extra_fields)
        # Another page may show more lines of other money than are written on here.
        lines = [f"{prefix}{n}" for prefix in ("in", "out") for n in range(1, MOST_OTHER_LINES + 1)]
        names |= {f"{line}-{name}" for line in lines for name in OtherMoneyForm.base_fields}
        return names | {f"r{m.no}-{name}-ok" for m in self.context.members for name in self.usual[m.no]}

    def notes(self) -> dict[str, str]:
        """The fields that hold no money, who came and the minutes, each with what every page proposes for it."""
        minutes = [self.minutes, *self.follow_ups]
        names = [f"{one.prefix}-{name}" for one in minutes for name in one.fields]
        names += [f"r{no}-attendance" for no in self.rows]
        return dict.fromkeys(names, "") | {"m-place": self.context.group.place, "m-agenda": self.usual_agenda()}

    def shown(self) -> dict[str, str]:
        """Every field with the text a page shows in it, which is what it sends back when nobody touches it."""
        found = {name: self.data.get(name, "") for name in self.names()}
        found |= {"m-place": self.place, "m-agenda": self.agenda, "m-none": "1" if found["m-none"] else ""}
        for line in self.lines():
            found |= {f"{line.k}-{name}": text for name, text in line.values.items()}
            found |= {one["name"]: one["value"] for one in line.extra}
            found |= {f"{line.k}-attendance": line.att, f"{line.k}-catat": "1" if line.checked else ""}
        return found

    @property
    def place(self) -> str:
        """Where they met: as written, or where the group meets."""
        return self.data.get("m-place") or self.context.group.place

    @property
    def agenda(self) -> str:
        """The agenda as written, or the usual one."""
        return self.data.get("m-agenda") or self.usual_agenda()

    @staticmethod
    def usual_agenda() -> str:
        return _("Simpanan dan angsuran pekanan")

    def lines(self) -> list[Line]:
        """The rows for the screen."""
        return [self._line(member) for member in self.context.members]

    def _line(self, member: Member) -> Line:
        no, form = member.no, self.rows[member.no]
        k = f"r{no}"
        owed = self.context.loans.get(no, [])
        names = (*AMOUNTS, *(f"angsuran-{one.loan.no}" for one in owed[1:]))
        errors = {name: self.errors[f"{k}-{name}"] for name in names if f"{k}-{name}" in self.errors}
        values = {name: form.data.get(f"{k}-{name}", "") for name in AMOUNTS}
        values = {
            name: format_amount(form.cleaned_data[name]) if form.cleaned_data.get(name) is not None else text
            for name, text in values.items()
        }
        extra = [self._extra(no, one) for one in owed[1:]]
        due = sum(amount for name, amount in self.agreed[no].items() if name.startswith("angsuran"))
        paid = self.amount(no, "angsuran") + sum(self.extra.get(one["name"], 0) for one in extra)
        checked = self.is_recorded(no)
        row = self.row(no)
        return Line(
            no=no,
            k=k,
            name=member.name,
            att=form.cleaned_data.get("attendance") or "",
            att_error=self.errors.get(f"{k}-attendance", ""),
            values=values,
            errors=errors,
            captions={name: self.captions.get(f"{k}-{name}", "") for name in errors},
            due=due,
            first_due=self.agreed[no].get("angsuran", 0),
            loan=bool(owed),
            extra=extra,
            checked=checked,
            open=any(values[name] or name in errors for name in ("pokok", "tarik", "sosial", "denda"))
            or any(one["value"] for one in extra),
            sum=row.received if checked else self.pencilled(no),
            short=due - paid if 0 < paid < due else 0,
            usual=" ".join(f"{name} {amount}" for name, amount in self.usual[no].items()),
            right=" ".join(
                f"{name} {self.data[f'{k}-{name}-ok']}" for name in self.usual[no] if f"{k}-{name}-ok" in self.data
            ),
            soft=self.soft(member),
        )

    def _extra(self, no: int, one: OpenLoan) -> dict[str, Any]:
        name = f"r{no}-angsuran-{one.loan.no}"
        return {
            "name": name,
            "loan_no": one.loan.no,
            "due": one.due(self.context.last_of_week),
            "value": self._typed(name),
            "error": self.errors.get(name, ""),
            "caption": self.captions.get(name, ""),
        }

    def soft(self, member: Member) -> list[dict[str, Any]]:
        """Amounts ten times more or less than usual, not yet confirmed: a question, never a refusal."""
        questions = []
        for name, expected in self.usual[member.no].items():
            field_name = f"r{member.no}-{name}"
            amount = self.extra[field_name] if field_name in self.extra else self.amount(member.no, name)
            if not amount or self.data.get(f"{field_name}-ok") == str(amount):
                continue
            if field_name in self.errors:
                continue
            if amount >= 10 * expected or amount * 10 <= expected:
                questions.append(
                    {
                        "field": field_name,
                        "label": LABELS[name.partition("-")[0]],
                        "more": amount > expected,
                        "amount": amount,
                        "words": terbilang(amount),
                        "usual": expected,
                    }
                )
        return questions


def _other(form: OtherMoneyForm) -> OtherMoney:
    return OtherMoney(form.cleaned_data["code"], form.cleaned_data["memo"], form.cleaned_data["amount"])
