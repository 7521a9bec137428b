"""Everything that is kept about one person, for themself and the technical administrators.

What they wrote is listed by kind and by key, never by content: no figure, no amount, no remark of
others comes with it. The keys that lead to a person are read from the models themselves, so that a
new table is never forgotten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from accounts.models import (
    AuditEvent,
    DefaultView,
    Identity,
    Preferences,
    SavedView,
    SessionRecord,
    User,
)
from accounts.models.grants import Grant

MOST_ROWS = 1000
_ACCOUNT = (
    "username", "first_name", "last_name", "email", "date_joined", "last_login", "is_active",
    "is_machine", "is_demo", "is_break_glass", "suspended_at", "suspension_reason",
    "pseudonymised_at",
)  # fmt: skip
_GRANT = (
    "role", "scope_kind", "scope_code", "valid_from", "valid_to", "reason", "granted_at",
    "approved_at", "ended_at", "end_reason",
)  # fmt: skip
_SESSION = ("method", "second_factor", "device", "network", "started_at", "last_seen_at",
            "ended_at")  # fmt: skip
_PREFERENCES = ("language", "unit", "density", "theme", "shortcuts", "notification_rhythm")
_VIEW = ("list_name", "name", "query", "is_shared")
# They have their own part of the export, or hold nothing but a secret or a link of Django.
_APART = frozenset(
    {Grant, SessionRecord, Identity, Preferences, SavedView, DefaultView, AuditEvent}
)
_SECRET = frozenset({"recoverycode", "accountlink", "totpdevice", "logentry"})


@dataclass(frozen=True)
class Written:
    """Rows of one kind that name the person: how many, the first of them, in which quality."""

    kind: str
    quality: str
    count: int
    rows: list[str]


def keys_to_people() -> Iterator[tuple[Any, str]]:
    """Yield each (model, field) that leads to a person, hidden relations included."""
    for relation in User._meta.get_fields(include_hidden=True):
        model = getattr(relation, "related_model", None)
        field = getattr(relation, "field", None)
        if not getattr(relation, "auto_created", False) or model is None or field is None:
            continue
        if not (relation.one_to_many or relation.one_to_one) or model in _APART:
            continue
        if model._meta.model_name not in _SECRET and not model._meta.auto_created:
            yield model, field.name


def written_by(person: User) -> list[Written]:
    """Return what names the person, by kind and quality; two queries a kind at most."""
    found = []
    for model, field in keys_to_people():
        rows = model._base_manager.filter(**{field: person.pk}).order_by("pk")
        count = rows.count()
        if count:
            named = [_key(row) for row in rows[:MOST_ROWS]]
            quality = str(model._meta.get_field(field).verbose_name)
            found.append(Written(str(model._meta.verbose_name), quality, count, named))
    return sorted(found, key=lambda line: (line.kind, line.quality))


def _key(row: Any) -> str:
    for name in ("code", "source_reference"):
        value = getattr(row, name, None)
        if isinstance(value, str) and value:
            return value
    return str(row.pk)


def personal_data(person: User) -> dict[str, Any]:
    """Return everything as plain values, ready for JSON."""
    events = AuditEvent.objects.filter(actor_id=person.pk).order_by("-at")
    shown = events.values("at", "verb", "object_kind", "object_code", "request_id")[:MOST_ROWS]
    return {
        "account": _plain({name: getattr(person, name) for name in _ACCOUNT}),
        "identities": _rows(Identity.objects.filter(user=person), "issuer", "linked_at"),
        "grants": _rows(Grant.objects.filter(user=person), *_GRANT),
        "sessions": _rows(SessionRecord.objects.filter(user=person), *_SESSION),
        "preferences": _rows(Preferences.objects.filter(user=person), *_PREFERENCES),
        "saved_views": _rows(SavedView.objects.filter(owner=person), *_VIEW),
        "written": [
            {"kind": line.kind, "quality": line.quality, "count": line.count, "rows": line.rows}
            for line in written_by(person)
        ],
        "audit_events": {"count": events.count(), "latest": [_plain(dict(row)) for row in shown]},
    }


def _rows(rows: Any, *names: str) -> list[dict[str, Any]]:
    return [_plain(row) for row in rows.values(*names)]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in row.items()
    }
