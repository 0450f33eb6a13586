"""Rows read without the query builder are those it would have read."""

import pytest
from django.apps import apps
from django.db.models.signals import post_init, pre_init

from groups.models import Member
from ledger.models import Book
from ledger.rows import fetch
from tests.compliance.village import found_group

pytestmark = pytest.mark.django_db


def alike(one, other):
    assert one == other
    assert (one._state.adding, one._state.db) == (other._state.adding, other._state.db) == (False, "default")
    return one.__dict__ | {"_state": None} == other.__dict__ | {"_state": None}


def test_instances_are_those_of_the_query_builder():
    group = found_group()
    for model, where, params in ((Book, "t.id = %s", [group.book_id]), (Member, "t.group_id = %s", [group.pk])):
        for one in fetch(model, f"WHERE {where} ORDER BY t.id", params):
            assert alike(one, model.objects.get(pk=one.pk))
    [member, *_others] = fetch(Member, "WHERE t.group_id = %s ORDER BY t.no", [group.pk])
    assert member.group == group
    member.name = "Sari Dewi"
    member.save()
    assert Member.objects.get(pk=member.pk).name == "Sari Dewi"


def test_no_model_has_receivers_that_wait_for_an_instance():
    assert not [model for model in apps.get_models() if pre_init.has_listeners(model) or post_init.has_listeners(model)]
