"""The daily purge of what the API counts and keeps: no room below stands over the jobs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.services.idempotency import purge_keys
from accounts.services.limits import purge_counters
from dne_portfolio.apps import KIND
from jobs.models import Job
from jobs.services import JobContext, request_job

# Days that minutes are kept: those of clients are shown by day, the others serve one minute.
KEPT = {"client:": 32, "person:": 1, "network:": 1}


def ask_purge(day: dt.date) -> Job:
    """Ask for the purge of a day."""
    return request_job(kind=KIND, key=day.isoformat())


def run_purge(_context: JobContext) -> dict[str, Any]:
    """Forget old minutes and the answers of more than 24 hours; doing it twice changes nothing."""
    now = timezone.now()
    minutes = sum(
        purge_counters(
            prefix=prefix,
            before_minute=int((now - dt.timedelta(days=days)).timestamp()) // 60,
        )
        for prefix, days in KEPT.items()
    )
    return {"minutes": minutes, "answers": purge_keys(now=now)}
