"""The small books refuse what would make them wrong."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from groups.keeping import change_item, correct_guest, take_in_item, write_guest, write_off_item
from groups.models import InventoryItem
from tests.factories import START, GroupFactory

pytestmark = pytest.mark.django_db

ITEM = {
    "name": "Timbangan",
    "acquired_on": START,
    "source": "hibah BKM",
    "quantity": 1,
    "value": 0,
    "condition": "baik",
    "place": "Rumah Bu Sari",
}


def test_guests_are_numbered_in_their_group():
    group, other = GroupFactory(), GroupFactory()
    said = {"on": START, "name": "Pak Lurah", "origin": "Silurah", "purpose": ""}
    assert [write_guest(group=one, by=None, **said).no for one in (group, group, other)] == [1, 2, 1]
    guest = correct_guest(guest=group.guests.get(no=2), **said | {"name": "Bu Lurah"})
    assert guest.name == "Bu Lurah"
    with pytest.raises(ValidationError):
        write_guest(group=group, by=None, **said | {"name": ""})


def test_an_item_written_off_is_left_as_it_was():
    group = GroupFactory()
    item = take_in_item(group=group, **ITEM)
    assert take_in_item(group=group, **ITEM).no == 2
    assert change_item(item=item, on=START, by=None, condition="rusak").condition == "rusak"
    assert item.changes.get().before == {"condition": "baik"}
    assert change_item(item=item, on=START, by=None, condition="rusak").changes.count() == 1
    with pytest.raises(TypeError):
        change_item(item=item, on=START, by=None, colour="biru")
    for on, why, field in ((date(2026, 1, 1), "x", "on"), (START, " ", "why")):
        with pytest.raises(ValidationError) as refusal:
            write_off_item(item=item, on=on, why=why)
        assert list(refusal.value.error_dict) == [field]
    write_off_item(item=item, on=START, why=" patah ")
    for act in (
        lambda: write_off_item(item=item, on=START, why="lagi"),
        lambda: change_item(item=item, on=START, by=None, name="x"),
    ):
        with pytest.raises(ValidationError) as refusal:
            act()
        assert refusal.value.code == "written_off"
    assert InventoryItem.objects.get(no=1).written_off_why == "patah"
