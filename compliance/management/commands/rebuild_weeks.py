"""Makes the weekly facts anew from the books: after a change of policy, or to prove that they say the same."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from compliance.services import rebuild
from groups.models import Group


class Command(BaseCommand):
    help = "Make the weekly facts of one group, or of all, anew from the books."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--group", metavar="CODE", help="only this group")

    def handle(self, *, group: str | None = None, verbosity: int = 1, **options: Any) -> None:
        groups = Group.objects.order_by("code")
        if group is not None:
            groups = groups.filter(code=group.replace("\0", ""))
            if not groups:
                raise CommandError(_("There is no group %(code)s.") % {"code": group})
        for one in groups.iterator(chunk_size=500):
            weeks = rebuild(group=one)
            if verbosity > 1:
                self.stdout.write(f"{one.code}: {weeks}")
        if verbosity:
            self.stdout.write(f"{groups.count()} KSM")
