"""The triggers of the delegations: a grant of one's own, never changed, revoked once."""

from django.db import migrations

from accounts.models.guards import DELEGATION_GUARDS
from common.triggers import put_guards, take_guards_away


def put(apps, schema_editor):
    put_guards(schema_editor.connection, DELEGATION_GUARDS)


def take_away(apps, schema_editor):
    take_guards_away(schema_editor.connection, DELEGATION_GUARDS)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_delegations")]

    operations = [migrations.RunPython(put, take_away)]
