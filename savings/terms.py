"""What a group agreed to save, by date: an amount is never changed, a new one follows it."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Group
from ledger.announce import announce
from savings.models import SavingsTerms


@transaction.atomic
def agree_terms(*, group: Group, from_on: date, weekly: int, principal: int) -> SavingsTerms:
    """Set the weekly simpanan wajib and the simpanan pokok (rupiah) from a day on; saying it twice changes nothing.

    A weekly amount of 0 means each saves what she can. Terms already agreed for that very day are replaced. Refuses
    amounts below 0. The five rules are told from that day on; before the first terms the first hold, so those tell all.
    """
    if weekly < 0 or principal < 0:
        raise ValidationError(_("An amount is 0 or more."), code="negative")
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    first = SavingsTerms.objects.filter(group=group).order_by("from_on").first()
    terms, _created = SavingsTerms.objects.update_or_create(
        group=group, from_on=from_on, defaults={"weekly": weekly, "principal": principal}
    )
    is_first = first is None or from_on <= first.from_on
    announce(group.book_id, min(from_on, group.start_on) if is_first else from_on)
    return terms
