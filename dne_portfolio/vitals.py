"""The ages that tell whether work flows: the queue, beat, the last backup."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.db.models import Min
from django.utils import timezone

from jobs.models import Job
from jobs.services.heartbeat import last_heartbeat

BACKUP_PATTERN = "portfolio-*.manifest.json"


def queue_age() -> float | None:
    """Return for how many seconds the oldest due job has waited; None when nothing is due."""
    now = timezone.now()
    oldest = Job.objects.due(now).order_by().aggregate(oldest=Min("due_at"))["oldest"]
    return None if oldest is None else max((now - oldest).total_seconds(), 0.0)


def beat_age() -> float | None:
    """Return for how many seconds the scheduler has been silent; None when it never spoke."""
    last = last_heartbeat()
    return None if last is None else max((timezone.now() - last).total_seconds(), 0.0)


def backup_age(folder: Path, now: dt.datetime) -> float | None:
    """Return the age in seconds of the last complete backup of a folder; None without any.

    The manifest is written last: a backup that was cut has none.
    """
    moments = [path.stat().st_mtime for path in folder.glob(BACKUP_PATTERN)]
    return now.timestamp() - max(moments) if moments else None
