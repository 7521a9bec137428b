"""Undo a batch: by its importer within a day, afterwards by two people; never under a building."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.audit import record_event
from records.enums import BatchKind, BatchState, RowChange
from records.exceptions import (
    SecondPersonNeeded,
    UndoBlocked,
    UndoNeedsTwo,
    UndoNotOffered,
    WrongBatchState,
)
from records.importing.registry import file_kind, registered_rooms
from records.importing.schema import load_schemas
from records.models import ImportBatch
from records.services.imports import follow_one_another
from records.services.plan import Undoing

ALONE_FOR = dt.timedelta(hours=24)


def may_undo_alone(batch: ImportBatch, actor: Any, now: dt.datetime) -> bool:
    """Whether `actor` imported the batch less than 24 hours before `now`."""
    return batch.imported_by_id == actor.pk and now - batch.imported_at < ALONE_FOR


@transaction.atomic
def undo_batch(*, actor: Any, batch_id: int, reason: str) -> ImportBatch:
    """Undo a batch at once, by its importer within 24 hours.

    The figures of the projects concerned are marked as changed; what is removed is kept with the
    batch. Raises UndoNeedsTwo, UndoBlocked, UndoNotOffered, WrongBatchState, ValidationError (no
    reason), ImportBatch.DoesNotExist.
    """
    _need_reason(reason)
    follow_one_another()
    batch = _lock(batch_id, BatchState.APPLIED, BatchState.UNDO_REQUESTED)
    if not may_undo_alone(batch, actor, timezone.now()):
        raise UndoNeedsTwo(code=batch.code)
    batch.undo_reason = reason.strip()
    return _undo(batch, actor)


@transaction.atomic
def request_undo(*, actor: Any, batch_id: int, reason: str) -> ImportBatch:
    """Ask for the undo of a batch, which another person confirms.

    Raises WrongBatchState, UndoNotOffered, ValidationError (no reason).
    """
    _need_reason(reason)
    batch = _lock(batch_id, BatchState.APPLIED)
    _refuse_unknown_past(batch)
    batch.state = BatchState.UNDO_REQUESTED
    batch.undo_reason = reason.strip()
    batch.undo_requested_by, batch.undo_requested_at = actor, timezone.now()
    return _saved(batch, actor, "undo_requested")


@transaction.atomic
def withdraw_undo(*, actor: Any, batch_id: int) -> ImportBatch:
    """Give up an undo that was asked for, or refuse to confirm it. Raises WrongBatchState."""
    batch = _lock(batch_id, BatchState.UNDO_REQUESTED)
    batch.state, batch.undo_reason = BatchState.APPLIED, ""
    batch.undo_requested_by = batch.undo_requested_at = None
    return _saved(batch, actor, "undo_withdrawn")


@transaction.atomic
def confirm_undo(*, actor: Any, batch_id: int) -> ImportBatch:
    """Undo a batch that another person asked to undo.

    Raises SecondPersonNeeded, UndoBlocked, WrongBatchState.
    """
    follow_one_another()
    batch = _lock(batch_id, BatchState.UNDO_REQUESTED)
    if batch.undo_requested_by_id == actor.pk:
        raise SecondPersonNeeded(code=batch.code)
    return _undo(batch, actor)


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("A reason is needed.")})


def _lock(batch_id: int, *states: str) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.state not in states:
        raise WrongBatchState(code=batch.code, state=batch.get_state_display())
    return batch


def _refuse_unknown_past(batch: ImportBatch) -> None:
    """Refuse a batch whose changes to records were not kept."""
    for name, schema in load_schemas().items():
        counts = batch.counts.get(name, {})
        told = counts.get("created", 0) + counts.get("updated", 0)
        if schema.kind == "records" and told:
            kept = batch.rows.filter(table=name).exclude(change=RowChange.REMOVED).count()
            if kept != told:
                raise UndoNotOffered(code=batch.code)


def _undo(batch: ImportBatch, actor: Any) -> ImportBatch:
    """Take out what the batch wrote, from the top room down."""
    _refuse_unknown_past(batch)
    later = batch.bearing.standing().order_by("pk").values_list("code", flat=True)
    if later:
        raise UndoBlocked(code=batch.code, what=", ".join(later[:20]))
    undoing = Undoing(batch, actor, timezone.now())
    if batch.kind != BatchKind.PORTFOLIO:
        file_kind(batch.kind).undo(undoing)
    rooms = registered_rooms()
    for table in reversed([table for room in rooms for table in room.tables]):
        blockers = table.undo(undoing)
        if blockers:
            raise UndoBlocked(code=batch.code, what="; ".join(blockers))
    batch.state = BatchState.UNDONE
    batch.undone_by, batch.undone_at = actor, undoing.now
    _saved(batch, actor, "undone")
    for room in rooms:
        if room.undone:
            room.undone(undoing)
    return batch


def _saved(batch: ImportBatch, actor: Any, verb: str) -> ImportBatch:
    batch.full_clean()
    batch.save()
    record_event(
        actor=actor,
        verb=verb,
        object_kind="import_batch",
        object_code=batch.code,
        detail={"reason": batch.undo_reason} if batch.undo_reason else {},
    )
    return batch
