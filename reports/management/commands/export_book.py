"""Takes the book of a group out into a workbook, on the terminal: the same service as the screen."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from groups.dates import format_date
from groups.models import Group
from reports.exporting import export_book


class Command(BaseCommand):
    help = "Take the book of a group out into a workbook (.xlsx) that import_book brings in again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("group", help="code of the group")
        parser.add_argument("file", help="the workbook to write")
        parser.add_argument(
            "--leave-out",
            action="store_true",
            help="write the file although something does not fit; it is named here and on a sheet of its own",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        group = Group.objects.select_related("bkm", "book", "programme").filter(code=options["group"]).first()
        if group is None:
            raise CommandError(_("There is no group %(code)s.") % {"code": options["group"]})
        export = export_book(group)
        for title, found in (
            (_("Does not fit; the balances would not be the same:"), export.money),
            (_("Does not fit; the balances are the same:"), export.words),
        ):
            if found:
                self.stdout.write(title)
            for one in found:
                day = f"{format_date(one.on)} · " if one.on else ""
                self.stdout.write(f"  {day}{one.what}: {one.says}")
        if export.left_out and not options["leave_out"]:
            raise CommandError(_("Nothing was written. With --leave-out the file is written without these."))
        try:
            Path(options["file"]).write_bytes(export.content)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CommandError(_("The file cannot be written: %(why)s") % {"why": reason}) from None
        self.stdout.write(_("%(code)s was written to %(file)s.") % {"code": group.code, "file": options["file"]})
