"""Loads the demonstration data, and says who can sign in to it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from groups import clock
from groups.models import Bkm, Programme, Region
from groups.region_list import load_regions
from reports import demo


class Command(BaseCommand):
    help = "Muat data peragaan: BKM Guyub Rukun (10 KSM) dan program Batang (100 KSM)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--small", action="store_true", help="hanya BKM Guyub Rukun")
        parser.add_argument("--programme", action="store_true", help="hanya program Batang")
        parser.add_argument("--if-empty", action="store_true", help="lewati bagian yang sudah ada")
        parser.add_argument("--sign-ins", action="store_true", help="tulis siapa yang bisa masuk")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sign_ins"]:
            if Bkm.objects.filter(code="BKM-GUYUB-RUKUN").exists():
                for one in demo.sign_ins():
                    self.stdout.write(f"  {one['username']:<10} {one['password']}   {one['who']}")
            return
        both = not (options["small"] or options["programme"])
        today = clock.today()
        if not Region.objects.exists():
            load_regions()
        if options["small"] or both:
            if Bkm.objects.filter(code="BKM-GUYUB-RUKUN").exists() or (options["if_empty"] and Bkm.objects.exists()):
                self.stdout.write("BKM Guyub Rukun sudah ada.")
            else:
                demo.load_small(today=today, say=self.stdout.write)
        if options["programme"] or both:
            small = Bkm.objects.filter(code="BKM-GUYUB-RUKUN").exists()
            if Programme.objects.filter(code="GRD").exists() or not small:
                self.stdout.write("Program Batang dilewati.")
            else:
                demo.load_programme(today=today, say=self.stdout.write)
