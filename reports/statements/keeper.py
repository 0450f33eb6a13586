"""Whose book it is: a group's or a UPK's, with what every page about the book needs to know of it."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from groups import clock
from groups.access import BkmRequest, GroupRequest
from groups.models import Bkm, Group, Member, Upk
from ledger.models import Book
from loans.models import UpkLoan
from reports.statements.words import Names


@dataclass(frozen=True)
class Keeper:
    """A book and its body. Addresses of a group's pages begin with `g/`, of a UPK's with `b/…/upk/`."""

    book: Book
    name: str  # KSM Mawar
    code: str  # in addresses: the group's, or the BKM's
    group: Group | None = None
    upk: Upk | None = None

    @property
    def bkm(self) -> Bkm:
        return self.group.bkm if self.group else self.upk.bkm  # type: ignore[union-attr]

    @property
    def zone(self) -> str:
        """The zone its days are counted in, by its name in the tz database."""
        return self.group.zone if self.group else "Asia/Jakarta"

    def local(self, moment: datetime) -> datetime:
        """Return a moment as the clock of the place shows it."""
        return moment.astimezone(ZoneInfo(self.zone))

    def today(self) -> date:
        return clock.today(self.group)

    def url(self, name: str, *more: object) -> str:
        """Return the address of a page about this book: `books`, `statement`, `entry` …"""
        if self.upk and name == "entry":
            name = "book_entry"
        return reverse(name if self.group else f"upk_{name}", args=[self.code, *more])

    @cached_property
    def names(self) -> Names:
        """Return the names behind the numbers: members of a group, KSM that a UPK lent to. One query."""
        if self.group is None:
            lent = UpkLoan.objects.filter(upk=self.upk).values_list("no", "group__name")
            return Names(loans={no: _("%(name)s, loan %(no)s") % {"name": name, "no": no} for no, name in lent})
        return Names(members=dict(Member.objects.filter(group=self.group).values_list("no", "name")))


def keeper_of(request: HttpRequest | GroupRequest | BkmRequest) -> Keeper:
    """Return whose book a request is about, as its gate found it; a BKM without a UPK has none (404)."""
    if group := getattr(request, "group", None):
        return Keeper(group.book, str(group), group.code, group=group)
    bkm = request.bkm  # type: ignore[union-attr]
    upk = Upk.objects.select_related("book", "bkm").filter(bkm=bkm).first()
    if upk is None:
        raise Http404
    return Keeper(upk.book, upk.name, bkm.code, upk=upk)
