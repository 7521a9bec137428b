"""Celery's part: a wake-up and a sweeper; the record is the `Job` row."""

from __future__ import annotations

from celery import shared_task

from jobs.services import run_job
from jobs.services import sweep as sweep_due


@shared_task(name="jobs.run")
def run(job_id: int) -> None:
    """Run one job."""
    run_job(job_id)


@shared_task(name="jobs.sweep")
def sweep() -> int:
    """Send again what is due."""
    return sweep_due()
