"""Compares the books of UPK and KSM, and names every loan on which they differ; ends with 1 where they do."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from groups.models import Group
from loans.models import UpkLoan
from loans.selectors import reconcile


class Command(BaseCommand):
    help = "Membandingkan buku UPK dan buku KSM, pinjaman demi pinjaman."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--group", help="kode KSM; tanpa ini semua")
        parser.add_argument("--json", action="store_true", help="cetak JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        group = None
        if code := options["group"]:
            group = Group.objects.filter(code=code.replace("\0", "")).first()
            if group is None:
                raise CommandError(f"Tidak ada KSM dengan kode {code}.")
        found = reconcile(group=group)
        if options["json"]:
            self.stdout.write(json.dumps([one.as_json() for one in found], ensure_ascii=False))
        else:
            for one in found:
                self.stdout.write(
                    f"{one.group or one.upk} pinjaman {one.loan}: {one.check}, KSM {one.in_group}, UPK {one.in_upk}"
                    + (f", catatan {one.entry}" if one.entry else "")
                )
            loans = UpkLoan.objects.filter(group=group) if group else UpkLoan.objects.all()
            self.stdout.write(f"{loans.count()} pinjaman diperiksa, {len(found)} selisih.")
        if found:
            raise CommandError(f"{len(found)} selisih.")
