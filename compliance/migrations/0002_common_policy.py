"""The common policy, version 1: the defaults of the five rules, in force for every BKM without its own."""

from datetime import date
from typing import Any

from django.db import migrations


def add_common_policy(apps: Any, schema_editor: Any) -> None:
    apps.get_model("compliance", "Policy").objects.create(bkm=None, version=1, from_on=date(2000, 1, 1))


class Migration(migrations.Migration):
    replaces = [("compliance", "0003_common_policy")]
    dependencies = [("compliance", "0001_tables")]
    operations = [migrations.RunPython(add_common_policy, migrations.RunPython.noop)]
