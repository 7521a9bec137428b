"""What is read of the emergency accesses: their state, and the lines of their report."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.enums import EmergencyState, LineNature
from accounts.models import AuditEvent, Grant
from accounts.services.emergency import READING, REQUEST_VERB


def emergency_state(
    opened_at: dt.datetime | None, ends_at: dt.datetime | None, ended_at: dt.datetime | None
) -> EmergencyState:
    """Return where an access stands now: asked for, refused, open, closed early or over."""
    if opened_at is None or ends_at is None:
        return EmergencyState.WAITING if ended_at is None else EmergencyState.REFUSED
    if ended_at is not None and ended_at < ends_at:
        return EmergencyState.CLOSED
    return EmergencyState.OVER if ends_at <= timezone.now() else EmergencyState.OPEN


def state_of_grant(grant: Grant) -> EmergencyState:
    """Return where an access stands now."""
    return emergency_state(grant.approved_at, grant.ends_at, grant.ended_at)


def report_lines(grant_id: int) -> QuerySet[AuditEvent]:
    """Return what was done under an access: its marked events, the first one first."""
    events = AuditEvent.objects.filter(emergency_id=grant_id).select_related("actor")
    return events.order_by("at", "pk")


def nature_of(event: Any) -> LineNature:
    """Return what a line of a report is: something read, sent, refused, or an operation kept."""
    asked = asked_of(event)
    if not asked:
        return LineNature.OPERATION
    if asked["status"] >= 400:
        return LineNature.REFUSED
    return LineNature.READ if asked["method"] in READING else LineNature.SENT


def asked_of(event: Any) -> dict[str, Any]:
    """Return the method, the path and the status of a request; nothing for an operation."""
    detail: dict[str, Any] = event.detail if event.verb == REQUEST_VERB else {}
    return detail
