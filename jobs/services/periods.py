"""Periodic jobs: asked for once a period, however many schedulers run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from jobs.models import Job, JobPeriod
from jobs.registry import daily_jobs


@transaction.atomic
def request_period(*, name: str, period: str, ask: Callable[[], Job | None]) -> JobPeriod | None:
    """Call `ask` for a period that nobody asked for yet; None when somebody did.

    The row of the period and the job are one commit: a scheduler killed in between leaves neither.
    """
    try:
        with transaction.atomic():
            mine = JobPeriod.objects.create(name=name, period=period, asked_at=timezone.now())
    except IntegrityError:
        return None
    mine.job = ask()
    mine.save(update_fields=["job"])
    return mine


def request_due_periods(now: dt.datetime | None = None) -> list[str]:
    """Ask for each daily job of the day whose hour has come; return the names of the new ones."""
    moment = timezone.localtime(now)
    day = moment.date()
    asked = []
    for daily in daily_jobs():
        if moment.time() < daily.not_before:
            continue
        ask: Callable[[dt.date], Any] = daily.asker()
        if request_period(name=daily.name, period=day.isoformat(), ask=partial(ask, day)):
            asked.append(daily.name)
    return asked
