"""The first version of each rule in its history: rows written by a migration leave none."""

from django.db import migrations
from django.utils import timezone

KEPT = (
    "id", "code", "valid_from", "valid_to", "severity", "legal_source", "parameters",
    "override_roles", "version", "created_at", "updated_at",
)  # fmt: skip


def remember(apps, schema_editor):
    BudgetRule = apps.get_model("budgets", "BudgetRule")
    History = apps.get_model("budgets", "HistoricalBudgetRule")
    known = set(History.objects.values_list("id", flat=True))
    History.objects.bulk_create(
        History(
            **{name: getattr(rule, name) for name in KEPT},
            history_date=timezone.now(),
            history_type="+",
        )
        for rule in BudgetRule.objects.order_by("pk")
        if rule.pk not in known
    )


class Migration(migrations.Migration):
    dependencies = [("budgets", "0013_lines_to_attach")]

    operations = [migrations.RunPython(remember, migrations.RunPython.noop)]
