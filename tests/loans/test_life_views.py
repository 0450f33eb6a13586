"""The screens of a loan's life: what is shown is what is written, once, by whom it may be."""

import re
from copy import deepcopy

import pytest
from django.urls import reverse

from groups import clock
from groups.models import Appointment
from ledger import chart
from ledger.models import Entry
from ledger.services import Leg
from loans import services
from loans.models import Leaving, Loan, LoanStep
from tests.compliance.village import day, post
from tests.factories import AppointmentFactory, treasurer
from tests.loans.lives import AGREED, JULAIKA, SARI, deed, lent, standing
from tests.loans.test_services import balance

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def lent_of_the_file(whole_file):
    return lent()


@pytest.fixture
def story(lent_of_the_file, client, monkeypatch):
    """Julaika's loan with two instalments paid; the treasurer looks at it on the day the third falls due."""
    group, loan = deepcopy(lent_of_the_file)
    monkeypatch.setattr(clock, "today", lambda _group=None: day(4))
    client.force_login(treasurer(group))
    return group, loan


def opened(client, url):
    """A form as a browser sends it back: every field's value by name."""
    page = client.get(url)
    assert page.status_code == 200, page.content.decode()
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return page, {name: form.fields[name].prepare_value(v) if hasattr(form.fields[name], "prepare_value") else v
                  for name, v in values.items() if v is not None}  # fmt: skip


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def do(client, group, kind, **change):
    url = reverse("loan_step", args=[group.code, 1, kind])
    page, values = opened(client, url)
    values |= {"decision": AGREED} | change
    answer = client.post(url, values)
    if answer.status_code == 422 and answer.context["form"]["seen"].value() != values["seen"]:  # looked at, sent again
        answer = client.post(url, values | {"seen": answer.context["form"]["seen"].value()})
    return page, answer


def test_a_payoff_shows_its_quote_and_writes_what_it_shows(client, story):
    group, _loan = story
    page, answer = do(client, group, "payoff", decision="")
    for shown in ("80.000", "82.000", "1.750", "2.000"):
        assert shown in text(page)
    assert [(leg["code"], leg["debit"], leg["credit"]) for _e, legs in page.context["entries"] for leg in legs] == [
        ("1110", 82_000, 0), ("1210", 0, 80_000), ("4110", 0, 2_000),
    ]  # fmt: skip
    assert answer.status_code == 302
    assert standing(group) == (0, 0, 0, 0)
    assert balance(group, chart.CASH) == 152_500
    card = client.get(reverse("loan_card", args=[group.code, 1]))
    assert str(LoanStep.objects.get().entry.number) in text(card)
    assert client.get(reverse("loan_card_print", args=[group.code, 1])).status_code == 200
    assert client.get(reverse("loan_step_print", args=[group.code, 1, 1])).status_code == 200


def test_a_card_says_on_that_very_day_how_a_loan_ended(client, story):
    """It is judged as at the end of yesterday, when the loan was not closed yet."""
    group, _loan = story
    do(client, group, "write-off")
    shown = client.get(reverse("loan_card", args=[group.code, 1]))
    assert (shown.context["card"].state.remaining, shown.context["card"].state.next_due) == (0, None)
    assert "dihapus buku, 29 Januari 2026" in text(shown).lower().replace(" ,", ",").replace("januari", "Januari")


def test_nothing_is_written_when_the_figures_changed_meanwhile(client, story):
    group, loan = story
    url = reverse("loan_step", args=[group.code, 1, "payoff"])
    _page, values = opened(client, url)
    services.waive(loan=loan, deed=deed(day(4)), amount=500)
    again = client.post(url, values)
    assert again.status_code == 422
    assert "81.500" in text(again)
    assert balance(group, chart.CASH) == 70_500
    confirmed = client.post(url, values | {"seen": again.context["form"]["seen"].value()})
    assert confirmed.status_code == 302
    assert balance(group, chart.CASH) == 152_000
    assert client.post(url, values | {"seen": again.context["form"]["seen"].value()}).status_code == 302  # sent twice
    assert balance(group, chart.CASH) == 152_000


def test_reckoning_writes_nothing(client, story):
    group, _loan = story
    before = Entry.objects.count()
    _page, answer = do(client, group, "payoff", waived="1.750", show="1")
    assert answer.status_code == 200
    assert "80.250" in text(answer)
    assert Entry.objects.count() == before
    assert not LoanStep.objects.exists()


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("payoff", {"waived": "2.001"}, "waived"),
        ("payoff", {"waived": "1e5"}, "waived"),
        ("payoff", {"on": "2030-01-01"}, "on"),
        ("payoff", {"on": "2026-01-09"}, "on"),
        ("waive", {"waived": "0"}, "waived"),
        ("waive", {"waived": "250", "decision": " "}, "decision"),
        ("waive", {"waived": "250", "decided_on": ""}, "decided_on"),
        ("write-off", {"decided_on": "2027-01-01"}, "decided_on"),
        ("reschedule", {"periods": "0"}, "periods"),
        ("reschedule", {"periods": "521"}, "periods"),
        ("reschedule", {"rate": "101"}, "rate"),
        ("reschedule", {"waived": "0"}, "waived"),
        ("take-back", {}, "__all__"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_half_done(client, story, kind, change, field):
    group, _loan = story
    before = Entry.objects.count()
    _page, answer = do(client, group, kind, **change)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert (Entry.objects.count(), LoanStep.objects.count(), Loan.objects.count()) == (before, 0, 1)


def test_every_step_has_its_screen_and_its_paper(client, story):
    group, loan = story
    post(group, day(3), "income", Leg(chart.CASH, 5_000), *services.block(member_no=JULAIKA, loan_no=1, amount=5_000))
    assert [name for name, _story in client.get(reverse("loan_card", args=[group.code, 1])).context["possible"]] == [
        "payoff", "waive", "reschedule", "guarantee", "write-off",
    ]  # fmt: skip
    assert do(client, group, "waive", waived="250")[1].status_code == 302
    _page, answer = do(client, group, "guarantee", **{f"part-{JULAIKA}-1": "5.000"})
    assert answer.status_code == 302
    assert standing(group, on=day(4)) == (75_000, 5_000, 1, 76_750)
    page, answer = do(client, group, "reschedule", periods="20")
    assert page.context["fresh"].loan.no == 2
    assert answer.status_code == 302
    fresh = Loan.objects.get(replaces=loan)
    assert [row.no for row in fresh.instalments.all()] == list(range(1, 21))
    undo = reverse("loan_step_undo", args=[group.code, 1, 3])
    assert client.post(undo, {"reason": "", "key": deed(day(4)).key}).status_code == 422
    assert client.post(undo, {"reason": "Keliru", "key": deed(day(4)).key}).status_code == 302
    assert do(client, group, "write-off")[1].status_code == 302
    page, answer = do(client, group, "recover", amount="10.000")
    assert answer.status_code == 302
    for step in ("payoff", "waive", "reschedule", "guarantee", "write-off", "recover"):
        answered = client.get(reverse("loan_step", args=[group.code, 1, step])).status_code
        assert answered in (200, 302), f"{step} of a loan that is over"
    for number in range(1, 6):
        assert client.get(reverse("loan_step_print", args=[group.code, 1, number])).status_code == 200
    listed = text(client.get(reverse("debt_list", args=[group.code])))
    assert "65.000" in listed
    assert "10.000" in listed
    assert client.get(reverse("loan_list", args=[group.code])).status_code == 200
    assert client.get(reverse("loan_quote_print", args=[group.code, 1])).status_code == 200
    assert client.get(reverse("loan_quote_print", args=[group.code, 1]), {"on": "x\0"}).status_code == 200
    assert client.get(reverse("loan_step", args=[group.code, 1, "nothing"])).status_code == 404
    assert client.get(reverse("loan_step", args=[group.code, 9, "payoff"])).status_code == 404
    assert client.get(reverse("loan_step_print", args=[group.code, 1, 9])).status_code == 404


def test_the_page_of_a_card_does_not_grow_with_its_steps(client, story, django_assert_max_num_queries):
    group, loan = story
    url = reverse("loan_card", args=[group.code, 1])
    counts = []
    for _round in range(2):
        with django_assert_max_num_queries(60) as asked:
            client.get(url)
        counts.append(len(asked))
        services.waive(loan=loan, deed=deed(day(4)), amount=100)
        services.waive(loan=loan, deed=deed(day(4)), amount=100)
    assert counts[0] == counts[1]


def test_the_secretary_sees_the_card_and_takes_no_step(client, story):
    group, _loan = story
    client.force_login(AppointmentFactory(group=group, role=Appointment.Role.SECRETARY).user)
    assert "possible" in client.get(reverse("loan_card", args=[group.code, 1])).context
    assert client.get(reverse("loan_step", args=[group.code, 1, "payoff"])).status_code == 403


def test_a_member_leaves_with_what_is_hers_in_sight_and_comes_back(client, story):
    group, _loan = story
    post(group, day(3), "handover", Leg(chart.CASH, 90_000), Leg(chart.VOLUNTARY_SAVINGS, -90_000, JULAIKA))
    url = reverse("member_leave", args=[group.code, JULAIKA])
    page, values = opened(client, url)
    assert page.context["found"].left == 9_750
    assert "9.750" in text(page)
    assert client.post(url, values).status_code == 422
    assert client.post(url, values | {"decision": AGREED}).status_code == 302
    left = Leaving.objects.get()
    assert (left.charge, left.waived, left.paid_out) == (250, 1_750, 9_750)
    assert "9.750" in text(client.get(url))
    assert client.get(reverse("member_leave_print", args=[group.code, JULAIKA])).status_code == 200
    undo = reverse("member_leave_undo", args=[group.code, JULAIKA])
    assert client.get(undo).status_code == 200
    assert client.post(undo, {"reason": "Tidak jadi", "key": deed(day(4)).key}).status_code == 302
    assert client.get(undo).status_code == 404
    assert client.get(reverse("member_leave_print", args=[group.code, JULAIKA])).status_code == 404
    assert standing(group, on=day(4)) == (80_000, 10_250, 1, 82_000)


def test_who_owes_more_is_told_how_it_goes_on(client, story):
    group, _loan = story
    url = reverse("member_leave", args=[group.code, JULAIKA])
    page, values = opened(client, url)
    assert page.context["found"].lacking == 80_250
    assert page.context["refusals"]
    refused = client.post(url, values | {"decision": AGREED})
    assert refused.status_code == 422
    again = client.post(url, values | {"decision": AGREED, "write_off": "on", "reason": "died", "show": "1"})
    seen = again.context["form"]["seen"].value()
    done = client.post(url, values | {"decision": AGREED, "write_off": "on", "reason": "died", "seen": seen})
    assert done.status_code == 302
    assert Leaving.objects.get().written_off == 80_000
    assert client.get(reverse("member_leave_print", args=[group.code, JULAIKA])).status_code == 200
    assert client.get(url).status_code == 200


def test_somebody_who_left_is_taken_in_again(client, story):
    group, _loan = story
    url = reverse("member_leave", args=[group.code, SARI])
    _page, values = opened(client, url)
    assert client.post(url, values | {"decision": AGREED}).status_code == 302
    back = reverse("member_return", args=[group.code, SARI])
    assert client.post(back, {"joined_on": "2026-01-29"}).status_code == 422
    assert client.post(back, {"joined_on": "2026-01-30"}).status_code == 302
    assert group.members.get(no=6).former.no == SARI
    assert client.get(url).status_code == 200
    assert client.get(reverse("member_edit", args=[group.code, 6])).status_code == 200
