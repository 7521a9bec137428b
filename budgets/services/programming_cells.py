"""Change cells of the programming: a list is one operation, all or nothing, undone as a whole."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.audit import record_event
from budgets.enums import RANKS, Measure, Stage
from budgets.exceptions import LineOut, OperationClosed, StaleCell
from budgets.models import (
    ProgrammingAmount,
    ProgrammingEdit,
    ProgrammingLine,
    ProgrammingVersion,
)
from budgets.rules.programming import has_allowed_sign, stage_of
from budgets.services.entries import MOST_ENTRIES, Verdicts
from budgets.services.programming_access import lines_to_write, lock_version, names_of_write
from budgets.services.programming_hooks import CellChange, check_cells
from budgets.services.programming_lines import NEGATIVE
from budgets.services.round_edits import void_approvals

UNDO_DELAY = dt.timedelta(minutes=10)
# What an edit keeps, in the order in which it is written.
_COLUMNS = (
    "programming_version_id", "line_id", "rank", "stage", "measure", "before", "after", "reason",
    "expression", "operation", "undoes", "at", "by_id", "on_behalf_of_id",
)  # fmt: skip

Key = tuple[int, int, str]
# Who wrote a cell that holds what the version began with.
_NOBODY = {"by": "", "at": "", "on_behalf_of": ""}


@dataclass(frozen=True, kw_only=True)
class CellEdit:
    """A cell to change in the stage of its version: what it held, what it will; euros TTC.

    None is an amount that is not said. `expression` is what was typed, if not the amount.
    """

    line: int
    rank: int
    measure: str
    before: Decimal | None
    after: Decimal | None
    reason: str = ""
    expression: str = ""

    @property
    def key(self) -> Key:
        """Return the cell."""
        return self.line, self.rank, self.measure


@dataclass(frozen=True)
class Operation:
    """What a list of edits did: its name, and the edits that changed something."""

    id: uuid.UUID
    edits: tuple[CellEdit, ...]


@transaction.atomic
def edit_cells(
    *,
    actor: Any,
    version_id: int,
    edits: Sequence[CellEdit],
    undoes: uuid.UUID | None = None,
    operation_id: uuid.UUID | None = None,
    most: int = MOST_ENTRIES,
) -> Operation:
    """Change at most a thousand cells of a version, or `most`: all of them, or none.

    `operation_id` names the operation when the caller has to find it again; else it gets a name.

    The version is locked first, then what the checks of cells lock. An edit that changes nothing
    is left out. Raises VersionFrozen, RequestsClosed, PermissionDenied, RowsRefused by index (an
    unknown line or cell, one named twice, a negative amount, a line taken out), StaleCell when a
    cell does not hold its `before`, or what a check of cells raises. About ten queries, whatever
    the number of cells.
    """
    _refuse_size(edits, most)
    version = lock_version(version_id)
    stage = stage_of(version.kind)
    lines = lines_to_write(actor, version, {edit.line for edit in edits})
    _refuse_malformed(edits, lines)
    held = _held(stage, lines)
    _refuse_stale(stage, edits, held)
    changed = [edit for edit in edits if edit.before != edit.after]
    check_cells(
        actor,
        version,
        [
            CellChange(lines[edit.line], edit.rank, edit.measure, edit.before, edit.after)
            for edit in changed
        ],
    )
    operation = Operation(operation_id or uuid.uuid4(), tuple(changed))
    if changed:
        _write(version, stage, changed, held)
        lenders = names_of_write(actor, {edit.line for edit in changed})
        _keep(actor, lenders, version, stage, operation, undoes)
        projects = {lines[edit.line].project_id for edit in changed}
        void_approvals(actor, version, projects, changed[0].reason)
        verb = "cells_undone" if undoes else "cells_edited"
        _tell(actor, lenders, version, operation, verb=verb)
    return operation


def _tell(
    actor: Any,
    lenders: Mapping[int, int],
    version: ProgrammingVersion,
    operation: Operation,
    *,
    verb: str,
) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_kind="programming_version",
        object_code=version.code,
        detail={"operation": str(operation.id), "cells": len(operation.edits)},
        on_behalf_of=next(iter(lenders.values()), None),
    )


@transaction.atomic
def undo_operation(*, actor: Any, version_id: int, operation: uuid.UUID) -> Operation:
    """Put the cells of an operation back as they were, by another operation.

    By its author, once, within `UNDO_DELAY`, as long as the cells still hold what it wrote.
    Raises OperationClosed, StaleCell, and what `edit_cells` raises.
    """
    lock_version(version_id)
    rows = ProgrammingEdit.objects.filter(programming_version_id=version_id)
    done = list(rows.filter(operation=operation).order_by("pk"))
    since = timezone.now() - UNDO_DELAY
    mine = bool(done) and done[0].by_id == actor.pk and done[0].at >= since
    if not mine or rows.filter(undoes=operation).exists():
        raise OperationClosed(minutes=UNDO_DELAY.seconds // 60)
    back = [
        CellEdit(
            line=edit.line_id,
            rank=edit.rank,
            measure=edit.measure,
            before=edit.after,
            after=edit.before,
        )
        for edit in done
    ]
    return edit_cells(
        actor=actor, version_id=version_id, edits=back, undoes=operation, most=len(back)
    )


def _refuse_size(edits: Sequence[CellEdit], most: int) -> None:
    if not edits or len(edits) > most:
        raise ValidationError(_("From one to %(most)s rows are expected.") % {"most": most})


def _refuse_malformed(edits: Sequence[CellEdit], lines: Mapping[int, ProgrammingLine]) -> None:
    """Refuse what no cell can hold, by index; nothing is locked for it."""
    verdicts = Verdicts(len(edits))
    named: set[Key] = set()
    for index, edit in enumerate(edits):
        line = lines.get(edit.line)
        if line is None:
            verdicts.refuse_faults(index, {"line": _("There is no such line in this version.")})
            continue
        verdicts.refuse_faults(index, _faults(edit, line))
        if edit.key in named:
            verdicts.refuse_faults(index, {"line": _("This cell is named twice.")})
        if line.taken_out_at:
            verdicts.refuse(index, LineOut(line=line.label))
        named.add(edit.key)
    verdicts.settle()


def _faults(edit: CellEdit, line: ProgrammingLine) -> dict[str, str]:
    found = {}
    if edit.rank not in RANKS:
        found["rank"] = _("A programming goes from its exercise to N + 3.")
    if edit.measure not in Measure.values:
        found["measure"] = _("AE or CP is expected.")
    if not has_allowed_sign(edit.after, is_take_back=line.is_take_back):
        found["after"] = str(NEGATIVE)
    for name, most in (("reason", 300), ("expression", 100)):
        if len(getattr(edit, name)) > most:
            found[name] = _("At most %(most)s characters.") % {"most": most}
    return found


def _held(
    stage: Stage, lines: Mapping[int, ProgrammingLine]
) -> dict[tuple[int, int], dict[str, Any]]:
    """Return the amounts of the lines in a stage, by line and rank; one query.

    Whoever writes a cell holds its version: they change no more until the end.
    """
    rows = ProgrammingAmount.objects.filter(line__in=list(lines)).order_by()
    columns = [f"{stage}_{measure}" for measure in Measure]
    return {
        (row["line_id"], row["rank"]): {
            "id": row["id"],
            **{measure.value: row[f"{stage}_{measure}"] for measure in Measure},
        }
        for row in rows.values("id", "line_id", "rank", *columns)
    }


def _refuse_stale(
    stage: Stage, edits: Sequence[CellEdit], held: Mapping[tuple[int, int], Mapping[str, Any]]
) -> None:
    """Raise StaleCell with both values of each cell that does not hold what is said."""
    stale = [edit for edit in edits if held[edit.line, edit.rank][edit.measure] != edit.before]
    if not stale:
        return
    last: dict[Key, dict[str, str]] = {}
    rows = ProgrammingEdit.objects.filter(
        stage=stage, line__in={edit.line for edit in stale}
    ).order_by("pk")
    columns = ("line_id", "rank", "measure", "by__username", "at", "on_behalf_of__username")
    for line_id, rank, measure, who, at, other in rows.values_list(*columns):
        told = {"by": who or "", "at": at.isoformat(), "on_behalf_of": other or ""}
        last[line_id, rank, measure] = told
    raise StaleCell(
        [
            {
                "line": edit.line,
                "rank": edit.rank,
                "measure": edit.measure,
                "before": _text(edit.before),
                "yours": _text(edit.after),
                "stored": _text(held[edit.line, edit.rank][edit.measure]),
                **last.get(edit.key, _NOBODY),
            }
            for edit in stale
        ]
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _write(
    version: ProgrammingVersion,
    stage: Stage,
    edits: Sequence[CellEdit],
    held: Mapping[tuple[int, int], Mapping[str, Any]],
) -> None:
    """Write the cells, by one statement given all the rows of amounts."""
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for edit in edits:
        row = rows.setdefault((edit.line, edit.rank), dict(held[edit.line, edit.rank]))
        row[edit.measure] = edit.after
    column: Any = ProgrammingAmount._meta.get_field(f"{stage}_ae")
    prepare = column.get_db_prep_save
    statement = (
        f"UPDATE {ProgrammingAmount._meta.db_table} "  # noqa: S608 (names of the model)
        f"SET {stage}_ae = %s, {stage}_cp = %s WHERE id = %s"
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                (prepare(row["ae"], connection), prepare(row["cp"], connection), row["id"])
                for row in rows.values()
            ],
        )


def _keep(
    actor: Any,
    lenders: Mapping[int, int],
    version: ProgrammingVersion,
    stage: Stage,
    operation: Operation,
    undoes: uuid.UUID | None,
) -> None:
    """Write the edits of an operation, by one statement given all of them."""
    fields: list[Any] = [ProgrammingEdit._meta.get_field(name) for name in _COLUMNS]
    moment = timezone.now()
    columns = ", ".join(field.column for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = (
        f"INSERT INTO {ProgrammingEdit._meta.db_table} "  # noqa: S608 (names of the model)
        f"({columns}) VALUES ({marks})"
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                [
                    field.get_db_prep_save(value, connection)
                    for field, value in zip(
                        fields,
                        (
                            version.pk, edit.line, edit.rank, stage.value, edit.measure,
                            edit.before, edit.after, edit.reason.strip(), edit.expression.strip(),
                            operation.id, undoes, moment, actor.pk, lenders.get(edit.line),
                        ),
                        strict=True,
                    )
                ]
                for edit in operation.edits
            ],
        )  # fmt: skip
