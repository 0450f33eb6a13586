"""A book goes out as a workbook and comes in again where nothing is: what it says before and after."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from groups.models import Group
from ledger import verify
from ledger.models import Account
from meetings import xlsx
from meetings.importing import Outcome, import_book
from meetings.models import Meeting
from reports.exporting import Export, export_book
from reports.selectors import book_state
from tests.factories import AdministratorFactory

AT = datetime(2027, 1, 4, 3, 0, tzinfo=UTC)

STATEMENTS = ("cash", "trial", "balance", "surplus", "savings", "loans", "members")

# What workbook.md lets differ on a printed page: entry numbers, seals, and when it was posted or printed.
_DIFFERS = re.compile(
    r"\b[0-9a-f]{4} ?[0-9a-f]{4}\b|[0-9]{1,2} [A-Z][a-z]+ [0-9]{4} pukul [0-9]{2}\.[0-9]{2} WI(?:B|TA|T)"
    r"|(?:dicetak|disimpan) [0-9]{1,2} [A-Z][a-z]+ [0-9]{4}, [0-9]{2}\.[0-9]{2}"
)


def fresh(group: Group) -> Group:
    return Group.objects.select_related("bkm", "book", "programme").get(pk=group.pk)


def said(group: Group, days: Iterable[date], *, findings: bool = True) -> dict[str, Any]:
    """What the book says on these days, and its findings; entry counts, digests and rule 3 aside."""
    found: dict[str, Any] = {}
    for on in days:
        state = book_state(group, on)
        found[on.isoformat()] = {"accounts": state["accounts"], "members": state["members"]}
        if findings:
            out = StringIO()
            call_command("compliance", "--group", group.code, "--on", on.isoformat(), "--json", stdout=out)
            told = json.loads(out.getvalue())
            found[f"findings {on}"] = told["weeks"], [rule for rule in told["rules"] if rule["rule"] != "books"]
    return found


def balances(group: Group) -> dict[tuple[str, int, int], int]:
    """Every account with anything in it, debit positive."""
    accounts = Account.objects.filter(book=group.book_id).exclude(balance=0)
    return {(a.code, a.member_no, a.loan_no): a.balance for a in accounts}


def printed(group: Group, client: Client) -> dict[str, str]:
    """The papers of all meetings, loans and statements, word for word, without what may differ."""
    pages = {}
    span = f"?from={group.start_on}&to={group.start_on.replace(year=group.start_on.year + 1)}"
    for name in STATEMENTS:
        pages[name] = reverse("statement_paper", args=[group.code, name]) + span
    for meeting in Meeting.objects.filter(group=group).order_by("on"):
        for name in ("paper_posted_sheet", "paper_minutes"):
            pages[f"{name} {meeting.on}"] = reverse(name, args=[group.code, meeting.on])
    for no in group.loans.order_by("no").values_list("no", flat=True):
        pages[f"loan {no}"] = reverse("loan_card_print", args=[group.code, no])
    return {name: _words(client.get(url)) for name, url in pages.items()}


def _words(answer: HttpResponse) -> str:
    assert answer.status_code == 200
    text = re.sub(r"<(script|style|head)\b.*?</\1>|<[^>]*>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", _DIFFERS.sub("·", re.sub(r"\s+", " ", text))).strip()


@contextmanager
def emptied(group: Group) -> Iterator[None]:
    """Its code is free, as in a database that never saw it; afterwards everything is as before."""
    with transaction.atomic():
        Group.objects.filter(pk=group.pk).update(code=f"LAMA-{group.pk}")
        yield
        transaction.set_rollback(True)


def brought_in(export: Export, group: Group) -> Outcome:
    return import_book(content=export.content, bkm_code=group.bkm.code, by=None, at=AT)


def judge_round_trip(group: Group, days: list[date], *, pages: bool = False, findings: bool = True) -> Export:
    """Take the book out, bring it in, and expect it to say the same. Returns what was taken out."""
    export = export_book(fresh(group))
    assert export.money == []
    client = Client()
    if pages:
        client.force_login(AdministratorFactory())

    def told(one: Group) -> tuple[dict[str, Any], ...]:
        return said(one, days, findings=findings), balances(one), printed(one, client) if pages else {}

    before = told(fresh(group))
    with emptied(group):
        outcome = brought_in(export, group)
        assert (outcome.status, outcome.errors) == ("imported", [])
        copy = Group.objects.select_related("bkm", "book").get(code=group.code)
        for now, earlier in zip(told(copy), before, strict=True):
            assert now.keys() == earlier.keys()
            differ = {name: (now[name], value) for name, value in earlier.items() if now[name] != value}
            assert differ == {}, differ
        assert [problem for problem in verify.problems([copy.book_id]) if not problem.notice] == []
        assert sheets_of(export_book(copy)) == sheets_of(export)
    return export


def sheets_of(export: Export) -> dict[str, Any]:
    """The cells of the layout's sheets."""
    return {sheet.name: sheet.rows for sheet in xlsx.read(export.content) if sheet.name != "Tidak muat"}
