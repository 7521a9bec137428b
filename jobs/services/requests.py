"""Asking for work, cancelling it, trying it again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.services.audit import record_event
from jobs.enums import ALIVE, ENDED_BADLY, JobState
from jobs.exceptions import JobNotCancellable, JobNotRetryable, JobWriting
from jobs.models import Job
from jobs.services.dispatch import wake

LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's code


@transaction.atomic
def request_job(
    *,
    kind: str,
    key: str = "",
    payload: dict[str, Any] | None = None,
    requested_by: Any = None,
    due_at: dt.datetime | None = None,
    retry_of: Job | None = None,
) -> Job:
    """Queue a job in the caller's transaction, or return the one that is queued already.

    The queued row is locked until the commit, so that no worker can begin it before the figures
    that it must read are committed. A worker is woken after the commit.
    """
    person = requested_by if requested_by is not None and requested_by.pk else None
    now = timezone.now()
    job = None
    while job is None:
        Job.objects.bulk_create(
            [
                Job(
                    kind=kind,
                    key=key,
                    payload=payload or {},
                    requested_by=person,
                    due_at=due_at or now,
                    woken_at=now,
                    max_attempts=settings.JOBS_MAX_ATTEMPTS,
                    retry_of=retry_of,
                )
            ],
            ignore_conflicts=True,
        )
        queued = Job.objects.select_for_update(of=("self",))
        job = queued.filter(kind=kind, key=key, state=JobState.QUEUED).first()
    number = job.pk
    # A function with a name: Django cannot report the error of a `partial`, and raises instead.
    transaction.on_commit(lambda: wake(number, kind), robust=True)
    return job


@transaction.atomic
def cancel_job(*, actor: Any, job_id: int) -> Job:
    """Cancel a job; one that runs stops at its next sign of life.

    Raises JobNotCancellable when it has ended, and JobWriting, without waiting, when its worker
    holds it to record its effects.
    """
    job = _lock_or_refuse(job_id)
    if job.state not in ALIVE:
        raise JobNotCancellable(id=job.pk)
    job.state = JobState.CANCELLED
    job.finished_at = timezone.now()
    job.fence += 1
    job.lease_until = None
    job.save(update_fields=["state", "finished_at", "fence", "lease_until"])
    _record(actor, "job_cancelled", job)
    return job


@transaction.atomic
def retry_job(*, actor: Any, job_id: int) -> Job:
    """Queue the same work again, as a new job; the old one keeps the record of how it ended.

    Raises JobNotRetryable for a job that lives or succeeded.
    """
    job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
    if job.state not in ENDED_BADLY:
        raise JobNotRetryable(id=job.pk)
    again = request_job(
        kind=job.kind, key=job.key, payload=job.payload, requested_by=actor, retry_of=job
    )
    if again.retry_of_id is None:
        # The same work was queued already: it is the new attempt.
        again.retry_of = job
        again.save(update_fields=["retry_of"])
    _record(actor, "job_retried", job, again=again.pk)
    return again


def _lock_or_refuse(job_id: int) -> Job:
    """Lock a job at once; a person does not wait for the end of a long transaction."""
    try:
        with transaction.atomic():
            return Job.objects.select_for_update(of=("self",), nowait=True).get(pk=job_id)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
            raise
        raise JobWriting(id=job_id) from error


def _record(actor: Any, verb: str, job: Job, **detail: Any) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_kind="job",
        object_code=str(job.pk),
        detail={"kind": job.kind, "key": job.key, **detail},
    )
