"""The triggers of the steps; those of the programming anew: an edit may void an arbitration."""

from django.db import migrations

from budgets.models.guards import PROGRAMMING_GUARDS
from budgets.models.round_guards import ROUND_GUARDS
from common.triggers import put_guards, take_guards_away


def put(apps, schema_editor):
    put_guards(schema_editor.connection, (*PROGRAMMING_GUARDS, *ROUND_GUARDS))


def take_away(apps, schema_editor):
    take_guards_away(schema_editor.connection, ROUND_GUARDS)


class Migration(migrations.Migration):
    dependencies = [("budgets", "0020_steps")]

    operations = [migrations.RunPython(put, take_away)]
