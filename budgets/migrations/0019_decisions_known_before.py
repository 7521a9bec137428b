"""What was decided of lines before decisions were kept: each closed line says it itself."""

from django.db import migrations


def remember(apps, schema_editor):
    WaitingLine = apps.get_model("budgets", "WaitingLine")
    LineDecision = apps.get_model("budgets", "LineDecision")
    closed = WaitingLine.objects.exclude(state="waiting").order_by("pk")
    known = [
        LineDecision(
            line_id=line.pk,
            verb=line.state,
            at=line.closed_at,
            actor_id=line.closed_by_id,
            target=line.target,
            rule_id=line.rule_id,
            reason=line.closing_reason,
        )
        for line in closed.iterator(chunk_size=1_000)
    ]
    LineDecision.objects.bulk_create(known, batch_size=1_000)


class Migration(migrations.Migration):
    dependencies = [("budgets", "0018_decisions_on_lines")]

    operations = [migrations.RunPython(remember, migrations.RunPython.noop)]
