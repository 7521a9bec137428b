"""The triggers of the programming: a validated version, its lines and its edits do not change."""

from django.db import migrations

from budgets.models.guards import PROGRAMMING_GUARDS
from common.triggers import put_guards, take_guards_away


def put(apps, schema_editor):
    put_guards(schema_editor.connection, PROGRAMMING_GUARDS)


def take_away(apps, schema_editor):
    take_guards_away(schema_editor.connection, PROGRAMMING_GUARDS)


class Migration(migrations.Migration):
    dependencies = [("budgets", "0015_programming")]

    operations = [migrations.RunPython(put, take_away)]
