"""`import-mappings`: how the files of each source are read; they are made by the pages."""

from __future__ import annotations

from rest_framework import serializers as drf

from accounts.enums import Resource
from common.api.fields import RowSerializer
from common.api.filtersets import CodeFilter, Filters, OneOf
from common.api.views import RowViewSet
from common.models import RecordState
from records.models import ImportMapping

_STATES = [(state.value, state.label) for state in (RecordState.OPEN, RecordState.CLOSED)]


class MappingFilters(Filters):
    """Filters of `import-mappings`."""

    state = OneOf("state", _STATES)
    table = CodeFilter("table")


class MappingRow(RowSerializer):
    """The fields of a table that the headings of a source are."""

    code = drf.CharField()
    name = drf.CharField()
    table = drf.CharField()
    state = drf.ChoiceField(_STATES)
    headings = drf.JSONField(help_text="The headings of the file that it was made from.")
    field_by_heading = drf.JSONField(
        source="columns", help_text="The field of each heading that is read."
    )
    options = drf.JSONField(help_text="What reading needs beside the columns.")
    created_at = drf.DateTimeField()
    updated_at = drf.DateTimeField()
    version = drf.IntegerField()


class ImportMappingViewSet(RowViewSet):
    """Mappings, open and closed; a deposit names one by its code."""

    queryset = ImportMapping.objects.all()
    policy_resource = Resource.IMPORT_BATCH
    row_serializer = MappingRow
    filterset_class = MappingFilters
    lookup_field = "code"
    lookup_value_regex = "[A-Z0-9-]{1,40}"
    ordering = ("-id",)
    ordering_fields = {"id": "id", "name": "name", "updated_at": "updated_at"}
