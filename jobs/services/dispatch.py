"""Waking a worker: bounded, never fatal; the sweeper finds what was missed (rule 7)."""

from __future__ import annotations

import time

import structlog
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from jobs.services.running import run_job

logger = structlog.get_logger("dne.jobs")

RUN_TASK = "jobs.run"
PAUSE_SECONDS = 20.0


class _Breaker:
    """After a failure the broker is left alone for a while, so that pages do not each wait."""

    open_until = 0.0


def broker_is_paused() -> bool:
    """Whether the last attempts to reach the broker failed in this process."""
    return time.monotonic() < _Breaker.open_until


def wake(job_id: int) -> bool:
    """Ask a worker to run the job, or run it here without a broker; True when it was sent.

    Redis may be down or silent: the waits are bounded and the job stays queued in the database.
    """
    if settings.CELERY_TASK_ALWAYS_EAGER:
        run_job(job_id)
        return True
    if broker_is_paused():
        return False
    try:
        current_app.send_task(RUN_TASK, args=[job_id], retry=False, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        _Breaker.open_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("broker unreachable", job=job_id, error=str(error))
        return False
    return True
