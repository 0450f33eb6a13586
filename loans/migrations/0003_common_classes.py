"""The common collectability classes, in force for every BKM without its own."""

from datetime import date
from typing import Any

from django.db import migrations

CLASSES = (("lancar", 0, 1), ("perhatian", 1, 10), ("kurang lancar", 3, 25), ("diragukan", 5, 50), ("macet", 7, 100))


def add_common_classes(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model("loans", "CollectabilityClass")
    model.objects.bulk_create(
        model(bkm=None, from_on=date(2000, 1, 1), no=no, name=name, least_late=least, reserve=percent)
        for no, (name, least, percent) in enumerate(CLASSES, start=1)
    )


class Migration(migrations.Migration):
    replaces = [("loans", "0005_common_classes")]
    dependencies = [("loans", "0002_versions_stay")]
    operations = [migrations.RunPython(add_common_classes, migrations.RunPython.noop)]
