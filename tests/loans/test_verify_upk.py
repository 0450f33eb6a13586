"""What a row says became of a UPK's loan, and is not what both books sealed, is named; so is a row that is lost."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Submission
from loans import services
from loans.models import UpkPayment
from tests.factories import UserFactory
from tests.ledger.village import by_force, named, named_if
from tests.loans.two_tiers import ksm, lend, monthly, pass_on, rules, sheet, village
from tests.loans.upk_village import at
from tests.meetings.test_verify_garbage import GARBAGE, WRONG, forge, places, replaced

pytestmark = [pytest.mark.django_db, pytest.mark.tampers]

LENT, FIRST, DEC, DAY, LATER, TODAY = (
    date(2018, 11, 15), date(2018, 11, 22), date(2018, 12, 15), date(2018, 12, 27), date(2019, 1, 3), date(2019, 2, 1),
)  # fmt: skip


@pytest.fixture(scope="module")
def loan_of_the_file(whole_file):
    """2.500.000 over ten months, flat: jasa 37.500 a month. 287.500 passed on, and plenty in the KSM's box."""
    group = village()
    rules(group.bkm.upk, spared_percent=50)
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10, round_to=0), LENT)
    sheet(group, FIRST, dict.fromkeys(range(1, 6), 60_000), weekly=1_000_000)
    pass_on(loan, 287_500, DEC)
    assert named() == set()
    return loan


@pytest.fixture
def loan(loan_of_the_file):
    return deepcopy(loan_of_the_file)


def told(**more: Any) -> dict[str, Any]:
    return {"key": uuid4(), "by": None, "at": at(TODAY)} | more


def decided(on: date = DAY, **more: Any) -> dict[str, Any]:
    return {"on": on, "decided_on": on, "decision": "Banjir", **told(**more)}


def paid(loan):
    return loan.payments.get()


def paid_as_announced(loan):
    announced = services.announce_upk_payment(loan=loan, amount=100_000, key=uuid4(), by=None, on=DAY)
    given = {"amount": 90_000, "on": DAY, "announced": announced, "remark": "Kurang"}
    return services.receive_upk_payment(loan=loan, **given, **told())


def paid_off(loan):
    return services.receive_upk_payment(loan=loan, amount=2_437_500, on=DAY, payoff=True, **told())


def waived(loan):
    services.waive_upk_jasa(loan=loan, amount=50_000, **decided())
    return services.waive_upk_jasa(loan=loan, amount=30_000, **decided(LATER))


def written_off(loan):
    return services.write_off_upk_loan(loan=loan, **decided(date(2019, 1, 20)))


def recovered(loan):
    services.waive_upk_jasa(loan=loan, amount=50_000, **decided())
    services.write_off_upk_loan(loan=loan, **decided())
    return pass_on(loan, 300_000, LATER)


def rescheduled(loan):
    return services.reschedule_upk_loan(loan=loan, terms=monthly(2_250_000, 15, round_to=0), **decided())


def taken_back(deed: Callable[[Any], Any], undo: Callable[..., Any], name: str) -> Callable[[Any], Any]:
    def done(loan):
        row = undo(**{name: deed(loan)}, reason="Keliru", **told())
        row.refresh_from_db()
        return row

    return done


no_payment = taken_back(paid_off, services.take_back_upk_payment, "payment")
no_waiver = taken_back(waived, services.undo_upk_waiver, "waiver")
no_write_off = taken_back(written_off, services.undo_upk_write_off, "write_off")
no_reschedule = taken_back(rescheduled, services.undo_upk_reschedule, "reschedule")

PAYMENT = [
    "amount = amount + 1, principal = principal + 1",
    "principal = principal + 1, charge = charge - 1",
    '"on" = "on" + 1',
    "received_by_id = {user}",
    "recovery = NOT recovery",
    "status = 'cancelled', \"on\" = NULL, group_entry_id = NULL, upk_entry_id = NULL",
    "group_entry_id = (SELECT min(id) FROM ledger_entry)",
]
DECIDED = [
    '"on" = "on" + 1',
    "decided_on = decided_on - 1",
    "decision = 'Musyawarah'",
    "by_id = {user}",
    "at = at + interval '1 second'",
    "undone_at = coalesce(undone_at, at) + interval '1 second', undone_why = 'Lupa'",
    "undone_by_id = {user}",
]
STANDS = "undone_at = NULL, undone_why = ''"
UNASKED = [
    "forgiven = '{\"10\": 37500}'",
    "forgiven = '[]'",
]
NO = [(no_waiver, "waiver"), (no_write_off, "writeoff"), (no_reschedule, "reschedule")]
CHANGES = [
    (paid, "payment", [*PAYMENT, "remark = 'Lunas'", "no = 7, key = gen_random_uuid()", "payoff = true"]),
    (paid_as_announced, "payment", [*PAYMENT, "remark = ''", "no = no + 1"]),
    (paid_off, "payment", [*PAYMENT, *UNASKED, "payoff = false, spared = 0, forgiven = '{}'", "spared = spared - 1"]),
    (recovered, "payment", [*PAYMENT[:-1], "recovery = false"]),
    (no_payment, "payment", [*PAYMENT, "status = 'received'", "remark = 'Lain'"]),
    *((one, "waiver", [*DECIDED, *UNASKED, "amount = amount + 1", "no = no + 1", "key = gen_random_uuid()",
                       "after_number = after_number - 1"]) for one in (waived, no_waiver)),
    *((one, table, [STANDS]) for one, table in NO),
    *((one, "writeoff", [*DECIDED, "principal = principal - 1", "from_reserve = 1", "charge = 0"])
      for one in (written_off, no_write_off)),
    *((one, "reschedule", [*DECIDED, *UNASKED, "principal = principal - 1", "spared = spared - 1",
                           "void = '{\"1\": 1}'", "fresh_id = loan_id"]) for one in (rescheduled, no_reschedule)),
]  # fmt: skip


@pytest.mark.parametrize(("deed", "table", "changes"), CHANGES)
def test_a_row_changed_is_named_and_no_other(loan, deed, table, changes):
    row, user = deed(loan), UserFactory()
    assert named() == set()
    for change in changes:
        found = named_if(f"loans_upk{table}", row.pk, change.replace("{user}", str(user.pk)))
        assert found == {(f"loans_upk{table}", row.pk)}, change


@pytest.mark.parametrize(("deed", "table", "_changes"), CHANGES)
def test_a_row_that_is_gone_is_missed(loan, deed, table, _changes):
    row = deed(loan)
    last = Submission.objects.filter(book=loan.upk.book_id).latest("pk")
    undoes = "taken_back" in last.content
    by_force(f"DELETE FROM loans_upk{table} WHERE id = %s", row.pk)
    found = named()
    assert {name for name, _row in found} == {"ledger_submission"}
    assert undoes or found == {("ledger_submission", last.pk)} or table == "payment"


@pytest.mark.parametrize("status", ["received", "reversed"])
def test_a_payment_that_nobody_sealed_is_named(loan, status):
    other = Submission.objects.filter(book=loan.upk.book_id).earliest("pk").entries.first()
    mine = Submission.objects.filter(book=loan.group.book_id).earliest("pk").entries.first()
    by_force(
        'INSERT INTO loans_upkpayment (loan_id, no, key, amount, status, announced_amount, "on", principal, charge,'
        " upk_entry_id, group_entry_id, remark, recovery, payoff, spared, forgiven)"
        " VALUES (%s, 2, gen_random_uuid(), 9, %s, 0, %s, 9, 0, %s, %s, '', false, false, 0, '{}')",
        loan.pk, status, DAY, other.pk, mine.pk,
    )  # fmt: skip
    assert named() == {("loans_upkpayment", UpkPayment.objects.latest("pk").pk)}


def test_money_on_its_way_is_nobody_s_business_yet(loan):
    services.announce_upk_payment(loan=loan, amount=100_000, key=uuid4(), by=None, on=DAY)
    assert named() == set()


def test_however_many_loans_there_are_it_takes_the_same_statements(loan):
    def statements() -> int:
        with CaptureQueriesContext(connection) as told:
            assert named() == set()
        return len(told)

    rescheduled(loan)
    before = statements()
    for name in ("Lain", "Melati"):
        other = lend(ksm(loan.upk, name), [500_000] * 5, monthly(2_500_000, 10, round_to=0), LENT)
        sheet(other.group, FIRST, dict.fromkeys(range(1, 6), 60_000), weekly=1_000_000)
        pass_on(other, 287_500, DEC)
        rescheduled(other)
    assert statements() == before


def test_whatever_a_text_says_nothing_stops(loan):
    """Texts replaced by anything, whole and in their parts: the ledger names the text, and verification goes on."""
    row = no_reschedule(loan)
    sent = Submission.objects.filter(book=loan.upk.book_id, content__startswith='{"upk_').order_by("pk")
    for submission in [sent.latest("pk"), sent.get(pk=row.upk_entry.submission_id)]:
        for garbage in GARBAGE:
            forge(submission, garbage)
            assert ("submission", submission.pk) in named(loan.upk.book_id)
    content = json.loads(row.upk_entry.submission.content)
    for path in places(content)[1:]:
        for new in [KeyError, *WRONG]:
            forge(row.upk_entry.submission, json.dumps(replaced(content, path, new)))
            named(loan.upk.book_id)
