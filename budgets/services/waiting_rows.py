"""Record lines that waited, by the very code of the import: same batch, file and line."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from budgets.enums import LineVerb, WaitingState
from budgets.models import LineDecision, WaitingLine
from records.importing.cells import CellReader
from records.importing.registry import registered_rooms
from records.importing.schema import load_schemas
from records.importing.stage import Stage, StagedRow, StagedTable
from records.services.imports import validate
from records.services.plan import Plan, Writer


def record_lines(
    lines: Iterable[WaitingLine],
    targets: Mapping[int, dict[str, str]],
    *,
    actor: Any,
    rule_id: int | None = None,
    is_checked: bool = True,
) -> dict[int, str]:
    """Record lines with what they are attached to, by id; return why each other one is refused.

    The facts know the batch, the file and the line of the extract; they are recorded now.
    `is_checked` bounds them by the rights of the actor. The number of queries depends on the
    number of batches, not on that of lines.
    """
    by_batch: dict[int, list[WaitingLine]] = defaultdict(list)
    for line in lines:
        by_batch[line.batch_id].append(line)
    refused: dict[int, str] = {}
    for some in by_batch.values():
        user = actor if is_checked else None
        refused |= _record_batch(some, targets, actor=actor, user=user, rule_id=rule_id)
    return refused


def _record_batch(
    lines: list[WaitingLine],
    targets: Mapping[int, dict[str, str]],
    *,
    actor: Any,
    user: Any,
    rule_id: int | None,
) -> dict[int, str]:
    batch, now = lines[0].batch, timezone.now()
    stage, rows = _stage(lines, targets)
    plan = Plan(stage, registered_rooms(), is_new_version=True, user=user)
    validate(plan)
    if any(fault.line is None for fault in stage.report.errors):
        raise PermissionDenied
    told = {(fault.file, fault.line): fault.message for fault in reversed(stage.report.errors)}
    refused: dict[int, str] = {}
    attached = []
    for line in lines:
        if rows[line.pk].bad:
            why = told.get((line.source_file, line.source_line), "")
            refused[line.pk] = why or _("The line is not sound.")
        else:
            attached.append(line)
    writer = Writer(batch, now, actor)
    for name in plan.changes:
        plan.apply(name, writer)
    close_attached(attached, targets, actor=actor, now=now, rule_id=rule_id)
    for room in plan.rooms:
        if room.finish:
            room.finish(plan, writer)
    return refused


def close_attached(
    lines: list[WaitingLine],
    targets: Mapping[int, dict[str, str]],
    *,
    actor: Any,
    now: dt.datetime,
    rule_id: int | None,
) -> None:
    """Close lines whose facts stand where they were attached."""
    for line in lines:
        line.state, line.is_recorded = WaitingState.ATTACHED, True
        line.closing_reason = ""
        line.target = targets.get(line.pk, {})
        line.closed_at, line.closed_by, line.rule_id = now, actor, rule_id
    fields = ["state", "is_recorded", "target", "closed_at", "closed_by", "rule"]
    WaitingLine.objects.bulk_update(lines, fields, batch_size=500)
    keep_decisions(lines, LineVerb.ATTACHED, actor=actor, at=now)


def keep_decisions(
    lines: Iterable[WaitingLine], verb: str, *, actor: Any, at: dt.datetime, reason: str = ""
) -> None:
    """Keep what was just decided of lines, with the target and the rule that they say."""
    LineDecision.objects.bulk_create(
        [
            LineDecision(
                line=line,
                verb=verb,
                at=at,
                actor=actor,
                target=line.target,
                rule_id=line.rule_id,
                reason=reason,
            )
            for line in lines
        ],
        batch_size=1_000,
    )


def _stage(
    lines: list[WaitingLine], targets: Mapping[int, dict[str, str]]
) -> tuple[Stage, dict[int, StagedRow]]:
    """Return the lines of a batch as the tables of a folder, and the row of each by its id."""
    stage = Stage(lines[0].batch.source)
    rows: dict[int, StagedRow] = {}
    schemas = load_schemas()
    for name in schemas:
        own = [line for line in lines if line.table == name]
        if not own:
            continue
        schema = schemas[name]
        columns = tuple(field.name for field in schema.fields)
        readers = {field.name: CellReader(field) for field in schema.fields}
        staged = StagedTable(schema, own[0].source_file, columns=columns)
        for line in own:
            texts = {**line.values, **targets.get(line.pk, {})}
            cells = tuple(texts.get(column, "") for column in columns)
            values = {column: readers[column].read(texts.get(column, "")) for column in columns}
            row = rows[line.pk] = StagedRow(line.source_line or 0, cells, values)
            staged.rows.append(row)
            staged.by_key[row.key(schema.primary_key)] = row
        stage.tables[name] = staged
    return stage, rows
