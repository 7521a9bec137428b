"""The history of a record: its versions, and the record as it was known on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from accounts.models import AuditEvent, User
from accounts.naming import acting_name

# Columns that move with every edit and tell nothing.
_SILENT = frozenset({"version", "updated_at", "request_id"})


@dataclass(frozen=True)
class FieldChange:
    """One field of an edit: its name, its former and its new value as JSON scalars."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Edit:
    """One recorded version of a record: when, by whom, for whom, why, and what changed in it."""

    at: dt.datetime
    version: int
    kind: str
    actor: str
    actor_name: str
    reason: str
    request_id: str
    changes: list[FieldChange] = field(default_factory=list)
    on_behalf_of: str = ""
    on_behalf_of_name: str = ""

    @property
    def who(self) -> str:
        """Return who made it, and for whom."""
        return acting_name(self.actor_name, self.on_behalf_of_name)


def record_edits(record: Any) -> list[Edit]:
    """Return every recorded version of a record with a history, the oldest first; two queries.

    For whom an edit was made is what the event of the same request and person says.
    """
    rows = list(record.history.select_related("history_user").order_by("history_date", "pk"))
    if not rows:  # a row that came with the product, which nobody has edited
        return []
    names = [
        column.attname
        for column in type(rows[0])._meta.concrete_fields
        if not column.name.startswith("history_") and column.name not in _SILENT
    ]
    lenders = _lenders(rows)
    edits = []
    for former, row in zip([None, *rows[:-1]], rows, strict=True):
        changes = [] if former is None else _changes(former, row, names)
        lender = lenders.get((row.request_id, row.history_user_id))
        edits.append(_edit(row, changes, lender, first=former is None))
    return edits


def _lenders(rows: list[Any]) -> dict[tuple[str, int | None], User]:
    """Return who lent the right to do it, by request and person; one query."""
    requests = {row.request_id for row in rows if row.request_id}
    events = AuditEvent.objects.filter(on_behalf_of__isnull=False, request_id__in=requests)
    return {
        (event.request_id, event.actor_id): event.on_behalf_of
        for event in events.select_related("on_behalf_of")
        if event.on_behalf_of
    }


def known_on(record: Any, moment: dt.datetime) -> Any:
    """Return the record as it was known at a moment, unsaved; None when it was not known yet.

    Its foreign keys lead to the records of today; one query.
    """
    row = record.history.filter(history_date__lte=moment).order_by("history_date", "pk").last()
    return None if row is None or row.history_type == "-" else row.instance


def end_of_day(day: dt.date) -> dt.datetime:
    """Return the last moment of a day in the time zone of the site."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.max))


def known_fields(record: Any) -> dict[str, Any]:
    """Return the fields of a record by name, as JSON scalars; what it names by its code."""
    return {
        field.name: _named(record, field)
        for field in record._meta.concrete_fields
        if field.name not in _SILENT | {"id"}
    }


def _named(record: Any, field: Any) -> Any:
    if not field.is_relation:
        return _plain(getattr(record, field.name))
    other = getattr(record, field.name)
    return getattr(other, "code", None) or (str(other) if other else None)


def _changes(former: Any, row: Any, names: list[str]) -> list[FieldChange]:
    return [
        FieldChange(name, _plain(getattr(former, name)), _plain(getattr(row, name)))
        for name in names
        if getattr(former, name) != getattr(row, name)
    ]


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, bool)) or value is None else str(value)


def _edit(row: Any, changes: list[FieldChange], lender: User | None, *, first: bool) -> Edit:
    person = row.history_user
    return Edit(
        at=row.history_date,
        version=row.version,
        kind="created" if first else "changed",
        actor=person.username if person else "",
        actor_name=str(person) if person else "",
        reason=row.history_change_reason or "",
        request_id=row.request_id,
        changes=changes,
        on_behalf_of=lender.username if lender else "",
        on_behalf_of_name=str(lender) if lender else "",
    )
