"""Keys and rules of the rows of a file, read whole or slice by slice."""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext as _

from records.importing.packing import pack_rows, unpack_rows
from records.importing.rules import check_table_rules
from records.importing.spool import Spool
from records.importing.stage import Key, Stage, StagedRow, StagedTable, keys_of, sum_of

_MARK_BYTES = 16


def check_rows(stage: Stage, table: StagedTable) -> None:
    """Index the rows in memory by primary key, refuse repeated keys, apply the rules."""
    for columns in (table.schema.primary_key, *table.schema.unique_keys):
        _check_key(stage, table, columns)
    check_table_rules(stage, table)


def keep_slice(stage: Stage, table: StagedTable) -> None:
    """Check the rows in memory of a large table, then put them on the disk.

    Their keys are compared with those of the former slices. The faults found are held with the
    table: they are forgotten with its rows if the end of the file cannot be read.
    """
    report, stage.report = stage.report, table.held
    try:
        check_rows(stage, table)
    finally:
        stage.report = report
    primary = table.schema.primary_key
    for key, row in zip(keys_of(table.rows, primary), table.rows, strict=True):
        if None not in key:
            table.lines.setdefault(_mark(key), row.line)
    table.summed += sum_of(table, table.rows)
    if table.spool is None:
        table.spool = Spool(pack_rows, unpack_rows)
    table.spool.add(table.rows)
    table.rows = []
    table.by_key = {}


def _check_key(stage: Stage, table: StagedTable, columns: tuple[str, ...]) -> None:
    """Refuse a key that stands twice: it is a fault of the later row."""
    primary = table.schema.primary_key
    is_primary = columns == primary
    seen: dict[Key, StagedRow] = table.by_key if is_primary else {}
    for key, row in zip(keys_of(table.rows, columns), table.rows, strict=True):
        if None in key:
            continue
        line = table.lines.get(_mark(key)) if is_primary and table.lines else None
        if line is not None:
            table.repeated.add(row.line)
        else:
            first = seen.setdefault(key, row)
            line = None if first is row else first.line
        if line is not None and row.bad.isdisjoint(columns):
            message = _("Line %(line)d has the same %(columns)s.") % {
                "line": line,
                "columns": ", ".join(columns),
            }
            code = "duplicate_key" if is_primary else "duplicate_value"
            stage.fault(table.schema.name, row, columns[-1], code, message)


def _mark(key: Key) -> bytes:
    """Return a digest of a key: no two keys of files have the same."""
    text = "\x1f".join([str(part) for part in key])
    return hashlib.blake2b(text.encode(), digest_size=_MARK_BYTES).digest()
