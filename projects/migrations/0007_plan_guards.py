"""Put the guards of the facts of a plan (`projects.models.guards`)."""

from django.db import migrations

from common.triggers import put_guards, take_guards_away
from projects.models.guards import PLAN_GUARDS


def put(apps, schema_editor):
    put_guards(schema_editor.connection, PLAN_GUARDS)


def take_away(apps, schema_editor):
    take_guards_away(schema_editor.connection, PLAN_GUARDS)


class Migration(migrations.Migration):
    dependencies = [("projects", "0006_plans")]

    operations = [migrations.RunPython(put, take_away)]
