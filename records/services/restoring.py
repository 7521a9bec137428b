"""Taking out what a batch wrote: facts leave the ledgers, records get their former values back.

What a batch added is removed whole, since nothing leans on it: the ledgers are again what they
were, to the row, and the same file can be imported anew. What is removed is kept with the batch.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from records.enums import RowChange
from records.importing.schema import load_schemas
from records.models import Attachment, Comment, ImportedRow
from records.services.copying import among
from records.services.plan import Undoing, chunks
from records.services.traces import keep_values, kept_values, plain

TOLD = 20
_COUNTERS = frozenset({"version", "updated_at", "created_at", "figures_version"})


def undo_facts(table: Any, undoing: Undoing) -> list[str]:
    """Remove the facts of a batch; return what leans on them, and write nothing, if any does."""
    ids = _fact_ids(table, undoing)
    if not ids:
        return []
    blockers = leaning_rows(table.model, ids)
    if blockers:
        return blockers
    _keep_facts(table, ids, undoing)
    for some in chunks(ids):
        rows = table.model._base_manager.filter(pk__in=among(some))
        # The rows that leave are checked above and kept apart: the append-only guard of the
        # ledgers, meant for everything else, is passed by here and nowhere else.
        rows._raw_delete(rows.db)
    return []


def _fact_ids(table: Any, undoing: Undoing) -> list[int]:
    if table.has_source:
        rows = table.model._base_manager.filter(batch=undoing.batch).order_by("pk")
        return list(rows.values_list("pk", flat=True))
    traces = ImportedRow.objects.filter(
        batch=undoing.batch, table=table.name, change=RowChange.CREATED
    )
    return list(traces.order_by("object_id").values_list("object_id", flat=True))


def _keep_facts(table: Any, ids: list[int], undoing: Undoing) -> None:
    """Keep the content of the facts that leave, and note the projects that they concern."""
    size = len(load_schemas()[table.name].primary_key)
    columns = [*table.paths.values(), "pk"]
    columns += [path for path in (table.project_path, table.line_path) if path]
    for some in chunks(ids):
        kept = []
        rows = table.model._base_manager.filter(pk__in=among(some)).order_by("pk")
        for found in rows.values(*columns):
            values = {column: found[path] for column, path in table.paths.items()}
            project_id = found.get(table.project_path)
            if project_id is not None:
                undoing.touched_projects.add(project_id)
            key, line = tuple(values.values())[:size], found.get(table.line_path)
            kept.append(
                kept_values(undoing.batch, table.name, key, line, RowChange.REMOVED, found["pk"],
                            values, {})
            )  # fmt: skip
        keep_values(kept)


def leaning_rows(model: type[models.Model], ids: list[int]) -> list[str]:
    """Return what other rows lean on these by a foreign key, in words, a few of them.

    Rows of another table that go with their owner (snapshots, aliases, links) are not counted.
    """
    own = set(ids)
    told: list[str] = []
    for relation in model._meta.related_objects:
        other: Any = relation.related_model
        if other is not model and relation.on_delete is models.CASCADE:
            continue
        for some in chunks(ids):
            held = other._base_manager.filter(**{f"{relation.field.name}__in": among(some)})
            for row in held.order_by("pk").iterator():
                if other is model and row.pk in own:
                    continue
                told.append(f"{other._meta.verbose_name} {row}")
                if len(told) >= TOLD:
                    return told
    return told


def undo_records(table: Any, undoing: Undoing) -> list[str]:
    """Undo what a batch did to records; return what forbids it, and write nothing, if any does."""
    traces = list(
        ImportedRow.objects.filter(batch=undoing.batch, table=table.name)
        .exclude(change=RowChange.REMOVED)
        .order_by("-pk")
    )
    known = _locked(table, [kept.object_id for kept in traces])
    blockers = [
        blocker for kept in traces if (blocker := _edited(table, known.get(kept.object_id), kept))
    ]
    if blockers:
        return blockers[:TOLD]
    created = [kept.object_id for kept in traces if kept.change == RowChange.CREATED]
    for kept in traces:
        if kept.change == RowChange.UPDATED:
            _restore(table, known[kept.object_id], kept, undoing)
    blockers = leaning_rows(table.model, created) if created else []
    blockers = blockers or _said_about(table, [known[pk].code for pk in created])
    if blockers:
        return blockers
    for record in _leaves_first(table, [known[pk] for pk in created]):
        _sign(record, undoing)
        record.delete()
    return []


def _said_about(table: Any, codes: list[str]) -> list[str]:
    """Return the comments and documents about records that would be removed, in words."""
    if not table.subject_kind:
        return []
    told: list[str] = []
    for model in (Comment, Attachment):
        for some in chunks(codes):
            rows = model.objects.filter(subject_kind=table.subject_kind, subject_code__in=some)
            names = rows.order_by("pk").values_list("subject_code", flat=True)
            told += [f"{model._meta.verbose_name} {code}" for code in names[:TOLD]]
    return told[:TOLD]


def _leaves_first(table: Any, records: list[Any]) -> list[Any]:
    """Return records so that the nodes of a tree come before the node above them."""
    if not table.is_tree:
        return records
    left = {record.pk: record for record in records}
    ordered: list[Any] = []
    while left:
        parents = {record.parent_id for record in left.values()}
        leaves = [pk for pk in left if pk not in parents]
        ordered += [left.pop(pk) for pk in leaves]
    return ordered


def _locked(table: Any, ids: list[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for some in chunks(ids):
        rows = table.model._default_manager.filter(pk__in=some).order_by("pk")
        rows = rows.select_related(*table.related).select_for_update(of=("self",))
        found |= {record.pk: record for record in rows}
    return found


def _edited(table: Any, record: Any, kept: ImportedRow) -> str:
    """Return what was changed in the record since the batch; empty when nothing was."""
    if record is None:
        return _("%(table)s %(key)s is gone") % {"table": table.name, "key": kept.key}
    for column, value in kept.after.items():
        if column not in ("code", "aliases") and plain(table.stored_value(record, column)) != value:
            return _("%(table)s %(key)s: %(column)s was changed since") % {
                "table": table.name,
                "key": kept.key,
                "column": column,
            }
    if kept.change == RowChange.CREATED and _differs_from_first(record):
        return _("%(table)s %(key)s was changed since") % {"table": table.name, "key": kept.key}
    return ""


def _differs_from_first(record: Any) -> bool:
    """Whether a record differs from the first row of its history, counters set aside."""
    if not hasattr(type(record), "history"):
        return False
    rows = type(record).history.filter(**{record._meta.pk.attname: record.pk})
    first = rows.order_by("history_id").first()
    names = {field.attname for field in first._meta.concrete_fields}
    return any(
        getattr(record, field.attname) != getattr(first, field.attname)
        for field in record._meta.concrete_fields
        if field.attname in names - _COUNTERS
    )


def _sign(record: Any, undoing: Undoing) -> None:
    record._history_user = undoing.actor
    record._change_reason = f"undo {undoing.batch.code}"[:100]


def _restore(table: Any, record: Any, kept: ImportedRow, undoing: Undoing) -> None:
    """Give a record the values that it had, as a new version of it; some only gained rows."""
    if not kept.before:
        return
    _sign(record, undoing)
    for column, value in kept.before.items():
        if column in table.references:
            _restore_reference(table, record, column, value)
        elif column in table.columns:
            field = record._meta.get_field(table.columns[column])
            empty = value == "" and field.null
            setattr(record, field.name, None if empty else field.to_python(value))
        else:
            table.restore_links(record, column, kept)
    record.version += 1
    for name, value in table.derived_values(record).items():
        setattr(record, name, value)
    record.save()


def _restore_reference(table: Any, record: Any, column: str, value: str) -> None:
    name, _table, lookup = table.references[column]
    target = record._meta.get_field(name).remote_field.model
    found = target._default_manager.filter(**{lookup: value}).first() if value else None
    setattr(record, name, found)
