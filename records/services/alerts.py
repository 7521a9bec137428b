"""Open, bring up to date and close the alerts of a check; acknowledge one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Action
from accounts.services.audit import record_event
from records.exceptions import AlertAcknowledged, AlertClosed
from records.models import Alert

_BATCH = 1000
_SHOWN = ("severity", "message", "context", "amount", "last_seen_at")
Key = tuple[str, str, str, str, int, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found on an object; `amount` in euros, `context` for the sentence."""

    source: str
    severity: str
    subject_kind: str
    subject_code: str
    fiscal_year: int
    message: str
    amount: Decimal
    data_origin: str
    facet: str = ""
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Return what makes an open alert unique."""
        return (
            self.source, self.subject_kind, self.subject_code, self.facet, self.fiscal_year,
            self.data_origin,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Synced:
    """How many alerts were opened, still found and closed."""

    opened: int
    kept: int
    closed: int


@transaction.atomic
def sync_alerts(
    *, sources: Collection[str], fiscal_year: int, origin: str, found: Sequence[Found]
) -> Synced:
    """Make the open alerts of these checks, for an exercise and an origin, those that are found.

    What is found again keeps its first day and its acknowledgement; what is found no more is
    closed. The number of statements depends on the number of rows by thousands only.
    """
    rows = Alert.objects.open().filter(
        source__in=sources, fiscal_year=fiscal_year, data_origin=origin
    )
    held = {_key_of(alert): alert for alert in rows.select_for_update(of=("self",)).order_by("pk")}
    opened, kept = _write(held, found)
    again = {one.key for one in found}
    gone = [alert.pk for key, alert in held.items() if key not in again]
    now = timezone.now()
    for first in range(0, len(gone), _BATCH):
        Alert.objects.filter(pk__in=gone[first : first + _BATCH]).update(closed_at=now)
    return Synced(opened, kept, len(gone))


@transaction.atomic
def raise_alerts(*, found: Sequence[Found]) -> Synced:
    """Open, or bring up to date, some alerts; the others are left as they are."""
    if not found:
        return Synced(0, 0, 0)
    codes = {one.subject_code for one in found}
    rows = Alert.objects.open().filter(
        source__in={one.source for one in found}, subject_code__in=codes
    )
    held = {_key_of(alert): alert for alert in rows.select_for_update(of=("self",)).order_by("pk")}
    opened, kept = _write(held, found)
    return Synced(opened, kept, 0)


def _write(held: dict[Key, Alert], found: Sequence[Found]) -> tuple[int, int]:
    """Open what is new, bring the rest up to date; return how many of each."""
    now = timezone.now()
    unique = {one.key: one for one in found}
    new: list[Alert] = []
    again: list[Alert] = []
    for key, one in unique.items():
        alert = held.get(key) or Alert(
            source=one.source, subject_kind=one.subject_kind, subject_code=one.subject_code,
            facet=one.facet, fiscal_year=one.fiscal_year, data_origin=one.data_origin,
            first_seen_at=now,
        )  # fmt: skip
        alert.severity, alert.message, alert.context = one.severity, one.message, one.context
        alert.amount, alert.last_seen_at = one.amount, now
        (again if alert.pk else new).append(alert)
    Alert.objects.bulk_create(new, batch_size=_BATCH, ignore_conflicts=True)
    Alert.objects.bulk_update(again, _SHOWN, batch_size=_BATCH)
    return len(new), len(again)


def _key_of(alert: Alert) -> Key:
    return (
        alert.source, alert.subject_kind, alert.subject_code, alert.facet, alert.fiscal_year,
        alert.data_origin,
    )  # fmt: skip


@transaction.atomic
def acknowledge_alert(*, actor: Any, alert_id: int, comment: str) -> Alert:
    """Say that an alert was seen, and what is done of it; it stays open while it is found.

    Raises PermissionDenied, AlertClosed, AlertAcknowledged, ValidationError (no comment).
    """
    alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert_id)
    if not Alert.objects.all().allowing(actor, Action.UPDATE).filter(pk=alert.pk).exists():
        raise PermissionDenied
    if alert.closed_at is not None:
        raise AlertClosed
    if alert.acknowledged_at is not None:
        raise AlertAcknowledged
    if not comment.strip():
        raise ValidationError({"comment": _("A comment is needed.")})
    alert.acknowledged_at, alert.acknowledged_by = timezone.now(), actor
    alert.acknowledgement = comment.strip()
    alert.full_clean()
    alert.save()
    record_event(
        actor=actor,
        verb="alert_acknowledged",
        object_kind="alert",
        object_code=str(alert.pk),
        detail={"source": alert.source, "subject": alert.subject_code, "comment": comment.strip()},
    )
    return alert
