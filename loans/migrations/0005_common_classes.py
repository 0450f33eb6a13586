"""The common collectability classes, and the day a request was withdrawn in a field of its own."""

from datetime import date
from typing import Any

from django.db import migrations
from django.db.models import F

CLASSES = (("lancar", 0, 1), ("perhatian", 1, 10), ("kurang lancar", 3, 25), ("diragukan", 5, 50), ("macet", 7, 100))


def add_common_classes(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model("loans", "CollectabilityClass")
    model.objects.bulk_create(
        model(bkm=None, from_on=date(2000, 1, 1), no=no, name=name, least_late=least, reserve=percent)
        for no, (name, least, percent) in enumerate(CLASSES, start=1)
    )


def move_withdrawals(apps: Any, schema_editor: Any) -> None:
    """Until now the day of withdrawing stood where the day of deciding stands."""
    apps.get_model("loans", "LoanRequest").objects.filter(status="withdrawn").update(
        withdrawn_on=F("decided_on"), decided_on=None
    )


class Migration(migrations.Migration):
    dependencies = [("loans", "0004_lending_rules")]
    operations = [
        migrations.RunPython(add_common_classes, migrations.RunPython.noop),
        migrations.RunPython(move_withdrawals, migrations.RunPython.noop),
    ]
