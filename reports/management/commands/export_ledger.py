"""Writes a book for an independent judge, beancount or hledger, on the terminal."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from groups.models import Group, Upk
from reports.ledger_text import FORMATS, ledger_text


class Command(BaseCommand):
    help = "Write the book of a group, or of a BKM's UPK, for beancount or hledger."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("group", help="code of the group, or of the BKM whose UPK's book is meant")
        parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="for which program")
        parser.add_argument("--out", help="the file to write instead of printing")

    def handle(self, *args: Any, **options: Any) -> None:
        body = (
            Group.objects.select_related("book").filter(code=options["group"]).first()
            or Upk.objects.select_related("book").filter(bkm__code=options["group"]).first()
        )
        if body is None:
            raise CommandError(_("There is no group and no UPK %(code)s.") % {"code": options["group"]})
        text = ledger_text(body.book, options["format"])
        if not options["out"]:
            self.stdout.write(text, ending="")
            return
        try:
            Path(options["out"]).write_text(text, encoding="utf-8")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CommandError(_("The file cannot be written: %(why)s") % {"why": reason}) from None
