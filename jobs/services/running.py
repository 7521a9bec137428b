"""Running a job: claim under a lease, run, record how it ended.

A claim counts the attempt and raises the fencing token before anything runs, so that a job which
kills its worker is counted, and a worker that was thought dead cannot write after another took its
job over (`JobContext.hold`, `JobContext.complete`).
"""

from __future__ import annotations

import datetime as dt
import time
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from accounts.services.audit import record_event
from common.exceptions import DomainError
from jobs.enums import JobState
from jobs.exceptions import LeaseLost
from jobs.models import Job
from jobs.registry import job_kind
from jobs.services.context import JobContext, lease_end

logger = structlog.get_logger("dne.jobs")
ERROR_LENGTH = 4000
RECONNECT_PAUSE = 0.2
Answer = TypeVar("Answer")


def run_job(job_id: int) -> Job | None:
    """Run a job if it is due and free; return it as it ended, None when it was not to be had.

    An error of the handler is recorded and raised again, for the log of the worker; a refusal of
    the domain is recorded only. What it logs and records bears the id of the request that asked.
    """
    asked = Job.objects.filter(pk=job_id).values_list("request_id", flat=True)
    with bound_contextvars(request_id=once_more(asked.first) or ""):
        job = once_more(lambda: _claim(job_id))
        return None if job is None else _run(job)


def _run(job: Job) -> Job | None:
    """Run a job that was claimed."""
    context = JobContext(job, job.fence)
    failed = True
    try:
        result = once_more(lambda: job_kind(job.kind).handler(context))
        once_more(lambda: _finish(context, result))
        failed = False
    except LeaseLost:
        failed = False
        logger.warning("job taken over", job=job.pk, fence=job.fence)
        return None
    except DomainError as refusal:
        failed = False
        _end(context, JobState.FAILED, f"{refusal.code}: {refusal}")
    except SoftTimeLimitExceeded:
        failed = False
        limit = job_kind(job.kind).time_limit
        once_more(lambda: _fail(context, f"TimeLimit: stopped after {limit} s"))
    except MemoryError as unfed:
        failed = False
        # What the handler had gathered goes, or nothing is left to record the failure with.
        traceback.clear_frames(unfed.__traceback__)
        once_more(lambda: _fail(context, "MemoryError: more than a worker gives a job"))
    finally:
        if failed:
            error = traceback.format_exc()[-ERROR_LENGTH:]
            once_more(lambda: _fail(context, error))
    job.refresh_from_db()
    return job


def once_more(work: Callable[[], Answer]) -> Answer:
    """Do a unit of work; when the database went away, connect again and do it once more.

    The unit either commits whole or not at all and is guarded by the fencing token of its job, so
    that doing it again doubles nothing.
    """
    try:
        return work()
    except (OperationalError, InterfaceError) as error:
        if connection.in_atomic_block:
            raise
        logger.warning("database lost, the work is done once more", error=str(error))
        _reconnect()
        return work()


def _reconnect() -> None:
    """Wait until the database answers again, JOBS_RECONNECT_SECONDS at most."""
    deadline = time.monotonic() + settings.JOBS_RECONNECT_SECONDS
    while True:
        connection.close()
        try:
            connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(RECONNECT_PAUSE)
        else:
            return


def _claim(job_id: int) -> Job | None:
    """Take the job, counting the attempt; None when it is not due, not free, or parked.

    A row that a transaction holds is left alone: its worker is alive, or its asker has not
    committed yet.
    """
    now = timezone.now()
    with transaction.atomic():
        free = Job.objects.due(now).select_for_update(of=("self",), skip_locked=True)
        job = free.filter(pk=job_id).first()
        if job is None:
            return None
        if job.attempts >= job.max_attempts:
            _park(job, job.error)
            return None
        try:
            with transaction.atomic():
                Job.objects.filter(pk=job.pk).update(
                    state=JobState.RUNNING,
                    fence=job.fence + 1,
                    attempts=job.attempts + 1,
                    lease_until=lease_end(),
                    started_at=now,
                    error="",
                )
        except IntegrityError:
            # Another job of the same kind and key runs: this one stays queued behind it.
            return None
    job.refresh_from_db()
    return job


def _finish(context: JobContext, result: dict[str, Any]) -> None:
    """Record the success, unless the handler did with its effects."""
    context.mine().update(
        state=JobState.SUCCEEDED, finished_at=timezone.now(), result=result, lease_until=None
    )


def _fail(context: JobContext, error: str) -> None:
    """Queue the job again after a pause, or park it; a queued twin makes it superfluous."""
    job = context.job
    if job.attempts >= job.max_attempts:
        with transaction.atomic():
            held = context.mine().select_for_update(of=("self",)).first()
            if held is not None:
                _park(held, error)
        return
    due_at = timezone.now() + dt.timedelta(seconds=settings.JOBS_RETRY_SECONDS * job.attempts)
    again = {"state": JobState.QUEUED, "due_at": due_at, "woken_at": None}
    try:
        with transaction.atomic():
            context.mine().update(**again, error=error, lease_until=None)
    except IntegrityError:
        _end(context, JobState.FAILED, error)


def _end(context: JobContext, state: JobState, error: str) -> None:
    context.mine().update(
        state=state, error=error[-ERROR_LENGTH:], finished_at=timezone.now(), lease_until=None
    )


def _park(job: Job, error: str) -> None:
    """Put a locked job aside until a person looks at it, and leave a trace."""
    Job.objects.filter(pk=job.pk).update(
        state=JobState.QUARANTINE, finished_at=timezone.now(), error=error, lease_until=None
    )
    cause = error.strip().rpartition("\n")[2][:200] or "worker lost"
    record_event(
        actor=None,
        verb="job_parked",
        object_kind="job",
        object_code=str(job.pk),
        detail={"kind": job.kind, "key": job.key, "attempts": job.attempts, "cause": cause},
    )
    logger.error("job parked", job=job.pk, kind=job.kind, key=job.key, cause=cause)
