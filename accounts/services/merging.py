"""Merge two records entered twice: everything that hangs on the duplicate moves to the other.

The duplicate stays, archived, with its history; the rows that moved are written down, and can be
brought back for 30 days. What cannot move without doubling something (a second row where one is
allowed) stays on the duplicate, and is counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ForeignKey, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from accounts.exceptions import MergeRefused, MergeTooOld
from accounts.models import RecordMerge
from accounts.services.audit import record_event
from accounts.services.owned import RecordKind, lock_record
from common.fiscal import today
from common.models import ENDED_STATES, RecordState

UNDO_DAYS = 30


@dataclass
class Moving:
    """Rows of one model that hang on the duplicate by one foreign key."""

    model: Any
    key: ForeignKey[Any, Any]
    ids: list[int]
    staying: list[int] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Return `app.model.field`."""
        return f"{self.model._meta.label_lower}.{self.key.name}"


def plan_merge(kept: Any, duplicate: Any) -> list[Moving]:
    """Return what would move and what would stay, table by table; a few queries a table."""
    return [moving for moving in _hanging(duplicate, kept) if moving.ids or moving.staying]


@transaction.atomic
def merge_records(
    *,
    actor: Any,
    kind: RecordKind,
    kept_id: int,
    expected_version: int,
    duplicate_id: int,
    reason: str,
) -> RecordMerge:
    """Move what hangs on the duplicate to the kept record, and archive the duplicate.

    Raises StaleEdit, MergeRefused (same record, other data origin, one of them ended),
    ValidationError (no reason).
    """
    if not reason.strip():
        raise ValidationError({"reason": _("A reason is needed.")})
    model = kind.model
    model._default_manager.select_for_update(of=("self",)).filter(
        pk__in=[kept_id, duplicate_id]
    ).order_by("pk").count()
    kept = lock_record(model, kept_id, expected_version)
    duplicate = model._default_manager.select_for_update(of=("self",)).get(pk=duplicate_id)
    _check(kept, duplicate)
    moved = _move(kind, actor, kept, duplicate)
    former = _archive(duplicate, kept)
    _save_both(kind, actor, reason, duplicate, kept)
    merge = RecordMerge.objects.create(
        kind=kind.name,
        kept_id=kept.pk,
        kept_code=kept.code,
        duplicate_id=duplicate.pk,
        duplicate_code=duplicate.code,
        moved=moved,
        former_state=former,
        reason=reason.strip(),
        merged_at=timezone.now(),
        merged_by=actor,
    )
    record_event(
        actor=actor,
        verb="merged",
        object_kind=kind.name,
        object_code=kept.code,
        detail={"duplicate": duplicate.code, "reason": reason.strip()},
    )
    return merge


@transaction.atomic
def undo_merge(*, actor: Any, kind: RecordKind, merge_id: int) -> RecordMerge:
    """Bring back to the duplicate what the merge moved and is still where it was put.

    Raises MergeTooOld after 30 days, MergeRefused when it was undone already.
    """
    merge = RecordMerge.objects.select_for_update(of=("self",)).get(pk=merge_id)
    if merge.undone_at:
        raise MergeRefused(reason=_("it was undone already"))
    if timezone.now() - merge.merged_at > dt.timedelta(days=UNDO_DAYS):
        raise MergeTooOld(days=UNDO_DAYS)
    rows = kind.model._default_manager.select_for_update(of=("self",))
    both = {row.pk: row for row in rows.filter(pk__in=[merge.kept_id, merge.duplicate_id])}
    kept, duplicate = both[merge.kept_id], both[merge.duplicate_id]
    relations = {f"{model._meta.label_lower}.{key.name}": (model, key)
                 for model, key in _relations(kind.model)}  # fmt: skip
    for path, ids in merge.moved.items():
        model, key = relations[path]
        still = model._base_manager.filter(pk__in=ids, **{key.name: kept.pk})
        standing = sorted(still.values_list("pk", flat=True))
        _point(model, key, standing, duplicate.pk, actor, kind.name)
    former = merge.former_state
    duplicate.state = former["state"]
    closed_on = former["closed_on"]
    duplicate.closed_on = dt.date.fromisoformat(closed_on) if closed_on else None
    duplicate.closing_reason = former["closing_reason"]
    _save_both(kind, actor, _("merge undone"), duplicate, kept)
    merge.undone_at, merge.undone_by = timezone.now(), actor
    merge.save(update_fields=["undone_at", "undone_by"])
    record_event(
        actor=actor,
        verb="merge_undone",
        object_kind=kind.name,
        object_code=kept.code,
        detail={"duplicate": duplicate.code},
    )
    return merge


def _check(kept: Any, duplicate: Any) -> None:
    if kept.pk == duplicate.pk:
        raise MergeRefused(reason=_("it is the same record"))
    if kept.data_origin != duplicate.data_origin:
        raise MergeRefused(reason=_("their data origins differ"))
    for record in (kept, duplicate):
        if record.state in ENDED_STATES:
            raise MergeRefused(reason=_("%(code)s is closed or archived") % {"code": record.code})


def _move(kind: RecordKind, actor: Any, kept: Any, duplicate: Any) -> dict[str, list[int]]:
    """Move what can be moved; return the ids of the rows by foreign key."""
    moved = {}
    for moving in plan_merge(kept, duplicate):
        if moving.ids:
            _point(moving.model, moving.key, moving.ids, kept.pk, actor, kind.name)
            moved[moving.path] = moving.ids
    return moved


def _archive(duplicate: Any, kept: Any) -> dict[str, Any]:
    """Set the duplicate aside, to be saved by the caller; return the state that it had."""
    former = {
        "state": duplicate.state,
        "closed_on": str(duplicate.closed_on) if duplicate.closed_on else None,
        "closing_reason": duplicate.closing_reason,
    }
    duplicate.state = RecordState.ARCHIVED
    duplicate.closed_on = today()
    duplicate.closing_reason = _("Merged into %(code)s") % {"code": kept.code}
    return former


def _save_both(kind: RecordKind, actor: Any, reason: str, *records: Any) -> None:
    for record in records:
        record.version += 1
        record._history_user = actor
        record._change_reason = reason.strip()[:100]
        record.save()
        if kind.saved:
            kind.saved(record, actor)


def _relations(model: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the (model, foreign key) that name the model; histories and derived rows are left."""
    for relation in model._meta.related_objects:
        key, other = relation.field, relation.related_model
        is_key = isinstance(key, ForeignKey) and not relation.one_to_one
        derived = other._meta.app_label == "indicators"
        if is_key and not other.__name__.startswith("Historical") and not derived:
            yield other, key


def _hanging(duplicate: Any, kept: Any) -> Iterator[Moving]:
    for model, key in _relations(type(duplicate)):
        rows = model._base_manager.filter(**{key.name: duplicate.pk})
        ids = sorted(rows.values_list("pk", flat=True))
        staying = _doubling(model, key, ids, kept)
        yield Moving(model, key, [pk for pk in ids if pk not in staying], sorted(staying))


def _doubling(model: Any, key: Any, ids: list[int], kept: Any) -> set[int]:
    """Return the rows that would be a second one where the model allows one alone."""
    found: set[int] = set()
    for constraint in model._meta.constraints:
        if not isinstance(constraint, UniqueConstraint) or key.name not in constraint.fields:
            continue
        others = [name for name in constraint.fields if name != key.name]
        there = model._base_manager.filter(**{key.name: kept.pk}).values_list(*others)
        taken = set(there)
        mine = model._base_manager.filter(pk__in=ids).values_list("pk", *others)
        found |= {pk for pk, *values in mine if tuple(values) in taken}
    return found


def _point(model: Any, key: Any, ids: list[int], to: int, actor: Any, reason: str) -> None:
    """Give rows to another record, with their history where they have one."""
    rows = list(model._base_manager.filter(pk__in=ids))
    if not hasattr(model, "history"):
        model._base_manager.filter(pk__in=ids).update(**{key.attname: to})
        return
    for row in rows:
        setattr(row, key.attname, to)
        row.version += 1
    bulk_update_with_history(
        rows,
        model,
        [key.name, "version"],
        default_user=actor,
        default_change_reason=f"merge {reason}",
    )
