"""The head of a paper: whose it is, its number, its place and its moment."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from groups import dates, regions
from groups.models import Group, Region

_MONTHS = re.compile("|".join(dates.MONTHS["id"]))


def paper_number(group: Group, on: date) -> str:
    """Return the number a meeting's papers carry: `06/MAWAR/II/2026`.

    06 says that it is the sixth Wednesday of the year, so the number is known before the meeting, stays the same
    however often a paper is printed, and takes no count of what was held. II is the month.
    """
    turn = (on.timetuple().tm_yday - 1) // 7 + 1
    return f"{turn:02d}/{group.code.removeprefix('KSM-')}/{dates.roman_month(on)}/{on.year}"


def _called(kind: str, name: str) -> str:
    """Return a body's name with what it is, once: KSM Mawar."""
    return name if name.upper().startswith(f"{kind} ") else f"{kind} {name}"


def moment(at: datetime, group: Group) -> str:
    """Return a moment where the group lives: `8 Februari 2026, 19.12 WIB`."""
    return moment_in(at, group.zone)


def moment_in(at: datetime, zone: str) -> str:
    """Return a moment in a zone: `8 Februari 2026, 19.12 WIB`."""
    return f"{dates.format_date(at.astimezone(ZoneInfo(zone)).date())}, {dates.format_time(at, zone)}"


def shortened(words: str) -> str:
    """Return dates with the first three letters of their months: `30 Nov–6 Des 2026`."""
    return _MONTHS.sub(lambda month: month[0][:3], words)


@dataclass(frozen=True, slots=True)
class Head:
    """Whose paper it is and when it came out of the printer: letterhead, foot, and the place it is signed at."""

    group: Group  # with its bkm and book
    where: str  # Desa Silurah, Kecamatan Wonotunggal, Kabupaten Batang; empty when nobody said
    village: str  # Silurah
    on: date
    printed_at: datetime
    span: str = ""  # the period of a paper that is of no single week

    @property
    def name(self) -> str:
        return _called("KSM", self.group.name)

    @property
    def bkm(self) -> str:
        return _called("BKM", self.group.bkm.name)

    @property
    def line(self) -> str:
        return " · ".join(["Kelompok Swadaya Masyarakat", *([self.where] if self.where else [])])

    @property
    def small(self) -> str:
        """Whose group, and since when."""
        said = [_("Under %(bkm)s") % {"bkm": self.bkm}]
        if self.group.founded_on:
            said.append(_("founded %(on)s") % {"on": dates.format_date(self.group.founded_on)})
        return " · ".join(said)

    @property
    def home(self) -> str:
        """The group and its village: KSM Mawar, Desa Silurah."""
        return ", ".join(filter(None, [self.name, self.village_label]))

    @property
    def village_label(self) -> str:
        """The village with what it is: Desa Silurah; empty when nobody said."""
        return self.where.split(",")[0]

    @property
    def number(self) -> str:
        return paper_number(self.group, self.on)

    @property
    def period(self) -> str:
        return self.span or _("week %(week)s") % {"week": dates.format_week(self.on)}

    @property
    def printed(self) -> str:
        """Date and hour where the group lives."""
        return moment(self.printed_at, self.group)

    @property
    def numbers(self) -> str:
        """The book's last entry as the paper left the printer."""
        last = self.group.book.last_number
        return _("up to entry %(number)s") % {"number": last} if last else _("no entry yet")

    @property
    def foot(self) -> dict[str, str]:
        """Period, print and entries in so few letters that the foot takes one line."""
        last = self.group.book.last_number
        return {
            "period": self.span or shortened(self.period),
            "printed": shortened(self.printed),
            "numbers": _("up to no. %(number)s") % {"number": last} if last else self.numbers,
        }

    @property
    def digest(self) -> str:
        """The head of the chain; empty while the book is."""
        return self.group.book.head_digest if self.group.book.last_number else ""

    @property
    def time(self) -> str:
        return dates.format_time(self.group.meeting_time, self.group.timezone) if self.group.meeting_time else ""


def heads(days: Iterable[tuple[Group, date]], printed_at: datetime) -> list[Head]:
    """Return the head of a paper for each group and day. One query for all their villages."""
    days = list(days)
    codes = {group.region for group, _on in days if regions.is_well_formed(group.region)}
    wanted = codes.union(*(regions.ancestors(code) for code in codes))
    names = dict(Region.objects.filter(code__in=wanted).order_by().values_list("code", "name"))
    return [
        Head(
            group=group,
            where=regions.label(group.region, names) if group.region in codes else "",
            village=names.get(group.region, ""),
            on=on,
            printed_at=printed_at,
        )
        for group, on in days
    ]
