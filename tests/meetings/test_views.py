"""The treasurer's screens without JavaScript: what she types is kept, what she sends is written once."""

import re
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from groups import clock
from groups.dates import format_week, week_start
from groups.models import Appointment
from groups.services import add_members
from ledger.models import Account, Entry
from loans.models import Loan
from loans.services import request_loan
from meetings import selectors
from meetings.comparing import side_by_side
from meetings.forms import SheetForm
from meetings.models import CashDifference, HandOver, Meeting, SheetDraft
from meetings.services import add_disbursement, correct_hand_over
from meetings.sheet import Row
from savings.terms import agree_terms
from tests.books import objections
from tests.factories import AppointmentFactory, GroupFactory, coordinator, treasurer
from tests.meetings import village

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def group_of_the_file(whole_file):
    return village.mawar()


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


@pytest.fixture
def wati(group):
    return signed_in(treasurer(group))


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name, group, on=None, **more):
    place = {"code": group.code, **more}
    if on is not False and "number" not in more:
        place["on"] = on or village.today()
    return reverse(name, kwargs=place)


def filled(**changes):
    """An ordinary week as the browser sends it: all present, all pay as agreed, the box counted."""
    fields = {"key": str(uuid4()), "action": "check", "c-50000": "2", "c-10000": "1", "c-200": "1", "c-100": "0"}
    for no in range(1, 6):
        fields |= {f"r{no}-attendance": "H", f"r{no}-wajib": "5.000", f"r{no}-catat": "1"}
    fields["r3-angsuran"] = "10.250"
    fields |= {"c-total": "", "c-by": "Sari"}
    fields |= {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in fields.items() if value is not None}


def answered(page, **answers):
    """Return the fields of a check page with these answers: `d_reason` for "d-reason"."""
    told = {"key": page.context["draft"].key, "seen": page.context["seen"]}
    return told | {name.replace("_", "-"): value for name, value in answers.items()}


def send(client, group, **answers):
    """Press the button of the check page."""
    page = client.get(url("check", group))
    assert page.status_code == 200, page
    return client.post(url("check", group), answered(page, m_agenda="Simpanan", m_none="1") | answered(page, **answers))


def cash(group):
    return Account.objects.get(book=group.book, code="1110").balance


def test_an_ordinary_week_from_the_task_list_to_the_receipt(wati, group):
    home = wati.get(url("group_home", group, on=False))
    assert home.context["steps"]["attendance"].done is False
    page = wati.get(url("sheet", group))
    assert [line.values["wajib"] for line in page.context["lines"]] == ["5.000"] * 5
    assert page.context["lines"][2].values["angsuran"] == "10.250"
    assert page.context["totals"]["sum"] == 0, "unconfirmed money is never counted"
    answer = wati.post(url("sheet", group), filled(c_50000="2", c_10000="1", c_200="1", c_total=""))
    assert answer.url == url("check", group)
    check = wati.get(url("check", group)).context["check"]
    assert (check.before, check.totals.money_in, check.expected) == (75_000, 35_250, 110_250)
    assert (check.counted, check.difference) == (110_200, -50)
    answer = send(wati, group, d_reason="receh", d_owner="1")
    assert answer.url == url("receipt", group)
    receipt = wati.get(answer.url)
    assert "Rp35.250" in receipt.content.decode()
    assert "tiga puluh lima ribu dua ratus lima puluh" in receipt.content.decode()
    told = unquote(receipt.context["whatsapp"]).partition("?text=")[2]
    seal = receipt.context["book"].digest
    assert told.splitlines() == [
        f"*{group.name}*",
        f"Lembar pekan {format_week(week_start(village.today()))}",
        "Hadir 5 dari 5",
        "Masuk Rp35.250 (tiga puluh lima ribu dua ratus lima puluh rupiah)",
        "Keluar Rp0",
        "Kas Rp110.200",
        "Selisih kurang Rp50",
        f"No. 8–13 · sidik {seal[:4]} {seal[4:8]}",
    ]
    assert f'href="{escape(receipt.context["whatsapp"])}"' in receipt.content.decode()
    meeting = Meeting.objects.get(on=village.today())
    assert (meeting.decisions, meeting.counted_by, meeting.difference) == ("Tidak ada keputusan", "Sari", -50)
    assert cash(group) == 110_200
    assert not SheetDraft.objects.exists()
    assert all(step.done for step in wati.get(url("group_home", group, on=False)).context["steps"].values())


def test_buttons_do_without_javascript_what_it_does_with_it(wati, group):
    wati.post(url("sheet", group), {"key": uuid4(), "action": "all-present"})
    wati.post(url("sheet", group), filled(action="all-paid", r1_catat=None, r2_attendance="S", r2_catat=None))
    lines = wati.get(url("sheet", group)).context["lines"]
    assert [(line.att, line.checked) for line in lines[:3]] == [("H", True), ("S", False), ("H", True)]


def test_whoever_is_ill_and_sends_her_wajib_is_said_to_have_paid_it(wati, group):
    wati.post(url("sheet", group), {"key": uuid4(), "action": "all-present"})
    wati.post(url("sheet", group), filled(action="all-paid", r2_attendance="S"))
    told = {
        one.sign: one.detail for one in wati.get(url("check", group)).context["check"].exceptions if one.sign == "S"
    }
    assert told == {"S": "simpanan wajib 5.000 disetor dan dihitung"}


def test_a_fine_and_money_for_the_social_fund_are_out_of_the_ordinary(wati, group):
    wati.post(url("sheet", group), filled(r2_denda="2.000", r4_sosial="1.500"))
    told = [
        (one.who, one.what, one.detail, one.anchor) for one in wati.get(url("check", group)).context["check"].exceptions
    ]
    assert told == [
        ("Wati", "membayar denda", "Rp2.000", "r2"),
        ("Syawiyah", "memberi untuk dana sosial", "Rp1.500", "r4"),
    ]


def test_what_cannot_be_read_is_said_at_its_field_and_kept(wati, group):
    wrong = filled(
        r3_angsuran="44,000", r4_wajib="1e5", r5_attendance=None, c_500="1,5", c_total="12x", out2_amount="5"
    )
    answer = wati.post(url("sheet", group), wrong)
    assert answer.status_code == 422
    said = {error["id"]: error["text"] for error in answer.context["errors"]}
    assert said["r3-angsuran"] == "Julaika, angsuran: “44,000” bisa dibaca Rp44.000 atau Rp44. Tulis 44.000."
    assert "r4-wajib" in said
    assert "c-500" in said
    assert said["c-total"].startswith("Atau jumlahnya: “12x” bukan")
    assert said["out2-code"] == "Uang lain keluar, baris 2: Pilih jenis uang ini."
    assert 'value="44,000"' in answer.content.decode()
    lines = answer.context["lines"]
    assert [line.checked for line in lines] == [True, True, False, False, True], "what is wrong is pencil"
    assert (answer.context["recorded"], answer.context["totals"]["sum"]) == (3, 15_000)
    assert (lines[2].captions, lines[3].captions) == ({"angsuran": "44.000?"}, {"wajib": "tulis angka"})
    assert SheetDraft.objects.get().data["r3-angsuran"] == "44,000"


def test_what_the_book_refuses_comes_back_to_its_field(wati, group):
    wati.post(url("sheet", group), filled(r5_attendance=None))
    before = Entry.objects.count()
    answer = send(wati, group)
    assert answer.status_code == 422
    assert {error["id"] for error in answer.context["errors"]} == {"r5-attendance"}
    assert Entry.objects.count() == before
    assert SheetDraft.objects.exists()


def test_a_difference_without_a_reason_stays_on_the_check_page(wati, group):
    wati.post(url("sheet", group), filled(c_total="110.000", c_50000="", c_10000="", c_200="", c_100=""))
    answer = send(wati, group)
    assert answer.status_code == 422
    assert [error["id"] for error in answer.context["errors"]] == ["d-reason", "d-owner"]
    page = answer.content.decode()
    assert 'aria-describedby="d-reason-says"' in page
    assert 'aria-describedby="d-owner-says"' in page
    assert page.count("Tulis mengapa kas dan buku berbeda.") == 2  # in the summary and at its field
    assert send(wati, group, d_reason="receh", d_owner="1").status_code == 302


def test_ten_times_the_usual_is_a_question_and_not_a_refusal(wati, group):
    wati.post(url("sheet", group), filled(r1_wajib="50.000"))
    (question,) = wati.get(url("sheet", group)).context["lines"][0].soft
    assert (question["field"], question["words"]) == ("r1-wajib", "lima puluh ribu")
    wati.post(url("sheet", group), filled(action="", confirm="r1-wajib", r1_wajib="50.000"))
    assert wati.get(url("sheet", group)).context["lines"][0].soft == []
    wati.post(url("sheet", group), filled(action="", take="r1-wajib", r1_wajib="55.000"))
    assert wati.get(url("sheet", group)).context["lines"][0].values["wajib"] == "5.000"


def test_ten_times_what_she_gave_last_or_owes_is_asked_about_in_every_column(wati, group):
    """Sukarela by what she gave last, a second loan by what falls due, pokok by what was agreed."""
    agree_terms(group=group, from_on=village.today(), weekly=5_000, principal=20_000)
    first = Meeting.objects.filter(group=group).earliest("on")
    correct_hand_over(
        hand_over=first.hand_overs.get(member__no=2),
        row=Row(2, weekly=5_000, voluntary=3_000),
        reason="Sukarelanya lupa dicatat",
        key=uuid4(),
        by=None,
        at=clock.now(),
    )
    wati.post(url("sheet", group), filled(r2_sukarela="30.000", r2_pokok="2.000", r1_sukarela="900.000"))
    lines = wati.get(url("sheet", group)).context["lines"]
    assert [(one["field"], one["usual"], one["more"]) for one in lines[1].soft] == [
        ("r2-sukarela", 3_000, True),
        ("r2-pokok", 20_000, False),
    ]
    assert lines[0].soft == [], "nobody knows what is usual for her"


def test_what_is_typed_on_the_check_page_is_kept_whichever_way_she_goes(wati, group):
    wati.post(url("sheet", group), filled())
    page, check = wati.get(url("check", group)), url("check", group)
    fields = answered(page, d_reason="receh", d_owner="2")
    for go, leads in (
        ("sheet", url("sheet", group)),
        ("r3", f"{url('sheet', group)}#r3"),
        ("minutes", url("minutes", group)),
        ("check", check),
        ("//lain.example", url("sheet", group)),
    ):
        answer = wati.post(check, fields | {"m-decisions": f"Rapat {go}", "go": go})
        assert (answer.status_code, answer.url) == (302, leads)
        form = wati.get(check).context["form"]
        assert (form.data["d-reason"], form.data["d-owner"]) == ("receh", "2")
        assert form.minutes.decided() == f"Rapat {go}"
    assert not Meeting.objects.filter(on=village.today()).exists(), "none of these buttons writes"


def test_a_text_as_long_as_its_field_takes_is_kept_whole_whatever_its_lines(wati, group):
    """A browser counts the end of a line as one and sends it as two; nothing is cut off, no draft locks the week."""
    lines = "\r\n".join(["Arisan dan iuran bulanan"] * 160)  # 3.999 as the page counts
    wati.post(url("sheet", group), filled())
    assert wati.post(url("minutes", group), {"m-agenda": "Simpanan", "m-discussion": lines}).status_code == 302
    reason = "\r\n".join(["x" * 149, "y" * 150])  # 300
    page = wati.get(url("check", group))
    fields = answered(page, m_decisions="1. Iuran\r\n2. Arisan")
    longer = wati.post(url("check", group), fields | {"d-reason": reason + "z"})
    assert (longer.status_code, longer.context["error_ids"]) == (422, {"d-reason"}), "told where it can be put right"
    assert wati.get(url("check", group)).context["error_ids"] == {"d-reason"}, "also when she opens it again"
    assert wati.post(url("sheet", group), filled()).url == url("check", group)
    assert wati.post(url("minutes", group), {"m-agenda": "Simpanan", "m-discussion": lines + "zz"}).status_code == 422
    assert wati.get(url("check", group)).url == url("minutes", group)
    assert "m-discussion" in wati.get(url("minutes", group)).context["field_errors"]
    wati.post(url("minutes", group), {"m-agenda": "Simpanan", "m-discussion": lines})
    page = wati.post(url("check", group), fields | {"d-reason": reason, "d-owner": "1", "go": "check"}) and wati.get(
        url("check", group)
    )
    fields = answered(page)
    assert wati.post(url("check", group), fields).url == url("receipt", group)
    meeting = Meeting.objects.get(on=village.today())
    assert meeting.discussion.splitlines() == ["Arisan dan iuran bulanan"] * 160
    assert meeting.decisions == "1. Iuran\n2. Arisan"
    assert meeting.cash_difference.reason == reason.replace("\r\n", "\n")


def test_the_sheet_of_a_meeting_still_to_be_held_is_prepared_and_not_sent(wati, group):
    coming = village.today() + timedelta(days=3)
    assert wati.post(url("sheet", group, on=coming), filled()).status_code == 302
    page = wati.get(url("check", group, on=coming))
    assert "Simpan lembar" not in page.content.decode()
    fields = answered(page, d_reason="receh", d_owner="1", m_none="1")
    answer = wati.post(url("check", group, on=coming), fields)
    assert (answer.status_code, "Hari itu belum tiba." in answer.content.decode()) == (422, True)
    assert not Meeting.objects.filter(on=coming).exists()
    assert wati.get(url("check", group, on=coming)).context["form"].data["d-reason"] == "receh"


def test_a_second_loan_of_hers_has_a_field_of_its_own(wati, group):
    first, julaika = Meeting.objects.filter(group=group).earliest("on"), group.members.get(no=3)
    terms = replace(village.LOAN, principal=20_000)
    asked = request_loan(group=group, member=julaika, amount=20_000, purpose="Pupuk", terms=terms, on=first.on)
    told = {"reason": "Lupa dicatat", "key": uuid4(), "by": None, "at": clock.now()}
    add_disbursement(meeting=first, request=asked, **told)
    page = wati.get(url("sheet", group)).content.decode()
    line = wati.get(url("sheet", group)).context["lines"][2]
    assert (line.due, line.first_due, [one["value"] for one in line.extra]) == (12_300, 10_250, ["2.050"])
    assert line.open, "what is proposed is in sight"
    assert ('name="r3-angsuran-2"' in page, "Pinjaman no. 2" in page, "jatuh tempo 2.050" in page) == (True, True, True)
    too_much = wati.post(url("sheet", group), filled(**{"r3-angsuran-2": "99.000"}))
    assert "Sisa pinjamannya Rp20.500." in too_much.content.decode()
    wati.post(url("sheet", group), filled(**{"r3-angsuran-2": "205"}))
    (question,) = wati.get(url("sheet", group)).context["lines"][2].soft
    assert (question["field"], question["usual"], question["more"]) == ("r3-angsuran-2", 2_050, False)
    wati.post(url("sheet", group), filled(action="", take="r3-angsuran-2", **{"r3-angsuran-2": "205"}))
    assert send(wati, group, d_reason="receh", d_owner="1").url == url("receipt", group)
    owed = {loan.no: loan.receivable.balance for loan in Loan.objects.filter(group=group)}
    assert owed == {1: 90_000, 2: 18_000}


def test_there_are_as_many_lines_of_other_money_as_she_needs(wati, group):
    def shown() -> tuple[int, int]:
        form = wati.get(url("sheet", group)).context["form"]
        return len(form.income), len(form.expenses)

    assert shown() == (3, 3)
    cost = {"out3_code": "5130", "out3_memo": "Kopi", "out3_amount": "1.000"}
    wati.post(url("sheet", group), filled(**cost))
    assert shown() == (3, 4), "the last one is written on"
    answer = wati.post(url("sheet", group), filled(**cost, action="more"))
    assert answer.url.endswith("#other")
    assert shown() == (5, 5)
    lines = {"in1_code": "4190", "in1_memo": "Sumbangan warga", "in1_amount": "25.000"}
    for n in range(3, 10):
        lines |= {f"out{n}_code": "5130", f"out{n}_memo": f"Kue {n}", f"out{n}_amount": "1.000"}
    wati.post(url("sheet", group), filled(**lines))
    assert shown() == (5, 9), "nine at most"
    page = wati.get(url("check", group))
    fields = answered(page, d_reason="receh", d_owner="1", m_none="1")
    wati.post(url("check", group), fields)
    meeting = Meeting.objects.get(on=village.today())
    paid = [one.entry.memo for one in meeting.hand_overs.filter(entry__kind="expense").order_by("entry__number")]
    assert paid == [f"Kue {n}" for n in range(3, 10)]
    for page in ("receipt", "paper_receipt"):
        said = " ".join(re.sub("<[^>]+>", " ", wati.get(url(page, group)).content.decode()).split())
        assert "5 anggota dan dari pihak lain" in said, "not all of it is from members"


def test_what_the_book_would_refuse_is_said_in_short_and_not_asked_about(wati, group):
    answer = wati.post(url("sheet", group), filled(r3_angsuran="450.000", r1_tarik="99.000", in1_amount="5"))
    said = {error["id"]: error["text"] for error in answer.context["errors"]}
    assert said["r3-angsuran"] == "Julaika, angsuran: Sisa pinjamannya Rp102.500."
    assert said["in1-memo"] == "Uang lain masuk, baris 1: Tulis untuk apa."
    assert list(said) == ["r1-tarik", "r3-angsuran", "in1-code", "in1-memo"], "in the order of the page"
    lines = answer.context["lines"]
    assert (lines[2].captions, lines[2].soft, lines[2].checked) == ({"angsuran": "sisa 102.500"}, [], False)
    assert lines[0].captions == {"tarik": "ada 0"}


def test_pressing_the_button_twice_writes_once(wati, group):
    wati.post(url("sheet", group), filled())
    page = wati.get(url("check", group))
    fields = answered(page, d_reason="receh", d_owner="1", m_none="1")
    first = wati.post(url("check", group), fields)
    again = wati.post(url("check", group), fields)
    assert first.url == again.url == url("receipt", group)
    assert Meeting.objects.filter(on=village.today()).count() == 1


def test_a_sheet_changed_on_another_phone_is_shown_again_before_it_is_written(wati, group):
    wati.post(url("sheet", group), filled())
    page = wati.get(url("check", group))
    old = answered(page, d_reason="receh", d_owner="1")
    wati.post(url("sheet", group), filled(r1_wajib="10.000"))
    answer = wati.post(url("check", group), old)
    assert answer.status_code == 422
    assert not Meeting.objects.filter(on=village.today()).exists()


def test_two_treasurers_one_week_nothing_is_lost(wati, group):
    other = signed_in(treasurer(group))
    wati.post(url("sheet", group), filled())
    other.post(url("sheet", group), filled(r1_wajib="10.000"))
    assert send(wati, group, d_reason="receh", d_owner="1").url == url("receipt", group)
    assert other.get(url("check", group)).url == url("compare", group)
    assert differing(other, group) == {"Sari": ("H · Wajib 5.000", "H · Wajib 10.000")}
    assert SheetDraft.objects.count() == 1
    other.post(url("discard_draft", group))
    assert not SheetDraft.objects.exists()


def differing(client, group):
    """What stands on the page of both side by side and is not the same: name → (in the book, hers)."""
    parts = client.get(url("compare", group)).context["parts"]
    assert [part.name for part in parts[:5]] == list(village.NAMES)
    return {part.name: (part.book, part.mine) for part in parts if not part.same}


@pytest.mark.parametrize("device", ["another treasurer's", "her own"])
def test_a_sheet_that_comes_when_the_week_is_in_the_book_stands_beside_it_whole(wati, group, device):
    """She was without signal, so the server had nothing of hers, when the other one sent the week."""
    wati.post(url("sheet", group), filled())
    send(wati, group, d_reason="receh", d_owner="1")
    late = signed_in(treasurer(group)) if device == "another treasurer's" else wati
    other = {"out1-code": "5910", "out1-memo": "Kapur", "out1-amount": "2.000", "in1-memo": "Denda lama"}
    other |= {
        "q9-choice": "reject",
        "q9-reason": "sakit",
        "r5-tarik": "1.000",
        "r4-catat": None,
        "r4-sukarela": "7.000",
    }
    answer = late.post(url("sheet", group), filled(r1_wajib="3.000", r1_sukarela="2.000", r2_wajib="4,5", **other))
    assert answer.url == url("compare", group)
    found = differing(late, group)
    assert found.pop("Sari") == ("H · Wajib 5.000", "H · Wajib 3.000 · Sukarela 2.000")
    assert found.pop("Wati") == ("H · Wajib 5.000", "H · Wajib “4,5”")
    assert found.pop("Budi") == ("H · Wajib 5.000", "H · Wajib 5.000 · Tarik sukarela 1.000")
    assert found.pop("Permintaan 9") == ("–", "tidak disetujui · sakit")
    assert found.pop("Pemasukan lain") == ("–", "Denda lama")
    assert found.pop("Kas lain keluar")[1].endswith("Kapur · 2.000")
    assert found.pop("Syawiyah") == ("H · Wajib 5.000", "H · Wajib 5.000 · Sukarela 7.000 (pensil)")
    assert found == {}  # the box was counted alike
    notes = {"m-agenda": "Rapat luar biasa", "m-discussion": "Pupuk", "f1-what": "Beli pupuk", "f1-owner": "1"}
    assert late.post(url("minutes", group), notes | {"key": str(uuid4())}).url == url("compare", group)
    found = differing(late, group)
    assert found["Agenda"] == ("Simpanan", "Rapat luar biasa")
    assert (found["Pembahasan"][1], found["Siapa mengerjakan apa"][1]) == ("Pupuk", "Beli pupuk · Sari")
    assert len(found) == 10
    assert Entry.objects.filter(book=group.book).count() == 13  # nothing was written
    assert late.get(url("sheet", group)).url == late.get(url("minutes", group)).url == url("compare", group)
    assert f'href="{url("compare", group)}"' in late.get(url("group_home", group, on=False)).content.decode()


def test_a_late_sheet_stands_beside_a_meeting_whose_words_were_erased(wati, group):
    wati.post(url("sheet", group), filled())
    send(wati, group, d_reason="receh", d_owner="1")
    meeting = selectors.posted(group, village.today())
    meeting.submission.content = ""  # what erasing leaves; the hash stays in the chain
    form = SheetForm(selectors.sheet_context(group, meeting.on), {"q1-choice": "pay"})
    *_rows, request = side_by_side(form, selectors.posted_sheet(meeting))
    assert (request.name, request.book, request.mine) == ("Permintaan 1", "–", "dibayarkan")


def test_a_late_sheet_that_says_the_same_is_put_away(wati, group):
    wati.post(url("sheet", group), filled())
    send(wati, group, d_reason="receh", d_owner="1")
    for late in (wati, signed_in(treasurer(group))):
        assert late.post(url("sheet", group), filled()).url == url("receipt", group)
        pencil = filled(**{f"r{no}_catat": None for no in range(1, 6)})
        assert late.post(url("sheet", group), pencil).url == url("receipt", group)
        assert late.post(url("sheet", group), pencil | {"r4-sukarela": "7.000"}).url == url("compare", group)
        assert list(differing(late, group)) == ["Syawiyah"]
        late.post(url("discard_draft", group))
        assert late.post(url("minutes", group), {"m-agenda": "Simpanan"}).url == url("receipt", group)
        assert late.post(url("check", group), {"d-reason": "receh", "d-owner": "1", "m-none": "1"}).url == url(
            "receipt", group
        )
        assert not SheetDraft.objects.exists()
        assert late.post(url("check", group), {"d-reason": "hilang"}).url == url("compare", group)
        assert differing(late, group) == {"Mengapa kas dan buku berbeda": ("receh", "hilang")}
        late.post(url("discard_draft", group))
    page = wati.get(url("receipt", group)).content.decode()
    assert "data-unsent hidden" in page
    assert "data-unsent" not in signed_in(coordinator(group.bkm)).get(url("receipt", group)).content.decode()


def test_the_sheet_of_a_missed_day_stands_on_the_box_of_that_day(wati, group):
    """What was paid in since is not in the box that was counted then."""
    wati.post(url("sheet", group), filled())
    send(wati, group, d_reason="receh", d_owner="1")
    missed = village.today() - timedelta(days=1)
    assert wati.get(url("sheet", group)).status_code == 302
    page = wati.get(reverse("sheet", args=[group.code, missed]))
    assert page.context["form"].context.cash == 75_000
    fields = filled(c_50000="", c_10000="", c_200="", c_100="", c_total="100.000", r3_angsuran="0")
    to_check = wati.post(reverse("sheet", args=[group.code, missed]), fields).url
    assert to_check == reverse("check", args=[group.code, missed])
    page = wati.get(to_check)
    assert (page.context["check"].expected, page.context["check"].difference) == (100_000, 0)


def test_a_correction_shows_old_and_new_before_it_is_written(wati, group):
    wati.post(url("sheet", group), filled())
    send(wati, group, d_reason="receh", d_owner="1")
    number = HandOver.objects.get(meeting__on=village.today(), member__no=1).entry.number
    address = url("correct", group, number=number)
    fields = {"key": str(uuid4()), "wajib": "50.000", "reason": "salah tulis", "action": "preview"}
    preview = wati.post(address, fields)
    assert preview.context["preview"]["sides"] == [("Wajib", "5.000", "50.000"), ("Jumlah", "5.000", "50.000")]
    assert Entry.objects.filter(reverses__number=number).count() == 0
    assert wati.post(address, fields | {"action": "confirm"}).url == url("posted_sheet", group)
    assert Account.objects.get(book=group.book, code="2110", member_no=1).balance == -55_000
    page = wati.get(url("posted_sheet", group)).content.decode()
    assert f"Catatan {number}" in page
    assert "salah tulis" in page


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"wajib": "5.000"}, "reason"),
        ({"wajib": "5,5", "reason": "x"}, "wajib"),
        ({"wajib": "5.000", "reason": "x"}, "__all__"),
        ({"wajib": "5.000", "angsuran": "1.000", "reason": "x", "action": "confirm"}, "angsuran"),
        ({"wajib": "99999999999999999999", "reason": "x"}, "wajib"),
    ],
)
def test_a_correction_that_cannot_be_is_said_at_its_field(wati, group, fields, where):
    number = HandOver.objects.get(member__no=1).entry.number
    answer = wati.post(url("correct", group, number=number), {"key": str(uuid4())} | fields)
    assert answer.status_code == 422
    assert where in answer.context["form"].errors


def test_the_box_is_counted_by_two(wati, group):
    answer = wati.post(url("sheet", group), filled(c_by=""))
    assert answer.status_code == 422
    assert "Kas dihitung berdua" in answer.content.decode()
    assert (
        wati.post(url("sheet", group), filled(c_by="", c_50000="", c_10000="", c_200="", c_100="")).status_code == 302
    )


def test_the_one_who_sends_the_sheet_does_not_count_for_two(wati, group):
    name = Appointment.objects.get(group=group, role="treasurer").user.name
    answer = wati.post(url("sheet", group), filled(c_by=f" {name.upper()} "))
    assert answer.status_code == 422
    assert 'id="c-by-error"' in answer.content.decode()


def test_both_counters_and_the_opening_count_are_named(wati, group):
    """On the sheet, on its paper and on the receipt: who counted, before the meeting and at its end."""
    treasurer_ = Appointment.objects.get(group=group, role="treasurer").user
    count = f"{url('cash_count', group, on=False)}?opening=1"
    assert count in wati.get(url("sheet", group)).content.decode()
    assert f'href="{url("sheet", group)}"' in wati.get(count).content.decode()
    told = {"before_meeting": "on", "counted_by": "Budi", "counted_with": "Julaika", "key": str(uuid4())}
    told |= {"counted": "74.000", "on": village.today().isoformat()}
    assert "Rp1.000 kurang" in wati.post(count, told).content.decode()
    answer = wati.post(count, told | {"reason": "Tikus", "owner": "1"})
    assert (answer.status_code, answer["Location"]) == (302, url("sheet", group))
    opened = wati.get(url("sheet", group)).content.decode()
    assert "Rp74.000, oleh Budi dan Julaika" in opened
    assert f'href="{url("difference", group, number=CashDifference.objects.get().entry.number)}"' in opened
    assert count not in opened
    wati.post(url("sheet", group), filled(c_50000="2", c_10000="", c_5000="1", c_2000="2", c_200="1"))
    assert send(wati, group, d_reason="receh", d_owner="1").status_code == 302
    both = f"{treasurer_.name}, Sari"
    page = wati.get(url("posted_sheet", group)).content.decode()
    assert both in page
    assert "Budi, Julaika" in page
    for paper in ("paper_posted_sheet", "paper_receipt"):
        text = wati.get(url(paper, group)).content.decode()
        assert f"({both})" in text, paper
        assert "(Budi, Julaika" in text, paper


def test_other_money_is_corrected_like_a_hand_over(wati, group):
    expense = {"out1-code": "5130", "out1-memo": "Teh", "out1-amount": "15.000", "c-total": "95.250"}
    wati.post(url("sheet", group), filled(c_50000="", c_10000="", c_200="", c_100="") | expense)
    assert send(wati, group).status_code == 302
    number = HandOver.objects.get(entry__kind="expense").entry.number
    address = url("correct", group, number=number)
    fields = {"key": str(uuid4()), "amount": "1.500", "memo": "Teh", "reason": "salah nol", "action": "confirm"}
    assert wati.post(address, fields | {"amount": "15,5"}).status_code == 422
    assert wati.post(address, fields | {"reason": ""}).status_code == 422
    assert wati.post(address, fields).url == wati.post(address, fields).url == url("posted_sheet", group)
    assert Account.objects.get(book=group.book, code="5130").balance == 1_500
    assert cash(group) == 108_750
    assert wati.post(address, fields | {"key": str(uuid4())}).url == url("posted_sheet", group)
    assert cash(group) == 108_750


def test_what_leaves_the_box_is_named_before_it_leaves(wati, group):
    wati.post(url("sheet", group), filled(r1_sukarela="20.000", r2_tarik="5.000", r3_angsuran="900.000"))
    answer = wati.get(url("check", group))
    assert answer.status_code == 422
    assert {error["id"] for error in answer.context["errors"]} == {"r2-tarik", "r3-angsuran"}
    more = {"out1-code": "5130", "out1-memo": "Pesta", "out1-amount": "900.000"}
    wati.post(
        url("sheet", group), filled(r1_sukarela="20.000", r1_tarik="5.000", c_50000="", c_10000="", c_200="") | more
    )
    page = wati.get(url("check", group))
    assert {(one.who, one.detail) for one in page.context["check"].exceptions if one.sign == "coin"} == {
        ("Sari", "Rp5.000"),
        ("Pesta", "Rp900.000"),
    }
    assert any(one.detail == "kurang Rp774.750" for one in page.context["check"].exceptions)
    assert send(wati, group).status_code == 422


def test_the_minutes_are_kept_in_the_draft_and_come_with_the_sheet(wati, group):
    fields = {"key": uuid4(), "m-agenda": "Lebaran", "m-decisions": "Libur sepekan", "f1-what": "Beli buku"}
    for wrong in ("31-02-2026", "0001-01-01", "9999-12-31"):
        page = wati.post(url("minutes", group), fields | {"f1-due_on": wrong})
        assert (page.status_code, f'value="{wrong}"' in page.content.decode()) == (422, True)
        assert "Tulis tanggal seperti 30-11-2026." in page.content.decode()
    page = wati.post(url("minutes", group), fields | {"f1-due_on": "01-01-2020"})
    assert (page.status_code, "Tanggal ini sebelum pertemuan." in page.content.decode()) == (422, True)
    assert wati.post(url("minutes", group), fields | {"f1-owner": "2", "f1-due_on": "29-12-2026"}).status_code == 302
    assert 'value="29-12-2026"' in wati.get(url("minutes", group)).content.decode()
    wati.post(url("sheet", group), filled())
    page = wati.get(url("check", group))
    wati.post(url("check", group), answered(page, d_reason="receh", d_owner="1"))
    meeting = Meeting.objects.get(on=village.today())
    assert (meeting.agenda, meeting.decisions) == ("Lebaran", "Libur sepekan")
    assert meeting.follow_ups.get().owner.name == "Wati"


def test_the_draft_is_kept_while_she_types(wati, group):
    answer = wati.post(url("save_draft", group), filled(action=None, r1_wajib="7.000"))
    assert "WIB" in answer.json()["saved_at"]
    assert SheetDraft.objects.get().data["r1-wajib"] == "7.000"


def shown(page):
    """What a page sends back when nobody touches it."""
    fields = {
        name: text for name, text in page.context["form"].shown().items() if text and name[:2] not in ("m-", "d-")
    }
    return fields | {"key": str(page.context["key"]), "known": page.context["known"]}


def test_two_devices_fill_in_one_draft_and_neither_loses_a_row(wati, group):
    one, other = shown(wati.get(url("sheet", group))), shown(wati.get(url("sheet", group)))
    row = {"r3-attendance": "H", "r3-sukarela": "3.500", "r3-catat": "1"}
    wati.post(url("save_draft", group), other | row)
    answer = wati.post(url("save_draft", group), one | {"r4-sukarela": "4500"}).json()
    assert answer["theirs"] == row
    here = "Diisi di perangkat lain, dan kini tampak juga di sini"
    assert answer["notice"] == f"{here}: Julaika (sukarela 3.500, tadinya –)."
    held = SheetDraft.objects.get().data
    assert {name: held[name] for name in row} | {"r4-sukarela": held["r4-sukarela"]} == row | {"r4-sukarela": "4500"}
    # The page has taken it over: what she changes of it now is her own word. The other page is told.
    one |= row | {"r4-sukarela": "4.500", "key": answer["key"], "known": answer["known"]}
    wati.post(url("save_draft", group), one | {"r3-sukarela": "3.000"})
    page = wati.post(url("sheet", group), other | row | {"r3-sukarela": "9.000", "action": "save"}, follow=True)
    assert (
        "Diisi juga di perangkat lain; yang berlaku isian dari sini: Julaika (sukarela 3.000 di sana, 9.000 di sini)."
    ) in page.content.decode()
    held = SheetDraft.objects.get().data
    assert (held["r3-sukarela"], held["r4-sukarela"]) == ("9.000", "4.500")
    # And the first page, whose amount was replaced, hears both.
    answer = wati.post(url("save_draft", group), one | {"r3-sukarela": "3.000"}).json()
    assert answer["theirs"] == {"r3-sukarela": "9.000"}
    assert "Julaika (sukarela 9.000, tadinya 3.000)." in answer["notice"]


def test_minutes_written_on_two_devices_are_both_kept(wati, group):
    pages = [wati.get(url("minutes", group)) for _device in range(2)]
    tickets = [{"key": str(page.context["key"]), "known": page.context["known"]} for page in pages]
    usual = {"m-agenda": "Simpanan dan angsuran pekanan", "m-place": group.place}
    wati.post(url("minutes", group), tickets[0] | usual | {"m-decisions": "Libur sepekan"})
    wati.post(url("minutes", group), tickets[1] | usual | {"m-discussion": "Lebaran"})
    held = SheetDraft.objects.get().data
    assert (held["m-decisions"], held["m-discussion"]) == ("Libur sepekan", "Lebaran")


def test_a_second_meeting_of_a_week_is_not_begun_by_mistake(wati, group):
    wati.post(url("sheet", group), filled())
    send(wati, group, d_reason="receh", d_owner="1")
    same_week = village.today() - timedelta(days=village.today().weekday()) + timedelta(days=6)
    other = same_week if same_week != village.today() else same_week - timedelta(days=1)
    assert wati.get(url("sheet", group, on=other)).context["met_on"] == village.today()


def test_a_missed_week_is_on_the_task_list_and_can_be_entered(wati, group):
    day = village.today() - timedelta(days=1)
    for written in (day.strftime("%d-%m-%Y"), day.strftime("%d/%m/%Y"), day.isoformat()):
        answer = wati.get(reverse("choose_day", args=[group.code]), {"on": written})
        assert answer.url == url("sheet", group, on=day)
    for wrong in ("", "31-02-2026", "2020-01-01", "2099-01-01", "0001-01-01", "\0", "x" * 500):
        page = wati.get(reverse("choose_day", args=[group.code]), {"on": wrong})
        assert page.status_code == 200
        assert f'value="{wrong}"' in page.content.decode()
    for wrong, sentence in (("", "Isi dulu bagian ini."), ("kemarin", "Tulis tanggal seperti 30-11-2026.")):
        assert sentence in wati.get(reverse("choose_day", args=[group.code]), {"on": wrong}).content.decode()


@pytest.mark.parametrize(
    "junk", ["\0", "99999999999999999999", "-5", "1e9", "10,5", "Rp", "٤٤", "<b>", "=1+1", "x" * 9000]
)
def test_no_text_in_any_field_breaks_the_sheet(wati, group, junk):
    page = wati.get(url("sheet", group))
    names = set(page.context["form"].rows[1].fields)
    fields = {f"r1-{name}": junk for name in names} | {"c-100000": junk, "c-total": junk, "c-by": junk, "key": junk}
    fields |= {"out1-code": junk, "out1-memo": junk, "out1-amount": junk, "m-agenda": junk, "f1-due_on": junk}
    for name in ("sheet", "minutes", "check", "save_draft"):
        assert wati.post(url(name, group), fields | {"action": "check"}).status_code in (200, 302, 422)
    assert not Meeting.objects.filter(on=village.today()).exists()


def test_a_secretary_fills_in_but_does_not_send(group):
    secretary = signed_in(AppointmentFactory(group=group, role=Appointment.Role.SECRETARY).user)
    assert secretary.post(url("sheet", group), filled(action="save")).status_code == 302
    assert secretary.get(url("check", group)).status_code == 403


def test_what_the_secretary_wrote_comes_into_the_sheet_that_the_treasurer_sends(wati, group):
    secretary = signed_in(AppointmentFactory(group=group, role=Appointment.Role.SECRETARY, user__name="Rohmah").user)
    who_came = {"key": str(uuid4()), "action": "save", "r1-attendance": "S", "r2-attendance": "I", "r2-wajib": "9.000"}
    secretary.post(url("sheet", group), who_came)
    notes = {"m-agenda": "Iuran pupuk", "m-decisions": "Pupuk dibeli bersama", "m-place": "Balai RW 03"}
    notes["m-manner"] = "voting"
    secretary.post(url("minutes", group), notes | {"f1-what": "Beli pupuk", "f1-owner": "1", "key": str(uuid4())})

    fields = {name: value for name, value in filled().items() if not name.startswith("r1-")}
    wati.post(url("sheet", group), fields | {"r1-wajib": "5.000", "r1-catat": "1"})
    for name in ("check", "minutes"):
        assert [one.name for one in wati.get(url(name, group)).context["others"]] == ["Rohmah"]
    assert wati.post(url("take_notes", group)).url == url("minutes", group)
    assert wati.get(url("check", group)).context["others"] == []
    assert send(wati, group, d_reason="receh", d_owner="1", m_agenda="Iuran pupuk").url == url("receipt", group)
    meeting = Meeting.objects.get(on=village.today())
    assert (meeting.agenda, meeting.decisions, meeting.manner) == ("Iuran pupuk", "Pupuk dibeli bersama", "voting")
    assert '"manner":"voting"' in meeting.submission.content
    for name in ("posted_sheet", "paper_minutes"):
        assert "pemungutan suara (voting)" in wati.get(url(name, group)).content.decode()
    meeting.manner = "mufakat"
    meeting.save()
    assert [one.table for one in objections({group.book_id})] == ["meetings_meeting"]
    meeting.manner = "voting"
    meeting.save()
    assert [(one.what, one.owner.name) for one in meeting.follow_ups.all()] == [("Beli pupuk", "Sari")]
    came = dict(meeting.attendance.values_list("member__no", "status"))
    assert (came[1], came[2]) == ("S", "H")  # the treasurer's own word stands
    assert Account.objects.get(book=group.book, code="2110", member_no=2).balance == -10_000  # no money is taken over
    assert secretary.post(url("take_notes", group)).url == url("receipt", group)


def test_the_neighbour_does_not_exist(group):
    stranger = signed_in(treasurer(GroupFactory(bkm=group.bkm)))
    for name in ("sheet", "check", "receipt", "compare", "posted_sheet", "minutes"):
        assert stranger.get(url(name, group)).status_code == 404
    number = HandOver.objects.first().entry.number
    assert stranger.get(url("correct", group, number=number)).status_code == 404


def test_who_does_not_keep_the_book_is_led_to_the_findings(group):
    client = signed_in(coordinator(group.bkm))
    findings = reverse("group_health", args=[group.code])
    assert client.get(url("group_home", group, on=False)).url == findings
    page = client.get(findings).content.decode()
    for name in ("group_upk", "savings", "cash", "closing", "surplus", "books"):
        assert f'href="{reverse(name, args=[group.code])}"' in page
        assert client.get(reverse(name, args=[group.code])).status_code == 200


@pytest.mark.parametrize("asked", ["0001-01-01", "0001-01-05", "1900-01-01", "2199-12-31", "9999-12-31", "besok"])
def test_a_group_can_be_judged_at_any_day_that_is_asked_for(wati, group, asked):
    for page in ("", "savings/", "books/"):
        assert wati.get(f"/g/{group.code}/health/{page}", {"on": asked}).status_code == 200
    shown = wati.get(f"/g/{group.code}/health/", {"on": asked}).context["on"]
    assert shown == (date(1900, 1, 1) if asked == "1900-01-01" else village.today())


def test_the_meeting_decides_on_each_request_by_the_sheet(wati, group):
    now = village.today()
    asked = []
    for no, amount in enumerate((20_000, 30_000, 40_000), start=1):
        terms, member = replace(village.LOAN, principal=amount), group.members.get(no=no)
        asked.append(request_loan(group=group, member=member, amount=amount, purpose="Warung", terms=terms, on=now))
    pay, approve, reject = (f"q{one.no}" for one in asked)
    choices = {f"{pay}-choice": "pay", f"{approve}-choice": "approve", f"{reject}-choice": "reject"}
    refused = wati.post(url("sheet", group), filled(**choices))
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, [f"{reject}-reason"])
    money = {"c-50000": "1", "c-10000": "4", "c-200": "1", "c-100": "0"}  # 20.000 less in the box
    assert (
        wati.post(url("sheet", group), filled(**choices, **money, **{f"{reject}-reason": "kas kurang"})).status_code
        == 302
    )
    assert send(wati, group, d_reason="receh", d_owner="1").url == url("receipt", group)
    told = [(one.status, one.decision, one.decided_on) for one in (each.refresh_from_db() or each for each in asked)]
    assert told == [("disbursed", "", now), ("approved", "", now), ("rejected", "kas kurang", now)]
    assert Meeting.objects.get(on=now).decisions == "Tidak ada keputusan lain", "than these"
    assert Account.objects.get(book=group.book, code="1210", member_no=1).balance == 20_000
    assert cash(group) == 90_200


def test_what_is_approved_already_is_only_paid_out(wati, group):
    member, now = group.members.get(no=1), village.today()
    terms = replace(village.LOAN, principal=20_000)
    asked = request_loan(group=group, member=member, amount=20_000, purpose="Warung", terms=terms, on=now)
    wati.post(reverse("loan_request_decide", args=[group.code, asked.no]), {"answer": "approve"})
    page = wati.get(url("sheet", group)).content.decode()
    assert "Sari menunggu Rp20.000, sudah disetujui" in page
    assert "Cairkan sekarang" in page
    assert "Tidak disetujui" not in page
    again = wati.post(url("sheet", group), filled(action="check", **{f"q{asked.no}_choice": "reject"}))
    assert again.status_code == 422
    paid = wati.post(url("sheet", group), filled(action="check", **{f"q{asked.no}_choice": "pay"}))
    assert (paid.status_code, paid.url) == (302, url("check", group))


@pytest.mark.parametrize("name", ["group_home", "sheet", "check", "receipt", "posted_sheet", "meeting_list"])
def test_a_page_takes_the_same_number_of_queries_whatever_the_number_of_members(
    wati, group, name, django_assert_max_num_queries
):
    wati.post(url("sheet", group), filled())
    if name in ("receipt", "posted_sheet", "meeting_list"):
        send(wati, group, d_reason="receh", d_owner="1")
    place = url(name, group, on=False if name in ("group_home", "meeting_list") else None)
    with django_assert_max_num_queries(22) as few:
        assert wati.get(place).status_code == 200
    add_members(group=group, names=[f"Baru {n}" for n in range(20)], joined_on=group.start_on)
    with django_assert_max_num_queries(len(few)):
        assert wati.get(place).status_code == 200
