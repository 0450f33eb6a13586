"""Brings the book of a group in from a workbook, on the terminal: the same service as the screen."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from groups import clock
from groups.money import format_rupiah
from ledger.chart import CHART
from meetings.importing import Outcome, import_book
from meetings.workbook import Problem
from meetings.xlsx import MAX_PACKED


class Command(BaseCommand):
    help = "Bring the book of a group in from a workbook (.xlsx): all of it or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the workbook")
        parser.add_argument("--bkm", required=True, help="code of the BKM the group belongs to")
        parser.add_argument(
            "--create-bkm", action="store_true", help="make the BKM, named by its code, if it is missing"
        )
        parser.add_argument("--dry-run", action="store_true", help="check everything and write nothing")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Path(options["file"]).open("rb") as stream:
                content = stream.read(MAX_PACKED + 1)
        except (OSError, ValueError) as error:
            reason = _("The file cannot be read: %(why)s") % {"why": getattr(error, "strerror", None) or error}
            outcome = Outcome("refused", (Problem("", "", reason),))
        else:
            outcome = import_book(
                content=content,
                bkm_code=options["bkm"],
                create_bkm=options["create_bkm"],
                dry_run=options["dry_run"],
                by=None,
                at=clock.now(),
            )
        self.stdout.write(_json(outcome) if options["json"] else _text(outcome))
        if outcome.status == "refused":
            raise CommandError(_("Nothing was brought in."))


def _json(outcome: Outcome) -> str:
    return json.dumps(
        {
            "status": outcome.status,
            "group": outcome.group_code,
            "problems": [
                {"sheet": one.sheet, "cell": one.cell, "reason": one.reason, "severity": one.severity}
                for one in outcome.problems
            ],
            "counts": outcome.counts,
            "accounts": outcome.accounts,
            "digest": outcome.head,
        },
        ensure_ascii=False,
    )


def _text(outcome: Outcome) -> str:
    """Return what a person wants to read: first what keeps the book out, then doubts, then what it comes to."""
    lines = []
    for title, problems in (
        (_("What keeps the book out:"), outcome.errors),
        (_("Look at these again:"), outcome.warnings),
    ):
        if problems:
            lines += [title, *(f"  {_place(one)}{one.reason}" for one in problems)]
    if outcome.status == "refused":
        return "\n".join(lines)
    said = {
        "imported": _("%(code)s was brought in."),
        "ready": _("%(code)s can be brought in; nothing was written."),
        "unchanged": _("%(code)s was brought in before with the same content; nothing changed."),
    }[outcome.status]
    lines.append(said % {"code": outcome.group_code})
    shown = _("%(members)s members, %(loans)s loans, %(meetings)s meetings, %(entries)s entries")
    lines.append(shown % outcome.counts)
    lines += [f"  {code} {CHART[code].name}: {format_rupiah(amount)}" for code, amount in outcome.accounts.items()]
    return "\n".join(lines)


def _place(problem: Problem) -> str:
    place = "!".join(part for part in (problem.sheet, problem.cell) if part)
    return f"{place}: " if place else ""
