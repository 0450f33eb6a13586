"""Stories on the staff screens: a coordinator sets up a KSM, its members and treasurer; errors stay at their fields."""

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from groups import clock, services
from groups.models import Appointment, Bkm, Group, Holiday, Member, Programme, Region
from tests import factories
from tests.factories import PASSWORD, START
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def bkm() -> Bkm:
    return factories.BkmFactory(code="BKM-GUYUB", name="Guyub Rukun")


@pytest.fixture
def mawar(bkm: Bkm) -> Group:
    group = factories.GroupFactory(code="KSM-MAWAR", name="Mawar", bkm=bkm)
    for name in ("Sari", "Julaika", "Syawiyah"):
        factories.MemberFactory(group=group, name=name)
    return group


@pytest.fixture
def staff(client, bkm: Bkm):
    client.force_login(factories.coordinator(bkm))
    return client


@pytest.fixture
def administrator(client):
    client.force_login(factories.AdministratorFactory())
    return client


def test_a_code_that_is_nobodys_does_not_exist(administrator, mawar: Group):
    assert administrator.get("/g/KSM-MAWAR/members/").status_code == 200
    assert administrator.get("/g/KSM-TIDAK-ADA/members/").status_code == 404
    assert administrator.get("/b/BKM-TIDAK-ADA/settings/").status_code == 404
    assert administrator.get("/g/ksm-mawar/members/").status_code == 404


def test_a_code_that_is_none_of_hers_does_not_exist_either(client, mawar: Group):
    client.force_login(factories.treasurer(factories.GroupFactory(bkm=mawar.bkm)))
    assert client.get("/g/KSM-MAWAR/members/").status_code == 404
    assert client.get("/b/BKM-GUYUB/settings/").status_code == 404


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def once_shown(response) -> tuple[str, str]:
    page = response.content.decode()
    return tuple(re.search(rf'id="first-{part}">([^<]+)<', page)[1] for part in ("username", "password"))


GROUP = {
    "name": "Melati",
    "origin": "baru",
    "start_on": "2026-01-05",
    "meeting_weekday": "2",
    "timezone": "WIB",
}


def test_a_coordinator_sets_up_a_ksm_from_nothing_to_its_treasurer_s_first_page(staff, bkm):
    made = staff.post("/b/BKM-GUYUB/groups/new/", GROUP | {"meeting_time": "15.30", "founded_on": "17-08-2025"})
    assert made.headers["Location"] == "/g/KSM-MELATI/settings/"
    group = Group.objects.get()
    assert (group.bkm, group.name, str(group.meeting_time)) == (bkm, "Melati", "15:30:00")
    assert "belum disepakati" in text(staff.get("/g/KSM-MELATI/settings/"))
    staff.post("/g/KSM-MELATI/settings/savings/", {"weekly": "2.000", "principal": "10.000", "from_on": "2026-01-05"})
    names = "Sari\n\n  Julaika \r\nSyawiyah\n"
    assert staff.post("/g/KSM-MELATI/members/several/", {"names": names, "joined_on": "2026-01-05"}).status_code == 302
    assert [str(each) for each in group.members.order_by("no")] == ["Sari", "Julaika", "Syawiyah"]
    offices = {"chair": "1", "secretary": "2", "treasurer": "3", "from_on": "2026-01-05"}
    assert staff.post("/g/KSM-MELATI/members/offices/", offices).status_code == 302
    assert group.members.get(no=3).office == "bendahara"
    given = staff.post(
        "/g/KSM-MELATI/people/new/",
        {"member": "3", "role": "treasurer", "from_on": "2026-01-05", "phone": "0812 3456 7890"},
    )
    username, password = once_shown(given)
    assert username == "syawiyah"
    assert "no-store" in given.headers["Cache-Control"]
    appointment = Appointment.objects.get(group=group)
    assert (appointment.role, appointment.member.no, appointment.user.phone) == ("treasurer", 3, "+6281234567890")
    assert password not in staff.get("/g/KSM-MELATI/people/").content.decode()

    treasurer = staff.__class__()
    answer = treasurer.post("/masuk/", {"username": "0812-3456-7890", "password": password})
    assert answer.headers["Location"] == "/sandi/"
    new = {"old": password, "new": "lima ekor sapi", "again": "lima ekor sapi"}
    assert treasurer.post("/sandi/", new).headers["Location"] == "/"
    assert treasurer.get("/").headers["Location"] == "/g/KSM-MELATI/"


def test_a_refused_form_keeps_all_that_was_typed_and_names_the_field(staff):
    Region.objects.create(code="35.73.04", name="<b>Sukun", search="sukun")
    wrong = GROUP | {"name": "", "start_on": "2026-02-30", "place": "Rumah Bu Wati", "meeting_time": "sore"}
    wrong["region"] = "35.73.04"
    page = staff.post("/b/BKM-GUYUB/groups/new/", wrong)
    assert page.status_code == 422
    html = page.content.decode()
    assert 'value="Rumah Bu Wati"' in html
    assert "&lt;b&gt;Sukun" in html, "the place of the code she wrote, its name as text"
    assert 'value="2026-02-30"' in html
    assert "3 hal perlu dibetulkan" in text(page)
    for field, sentence in (
        ("id_name", "Nama KSM: Isi dulu bagian ini."),
        ("id_start_on", "Dibukukan di sini sejak: Tulis tanggal seperti 30-11-2026."),
        ("id_meeting_time", "Jam pertemuan: Tulis jamnya seperti 15.30."),
    ):
        assert f'<a href="#{field}">{sentence}</a>' in html
    assert not Group.objects.exists()


@pytest.mark.parametrize(
    ("slip", "sentence"),
    [
        ({"start_on": "01-01-1900"}, "Dibukukan di sini sejak: Buku yang setua itu dimasukkan lewat berkas Excel."),
        ({"start_on": "01-01-2199"}, "Dibukukan di sini sejak: Buku dimulai hari ini, atau beberapa pekan lagi."),
        ({"founded_on": "01-01-2199"}, "Tanggal ini belum tiba."),
    ],
)
def test_a_ksm_does_not_begin_on_a_day_that_can_only_be_a_slip(staff, bkm, slip, sentence):
    page = staff.post("/b/BKM-GUYUB/groups/new/", GROUP | slip)
    assert (page.status_code, Group.objects.count()) == (422, 0)
    assert sentence in text(page)


def test_her_own_browser_may_show_a_refused_form_again_and_nothing_else(staff, mawar):
    refused = staff.post("/b/BKM-GUYUB/groups/new/", {})
    assert (refused.status_code, refused.headers["Cache-Control"]) == (422, "private, no-cache")
    for page in (staff.get("/b/BKM-GUYUB/groups/new/"), staff.get("/g/KSM-MAWAR/members/")):
        assert "no-store" in page.headers["Cache-Control"]


def test_a_taken_code_is_refused_at_its_field(staff, mawar):
    page = staff.post("/b/BKM-GUYUB/groups/new/", GROUP | {"code": "ksm-mawar"})
    assert page.status_code == 422
    assert '<a href="#id_code">' in page.content.decode()
    assert Group.objects.count() == 1


def test_a_nik_is_hidden_until_asked_for_and_kept_when_left_empty(staff, mawar):
    nik = "3573045203840001"
    member = mawar.members.get(no=1)
    edit = "/g/KSM-MAWAR/members/1/edit/"
    data = {"name": "Sari", "joined_on": "2026-01-05", "gender": "P"}
    staff.post(edit, data | {"nik": nik})
    hidden = staff.get(edit).content.decode()
    assert nik not in hidden
    assert "357304••••••••01" in hidden
    assert nik in staff.get(f"{edit}?nik=1").content.decode()
    staff.post(edit, data | {"name": "Sari Dewi"})
    member.refresh_from_db()
    assert (member.name, member.nik) == ("Sari Dewi", nik)
    staff.post(f"{edit}?nik=1", data | {"nik": ""})
    member.refresh_from_db()
    assert member.nik == ""


def test_an_odd_nik_is_saved_with_a_word_of_doubt(staff, mawar):
    data = {"name": "Endang", "joined_on": "2026-01-05", "gender": "L", "nik": "3573045213840001"}
    page = staff.post("/g/KSM-MAWAR/members/new/", data, follow=True)
    assert Member.objects.get(name="Endang").nik == "3573045213840001"
    assert "Endang menjadi anggota nomor 4." in text(page)
    assert "Tanggal lahir dalam NIK ini tidak ada" in text(page)
    assert "jenis kelamin lain" in text(page)


def test_who_only_reads_sees_members_but_no_way_to_change_them(client, mawar):
    client.force_login(factories.AppointmentFactory(bkm=mawar.bkm, role="auditor").user)
    page = client.get("/g/KSM-MAWAR/members/")
    assert "Julaika" in text(page)
    assert "/edit/" not in page.content.decode()
    assert client.get("/g/KSM-MAWAR/members/1/edit/").status_code == 403


def test_offices_of_one_person_or_of_strangers_are_refused(staff, mawar):
    stranger = factories.GroupFactory(members=9)
    assert staff.post("/g/KSM-MAWAR/members/offices/", {"chair": "1", "secretary": "1"}).status_code == 422
    for no in ("9", "99999999999999999999", "\0", "x"):
        assert staff.post("/g/KSM-MAWAR/members/offices/", {"chair": no}).status_code == 422
    assert not Member.objects.exclude(office="anggota").exists()
    assert stranger.members.count() == 9


def test_a_forgotten_password_is_replaced_by_one_for_one_use(staff, mawar):
    user = factories.treasurer(mawar)
    person = f"/g/KSM-MAWAR/people/p/{user.username}/"
    assert "Buat kata sandi baru" in text(staff.get(person))
    username, password = once_shown(staff.post(f"{person}reset/"))
    user.refresh_from_db()
    assert username == user.username
    assert user.check_password(password)
    assert user.must_change_password
    assert not user.check_password(PASSWORD)


def test_somebody_who_also_acts_elsewhere_is_an_administrator_s_affair(staff, mawar):
    user = factories.treasurer(mawar)
    factories.AppointmentFactory(user=user, bkm=factories.BkmFactory(), role="facilitator")
    person = f"/g/KSM-MAWAR/people/p/{user.username}/"
    assert "Buat kata sandi baru" not in text(staff.get(person))
    assert "Minta kata sandi baru pada administrator" in text(staff.post(f"{person}reset/", follow=True))
    staff.post(person, {"name": "Diambil", "phone": "0812 9999 9999"})
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert user.phone is None


def test_people_of_other_bodies_do_not_exist_here(staff, mawar):
    stranger = factories.treasurer(factories.GroupFactory())
    for page in (f"p/{stranger.username}/", f"p/{stranger.username}/treasurer/{START}/end/"):
        assert staff.get(f"/g/KSM-MAWAR/people/{page}").status_code == 404
    assert staff.post(f"/g/KSM-MAWAR/people/p/{stranger.username}/reset/").status_code == 404
    assert staff.post(f"/b/BKM-GUYUB/people/p/{stranger.username}/reset/").status_code == 404


def test_a_known_person_gets_a_second_role_and_loses_it(staff, mawar):
    budi = factories.UserFactory(username="budi", phone="+6281111111111", name="Budi")
    role = {"role": "facilitator", "from_on": "2026-01-05"}
    assert staff.post("/b/BKM-GUYUB/people/known/", role | {"known": "0811 1111 111"}).status_code == 422
    assert staff.post("/b/BKM-GUYUB/people/known/", role | {"known": "0811-1111-1111"}).status_code == 302
    assert staff.post("/b/BKM-GUYUB/people/known/", role | {"known": "Budi"}).status_code == 422, "twice at a time"
    assert "fasilitator" in text(staff.get("/b/BKM-GUYUB/people/"))
    end = "/b/BKM-GUYUB/people/p/budi/facilitator/2026-01-05/end/"
    assert staff.post(end, {"to_on": "2026-01-04"}).status_code == 422
    assert staff.post(end, {"to_on": "2026-03-02"}).status_code == 302
    assert Appointment.objects.get(user=budi).to_on == date(2026, 3, 2)
    assert staff.post(end, {"to_on": "2026-03-03"}).status_code == 404


def test_an_auditor_is_not_made_treasurer_of_what_she_audits(staff, mawar):
    """Said at the role, and where only days are written, above the form."""
    factories.AppointmentFactory(user__username="bambang", bkm=mawar.bkm, role="auditor")
    sent = {"known": "bambang", "role": "treasurer", "from_on": "2026-01-05"}
    page = staff.post("/g/KSM-MAWAR/people/known/", sent)
    assert page.status_code == 422
    said = "Ia pemeriksa Guyub Rukun pada hari-hari itu. Yang memeriksa buku tidak ikut mengurusnya"
    assert said in text(page)
    assert [one["id"] for one in page.context["form"].summary] == ["id_role"]
    end = "/b/BKM-GUYUB/people/p/bambang/auditor/2026-01-05/"
    assert staff.post(f"{end}end/", {"to_on": "2026-01-05"}).status_code == 302
    assert staff.post("/g/KSM-MAWAR/people/known/", sent).status_code == 302
    page = staff.post(f"{end}edit/", {"from_on": "2026-01-05", "to_on": ""})
    assert (page.status_code, "Ia bendahara KSM Mawar pada hari-hari itu" in text(page)) == (422, True)


def test_the_days_of_a_role_and_its_member_are_put_right(staff, mawar):
    wati = factories.UserFactory(username="wati", name="Wati")
    sari = Member.objects.get(group=mawar, name="Sari")
    first = factories.AppointmentFactory(user=wati, group=mawar, role="treasurer", from_on=START)
    services.end_appointment(appointment=first, to_on=date(2026, 2, 2))
    factories.AppointmentFactory(user=wati, group=mawar, role="treasurer", from_on=date(2026, 3, 2))
    later, earlier = (f"/g/KSM-MAWAR/people/p/wati/treasurer/{day}/edit/" for day in ("2026-03-02", START))
    assert later in staff.get("/g/KSM-MAWAR/people/p/wati/").content.decode()
    page = staff.post(later, {"from_on": "2026-02-01", "to_on": ""})
    assert (page.status_code, "Ia sudah memegang peran ini" in text(page)) == (422, True), "they would share a day"
    page = staff.post(later, {"from_on": "2026-02-02", "to_on": "2026-02-01"})
    assert (page.status_code, '<a href="#id_to_on">' in page.content.decode()) == (422, True)
    assert staff.post(later, {"from_on": "2026-02-02", "to_on": "", "member": sari.no}).status_code == 302
    assert staff.get(later).status_code == 404, "its address follows its day"
    assert staff.post(earlier, {"from_on": "2026-01-12", "to_on": "2026-02-03"}).status_code == 422
    assert staff.post(earlier, {"from_on": "2026-01-12", "to_on": "2026-02-02"}).status_code == 302
    found = Appointment.objects.filter(user=wati).order_by("from_on").values_list("from_on", "to_on", "member__name")
    assert list(found) == [
        (date(2026, 1, 12), date(2026, 2, 2), None),
        (date(2026, 2, 2), None, "Sari"),
    ]


def test_administrators_see_all_who_sign_in_and_change_any_of_it(administrator, mawar):
    wati, idle = factories.treasurer(mawar), factories.UserFactory(name="Tanpa Peran", phone="+6281298765432")
    User.objects.filter(pk=wati.pk).update(name="Wati Mawar")
    assert "Wati Mawar" in text(administrator.get("/staff/people/?q=wati"))
    assert "Tanpa Peran" not in text(administrator.get("/staff/people/?q=wati"))
    for asked in ("q=0812 9876", "q=98765", "which=role"):
        found = text(administrator.get(f"/staff/people/?{asked}"))
        assert ("Tanpa Peran" in found, "Wati Mawar" in found) == (True, False), asked
    account = {"name": "Wati Mawar", "phone": "0811 2222 333", "username": "Bu.Wati", "is_active": "on"}
    refused = administrator.post(f"/staff/people/p/{wati.username}/", account | {"username": idle.username})
    assert (refused.status_code, '<a href="#id_username">' in refused.content.decode()) == (422, True)
    refused = administrator.post(f"/staff/people/p/{wati.username}/", account | {"is_superuser": "on"})
    assert (refused.status_code, "Akhiri dulu" in text(refused)) == (422, True), "she is a treasurer still"
    device = administrator.__class__()
    device.force_login(wati)
    assert device.get("/g/KSM-MAWAR/").status_code == 200
    assert administrator.post(f"/staff/people/p/{wati.username}/", account).status_code == 302
    assert device.get("/g/KSM-MAWAR/").status_code == 200, "a new username shuts nobody out"
    assert administrator.post("/staff/people/p/bu.wati/", account | {"is_active": ""}).status_code == 302
    assert device.get("/g/KSM-MAWAR/").headers["Location"].startswith("/masuk/"), "out at once, on every device"
    assert "Wati Mawar" in text(administrator.get("/staff/people/?which=shut"))
    administrator.post("/staff/people/p/bu.wati/", account)
    assert device.get("/g/KSM-MAWAR/").headers["Location"].startswith("/masuk/"), "let in again, she signs in anew"
    administrator.post("/staff/people/p/bu.wati/", account | {"is_active": ""})
    wati.refresh_from_db()
    assert (wati.username, wati.phone, wati.is_active) == ("bu.wati", "+62811222233" + "3", False)
    promoted = {"name": idle.name, "phone": "", "username": idle.username, "is_active": "on", "is_superuser": "on"}
    assert administrator.post(f"/staff/people/p/{idle.username}/", promoted).status_code == 302
    assert "Tanpa Peran" in text(administrator.get("/staff/people/?which=administrators"))
    _username, password = once_shown(administrator.post("/staff/people/p/bu.wati/reset/"))
    assert User.objects.get(pk=wati.pk).check_password(password)


def test_an_administrator_makes_another_and_one_always_remains(administrator):
    me = User.objects.get(is_superuser=True)
    myself = {"name": me.name, "phone": "", "username": me.username, "is_active": "on", "is_superuser": "on"}
    for left_out in ("is_active", "is_superuser"):
        refused = administrator.post(f"/staff/people/p/{me.username}/", myself | {left_out: ""})
        assert (refused.status_code, f'<a href="#id_{left_out}">' in refused.content.decode()) == (422, True)
    new = {"name": "Rukmini", "phone": "", "username": "", "is_superuser": "on"}
    username, password = once_shown(administrator.post("/staff/people/new/", new))
    second = administrator.__class__()
    assert second.login(username=username, password=password)
    assert User.objects.get(username="rukmini").is_staff
    User.objects.filter(username="rukmini").update(must_change_password=False)
    assert second.post(f"/staff/people/p/{me.username}/", myself | {"is_superuser": ""}).status_code == 302
    assert administrator.get("/staff/people/").status_code == 404
    with pytest.raises(ValidationError, match="bukan administrator lagi"):  # he pressed in the same moment
        services.change_account(
            user=User.objects.get(username="rukmini"),
            by=me,
            on=START,
            name="R",
            username="r",
            phone="",
            is_active=False,
            is_superuser=False,
        )


def test_a_new_person_needs_a_name_and_a_free_username(staff, mawar):
    new = {"role": "chair", "from_on": "2026-01-05"}
    assert "Tulis namanya" in text(staff.post("/g/KSM-MAWAR/people/new/", new))
    factories.UserFactory(username="wati")
    page = staff.post("/g/KSM-MAWAR/people/new/", new | {"name": "Wati", "username": "wati"})
    assert '<a href="#id_username">' in page.content.decode()
    page = staff.post("/g/KSM-MAWAR/people/new/", new | {"name": "Wati", "role": "coordinator"})
    assert '<a href="#id_role">' in page.content.decode()
    assert User.objects.filter(name="Wati").count() == 0


def test_weeks_off_of_a_group_and_of_its_bkm(staff, mawar):
    coming = clock.today(mawar) + timedelta(days=10)
    monday = coming - timedelta(days=coming.weekday())
    holidays = "/g/KSM-MAWAR/settings/holidays/"
    late = staff.post(holidays, {"week_start": clock.today(mawar).isoformat(), "reason": "Hujan"})
    assert "Pekan itu sudah mulai" in text(late)
    assert staff.post(holidays, {"week_start": coming.isoformat(), "reason": "Panen"}).status_code == 302
    staff.post("/b/BKM-GUYUB/settings/holidays/", {"week_start": coming.isoformat(), "reason": "Lebaran"})
    page = text(staff.get(holidays))
    assert "Panen" in page
    assert "Lebaran · untuk semua KSM di BKM" in page
    assert staff.post(f"{holidays}{monday}/cancel/").status_code == 302
    assert [each.reason for each in Holiday.objects.all()] == ["Lebaran"]
    assert staff.post(f"{holidays}{monday}/cancel/").status_code == 404, "her group does not take back the BKM's"


def test_the_bkm_its_upk_and_its_group_are_corrected(staff, bkm, mawar):
    staff.post(
        "/b/BKM-GUYUB/settings/about/", {"name": "Guyub Rukun Jaya", "region": "35.73.04.1004", "address": "RW 5"}
    )
    staff.post("/b/BKM-GUYUB/settings/upk/", {"name": "UPK Lestari"})
    staff.post("/b/BKM-GUYUB/settings/upk/", {"name": "UPK Lestari Jaya"})
    bkm.refresh_from_db()
    assert (bkm.name, bkm.region, bkm.upk.name) == ("Guyub Rukun Jaya", "35.73.04.1004", "UPK Lestari Jaya")
    assert staff.get("/b/BKM-GUYUB/settings/").status_code == 200
    staff.post("/g/KSM-MAWAR/settings/about/", GROUP | {"name": "Mawar Merah", "end_on": "2026-12-28"})
    mawar.refresh_from_db()
    assert (mawar.name, mawar.code, mawar.end_on) == ("Mawar Merah", "KSM-MAWAR", date(2026, 12, 28))


def test_an_administrator_keeps_bkm_programmes_and_regions(administrator):
    made = administrator.post("/staff/bkm/new/", {"name": "Sido Makmur"})
    assert made.headers["Location"] == "/b/BKM-SIDO-MAKMUR/settings/"
    assert "Sido Makmur" in text(administrator.get("/staff/?q=sido"))
    assert "Tidak ada yang ditemukan" in text(administrator.get("/staff/?q=tidak"))
    for _again in range(50):
        factories.BkmFactory(name="Sido & Rukun")
    page = administrator.get("/staff/?q=sido+%26")
    assert page.content.decode().count("Sido &amp; Rukun") == 50
    administrator.post("/staff/bkm/new/", {"name": "Sido & Rukun"})
    assert 'href="?q=sido+%26&amp;page=2"' in administrator.get("/staff/?q=sido+%26").content.decode()
    assert administrator.get("/staff/?q=sido+%26&page=2").content.decode().count("Sido &amp; Rukun") == 1
    administrator.post("/staff/programmes/new/", {"name": "GRD", "starts_on": "2016-05-01"})
    administrator.post("/staff/programmes/p/PROG-GRD/", {"name": "GRD Batang", "ends_on": "2018-01-31"})
    programme = Programme.objects.get()
    assert (programme.name, programme.starts_on, programme.ends_on) == ("GRD Batang", None, date(2018, 1, 31))
    assert "GRD Batang" in text(administrator.get("/staff/programmes/"))
    administrator.post("/staff/regions/new/", {"code": "33", "name": "Jawa Tengah"})
    administrator.post("/staff/regions/new/", {"code": "33.25", "name": "Kabupaten Batank"})
    assert administrator.post("/staff/regions/new/", {"code": "33.26.01", "name": "Tanpa induk"}).status_code == 422
    assert administrator.post("/staff/regions/33.25/", {"name": "Kabupaten Batang"}).headers["Location"] == (
        "/staff/regions/?q=33.25"
    )
    assert Region.objects.get(code="33.25").edited
    found = administrator.get("/regions/search", {"q": "batang"}).json()["regions"]
    assert [each["code"] for each in found] == ["33.25"]
    assert administrator.get("/regions/search", {"q": "\0"}).json() == {"regions": []}


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({}, "PROG-GRD"),
        ({"starts_on": date(2016, 5, 1)}, "PROG-GRD · sejak 1 Mei 2016"),
        ({"ends_on": date(2018, 1, 31)}, "PROG-GRD · sampai 31 Januari 2018"),
        ({"starts_on": date(2016, 5, 1), "ends_on": date(2018, 1, 31)}, "PROG-GRD · 1 Mei 2016 – 31 Januari 2018"),
    ],
)
def test_a_programme_is_listed_with_the_days_that_are_known(administrator, days, said):
    services.create_programme(name="GRD", **days)
    assert f"{said} 0 KSM" in text(administrator.get("/staff/programmes/"))


def test_lists_cost_the_same_number_of_queries_however_long(staff, mawar, django_assert_max_num_queries):
    for page in ("/g/KSM-MAWAR/members/", "/g/KSM-MAWAR/people/", "/b/BKM-GUYUB/settings/", "/b/BKM-GUYUB/people/"):
        with django_assert_max_num_queries(12) as first:
            staff.get(page)
        for _again in range(3):
            factories.MemberFactory(group=mawar)
            factories.AppointmentFactory(group=mawar)
            factories.GroupFactory(bkm=mawar.bkm)
            factories.AppointmentFactory(bkm=mawar.bkm, role="facilitator")
        with django_assert_max_num_queries(len(first)):
            staff.get(page)
