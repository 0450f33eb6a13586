"""Prints the schedule of a loan on given terms, for a person or for a check, without touching any book."""

import json
import re
from argparse import ArgumentParser
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from groups.dates import NotADate, format_date, parse_date
from groups.money import InvalidAmount, format_amount, parse_rupiah
from loans.schedule import InvalidTerms, Method, Row, Terms, Unit, schedule

UNITS: dict[str, Unit] = {"pekan": "week", "bulan": "month"}
METHODS: dict[str, Method] = {"flat": "flat", "menurun": "declining", "anuitas": "annuity"}
OPTIONS = {
    "principal": "--principal",
    "periods": "--periods",
    "rate": "--rate",
    "round_to": "--round-to",
    "first_due": "--first-due",
}

Choice = TypeVar("Choice")

_RATE = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,4})?")
_COUNT = re.compile(r"[0-9]{1,4}")


class Command(BaseCommand):
    help = "Print the schedule of a loan: principal, charge and balance of every instalment."
    requires_system_checks: list[str] = []  # arithmetic alone: it must run where there is no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        # Values are read in handle(), which answers a bad one in Indonesian.
        parser.add_argument("--principal", help="rupiah: 5000000 or 5.000.000")
        parser.add_argument("--rate", help="per cent: 1.5 or 1,5")
        parser.add_argument("--rate-per", default="bulan", help="bulan or pekan (bulan)")
        parser.add_argument("--periods", help="number of instalments")
        parser.add_argument("--unit", default="bulan", help="one instalment per bulan or pekan (bulan)")
        parser.add_argument("--method", default="flat", help="flat, menurun or anuitas (flat)")
        parser.add_argument("--round-to", default="1000", help="round instalments up to a multiple; 0 = none (1000)")
        parser.add_argument("--first-due", help="first due date: 2026-01-31 or 31-01-2026")
        parser.add_argument("--disbursed-on", help="day the money goes out; first due one period later")
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        first_due = _date("--first-due", options["first_due"])
        disbursed_on = _date("--disbursed-on", options["disbursed_on"])
        if not first_due and not disbursed_on:
            raise CommandError(_("Give --first-due or --disbursed-on."))
        try:
            terms = Terms(
                principal=_amount("--principal", options["principal"]),
                periods=int(_matching("--periods", options["periods"], _COUNT)),
                unit=_choice("--unit", options["unit"], UNITS),
                rate=Decimal(_matching("--rate", options["rate"], _RATE).replace(",", ".")),
                rate_per=_choice("--rate-per", options["rate_per"], UNITS),
                method=_choice("--method", options["method"], METHODS),
                round_to=_amount("--round-to", options["round_to"]),
            )
            rows = schedule(terms, disbursed_on=disbursed_on, first_due=first_due)
        except InvalidTerms as refused:
            raise CommandError(f"{OPTIONS[refused.field]}: {refused}") from None
        self.stdout.write(_json(rows) if options["json"] else _table(rows))


def _given(option: str, value: str | int | Decimal | None) -> str:
    """Return an option's text; `call_command` may hand over numbers."""
    if value is None:
        raise CommandError(_("%(option)s is missing.") % {"option": option})
    return str(value)


def _amount(option: str, value: str | int | None) -> int:
    try:
        return parse_rupiah(_given(option, value))
    except InvalidAmount as refused:
        raise CommandError(f"{option}: {refused}") from None


def _date(option: str, value: str | date | None) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return parse_date(value)
    except NotADate as refused:
        raise CommandError(f"{option}: {refused}") from None


def _matching(option: str, value: str | int | Decimal | None, pattern: re.Pattern[str]) -> str:
    text = _given(option, value)
    if not pattern.fullmatch(text):
        example = "12" if pattern is _COUNT else "1,5"
        raise CommandError(
            _("%(option)s: “%(value)s” is not a number. Write for example %(example)s.")
            % {"option": option, "value": text, "example": example}
        )
    return text


def _choice(option: str, value: str, known: dict[str, Choice]) -> Choice:
    if value not in known:
        raise CommandError(
            _("%(option)s: “%(value)s” is not known. Choose from: %(known)s.")
            % {"option": option, "value": value, "known": ", ".join(known)}
        )
    return known[value]


def _json(rows: list[Row]) -> str:
    return json.dumps(
        {
            "rows": [
                {
                    "no": row.no,
                    "due_on": row.due_on.isoformat(),
                    "principal": row.principal,
                    "charge": row.charge,
                    "total": row.total,
                    "balance": row.balance,
                }
                for row in rows
            ],
            "principal": sum(row.principal for row in rows),
            "charge": sum(row.charge for row in rows),
        }
    )


def _table(rows: list[Row]) -> str:
    """Return the schedule as on a kartu angsuran, closed by its sums."""
    heads = [_("No."), _("Due"), _("Pokok"), _("Jasa"), _("Together"), _("Still owed")]
    lines = [
        [str(row.no), format_date(row.due_on), *map(format_amount, (row.principal, row.charge, row.total, row.balance))]
        for row in rows
    ]
    principal, charge = sum(row.principal for row in rows), sum(row.charge for row in rows)
    sums = ["", _("Sum"), *map(format_amount, (principal, charge, principal + charge)), ""]
    widths = [max(len(line[i]) for line in [heads, *lines, sums]) for i in range(len(heads))]

    def written(line: list[str]) -> str:
        cells = [
            text.ljust(width) if i == 1 else text.rjust(width)
            for i, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([written(heads), rule, *map(written, lines), rule, written(sums)])
