"""Audit events: who did what, in which request."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import AuditEvent
from accounts.permissions import emergency_of
from common.models import current_request_id


def record_event(
    *,
    actor: Any,
    verb: str,
    object_kind: str = "",
    object_code: str = "",
    detail: dict[str, Any] | None = None,
) -> AuditEvent:
    """Record a domain event; the request id comes from the log context.

    What its actor does under an emergency access is marked by it.
    """
    known = actor if actor is not None and actor.is_authenticated else None
    held = emergency_of(known) if known is not None and not known.is_machine else None
    return AuditEvent.objects.create(
        at=timezone.now(),
        actor=known,
        verb=verb,
        object_kind=object_kind,
        object_code=object_code,
        request_id=current_request_id(),
        detail=detail or {},
        emergency_id=held.emergency if held else None,
    )
