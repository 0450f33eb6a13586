"""Boards with their finance units, and programmes."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Bkm, Programme, Upk
from groups.services.rows import rename_book, save, suggest_code
from ledger import services as ledger
from ledger.models import Book, Entry


@transaction.atomic
def create_bkm(*, name: str, code: str = "", region: str = "", address: str = "") -> Bkm:
    """Enter a BKM; without a code one is made from its name. Refuses a code that is taken."""
    return save(Bkm(code=code or suggest_code(name, kind=Bkm, prefix="BKM"), name=name, region=region, address=address))


@transaction.atomic
def update_bkm(*, bkm: Bkm, name: str, region: str, address: str) -> Bkm:
    """Correct a BKM's name or place; its code stays."""
    bkm.name, bkm.region, bkm.address = name, region, address
    return save(bkm)


@transaction.atomic
def open_upk(*, bkm: Bkm, name: str, start_on: date | None = None) -> Upk:
    """Give a BKM its finance unit, with an empty book that holds nothing before `start_on`. Refuses a second one."""
    if Upk.objects.filter(bkm=bkm).exists():
        raise ValidationError(_("This BKM has its UPK already."), code="upk_exists")
    book = ledger.open_book(name=name, kind=Book.Kind.UPK)
    return save(Upk(bkm=bkm, name=name, book=book, start_on=start_on))


@transaction.atomic
def rename_upk(*, upk: Upk, name: str, start_on: date | None = None) -> Upk:
    """Correct the name of a finance unit and of its book, or say since when it is kept (None: as it is).

    Refused: a first day after an entry that stands in the book (`starts_late`).
    """
    if start_on and Entry.objects.filter(book=upk.book_id, on__lt=start_on).exists():
        late = ValidationError(_("The book holds older entries."), code="starts_late")
        raise ValidationError({"start_on": late})
    upk.name = name
    upk.start_on = start_on or upk.start_on
    rename_book(upk.book, name)
    return save(upk)


@transaction.atomic
def create_programme(
    *, name: str, code: str = "", starts_on: date | None = None, ends_on: date | None = None
) -> Programme:
    """Enter a programme that forms or revives groups. Refuses a code that is taken and an end before the start."""
    code = code or suggest_code(name, kind=Programme, prefix="PROG")
    return _save_programme(Programme(code=code), name, starts_on, ends_on)


@transaction.atomic
def update_programme(*, programme: Programme, name: str, starts_on: date | None, ends_on: date | None) -> Programme:
    """Correct a programme's name or dates; its code stays."""
    return _save_programme(programme, name, starts_on, ends_on)


def _save_programme(programme: Programme, name: str, starts_on: date | None, ends_on: date | None) -> Programme:
    if starts_on and ends_on and ends_on < starts_on:
        raise ValidationError({"ends_on": ValidationError(_("The end comes after the start."), code="dates")})
    programme.name, programme.starts_on, programme.ends_on = name, starts_on, ends_on
    return save(programme)
