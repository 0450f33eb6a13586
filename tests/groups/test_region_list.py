"""The list of regions: the shipped file, and loading it over what staff corrected."""

import hashlib
import lzma
from collections import Counter
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection

from groups import region_list, regions
from groups.data import build_regions
from groups.data.build_regions import build, official_name
from groups.models import Region
from groups.region_list import Loaded, add_region, load_regions, read_list, rename_region
from groups.regions_search import search_regions

VILLAGE = {
    "33": "Jawa Tengah",
    "33.25": "Kabupaten Batang",
    "33.25.01": "Wonotunggal",
    "33.25.01.2001": "Silurah",
    "33.25.01.2006": "Wonotunggal",
}


class TestFile:
    def test_checksum_is_of_the_text(self):
        text = lzma.decompress(region_list.LIST_FILE.read_bytes())
        assert region_list.CHECKSUM_FILE.read_text() == f"{hashlib.sha256(text).hexdigest()}  regions.csv\n"

    def test_the_whole_country(self):
        listed = read_list()
        assert Counter(map(regions.level, listed)) == {1: 38, 2: 514, 3: 7285, 4: 83762}
        assert all(above in listed for code in listed for above in regions.ancestors(code))
        assert list(listed) == sorted(listed)
        assert max(map(len, listed.values())) <= 100
        assert [name for name in listed.values() if name != official_name(name)] == []

    def test_spot_checks(self):
        listed = read_list()
        assert listed["33.25"] == "Kabupaten Batang"
        assert listed["33.25.01"] == "Wonotunggal"
        assert sum(code.startswith("33.25.01.") for code in listed) == 15
        assert listed["35.73"] == "Kota Malang"
        assert listed["35.73.04.1004"] == "Bandungrejosari"
        assert listed["96"] == "Papua Barat Daya"

    @pytest.mark.parametrize("damage", [lambda text: text.replace(b"Silurah", b"Silurak"), lambda text: text[:-1]])
    def test_another_list_is_refused(self, tmp_path, monkeypatch, damage):
        other = tmp_path / "regions.csv.xz"
        other.write_bytes(lzma.compress(damage(lzma.decompress(region_list.LIST_FILE.read_bytes())), preset=0))
        monkeypatch.setattr(region_list, "LIST_FILE", other)
        with pytest.raises(ValidationError, match=r"checksum|sidik"):
            read_list()

    def test_a_torn_file_is_refused(self, tmp_path, monkeypatch):
        torn = tmp_path / "regions.csv.xz"
        torn.write_bytes(region_list.LIST_FILE.read_bytes()[:-1000])
        monkeypatch.setattr(region_list, "LIST_FILE", torn)
        with pytest.raises(ValidationError) as refused:
            read_list()
        assert refused.value.code == "region-list"

    def test_names_are_tidied_and_no_more(self):
        tidy = {
            'Soka"an': "Soka'an",
            "Regapu’u": "Regapu'u",
            "Teuw*": "Teuw",
            "Cibal barat": "Cibal Barat",
            "Kabupaten Pangkajene dan Kepulauan": "Kabupaten Pangkajene dan Kepulauan",
            "2 x 11 Kayu Tanam": "2 x 11 Kayu Tanam",
            "Lubuk Pakam I,II": "Lubuk Pakam I,II",
            "RD.  PJKA ": "RD. PJKA",
        }
        assert {raw: official_name(raw) for raw in tidy} == tidy

    def test_building_refuses_an_orphan(self, tmp_path):
        self.package(tmp_path, villages="33.25.02.2001,33.25.02,Pesalakan")
        with pytest.raises(ValueError, match="no parent"):
            build(tmp_path)

    @pytest.mark.parametrize(
        "line", ["3325012001,33.25.01,Silurah", "33.25.01,33.25,Again", "33.25.01.2001,33.25.01, "]
    )
    def test_building_refuses_a_bad_line(self, tmp_path, line):
        self.package(tmp_path, villages=line)
        with pytest.raises(ValueError, match=r"villages\.csv"):
            build(tmp_path)

    def test_what_is_built_can_be_loaded(self, tmp_path, monkeypatch, capsys):
        self.package(tmp_path, villages="33.25.01.2001,33.25.01,Silurah")
        (tmp_path / "data" / "LICENSE.md").write_text("Open Database License")
        monkeypatch.setattr(build_regions, "HERE", tmp_path)
        build_regions.main(tmp_path)
        assert capsys.readouterr().out.startswith("4 regions, 91 bytes")
        monkeypatch.setattr(region_list, "LIST_FILE", tmp_path / "regions.csv.xz")
        monkeypatch.setattr(region_list, "CHECKSUM_FILE", tmp_path / "regions.csv.sha256")
        assert list(read_list().values()) == ["Jawa Tengah", "Kabupaten Batang", "Wonotunggal", "Silurah"]
        assert (tmp_path / "regions.LICENSE.md").read_text() == "Open Database License"

    def test_building_sorts_by_code(self, tmp_path):
        self.package(tmp_path, villages="33.25.01.2002,33.25.01,Sodong\n33.25.01.2001,33.25.01,Silurah")
        assert build(tmp_path).decode().splitlines() == [
            "code,name",
            "33,Jawa Tengah",
            "33.25,Kabupaten Batang",
            "33.25.01,Wonotunggal",
            "33.25.01.2001,Silurah",
            "33.25.01.2002,Sodong",
        ]

    def package(self, folder: Path, *, villages: str) -> None:
        (folder / "data").mkdir()
        for file, lines in {
            "provinces": "code,name\n33,Jawa Tengah\n",
            "regencies": "code,province_code,name\n33.25,33,Kabupaten Batang\n",
            "districts": "code,regency_code,name\n33.25.01,33.25,Wonotunggal\n",
            "villages": f"code,district_code,name\n{villages}\n",
        }.items():
            (folder / "data" / f"{file}.csv").write_text(lines)


@pytest.mark.django_db
class TestLoading:
    def test_twice_changes_nothing_more(self):
        assert load_regions(listed=VILLAGE) == Loaded(added=5, changed=0, kept=0)
        before = list(Region.objects.values())
        assert load_regions(listed=VILLAGE) == Loaded(added=0, changed=0, kept=0)
        assert list(Region.objects.values()) == before
        assert Region.objects.get(code="33.25.01.2001").search == "silurah wonotunggal kabupaten batang jawa tengah"

    def test_the_index_is_there_after_filling(self):
        load_regions(listed=VILLAGE)
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'groups_region'")
            assert any("gin_trgm_ops" in definition for (definition,) in cursor.fetchall())

    def test_a_newer_list_renames_adds_and_drops_nothing(self):
        load_regions(listed=VILLAGE)
        newer = VILLAGE | {"33.25.01": "Wonotunggal Baru", "33.25.01.2016": "Sumurup"}
        del newer["33.25.01.2006"]
        assert load_regions(listed=newer) == Loaded(added=1, changed=1, kept=0)
        assert [found.name for found in search_regions("wonotunggal baru")] == [
            "Wonotunggal Baru", "Silurah", "Wonotunggal", "Sumurup",
        ]  # fmt: skip

    def test_edited_names_are_kept(self):
        load_regions(listed=VILLAGE)
        rename_region(code="33.25.01", name="  Wonotunggal   Asri ")
        add_region(code="33.25.01.2098", name="Silurah Kidul")
        newer = VILLAGE | {"33.25.01": "Wanatunggal", "33.25.01.2098": "Silurah Selatan"}
        assert load_regions(listed=newer) == Loaded(added=0, changed=0, kept=2)
        assert [found.label for found in search_regions("silurah asri")] == [
            "Desa Silurah, Kecamatan Wonotunggal Asri, Kabupaten Batang",
            "Desa Silurah Kidul, Kecamatan Wonotunggal Asri, Kabupaten Batang",
        ]
        assert search_regions("wanatunggal") == []

    @pytest.mark.parametrize(
        ("code", "name", "why"),
        [
            ("3325012099", "Baru", "region-code"),
            ("33.25.01.2001", "Silurah", "region-exists"),
            ("33.25.77.2001", "Baru", "region-unknown"),
            ("33.25.01.2099", " \0 ", "region-name"),
            ("33.25.01.2099", "x" * 101, "region-name"),
        ],
    )
    def test_adding_is_refused(self, code, name, why):
        load_regions(listed=VILLAGE)
        with pytest.raises(ValidationError) as refused:
            add_region(code=code, name=name)
        assert refused.value.code == why
        assert Region.objects.count() == 5

    def test_renaming_the_unknown_is_refused(self):
        with pytest.raises(ValidationError) as refused:
            rename_region(code="33.25", name="Kabupaten Batang")
        assert refused.value.code == "region-unknown"

    def test_the_command_refuses_a_damaged_list(self, tmp_path, monkeypatch):
        torn = tmp_path / "regions.csv.xz"
        torn.write_bytes(b"not xz at all")
        monkeypatch.setattr(region_list, "LIST_FILE", torn)
        with pytest.raises(CommandError, match=r"rusak|damaged"):
            call_command("load_regions")
        assert not Region.objects.exists()
