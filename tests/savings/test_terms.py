"""What a group agreed to save: versions by date, told to the five rules from the day they hold."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from ledger.announce import book_changed
from savings.models import SavingsTerms
from savings.terms import agree_terms
from tests.factories import START, GroupFactory, coordinator

pytestmark = pytest.mark.django_db


def test_a_new_amount_follows_the_old_one():
    group = GroupFactory()
    heard = []

    def listen(from_on, **_rest):
        heard.append(from_on)

    book_changed.connect(listen)
    agree_terms(group=group, from_on=date(2026, 2, 2), weekly=2000, principal=10_000)
    agree_terms(group=group, from_on=date(2026, 7, 6), weekly=5000, principal=10_000)
    book_changed.disconnect(listen)
    assert heard == [START, date(2026, 7, 6)], "the first terms hold before their day, too"
    amounts = [SavingsTerms.objects.in_force(group, day).weekly for day in (START, date(2026, 7, 5), date(2026, 7, 6))]
    assert amounts == [2000, 2000, 5000]
    agree_terms(group=group, from_on=date(2026, 7, 6), weekly=4000, principal=10_000)
    assert list(SavingsTerms.objects.values_list("weekly", flat=True)) == [2000, 4000]
    with pytest.raises(ValidationError):
        agree_terms(group=group, from_on=START, weekly=-1, principal=0)


def test_the_coordinator_writes_the_amounts_as_people_write_them(client):
    group = GroupFactory()
    client.force_login(coordinator(group.bkm))
    url = f"/g/{group.code}/settings/savings/"
    refused = client.post(url, {"weekly": "44,000", "principal": "Rp10.000", "from_on": "29-01-2026"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Rp44.000 atau Rp44" in page
    assert 'value="44,000"' in page
    assert 'value="Rp10.000"' in page
    assert not SavingsTerms.objects.exists()
    assert client.post(url, {"weekly": "2.000", "principal": "Rp10.000", "from_on": "29-01-2026"}).status_code == 302
    terms = SavingsTerms.objects.get()
    assert (terms.weekly, terms.principal, terms.from_on) == (2000, 10_000, date(2026, 1, 29))
    assert "Rp2.000 per pekan" in client.get(f"/g/{group.code}/settings/").content.decode()
