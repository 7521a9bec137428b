"""The triggers of the ceilings: what was proposed does not change, and is decided once."""

from django.db import migrations

from budgets.models.guards import CEILING_GUARDS
from common.triggers import put_guards, take_guards_away


def put(apps, schema_editor):
    put_guards(schema_editor.connection, CEILING_GUARDS)


def take_away(apps, schema_editor):
    take_guards_away(schema_editor.connection, CEILING_GUARDS)


class Migration(migrations.Migration):
    dependencies = [("budgets", "0022_budget_ceilings")]

    operations = [migrations.RunPython(put, take_away)]
