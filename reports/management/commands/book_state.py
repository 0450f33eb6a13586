"""Prints what a book says as at the end of a day, for a person or for a check."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from groups import clock
from groups.dates import NotADate, format_date, parse_date
from groups.models import Group
from groups.money import format_amount
from ledger.chart import CHART
from reports.selectors import book_state


class Command(BaseCommand):
    help = "Print the balances, members and open loans of a group as at the end of a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("group", help="code of the group")
        parser.add_argument("--on", help="2026-03-29 or 29-03-2026 (today)")
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        group = Group.objects.select_related("book").filter(code=options["group"]).first()
        if group is None:
            raise CommandError(_("There is no group %(code)s.") % {"code": options["group"]})
        try:
            on = parse_date(str(options["on"])) if options["on"] else clock.today(group)
        except NotADate as refused:
            raise CommandError(f"--on: {refused}") from None
        state = book_state(group, on)
        if options["json"]:
            self.stdout.write(json.dumps(state, ensure_ascii=False))
            return
        self.stdout.write(f"{group.name} ({group.code}), {format_date(on)}")
        entries = _("%(entries)s entries, digest %(digest)s")
        self.stdout.write(entries % {"entries": state["entries"], "digest": state["digest"][:8]})
        for code, amount in state["accounts"].items():
            self.stdout.write(f"  {code} {CHART[code].name:<26} {format_amount(amount):>15}")
        for member in state["members"]:
            savings = "  ".join(f"{code} {format_amount(member[code])}" for code in ("2110", "2120", "3110"))
            self.stdout.write(f"{member['no']:>4} {member['name']:<24} {savings}")
            for loan in member["loans"]:
                shown = _("loan %(no)s: %(owed)s owed, %(charge)s jasa due, %(arrears)s late (%(late)s instalments)")
                told = {
                    "no": loan["no"],
                    "owed": format_amount(loan["outstanding"]),
                    "charge": format_amount(loan["charge_due"]),
                    "arrears": format_amount(loan["arrears"]),
                    "late": loan["instalments_late"],
                }
                self.stdout.write("     " + shown % told)
