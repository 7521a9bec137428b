"""Give each commitment the exercise whose AE it consumed: its own, or for a withdrawal the EJ's."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import F, Min, OuterRef, Subquery


def fill(apps: Any, schema_editor: Any) -> None:
    """A withdrawal lowers the first exercise of its legal reference."""
    rows = apps.get_model("budgets", "Commitment").objects.order_by()
    rows.filter(amount__gt=0).update(commitment_year=F("fiscal_year"))
    same = rows.filter(
        legal_reference=OuterRef("legal_reference"), data_origin=OuterRef("data_origin")
    )
    first = same.values("legal_reference").annotate(first=Min("fiscal_year")).values("first")
    rows.filter(amount__lt=0).update(commitment_year=Subquery(first))


class Migration(migrations.Migration):
    """Fill, then require."""

    dependencies = [("budgets", "0005_imputation_and_schedules")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
