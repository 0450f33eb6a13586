"""A KSM of the demonstration with its members, before its first meeting."""

import random
from datetime import date, time, timedelta

from groups import services as groups
from groups.models import Bkm, Group, Member, Programme
from reports.demo.invented import SEED
from savings.terms import agree_terms

WOMEN = (
    "Sari Wati Julaika Syawiyah Tumini Kasmirah Rohmah Darsini Mujiati Warni Sumarni Rukmi Partini Ngatemi Suprihatin "
    "Wahyuni Lestari Sulastri Kartini Tukinah Murni Endang Yatmi Ponirah Surati Rusmini Karsih Wasini Jumiati Sutini"
).split()
MEN = "Budi Sutrisno Slamet Paijo Wagiman Suroto Karman Tarjo Mulyono Sukirno".split()
SECOND = ("", "", "", "", "Rahayu", "Aminah", "Khasanah", "Riyadi", "Setyowati", "Utami")


def make_group(
    bkm: Bkm,
    prefix: str,
    name: str,
    index: int,
    start: date,
    size: int,
    weekly: int,
    region: str,
    programme: Programme | None,
    *,
    new: bool = True,
) -> Group:
    chance = random.Random(f"{SEED} {prefix} {index}")
    group = groups.create_group(
        bkm=bkm,
        name=f"KSM {name}",
        code=f"{prefix}-{name.upper().replace(' ', '-')}" + (f"-{index}" if programme else ""),
        start_on=start,
        region=region,
        programme=programme,
        origin=Group.Origin.NEW if new else Group.Origin.REACTIVATED,
        founded_on=date(2016, 6, 14) + timedelta(days=37 * index),
        meeting_weekday=index % 6,
        meeting_time=time(15, 30),
        place=f"Rumah Bu {chance.choice(WOMEN)}",
    )
    agree_terms(group=group, from_on=start, weekly=weekly, principal=10_000)
    fixed = ["Sari", "Wati", "Julaika"] if name == "Mawar" and programme is None else []
    first = [*fixed, *(n for n in chance.sample(WOMEN, len(WOMEN)) if n not in fixed)]
    men = chance.sample(MEN, len(MEN))
    offices = (Member.Office.CHAIR, Member.Office.TREASURER, Member.Office.SECRETARY)
    people = []
    for no in range(1, size + 1):
        is_man = no > 3 and no % 5 == 0
        given = men[no // 5 % len(men)] if is_man else first[no - 1]
        second = chance.choice(SECOND) if no > 3 else ""
        people.append(
            {
                "no": no,
                "name": f"{given} {second}".strip(),
                "gender": "L" if is_man else "P",
                "address": f"RT {1 + no % 6:02d}/{1 + no % 2:02d}",
                "office": offices[no - 1] if no <= len(offices) else Member.Office.MEMBER,
                "poor": no % 3 != 0,
                "joined_on": start,
            }
        )
    groups.take_in(group=group, people=people)
    return group
