"""Models of the records room."""

from __future__ import annotations

from records.models.batches import ImportBatch, ImportBatchQuerySet, ImportedRow
from records.models.drafts import DraftFile, ImportDraft, ImportDraftQuerySet

__all__ = [
    "DraftFile",
    "ImportBatch",
    "ImportBatchQuerySet",
    "ImportDraft",
    "ImportDraftQuerySet",
    "ImportedRow",
]
