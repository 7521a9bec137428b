"""Rule R-17, the threshold of the visa: the first row for the bases that have the other rules."""

import csv
import json
from pathlib import Path

from django.db import migrations, models
from django.utils import timezone

FILE = Path(__file__).resolve().parent.parent / "data" / "budget_rules.csv"
CODE = "R-17"
KEPT = (
    "id", "code", "valid_from", "valid_to", "severity", "legal_source", "parameters",
    "override_roles", "version", "created_at", "updated_at",
)  # fmt: skip


def seed(apps, schema_editor):
    BudgetRule = apps.get_model("budgets", "BudgetRule")
    History = apps.get_model("budgets", "HistoricalBudgetRule")
    if BudgetRule.objects.filter(code=CODE).exists():
        return
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="|", quoting=csv.QUOTE_NONE))
    row = next(row for row in rows if row["code"] == CODE)
    rule = BudgetRule.objects.create(
        code=CODE,
        valid_from=row["valid_from"],
        severity=row["severity"],
        legal_source=row["legal_source"],
        parameters=json.loads(row["parameters"]),
    )
    rule.refresh_from_db()
    History.objects.create(
        **{name: getattr(rule, name) for name in KEPT},
        history_date=timezone.now(),
        history_type="+",
    )


class Migration(migrations.Migration):
    dependencies = [("budgets", "0025_scenarios")]

    operations = [
        migrations.AlterField(
            model_name="budgetrule",
            name="code",
            field=models.CharField(
                choices=[
                    ("R-01", "AE committed within the AE opened and not frozen"),
                    ("R-02", "CP paid within the CP opened and not frozen"),
                    ("R-03", "AE committed on a tranche within the AE allotted to it"),
                    (
                        "R-04",
                        "service done within the commitment, payments within the service done",
                    ),
                    ("R-05", "schedule of a commitment equal to what it commits"),
                    ("R-06", "personnel credits: AE equal to CP, and nothing moved into T2"),
                    ("R-07", "share of the distribution consumed before the opinion on the BOP"),
                    ("R-08", "CP enough for compulsory and unavoidable spending"),
                    ("R-09", "programming equal to the distribution of credits"),
                    ("R-10", "CP due in coming years within the trajectory"),
                    ("R-11", "virements within their share of the finance act"),
                    ("R-12", "CP carried over within their share of the initial credits"),
                    ("R-13", "commitment dated within its exercise, or allowed anticipation"),
                    ("R-16", "commitment left without service done or payment"),
                    ("R-17", "visa of the budget controller on acts from a threshold on"),
                    ("R-19", "full cost of a project equal to its lines"),
                    ("R-20", "payment request and payment within their delays"),
                    ("R-21", "commitment on credit lines that add up to it"),
                    ("R-22", "planning that needs frozen credits"),
                ],
                max_length=4,
                verbose_name="rule",
            ),
        ),
        migrations.AlterField(
            model_name="historicalbudgetrule",
            name="code",
            field=models.CharField(
                choices=[
                    ("R-01", "AE committed within the AE opened and not frozen"),
                    ("R-02", "CP paid within the CP opened and not frozen"),
                    ("R-03", "AE committed on a tranche within the AE allotted to it"),
                    (
                        "R-04",
                        "service done within the commitment, payments within the service done",
                    ),
                    ("R-05", "schedule of a commitment equal to what it commits"),
                    ("R-06", "personnel credits: AE equal to CP, and nothing moved into T2"),
                    ("R-07", "share of the distribution consumed before the opinion on the BOP"),
                    ("R-08", "CP enough for compulsory and unavoidable spending"),
                    ("R-09", "programming equal to the distribution of credits"),
                    ("R-10", "CP due in coming years within the trajectory"),
                    ("R-11", "virements within their share of the finance act"),
                    ("R-12", "CP carried over within their share of the initial credits"),
                    ("R-13", "commitment dated within its exercise, or allowed anticipation"),
                    ("R-16", "commitment left without service done or payment"),
                    ("R-17", "visa of the budget controller on acts from a threshold on"),
                    ("R-19", "full cost of a project equal to its lines"),
                    ("R-20", "payment request and payment within their delays"),
                    ("R-21", "commitment on credit lines that add up to it"),
                    ("R-22", "planning that needs frozen credits"),
                ],
                max_length=4,
                verbose_name="rule",
            ),
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
