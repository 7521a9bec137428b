"""Imports, as the API shows and receives them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as drf

from common.api.fields import RowSerializer, StrictSerializer, TextField
from common.api.filtersets import CodeFilter, Filters, OneOf, from_day, to_day
from records.enums import BatchKind, BatchState, DraftState
from records.importing.schema import TABLES, load_schemas
from records.models import ImportMapping

_LINE = 2_000_000


class BatchFilters(Filters):
    """Filters of `import-batches`."""

    kind = OneOf("kind", BatchKind.choices)
    state = OneOf("state", BatchState.choices)
    imported_by = CodeFilter("imported_by__username")
    imported_at_from = from_day("imported_at__date")
    imported_at_to = to_day("imported_at__date")


class DraftFilters(Filters):
    """Filters of `import-drafts`."""

    state = OneOf("state", DraftState.choices)
    author = CodeFilter("author__username")


class BatchRow(RowSerializer):
    """An import that was recorded, and what became of it."""

    id = drf.IntegerField()
    code = drf.CharField()
    kind = drf.ChoiceField(BatchKind.choices)
    source = drf.CharField()  # type: ignore[assignment]
    digest = drf.CharField()
    imported_at = drf.DateTimeField()
    imported_by = drf.CharField(source="imported_by__username", allow_null=True)
    counts = drf.JSONField(help_text="By table: created, updated, unchanged, waiting.")
    warnings = drf.JSONField()
    state = drf.ChoiceField(BatchState.choices)
    undo_reason = drf.CharField()
    undo_requested_at = drf.DateTimeField(allow_null=True)
    undo_requested_by = drf.CharField(source="undo_requested_by__username", allow_null=True)
    undone_at = drf.DateTimeField(allow_null=True)
    undone_by = drf.CharField(source="undone_by__username", allow_null=True)


class DraftRow(RowSerializer):
    """A deposit in preparation."""

    id = drf.IntegerField()
    kind = drf.CharField()
    state = drf.ChoiceField(DraftState.choices)
    source = drf.CharField()  # type: ignore[assignment]
    author = drf.CharField(source="author__username")
    is_new_version = drf.BooleanField()
    keeps_waiting = drf.BooleanField()
    created_at = drf.DateTimeField()
    updated_at = drf.DateTimeField()
    checked_at = drf.DateTimeField(allow_null=True)
    batch = drf.CharField(source="batch__code", allow_null=True)
    job = drf.IntegerField(source="job_id", allow_null=True)
    is_ready = drf.BooleanField(help_text="No error is left, every anomaly is confirmed.")
    version = drf.IntegerField()

    class Meta:
        nested: tuple[str, ...] = ("is_ready",)


class DraftDetail(DraftRow):
    """A deposit with what was recognised, corrected and told by the last check."""

    recognised = drf.JSONField()
    corrections = drf.JSONField(help_text="By table, line and column.")
    set_aside = drf.JSONField(help_text="By table and line.")
    confirmed = drf.JSONField(help_text="Keys of the anomalies that were confirmed.")
    report = drf.JSONField(help_text="Counts, control totals, errors, anomalies, changes.")


class NewDeposit(StrictSerializer):
    """Files to import: one zip, one workbook, or several files."""

    files = drf.ListField(child=drf.FileField(), min_length=1, max_length=20)
    is_new_version = drf.BooleanField(
        default=False, help_text="Changed facts replace the former ones."
    )
    keeps_waiting = drf.BooleanField(
        default=False,
        help_text="Lines of the ledgers whose imputation is unknown wait, they are not faults.",
    )
    dry_run = drf.BooleanField(default=True, help_text="Check, and record nothing.")
    mapping = TextField(
        max_length=40,
        default="",
        allow_blank=True,
        help_text="Code of the open mapping by which the files are read whose headings are others.",
    )

    def validate_mapping(self, code: str) -> ImportMapping | None:
        """Return the open mapping of this code."""
        mapping = ImportMapping.objects.proposed().filter(code=code).first()
        if code and mapping is None:
            raise drf.ValidationError("No open mapping has this code.")
        return mapping


class _OfLine(StrictSerializer):
    table = drf.ChoiceField([(name, name) for name in TABLES])
    line = drf.IntegerField(min_value=1, max_value=_LINE)


class CorrectedLine(_OfLine):
    """Cells of a line, by column."""

    cells = drf.DictField(child=TextField(max_length=5_000, allow_blank=True), allow_empty=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a column that the table does not have."""
        known = {field.name for field in load_schemas()[attrs["table"]].fields}
        unknown = set(attrs["cells"]) - known
        if unknown:
            raise drf.ValidationError({"cells": ["The table has no such column."]})
        return attrs


class LineSetAside(_OfLine):
    """A line left out, and why."""

    reason = TextField(max_length=500, allow_blank=True, default="")


class ConfirmedAnomalies(StrictSerializer):
    """Keys of the anomalies that are confirmed."""

    anomalies = drf.ListField(child=TextField(max_length=16), max_length=1_000)


class UndoReason(StrictSerializer):
    """Why an import is undone."""

    reason = TextField(max_length=500)
