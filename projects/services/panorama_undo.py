"""Taking out what a batch of the panorama wrote beside projects, estimates and baselines."""

from __future__ import annotations

from typing import Any

from projects.models import PanoramaEdition, PanoramaEntry, ProjectAlias
from projects.services.panorama_traces import ALIASES, EDITIONS, ENTRIES, row_of, trace_row
from records.enums import RowChange
from records.services.plan import Undoing
from records.services.traces import keep


def undo_published_rows(undoing: Undoing) -> None:
    """Give the editions of a batch the rows that they had, with their ids, or remove them.

    Called before the tables of an import take out the estimates, the baselines and the projects;
    what is removed is kept with the batch. No later batch leans on this one.
    """
    editions = list(PanoramaEdition.objects.filter(batch=undoing.batch))
    entries = PanoramaEntry.objects.filter(edition__in=editions)
    removed = [
        trace_row(undoing.batch, ENTRIES, RowChange.REMOVED, entry)
        for entry in entries.order_by("pk")
    ]
    entries.delete()
    _restore(undoing, EDITIONS, PanoramaEdition)
    _restore(undoing, ENTRIES, PanoramaEntry)
    _restore(undoing, ALIASES, ProjectAlias)
    keep(removed)


def _restore(undoing: Undoing, table: str, model: Any) -> None:
    """Remove the rows that the batch created, and write those that it replaced as they were."""
    kept = undoing.batch.rows.filter(table=table)
    created = kept.filter(change=RowChange.CREATED).values_list("object_id", flat=True)
    model.objects.filter(pk__in=list(created)).delete()
    former = [row_of(model, row.before) for row in kept.filter(change=RowChange.UPDATED)]
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    model.objects.bulk_create(
        former, update_conflicts=True, unique_fields=["id"], update_fields=names
    )
