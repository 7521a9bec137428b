"""The history of a record, as the API shows it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as drf


class FieldChangeRow(drf.Serializer[Any]):
    """One field of an edit."""

    field = drf.CharField()
    before = drf.JSONField(allow_null=True)
    after = drf.JSONField(allow_null=True)


class EditRow(drf.Serializer[Any]):
    """One recorded version of a record."""

    at = drf.DateTimeField()
    version = drf.IntegerField()
    kind = drf.ChoiceField(choices=["created", "changed"])
    actor = drf.CharField(allow_blank=True)
    actor_name = drf.CharField(allow_blank=True)
    on_behalf_of = drf.CharField(
        allow_blank=True, help_text="Who lent the right to do it; empty: nobody."
    )
    on_behalf_of_name = drf.CharField(allow_blank=True)
    reason = drf.CharField(allow_blank=True)
    request_id = drf.CharField(allow_blank=True)
    changes = FieldChangeRow(many=True)


class EditRows(drf.Serializer[Any]):
    """The history of a record, the oldest version first."""

    results = EditRow(many=True)


class KnownRecord(drf.Serializer[Any]):
    """A record as it was known at the end of a day."""

    known_on = drf.DateField()
    fields = drf.DictField(child=drf.JSONField())  # type: ignore[assignment]
