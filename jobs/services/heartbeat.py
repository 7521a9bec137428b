"""The sign of life of the clock: written by a worker each time that the scheduler asks for it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from jobs.models import JobPeriod

_NAME, _PERIOD = "heartbeat", "last"


@transaction.atomic
def record_heartbeat() -> dt.datetime:
    """Record that the scheduler asked and that a worker answered, now; one row in all."""
    now = timezone.now()
    JobPeriod.objects.update_or_create(name=_NAME, period=_PERIOD, defaults={"asked_at": now})
    return now


def last_heartbeat() -> dt.datetime | None:
    """Return the moment of the last sign of life; None before the first."""
    kept = JobPeriod.objects.filter(name=_NAME, period=_PERIOD)
    return kept.values_list("asked_at", flat=True).first()
