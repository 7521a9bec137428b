"""The life of a record that people own: create, edit, close, archive, delete while draft.

One way for portfolio nodes, nomenclature nodes, partners and contracts; each room says with a
`RecordKind` what may be edited, what else must hold, and what forbids to delete. Projects have
their own services, for their figures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.exceptions import RecordEnded, RecordInUse, WrongState
from accounts.services.audit import record_event
from common.exceptions import StaleEdit
from common.models import ENDED_STATES, RecordState

REASON_LENGTH = 100

# A move: the states it leaves, the one it reaches, and the verb of its audit event.
MOVES: dict[str, tuple[frozenset[str], RecordState, str]] = {
    "publish": (frozenset({RecordState.DRAFT}), RecordState.OPEN, "published"),
    "close": (frozenset({RecordState.OPEN}), RecordState.CLOSED, "closed"),
    "reopen": (frozenset({RecordState.CLOSED}), RecordState.OPEN, "reopened"),
    "archive": (frozenset({RecordState.CLOSED}), RecordState.ARCHIVED, "archived"),
    "unarchive": (frozenset({RecordState.ARCHIVED}), RecordState.CLOSED, "unarchived"),
}


@dataclass(frozen=True)
class RecordKind:
    """What a room says of a kind of record.

    `name` is that of its policy resource and of its audit events; `model` has a code, a version, a
    state and a history. `place` is given the fields of a creation (and None), or the changes of an
    edit and its record: it completes them, or refuses what the right of the actor does not reach
    (PermissionDenied); `check` refuses a record about to be saved
    (ValidationError or DomainError); `in_use` tells what a foreign key does not protect; `saved`
    does what follows a save, in the same transaction.
    """

    name: str
    model: Any
    editable: frozenset[str]
    place: Callable[[Any, dict[str, Any], Any], None] | None = None
    check: Callable[[Any], None] | None = None
    in_use: Callable[[Any], bool] | None = None
    saved: Callable[[Any, Any], None] | None = None


@transaction.atomic
def create_record(*, actor: Any, kind: RecordKind, fields: dict[str, Any], draft: bool) -> Any:
    """Create a record, open or as a draft.

    `fields` are the code and those of `kind.editable`. Raises ValidationError, PermissionDenied,
    or what the room's own check raises.
    """
    _refuse_unknown(kind, set(fields) - {"code"})
    fields = dict(fields)
    if kind.place:
        kind.place(actor, fields, None)
    record = kind.model(**fields)
    record.state = RecordState.DRAFT if draft else RecordState.OPEN
    return _save(record, actor=actor, kind=kind, verb="created", reason="")


@transaction.atomic
def update_record(
    *,
    actor: Any,
    kind: RecordKind,
    record_id: int,
    expected_version: int,
    changes: dict[str, Any],
    reason: str = "",
) -> Any:
    """Change some fields; the reason is kept with the former values.

    Raises StaleEdit, RecordEnded, PermissionDenied, ValidationError, or what the room's own check
    raises.
    """
    _refuse_unknown(kind, set(changes))
    record = lock_record(kind.model, record_id, expected_version)
    if record.state in ENDED_STATES:
        raise RecordEnded(code=record.code)
    changes = dict(changes)
    if kind.place:
        kind.place(actor, changes, record)
    for name, value in changes.items():
        setattr(record, name, value)
    record.version += 1
    return _save(record, actor=actor, kind=kind, verb="edited", reason=reason)


@transaction.atomic
def move_record(
    *,
    actor: Any,
    kind: RecordKind,
    record_id: int,
    expected_version: int,
    move: str,
    on: dt.date | None = None,
    reason: str = "",
) -> Any:
    """Publish, close, reopen, archive or take out of the archive (`MOVES`).

    Closing needs a day and a reason. Raises StaleEdit, WrongState, ValidationError.
    """
    left, reached, verb = MOVES[move]
    record = lock_record(kind.model, record_id, expected_version)
    if record.state not in left:
        raise WrongState(code=record.code, state=record.get_state_display())
    if move == "close":
        if not reason.strip() or on is None:
            raise ValidationError({"reason": _("A reason is needed.")})
        record.closed_on, record.closing_reason = on, reason.strip()
    if reached == RecordState.OPEN:
        record.closed_on, record.closing_reason = None, ""
    record.state = reached
    record.version += 1
    return _save(record, actor=actor, kind=kind, verb=verb, reason=reason)


@transaction.atomic
def delete_draft(*, actor: Any, kind: RecordKind, record_id: int, expected_version: int) -> None:
    """Delete a draft that nothing uses; its history stays. Raises StaleEdit, WrongState,
    RecordInUse.
    """
    record = lock_record(kind.model, record_id, expected_version)
    if record.state != RecordState.DRAFT:
        raise WrongState(code=record.code, state=record.get_state_display())
    if kind.in_use and kind.in_use(record):
        raise RecordInUse(code=record.code)
    record._history_user = actor
    code = record.code
    try:
        record.delete()
    except ProtectedError as error:
        raise RecordInUse(code=code) from error
    record_event(actor=actor, verb="deleted", object_kind=kind.name, object_code=code)


def lock_record(model: Any, record_id: int, expected_version: int) -> Any:
    """Lock the row and return it; call inside a transaction.

    Raises StaleEdit when somebody saved since `expected_version` was read.
    """
    record = model._default_manager.select_for_update(of=("self",)).get(pk=record_id)
    if record.version != expected_version:
        raise StaleEdit(code=record.code, expected=expected_version, current=record.version)
    return record


def _save(record: Any, *, actor: Any, kind: RecordKind, verb: str, reason: str) -> Any:
    if kind.check:
        kind.check(record)
    record.full_clean()
    record._history_user = actor if actor is not None and actor.is_authenticated else None
    record._change_reason = reason.strip()[:REASON_LENGTH]
    record.save()
    if kind.saved:
        kind.saved(record, actor)
    record_event(
        actor=actor,
        verb=verb,
        object_kind=kind.name,
        object_code=record.code,
        detail={"reason": reason.strip()} if reason.strip() else {},
    )
    return record


def _refuse_unknown(kind: RecordKind, names: set[str]) -> None:
    unknown = names - kind.editable
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
