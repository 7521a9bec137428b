"""Audit events: who did what, in which request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.models import AuditEvent
from accounts.permissions import acting_for, emergency_of
from common.models import current_request_id


def record_event(
    *,
    actor: Any,
    verb: str,
    object_kind: str = "",
    object_code: str = "",
    detail: dict[str, Any] | None = None,
    on_behalf_of: int | None = None,
) -> AuditEvent:
    """Record a domain event; the request id comes from the log context.

    What its actor does under an emergency access is marked by it; by a right that a delegation
    alone gives, by the name of who lends it (`on_behalf_of` where the caller knows it).
    """
    event = _event(actor, verb, object_kind, object_code, detail or {})
    if on_behalf_of is not None:
        event.on_behalf_of_id = on_behalf_of
    event.save()
    return event


def record_events(
    *, actor: Any, verb: str, object_kind: str, details: Mapping[str, dict[str, Any]]
) -> None:
    """Record one event an object, by its code, in one statement."""
    AuditEvent.objects.bulk_create(
        [_event(actor, verb, object_kind, code, detail) for code, detail in details.items()]
    )


def _event(
    actor: Any, verb: str, object_kind: str, object_code: str, detail: dict[str, Any]
) -> AuditEvent:
    known = actor if actor is not None and actor.is_authenticated else None
    held = emergency_of(known) if known is not None and not known.is_machine else None
    return AuditEvent(
        at=timezone.now(),
        actor=known,
        verb=verb,
        object_kind=object_kind,
        object_code=object_code,
        request_id=current_request_id(),
        detail=detail,
        emergency_id=held.emergency if held else None,
        on_behalf_of_id=acting_for(known) if known is not None else None,
    )
