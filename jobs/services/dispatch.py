"""Waking a worker: bounded, never fatal; the sweeper finds what was missed (rule 7)."""

from __future__ import annotations

import time

import structlog
from celery import current_app
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from jobs.enums import JobState
from jobs.models import Job
from jobs.registry import time_limit_of
from jobs.services.running import run_job

logger = structlog.get_logger("dne.jobs")

RUN_TASK = "jobs.run"
PAUSE_SECONDS = 20.0
PROBE_SECONDS = 0.25
# Priorities of Redis, 0 being the first: what a dead worker left goes before what waits its turn,
# and the sweep (no priority, so 0) before both.
FIRST, IN_TURN = 0, 6
# Between the error that a handler receives and the end of its process.
GRACE_SECONDS = 60


class _Breaker:
    """After a failure the broker is left alone for a while, so that pages do not each wait."""

    open_until = 0.0
    tripped = False


def broker_is_paused() -> bool:
    """Whether the last attempt to reach the broker failed in this process."""
    return _Breaker.tripped


def wake(job_id: int, kind: str = "", *, priority: int = IN_TURN) -> bool:
    """Ask a worker to run the job, or run it here without a broker; True when it was sent.

    Redis may be down or silent: the waits are bounded and the job stays queued in the database.
    """
    if settings.CELERY_TASK_ALWAYS_EAGER:
        run_then_next(job_id)
        return True
    if not _may_try():
        return False
    limit = time_limit_of(kind)
    try:
        current_app.send_task(
            RUN_TASK,
            args=[job_id],
            retry=False,
            ignore_result=True,
            priority=priority,
            soft_time_limit=limit,
            time_limit=limit + GRACE_SECONDS,
        )
    except (OperationalError, RedisError, OSError) as error:
        _trip(job_id, str(error))
        return False
    _Breaker.tripped = False
    return True


def run_then_next(job_id: int) -> Job | None:
    """Run a job, then have what was asked for meanwhile run: the same kind and key, queued."""
    known = Job.objects.filter(pk=job_id).only("kind", "key").first()
    if known is None:
        return None
    try:
        return run_job(job_id)
    finally:
        behind = Job.objects.filter(
            kind=known.kind, key=known.key, state=JobState.QUEUED, due_at__lte=timezone.now()
        )
        following = behind.exclude(pk=job_id).values_list("pk", flat=True).first()
        if following is not None:
            wake(following, known.kind)


def _may_try() -> bool:
    """Whether the broker is worth a try: not within the pause, and after it only if it answers."""
    if not _Breaker.tripped:
        return True
    if time.monotonic() < _Breaker.open_until:
        return False
    try:
        with Redis.from_url(
            settings.CELERY_BROKER_URL,
            socket_timeout=PROBE_SECONDS,
            socket_connect_timeout=PROBE_SECONDS,
            retry=Retry(NoBackoff(), 0),
        ) as probe:
            probe.ping()
    except (RedisError, OSError) as error:
        _trip(0, str(error))
        return False
    return True


def _trip(job_id: int, error: str) -> None:
    _Breaker.open_until = time.monotonic() + PAUSE_SECONDS
    _Breaker.tripped = True
    logger.warning("broker unreachable", job=job_id, error=error)
