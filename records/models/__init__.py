"""Models of the records room."""

from __future__ import annotations

from records.models.batches import ImportBatch, ImportBatchQuerySet

__all__ = ["ImportBatch", "ImportBatchQuerySet"]
