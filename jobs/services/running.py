"""Running a job: claim under a lease, heartbeat, finish; a killed worker's job is taken over.

A claim is one conditional UPDATE, so two workers never hold the same job. Each claim raises the
fencing token; what a worker writes is guarded by it (`JobContext.hold`), so a worker that was
thought dead cannot write after another took its job over.
"""

from __future__ import annotations

import datetime as dt
import traceback
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobs.enums import JobState
from jobs.exceptions import LeaseLost
from jobs.models import Job
from jobs.registry import job_kind

logger = structlog.get_logger("dne.jobs")
ERROR_LENGTH = 4000
RETRY_DELAY = dt.timedelta(seconds=10)


@dataclass
class JobContext:
    """What a handler may do with its job."""

    job: Job
    fence: int

    @property
    def payload(self) -> dict[str, Any]:
        """Return the payload of the job."""
        return dict(self.job.payload)

    def heartbeat(
        self, *, done: int | None = None, total: int | None = None, step: str | None = None
    ) -> None:
        """Extend the lease and record progress; raises LeaseLost when the job was taken over."""
        changes: dict[str, Any] = {"lease_until": _lease()}
        if done is not None:
            changes["progress_done"] = done
        if total is not None:
            changes["progress_total"] = total
        if step is not None:
            changes["step"] = step
        if not self._mine().update(**changes):
            raise LeaseLost(self.job.pk)

    def hold(self) -> None:
        """Lock the job row for the rest of the transaction, or raise LeaseLost.

        Called in the transaction that writes the effects of the job: nobody can take the job over
        before it commits.
        """
        if self._mine().select_for_update(of=("self",)).first() is None:
            raise LeaseLost(self.job.pk)

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, fence=self.fence, state=JobState.RUNNING)


def run_job(job_id: int) -> Job | None:
    """Run a job if it is due and free; return it as it ended, None when it was not to be had.

    An error of the handler is recorded and raised again, for the log of the worker.
    """
    job = _claim(job_id)
    if job is None:
        return None
    context = JobContext(job, job.fence)
    failed = True
    try:
        result = job_kind(job.kind).handler(context)
        failed = False
    except LeaseLost:
        failed = False
        logger.warning("job taken over", job=job.pk, fence=job.fence)
        return None
    finally:
        if failed:
            _fail(context, traceback.format_exc()[-ERROR_LENGTH:])
    _finish(context, result)
    _run_next(job)
    job.refresh_from_db()
    return job


def _claim(job_id: int) -> Job | None:
    """Take the job by one conditional update; None when it is not due, not free, or parked."""
    now = timezone.now()
    job = Job.objects.due(now).filter(pk=job_id).first()
    if job is None:
        return None
    if job.attempts >= job.max_attempts:
        _park(job)
        return None
    same = Job.objects.filter(pk=job_id, state=job.state, fence=job.fence)
    try:
        with transaction.atomic():
            taken = same.update(
                state=JobState.RUNNING,
                fence=job.fence + 1,
                attempts=job.attempts + 1,
                lease_until=_lease(),
                started_at=now,
                error="",
            )
    except IntegrityError:
        # Another job of the same kind and key runs: this one stays queued behind it.
        return None
    if not taken:
        return None
    job.refresh_from_db()
    return job


def _lease() -> dt.datetime:
    return timezone.now() + dt.timedelta(seconds=settings.JOBS_LEASE_SECONDS)


def _park(job: Job) -> None:
    """Put aside a job whose workers died too often (a poisoned job)."""
    Job.objects.filter(pk=job.pk, fence=job.fence, state=job.state).update(
        state=JobState.FAILED,
        finished_at=timezone.now(),
        error=job.error or f"given up after {job.attempts} attempts",
    )


def _finish(context: JobContext, result: dict[str, Any]) -> None:
    context._mine().update(
        state=JobState.SUCCEEDED, finished_at=timezone.now(), result=result, lease_until=None
    )


def _fail(context: JobContext, error: str) -> None:
    """Queue the job again after a pause, or park it; a queued twin makes it superfluous."""
    job = context.job
    ended = {"state": JobState.FAILED, "finished_at": timezone.now()}
    again = {"state": JobState.QUEUED, "due_at": timezone.now() + RETRY_DELAY * job.attempts}
    common = {"error": error, "lease_until": None}
    if job.attempts < job.max_attempts:
        try:
            with transaction.atomic():
                context._mine().update(**again, **common)
        except IntegrityError:
            context._mine().update(**ended, **common)
    else:
        context._mine().update(**ended, **common)


def _run_next(job: Job) -> None:
    """Run what was asked for while this job ran (same kind and key)."""
    waiting = Job.objects.filter(kind=job.kind, key=job.key, state=JobState.QUEUED)
    following = waiting.values_list("pk", flat=True).first()
    if following is not None:
        run_job(following)
