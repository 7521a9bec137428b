"""Celery's part: a wake-up, a sweeper, a clock; the record is the `Job` row."""

from __future__ import annotations

from celery import shared_task

from jobs.services import request_due_periods, run_then_next
from jobs.services import sweep as sweep_due


@shared_task(name="jobs.run")
def run(job_id: int) -> None:
    """Run one job."""
    run_then_next(job_id)


@shared_task(name="jobs.sweep")
def sweep() -> int:
    """Send again what is due."""
    return sweep_due()


@shared_task(name="jobs.periods")
def periods() -> list[str]:
    """Ask for the daily jobs whose hour has come, once a day."""
    return request_due_periods()
