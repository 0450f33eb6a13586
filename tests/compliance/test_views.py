"""What the coordinator's pages say: every light by shape and word, every filter, the workbook, and the fractions."""

import re
from decimal import Decimal
from html import unescape
from io import BytesIO
from urllib.parse import urlsplit

import openpyxl
import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils.translation import override

from compliance.models import Policy
from groups import clock
from groups.models import Appointment, Group, Programme
from groups.permissions import Permission
from groups.services import update_group
from loans.services import set_classes
from meetings.sheet import Minutes
from tests.compliance.village import ask, day, found_group, meet
from tests.factories import AppointmentFactory, coordinator

pytestmark = pytest.mark.django_db
TODAY = day(4, 0)
SHOWN = {"green": ("good", "baik"), "amber": ("warn", "jaga"), "red": ("bad", "bantu"), "": ("pending", "belum")}


@pytest.fixture
def groups(monkeypatch):
    """On the Monday after three weeks: Mawar met in the first two, of Anggrek nothing was ever heard."""
    mawar = found_group()
    meet(mawar, day(1), dict.fromkeys(range(1, 6), 2000), lend=[ask(mawar, 4, 100_000, day(1))])
    meet(mawar, day(2), {1: 2000, 2: 2000}, away={3: "A", 4: "I", 5: "S"})
    monkeypatch.setattr(clock, "today", lambda group=None: TODAY)
    return mawar, found_group(code="KSM-ANGGREK")


def board(client, group, name="bkm_dashboard", **asked):
    client.force_login(coordinator(group.bkm))
    return client.get(reverse(name, args=[group.bkm.code]), asked)


@pytest.mark.parametrize("light", SHOWN)
def test_each_light_is_a_shape_and_a_word(light):
    shape, word = SHOWN[light]
    with override("id"):
        text = render_to_string("components/light.html", {"light": light})
    assert [f"light-{shape}" in text, f"#{shape}" in text, f">{word}</span>" in text] == [True] * 3


def test_a_row_shows_the_light_of_each_rule(client, groups):
    page = board(client, groups[0])
    lights = {one["row"].code: [light for _label, light in one["lights"]] for one in page.context["rows"]}
    assert lights["KSM-MAWAR"][:3] == ["red"] * 3  # 7 of 15, one quorate meeting of three, two sheets of three
    text = page.content.decode()
    drawn = sum(text.count(f'class="light light-{shape}"') for shape, _word in SHOWN.values())
    assert drawn == 2 * 5 + len(SHOWN)  # of two groups, and the key below the table


def test_a_row_draws_the_totals_of_its_weeks_and_says_where_they_lead(client, groups):
    """Mawar from 75,4 to 36,5; Anggrek at 0 all the time, below the scale."""
    page = board(client, groups[0], sort="name")
    assert [one["row"].trend for one in page.context["rows"]] == [[0.0, 0.0, 0.0], [75.4, 46.1, 36.5]]
    trends = re.findall(r'(?s)<td class="cell-trend">.*?</td>', page.content.decode())
    assert [re.search('points="(.+?)"', trend)[1] for trend in trends] == [
        "0.0,18.0 48.0,18.0 96.0,18.0",
        "0.0,10.7 48.0,18.0 96.0,18.0",
    ]
    assert [re.sub("<.+?>", "", trend).strip() for trend in trends] == ["tetap", "turun 39"]


def test_the_page_says_whose_sheets_are_not_in(client, groups):
    page = board(client, groups[0])
    late = {row.code: row.without_sheet for row in page.context["late"]}
    assert late == {"KSM-MAWAR": 1, "KSM-ANGGREK": 3}
    assert "3 pekan kosong" in page.content.decode()


def test_two_groups_of_one_name_are_told_apart_by_their_codes(client, groups):
    """Only these two: in the list, and where the page says what needs action."""
    mawar, anggrek = groups
    update_group(group=found_group(bkm=mawar.bkm, code="KSM-MAWAR-2"), name="ksm MAWAR")
    page = board(client, mawar).content.decode()
    todo, _, table = page.partition('id="groups"')
    assert re.findall(r"<b>(.*?)</b><span>\d pek", todo) == [
        "Anggrek",
        "ksm MAWAR (KSM-MAWAR-2)",
        "Mawar (KSM-MAWAR)",
    ]
    assert re.findall(r'class="visually-hidden"> (.*?)</span>', todo)[-3:] == re.findall(r"<b>(.*?)</b><span>\d", todo)
    assert sorted(re.findall(r'class="group-name".*?>(.*?)</a>', table)) == [
        "Anggrek",
        "MAWAR (KSM-MAWAR-2)",
        "Mawar (KSM-MAWAR)",
    ]
    assert f"({anggrek.code})" not in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "angg"}, {"KSM-ANGGREK"}),
        ({"region": "33.25.01.2001"}, {"KSM-ANGGREK"}),
        ({"programme": "GRD"}, {"KSM-ANGGREK"}),
        ({"origin": "reaktivasi"}, {"KSM-ANGGREK"}),
        ({"status": "ended"}, set()),
        ({"light": "red"}, {"KSM-MAWAR", "KSM-ANGGREK"}),
        ({"facilitator": "wahyu"}, {"KSM-MAWAR", "KSM-ANGGREK"}),
        ({"region": "tidak ada", "light": "ungu", "facilitator": "wati"}, {"KSM-MAWAR", "KSM-ANGGREK"}),
    ],
)
def test_every_filter_reaches_its_groups(client, groups, asked, found):
    programme = Programme.objects.create(code="GRD", name="Gerakan")
    Group.objects.filter(pk=groups[1].pk).update(region="33.25.01.2001", origin="reaktivasi", programme=programme)
    AppointmentFactory(bkm=groups[0].bkm, role=Appointment.Role.FACILITATOR, user__username="wahyu")
    assert {one["row"].code for one in board(client, groups[0], **asked).context["rows"]} == found


def test_the_workbook_of_the_dashboard_holds_what_the_page_shows(client, groups):
    rows = {one["row"].code: one["row"] for one in board(client, groups[0]).context["rows"]}
    answer = board(client, groups[0], "bkm_dashboard_xlsx", q="maw")
    sheet = openpyxl.load_workbook(BytesIO(answer.content))["Kelompok"]
    head, *lines = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert [line[:2] for line in lines] == [["KSM-MAWAR", rows["KSM-MAWAR"].name]]
    told = dict(zip(head, lines[0], strict=True))
    row = rows["KSM-MAWAR"]
    assert (told["Total"], told["Nilai"]) == (row.total, row.grade)
    assert (told["Simpanan"], told["Pinjaman"], told["PAR 3"]) == (14_000, 100_000, row.par3)
    assert told["Pekan tanpa lembar"] == 1
    scores = [None if score is None else round(100 * score, 1) for _rule, _light, score in row.lights]
    assert lines[0][2:7] == scores


def health(client, group):
    client.force_login(coordinator(group.bkm))
    return client.get(reverse("group_health", args=[group.code]), {"on": TODAY.isoformat()}).content.decode()


def test_the_findings_of_a_group_show_their_fractions(client, groups):
    page = health(client, groups[0])
    assert "<b>7 / 15</b>" in page  # five saved in the first week, two in the second, nobody in the third
    assert "7 tepat pekan, 0 susulan (½), 8 belum" in page
    assert "<b>2 / 3</b>" not in page  # the second meeting had two of five: no quorum
    assert "½ × <b>1 / 3</b> pekan + ½ × <b>7 / 10</b> hadir" in page
    assert "izin 1, sakit 1, alpa 1" in page
    assert "<b>1 / 5</b> anggota" in page
    assert "dana yang bergulir, penuh mulai 80 %; peminjam 52 pekan terakhir, penuh mulai 80 %" in page


def test_findings_and_evidence_name_the_numbers_of_the_policy_they_were_judged_by(client, groups):
    """Budi brings what he owes after the week, and Julaika her first instalment a day late."""
    mawar = groups[0]
    Policy.objects.create(
        bkm=mawar.bkm, version=1, from_on=day(1), late_value="0.25", weight_weeks_met="0.4",
        lending_use="0.6", lending_breadth="0.725", borrower_weeks=1,
    )  # fmt: skip
    meet(mawar, day(3), {3: 4000}, pay={4: 10_250})
    page = health(client, mawar)
    # 5 in the first week, 2 and one late in the second, one in the third; 10.250 late at 0,25 of 20.500
    assert "<b>8,3 / 15</b> pekan-anggota" in page
    assert "8 tepat pekan, 1 susulan (0,25), 6 belum" in page
    assert "0,4 × <b>2 / 3</b> pekan + 0,6 × <b>12 / 15</b> hadir" in page
    assert "½ × <b>Rp90.250 / Rp168.500</b> + ½ × <b>1 / 5</b> anggota" in page  # halves whatever the policy
    assert "dana yang bergulir, penuh mulai 60 %; peminjam 1 pekan terakhir, penuh mulai 72,5 %" in page
    assert "<b>Rp2.563 / Rp20.500</b>" in page
    assert "tepat 0, susulan (0,25) 10.250, belum 10.250" in page
    shown = {rule: evidence_of(client, mawar, rule).content.decode() for rule in ("savings", "lending", "repayment")}
    assert "dibayar 22 Januari (0,25)" in shown["savings"]
    assert shown["lending"].count("belum meminjam dalam 1 pekan") == 4
    assert "Rp10.250 terlambat (0,25)" in shown["repayment"]
    assert "½" not in "".join(shown.values())
    idle = "Rp78.250 menganggur"
    assert idle in shown["lending"]
    Policy.objects.create(bkm=mawar.bkm, version=2, from_on=day(3), lending_use="0.5")  # more than half is lent out
    assert idle not in evidence_of(client, mawar, "lending").content.decode()


def evidence_of(client, group, rule):
    client.force_login(coordinator(group.bkm))
    return client.get(reverse("group_evidence", args=[group.code, rule]), {"on": TODAY.isoformat()})


def test_each_absence_leads_to_its_sheet_and_old_ones_stand_folded(client, groups):
    mawar = groups[0]
    page = evidence_of(client, mawar, "meetings").content.decode()
    for no, letter, word in ((3, "A", "alpa"), (4, "I", "izin"), (5, "S", "sakit")):
        line = f"{reverse('posted_sheet', args=[mawar.code, day(2)])}#m{no}"
        link = f'href="{line}">15 Jan&nbsp;<abbr title="{word}">{letter}'
        assert page.count(link) == 1
    assert "<details><summary>" not in page
    with CaptureQueriesContext(connection) as few:
        evidence_of(client, mawar, "meetings")
    for weekday in (2, 4, 5, 6):
        meet(mawar, day(2, weekday), {}, away={3: "A"})
    with CaptureQueriesContext(connection) as many:
        page = evidence_of(client, mawar, "meetings").content.decode()
    assert len(many) == len(few)
    assert "tidak kuorum" not in page  # the week has a quorate meeting now
    shown, folded = page.split("<summary>2 sebelumnya</summary>")
    assert (shown.count("&nbsp;<abbr"), folded.count("&nbsp;<abbr")) == (3, 2 + 2)
    assert "14 Jan&nbsp;" in folded  # the earliest of Budi's five; Julaika's and Syawiyah's one follow


BEHIND = {
    "savings": ("members/5/weeks/?on=2026-01-26#2026-01-19", '<li class="line" id="2026-01-19">'),
    "meetings": ("books/cash/?from=2026-01-19&to=2026-01-25", "19–25 Januari 2026"),
    "books": ("books/cash/?from=2026-01-19&to=2026-01-25", "19–25 Januari 2026"),
    "lending": ("passbooks/1/?since=2025-01-28&until=2026-01-26", ">Setoran<"),
    "repayment": ("loans/1/#w2026-3", 'id="w2026-3">15-01-2026'),
}
"""For each rule something that cost Mawar points where no sheet shows it, and what is seen there."""


def test_every_line_of_the_evidence_leads_to_where_it_is_seen(client, groups):
    """Whoever may read the findings may read what lies behind them: no link asks for another permission."""
    mawar = groups[0]
    for rule, (address, seen) in BEHIND.items():
        page = evidence_of(client, mawar, rule).content.decode()
        lines = page[page.index('<ul class="lines">') :].split('<li class="line">')[1:]
        links = [[unescape(link) for link in re.findall(r'<a [^>]*href="(.+?)"', line)] for line in lines]
        assert all(links)
        assert {resolve(urlsplit(link).path).func.gate for found in links for link in found} == {
            ("group", Permission.VIEW_GROUP)
        }
        assert [f"/g/KSM-MAWAR/{address}"] in links
        answer = client.get(f"/g/KSM-MAWAR/{address}")
        assert (answer.status_code, seen in answer.content.decode()) == (200, True)


def test_each_link_leads_to_the_very_line(client, groups):
    """Budi brings what he owes a week late, and Julaika her instalment; that sheet has no count and no decision."""
    mawar = groups[0]
    meet(mawar, day(3), {3: 4000}, pay={4: 10_250}, minutes=Minutes(agenda="Tabungan"))
    sheet = "/g/KSM-MAWAR/meetings/2026-01-15/posted/"
    seen = {
        "savings": {
            f"{sheet}#m4": "<b>Julaika</b>",
            "/g/KSM-MAWAR/passbooks/3/?since=2026-01-12&until=2026-01-22#d2026-01-22": "22-01-2026",
        },
        "meetings": {f"{sheet}#m5": "<b>Syawiyah</b>"},
        "books": {sheet.replace("15", "22") + "#count-title": "<td>belum</td>"},
        "repayment": {"/g/KSM-MAWAR/loans/1/#w2026-3": "15-01-2026"},
    }
    for rule, behind in seen.items():
        page = unescape(evidence_of(client, mawar, rule).content.decode())
        for link, says in behind.items():
            assert f'href="{link}"' in page, (rule, link)
            address, _, line = link.partition("#")
            shown = client.get(address).content.decode()
            assert shown.count(f'id="{line}"') == 1, link
            assert says in shown.partition(f'id="{line}"')[2][:700], link


def test_the_age_of_loans_stands_in_the_classes_of_the_board(client, groups):
    """Julaika lacks her first two instalments. The board lets one pass; beyond, it knows but one class."""
    mawar = groups[0]

    def classes():
        page = health(client, mawar)
        return re.findall(
            r"<b>([IV]+)</b> (.+?) <span class=\"caption\">(.+?)</span></th><td class=\"num\">(.+?)</td>", page
        )

    assert classes() == [
        ("I", "lancar", "tidak terlambat", "0"),
        ("II", "perhatian", "1–2 angsuran", "100.000"),
        ("III", "kurang lancar", "3–4 angsuran", "0"),
        ("IV", "diragukan", "5–6 angsuran", "0"),
        ("V", "macet", "7 angsuran atau lebih", "0"),
    ]
    with CaptureQueriesContext(connection) as few:
        classes()
    set_classes(
        bkm=mawar.bkm, from_on=TODAY,
        rows=[("baik", 0, Decimal(0)), ("telat", 2, Decimal(10)), ("macet", 3, Decimal(100))],
    )  # fmt: skip
    lent = {1: 20_000, 2: 5_000, 3: 1_000, 5: 1_000}
    meet(mawar, day(3), {}, lend=[ask(mawar, no, amount, day(3)) for no, amount in lent.items()])
    with CaptureQueriesContext(connection) as many:
        assert classes() == [
            ("I", "baik", "0–1 angsuran", "27.000"),
            ("II", "telat", "2 angsuran", "100.000"),
            ("III", "macet", "3 angsuran atau lebih", "0"),
        ]
    assert len(many) == len(few)
    # All borrow now, and 127.000 of 164.000 are lent out: a green light, but short of four fifths by what lies idle.
    idle = "Rp37.000 menganggur</a>"
    assert idle in health(client, mawar)
    page = evidence_of(client, mawar, "lending").content.decode()
    assert (idle in page, "Semua anggota meminjam dalam 52 pekan." in page) == (True, True)
