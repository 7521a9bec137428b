"""What a batch did to each record, kept so that it can be shown and undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from records.enums import RowChange
from records.importing.stage import Key, StagedRow
from records.models import ImportBatch, ImportedRow
from records.services.copying import write_rows
from records.services.plan import chunks

_KEY_LENGTH = 200
_NAMES = ("batch_id", "table", "key", "line", "change", "object_id", "before", "after")


def plain(value: Any) -> Any:
    """Return a value that JSON holds and `==` compares: days in ISO, amounts to the cent."""
    if isinstance(value, Decimal):
        return format(value.quantize(Decimal("0.01")), "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, (set, frozenset, tuple, list)):
        return sorted(str(item) for item in value)
    return value or "" if isinstance(value, str) or value is None else value


def key_text(key: Key) -> str:
    """Return the identity of a row in one line."""
    return " / ".join(str(plain(part)) for part in key)[:_KEY_LENGTH]


def trace(
    batch: ImportBatch,
    table: str,
    row: StagedRow | None,
    key: Key,
    change: RowChange,
    *,
    object_id: int,
    before: dict[str, Any],
    after: dict[str, Any],
) -> ImportedRow:
    """Build what is kept of a row."""
    line = row.line if row else None
    return ImportedRow(**kept_values(batch, table, key, line, change, object_id, before, after))


def kept_values(
    batch: ImportBatch,
    table: str,
    key: Key,
    line: int | None,
    change: RowChange,
    object_id: int,
    before: dict[str, Any],
    after: dict[str, Any],
) -> dict[str, Any]:
    """Return the values of what is kept of a row, by column."""
    return {
        "batch_id": batch.pk,
        "table": table,
        "key": key_text(key),
        "line": line,
        "change": str(change),
        "object_id": object_id,
        "before": {name: plain(value) for name, value in before.items()},
        "after": {name: plain(value) for name, value in after.items()},
    }


def keep_values(rows: Iterable[dict[str, Any]]) -> None:
    """Write what is kept of many rows, in the order of `kept_values`."""
    write_rows(ImportedRow, _NAMES, (list(row.values()) for row in rows))


def keep(traces: Iterable[ImportedRow]) -> None:
    """Write what is kept of the rows."""
    write_rows(ImportedRow, _NAMES, ([getattr(one, name) for name in _NAMES] for one in traces))


def note_leaning(
    batch: ImportBatch, *, leans_on: Iterable[int], seen: Mapping[str, Iterable[int]]
) -> None:
    """Record the batches whose rows this one found, changed or replaced: those of the ids, and
    those that wrote the records `seen`, ids by table.
    """
    leans_on = set(leans_on)
    for table, ids in seen.items():
        for some in chunks(ids):
            rows = ImportedRow.objects.filter(table=table, object_id__in=some).order_by()
            leans_on.update(rows.values_list("batch_id", flat=True).distinct())
    standing = ImportBatch.objects.standing().filter(pk__in=leans_on).exclude(pk=batch.pk)
    batch.leans_on.set(standing)
