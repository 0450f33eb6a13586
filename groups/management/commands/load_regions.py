"""Loads the Kemendagri list of provinces, regencies, districts and villages shipped with the product."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from groups.region_list import load_regions


class Command(BaseCommand):
    help = "Load or bring up to date the list of regions. Names edited by staff are kept."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            loaded = load_regions()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Regions: {loaded.added} added, {loaded.changed} changed, {loaded.kept} kept as edited.")
