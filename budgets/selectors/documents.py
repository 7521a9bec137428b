"""Reads of the budgets room that are not rows of one model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import AuditEvent
from budgets.models import CreditMovement


@dataclass(frozen=True)
class Version:
    """One fact of the life of a document: recorded, reversed, corrected; and why."""

    fact: Any
    reason: str


def document_life(fact: Any) -> list[Version]:
    """Return every fact of the document of a fact, in the order of recording; two queries.

    A document that was never corrected has one.
    """
    model = type(fact)
    reference = fact.document_reference or fact.source_reference
    rows = model.objects.filter(document_reference=reference) | model.objects.filter(
        source_reference=reference
    )
    facts = list(rows.select_related("recorded_by").order_by("recorded_at", "pk"))
    events = AuditEvent.objects.filter(
        verb="corrected", object_code__in=[row.source_reference for row in facts]
    )
    reasons = {event.detail.get("by"): event.detail.get("reason", "") for event in events}
    return [Version(row, reasons.get(row.source_reference, "")) for row in facts]


def act_events(leg: CreditMovement) -> list[AuditEvent]:
    """Return what was done with an act as a whole, the oldest first; one query."""
    reference = leg.act_reference or leg.source_reference
    events = AuditEvent.objects.filter(object_kind="credit_act", object_code=reference)
    return list(events.select_related("actor").order_by("at", "pk"))
