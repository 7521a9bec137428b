"""Periodic task of the root: the sign of life that `/health/ready` reads."""

from __future__ import annotations

from celery import shared_task

from jobs.services.heartbeat import record_heartbeat


@shared_task(name="operations.heartbeat")
def heartbeat() -> None:
    """Say that beat sends, that Redis carries and that a worker answers."""
    record_heartbeat()
