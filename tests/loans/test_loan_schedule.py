"""The schedule from a terminal: exact JSON for a check, a readable card for a person, no traceback for a slip."""

import json
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[2]

GAJAH_DUDUK = [
    *("--principal", "5000000", "--rate", "1.5", "--rate-per", "bulan", "--periods", "24", "--unit", "bulan"),
    *("--method", "flat", "--round-to", "1000", "--first-due", "2026-01-31"),
]


def test_json_for_a_check(capsys):
    call_command("loan_schedule", *GAJAH_DUDUK, "--json")
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["rows", "principal", "charge"]
    assert (told["principal"], told["charge"], len(told["rows"])) == (5_000_000, 1_800_000, 24)
    assert told["rows"][1] == {
        "no": 2,
        "due_on": "2026-02-28",
        "principal": 209_000,
        "charge": 75_000,
        "total": 284_000,
        "balance": 4_582_000,
    }
    assert (told["rows"][23]["total"], told["rows"][23]["balance"]) == (268_000, 0)


def test_a_card_for_a_person(capsys):
    call_command("loan_schedule", *GAJAH_DUDUK)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["Ke", "Jatuh", "tempo", "Pokok", "Jasa", "Jumlah", "Sisa"]
    assert lines[3].split() == ["2", "28", "Februari", "2026", "209.000", "75.000", "284.000", "4.582.000"]
    assert lines[-1].split() == ["Jumlah", "5.000.000", "1.800.000", "6.800.000"]


def test_amounts_and_dates_as_people_write_them(capsys):
    arguments = "--principal Rp500.000 --rate 1,5 --rate-per bulan --periods 12 --unit pekan --round-to 1.000"
    call_command("loan_schedule", *arguments.split(), "--disbursed-on", "07-01-2026", "--json")
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["total"] for row in rows] == [44_000] * 11 + [38_500]
    assert (rows[0]["due_on"], rows[-1]["due_on"]) == ("2026-01-14", "2026-04-01")


@pytest.mark.parametrize(("method", "last"), [("flat", 353_333), ("menurun", 340_000), ("anuitas", 346_754)])
def test_the_field_s_names_of_the_methods(method, last, capsys):
    call_command(
        *("loan_schedule", "--principal=1000000", "--rate=2", "--periods=3", f"--method={method}"),
        *("--round-to=0", "--first-due=2026-01-01", "--json"),
    )
    assert json.loads(capsys.readouterr().out)["rows"][-1]["total"] == last


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"--principal": "44,000"}, "--principal: “44,000” bisa dibaca Rp44.000 atau Rp44. Tulis 44.000."),
        ({"--principal": "0"}, "--principal: Pokok pinjaman paling sedikit Rp1."),
        ({"--principal": "23"}, "--principal: Pokok pinjaman kurang dari Rp1 untuk setiap angsuran."),
        ({"--principal": None}, "--principal belum diberikan."),
        ({"--periods": "521"}, "--periods: Jangka antara 1 dan 520 angsuran."),
        ({"--periods": "dua"}, "--periods: “dua” bukan angka. Tulis misalnya 12."),
        ({"--rate": "101"}, "--rate: Jasa antara 0 dan 100 persen."),
        ({"--rate": "1e1"}, "--rate: “1e1” bukan angka. Tulis misalnya 1,5."),
        ({"--rate": "-1"}, "--rate: “-1” bukan angka. Tulis misalnya 1,5."),
        ({"--rate-per": "tahun"}, "--rate-per: “tahun” tidak dikenal. Pilih: pekan, bulan."),
        ({"--unit": "hari"}, "--unit: “hari” tidak dikenal. Pilih: pekan, bulan."),
        ({"--method": "bunga"}, "--method: “bunga” tidak dikenal. Pilih: flat, menurun, anuitas."),
        (
            {"--round-to": "10.00"},
            "--round-to: “10.00” bisa dibaca Rp1.000 atau Rp10. Hitung nolnya, lalu tulis rupiah utuh.",
        ),
        ({"--first-due": "31-02-2026"}, "--first-due: “31-02-2026” bukan tanggal. Tulis misalnya 29-01-2017."),
        ({"--first-due": None}, "Berikan --first-due atau --disbursed-on."),
        ({"--disbursed-on": "2026-02-01"}, "--first-due: Angsuran pertama jatuh sebelum pinjaman cair."),
    ],
)
def test_a_slip_is_answered_in_indonesian(changed, message):
    given = dict(zip(GAJAH_DUDUK[::2], GAJAH_DUDUK[1::2], strict=True)) | changed
    with pytest.raises(CommandError) as refused:
        call_command("loan_schedule", *(f"{option}={value}" for option, value in given.items() if value is not None))
    assert str(refused.value) == message


def test_dates_and_numbers_from_a_caller_need_no_text(capsys):
    call_command(
        "loan_schedule",
        principal=100_000,
        rate=Decimal(1),
        periods=10,
        unit="pekan",
        round_to=0,
        first_due=date(2026, 1, 12),
        json=True,
    )
    assert {row["total"] for row in json.loads(capsys.readouterr().out)["rows"]} == {10_250}


def test_it_runs_where_there_is_no_database(tmp_path):
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}
    ran = subprocess.run(
        [sys.executable, ROOT / "manage.py", "loan_schedule", *GAJAH_DUDUK, "--json"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["charge"] == 1_800_000
    slip = subprocess.run(
        [sys.executable, ROOT / "manage.py", "loan_schedule", "--principal", "1e5"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert slip.returncode == 1
    assert slip.stderr.splitlines() == ["CommandError: Berikan --first-due atau --disbursed-on."]
