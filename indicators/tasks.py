"""Periodic task of the indicators: it asks for a job and stops."""

from __future__ import annotations

from celery import shared_task

from indicators.services.runs import request_stale_refresh


@shared_task(name="indicators.stale")
def stale() -> bool:
    """Ask for what changed and that no job took."""
    return request_stale_refresh()
