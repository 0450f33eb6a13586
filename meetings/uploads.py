"""Keeps a workbook between its check and its confirmation: in the database, one per person and BKM, for a day."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Bkm
from meetings.importing import Outcome, import_book
from meetings.models import BookUpload
from meetings.xlsx import MAX_PACKED

if TYPE_CHECKING:
    from users.models import User

KEPT_FOR = timedelta(days=1)


def keep(*, bkm: Bkm, name: str, content: bytes, by: "User", at: datetime) -> BookUpload:
    """Keep a workbook to be looked at, in place of her earlier one. Refuses more than 1 MB (`too_large`)."""
    if len(content) > MAX_PACKED:
        raise ValidationError({"file": ValidationError(_("The file is larger than 1 MB."), code="too_large")})
    BookUpload.objects.filter(uploaded_at__lt=at - KEPT_FOR).delete()
    fields = {"name": name[:200], "content": content, "content_hash": sha256(content).hexdigest(), "uploaded_at": at}
    upload, _created = BookUpload.objects.update_or_create(bkm=bkm, by=by, defaults=fields)
    return upload


def waiting(*, bkm: Bkm, by: "User") -> BookUpload | None:
    """Return what she sent in for this BKM and has not confirmed."""
    return BookUpload.objects.filter(bkm=bkm, by=by).first()


def check(*, upload: BookUpload, at: datetime) -> Outcome:
    """Say what confirming would come to; nothing is written."""
    return import_book(content=bytes(upload.content), bkm_code=upload.bkm.code, by=upload.by, at=at, dry_run=True)


def confirm(*, upload: BookUpload, content_hash: str, at: datetime) -> Outcome:
    """Bring in the workbook she looked at, named by its sha256, and forget the file. Refuses another one (`other`)."""
    if upload.content_hash != content_hash:
        raise ValidationError(_("This is not the file you looked at. Look at it again."), code="other")
    with transaction.atomic():
        outcome = import_book(content=bytes(upload.content), bkm_code=upload.bkm.code, by=upload.by, at=at)
        if outcome.status != "refused":
            upload.delete()
    return outcome


def discard(*, bkm: Bkm, by: "User") -> None:
    """Forget what she sent in."""
    BookUpload.objects.filter(bkm=bkm, by=by).delete()
