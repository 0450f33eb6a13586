"""Proves the books from a terminal: every number, digest and balance again, and a digest printed on paper."""

import re
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger import statistics, verify
from ledger.models import Book, Entry

SHOWN = 20  # problems printed per book; the rest is counted


class Command(BaseCommand):
    help = "Re-derive every digest, number and balance of the books and name the first bad row of each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--book", action="append", default=[], metavar="NAME", help="a book by its name or id")
        parser.add_argument(
            "--group", action="append", default=[], metavar="CODE", help="the book of a KSM by its code"
        )
        parser.add_argument("--witness", metavar="DIGEST", help="a printed digest, at least its first 8 characters")

        parser.add_argument("--heads", action="store_true", help="also print the last digest of each book")

    def handle(self, *args: Any, **options: Any) -> None:
        witness = re.sub(r"\s", "", options["witness"] or "").lower()  # printed in fours
        if options["witness"] is not None and not re.fullmatch(r"[0-9a-f]{8,64}", witness):
            raise CommandError(_("A digest is 8 to 64 characters, 0 to 9 and a to f."))
        books = self._books(options["book"], options["group"])
        statistics.count_if_unknown()  # of books just brought in Postgres knows nothing, and takes ten times as long
        with verify.one_moment():
            bad = self._report(books)
            if witness and not self._report_witness(witness, books):
                bad = True
            if options["heads"]:
                self._tell_heads(books)
            if not bad:
                self.stdout.write(self._all_well(books))
        if bad:
            raise SystemExit(1)

    def _books(self, names: list[str], codes: list[str]) -> set[int] | None:
        """Return the books asked for, or None for all."""
        if not names and not codes:
            return None
        found: set[int] = set()
        for name in names:
            chosen = Book.objects.filter(pk=int(name)) if name.isdecimal() else Book.objects.filter(name=name)
            found |= self._some(chosen.values_list("pk", flat=True), name)
        for code in codes:
            found |= self._some(Book.objects.filter(group__code=code).values_list("pk", flat=True), code)
        return found

    def _some(self, books: Any, asked: str) -> set[int]:
        if not (found := set(books)):
            raise CommandError(_("There is no book %(name)s.") % {"name": asked})
        return found

    def _report(self, books: set[int] | None) -> bool:
        """Print problems and notices by book; return whether there were problems."""
        shown: dict[int, list[verify.Problem]] = {}
        first: dict[int, verify.Problem] = {}
        counts: Counter[int] = Counter()
        for problem in verify.problems(books, derived=True):
            if len(listed := shown.setdefault(problem.book, [])) < SHOWN:
                listed.append(problem)
            if not problem.notice:
                counts[problem.book] += 1
                if problem.book not in first or _position(problem) < _position(first[problem.book]):
                    first[problem.book] = problem
        names = dict(Book.objects.filter(pk__in=shown).values_list("pk", "name"))
        for book, listed in shown.items():
            name = names.get(book, _("book %(id)s, which is missing") % {"id": book})
            if book in first:
                self.stdout.write(
                    ngettext("%(name)s: %(count)s problem.", "%(name)s: %(count)s problems.", counts[book])
                    % {"name": name, "count": counts[book]}
                )
                self.stdout.write(_("  First bad row: %(row)s.") % {"row": _row(first[book])})
            else:
                self.stdout.write(_("%(name)s: in order.") % {"name": name})
            for problem in listed:
                mark = "  ! " if problem.notice else "  - "
                self.stdout.write(f"{mark}{_row(problem)}: {problem.sentence}")
            if (rest := counts[book] - sum(not problem.notice for problem in listed)) > 0:
                self.stdout.write(_("  … and %(count)s more.") % {"count": rest})
        return bool(first)

    def _report_witness(self, witness: str, books: set[int] | None) -> bool:
        """Print where the digest lies; return whether it lies anywhere."""
        places = verify.find_witness(witness, books)
        names = dict(Book.objects.filter(pk__in={place.book for place in places}).values_list("pk", "name"))
        for place in places:
            if place.number is None or place.on is None:
                sentence = _("The digest %(digest)s lies in the chain of %(name)s.")
            else:
                sentence = _("The digest %(digest)s lies in the chain of %(name)s, at entry %(number)s of %(on)s.")
            self.stdout.write(
                sentence
                % {
                    "digest": place.digest[:8],
                    "name": names.get(place.book, place.book),
                    "number": place.number,
                    "on": place.on and place.on.strftime("%d-%m-%Y"),
                }
            )
        if not places:
            self.stdout.write(
                _(
                    "The digest %(digest)s lies in no chain: either it was copied wrongly, or these books were "
                    "rewritten after it was printed."
                )
                % {"digest": witness}
            )
        return bool(places)

    def _tell_heads(self, books: set[int] | None) -> None:
        """Print what witnesses each book as it stands: noted elsewhere, it proves later that nothing was rewritten."""
        asked = Book.objects.all() if books is None else Book.objects.filter(pk__in=books)
        for name, number, head in asked.order_by("name", "pk").values_list("name", "last_number", "head_digest"):
            self.stdout.write(f"{head}  {number:6d}  {name}")

    def _all_well(self, books: set[int] | None) -> str:
        asked = Book.objects.all() if books is None else Book.objects.filter(pk__in=books)
        entries = Entry.objects.all() if books is None else Entry.objects.filter(book__in=books)
        return _("%(books)s books, %(entries)s entries: everything fits.") % {
            "books": asked.count(),
            "entries": entries.count(),
        }


def _position(problem: verify.Problem) -> float:
    """Where in the book a problem begins; what cannot say so comes last."""
    return float("inf") if problem.number is None else problem.number


def _row(problem: verify.Problem) -> str:
    """Name a row the way a person finds it."""
    names = {
        "entry": _("entry %(row)s"),
        "posting": _("posting id %(row)s"),
        "submission": _("submission id %(row)s"),
        "account": _("account id %(row)s"),
        "book": _("book id %(row)s"),
    }
    return names.get(problem.table, f"{problem.table} id %(row)s") % {"row": problem.row}
