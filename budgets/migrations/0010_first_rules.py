"""The first rows of the rules, from the file that the room ships; people revise them afterwards."""

import csv
import json
from pathlib import Path

from django.db import migrations

FILE = Path(__file__).resolve().parent.parent / "data" / "budget_rules.csv"


def seed(apps, schema_editor):
    BudgetRule = apps.get_model("budgets", "BudgetRule")
    known = set(BudgetRule.objects.values_list("code", flat=True))
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="|", quoting=csv.QUOTE_NONE))
    BudgetRule.objects.bulk_create(
        BudgetRule(
            code=row["code"],
            valid_from=row["valid_from"],
            severity=row["severity"],
            legal_source=row["legal_source"],
            parameters=json.loads(row["parameters"]),
            override_roles=[role for role in row["override_roles"].split(",") if role],
        )
        for row in rows
        if row["code"] not in known
    )


class Migration(migrations.Migration):
    dependencies = [("budgets", "0009_rules")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
