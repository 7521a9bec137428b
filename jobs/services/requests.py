"""Asking for work, cancelling it, trying it again."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs.enums import JobState
from jobs.exceptions import JobNotCancellable
from jobs.models import Job
from jobs.services.dispatch import wake


@transaction.atomic
def request_job(
    *,
    kind: str,
    key: str = "",
    payload: dict[str, Any] | None = None,
    requested_by: Any = None,
    due_at: dt.datetime | None = None,
) -> Job:
    """Queue a job in the caller's transaction, or return the one that is queued already.

    The queued row is locked until the commit, so that no worker can begin it before the figures
    that it must read are committed. A worker is woken after the commit.
    """
    person = requested_by if requested_by is not None and requested_by.pk else None
    job = None
    while job is None:
        Job.objects.bulk_create(
            [
                Job(
                    kind=kind,
                    key=key,
                    payload=payload or {},
                    requested_by=person,
                    due_at=due_at or timezone.now(),
                    max_attempts=settings.JOBS_MAX_ATTEMPTS,
                )
            ],
            ignore_conflicts=True,
        )
        queued = Job.objects.select_for_update(of=("self",))
        job = queued.filter(kind=kind, key=key, state=JobState.QUEUED).first()
    transaction.on_commit(partial(wake, job.pk), robust=True)
    return job


@transaction.atomic
def cancel_job(*, job_id: int) -> Job:
    """Cancel a job; one that runs stops at its next sign of life. Raises JobNotCancellable."""
    job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
    if job.state not in (JobState.QUEUED, JobState.RUNNING):
        raise JobNotCancellable(id=job.pk)
    job.state = JobState.CANCELLED
    job.finished_at = timezone.now()
    job.fence += 1
    job.save(update_fields=["state", "finished_at", "fence"])
    return job


def retry_job(*, job: Job, actor: Any) -> Job:
    """Queue the same work again, as a new job."""
    return request_job(kind=job.kind, key=job.key, payload=job.payload, requested_by=actor)
