"""Periodic tasks of the indicators; each asks for a job and stops."""

from __future__ import annotations

from celery import shared_task

from common.fiscal import today
from indicators.services.runs import request_computation, request_stale_refresh


@shared_task(name="indicators.nightly")
def nightly() -> int:
    """Ask for everything: time passes even when figures do not change."""
    return request_computation(today()).pk


@shared_task(name="indicators.stale")
def stale() -> bool:
    """Ask for what changed and that no job took."""
    return request_stale_refresh()
