"""What the pages of the jobs read, and who may steer a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.enums import Action, Resource
from accounts.permissions import can
from jobs.enums import JobState
from jobs.models import Job
from jobs.registry import label_of

ALIVE = (JobState.QUEUED, JobState.RUNNING)
ENDED_BADLY = (JobState.FAILED, JobState.CANCELLED)


def jobs(user: Any) -> QuerySet[Job]:
    """Return the visible jobs with the person who asked."""
    return Job.objects.visible_to(user).select_related("requested_by")


def can_recompute(user: Any) -> bool:
    """Whether `user` may ask for the computation of the indicators."""
    return can(user, Action.RECOMPUTE, Resource.INDICATOR_VALUE)


def can_steer(user: Any, job: Job) -> bool:
    """Whether `user` may cancel or retry a visible job: who asked for it, or who may recompute."""
    return job.requested_by_id == user.pk or can_recompute(user)


@dataclass(frozen=True)
class JobStatus:
    """A job in words; `percent` is None when the total is not known."""

    job: Job
    label: str
    percent: int | None
    alive: bool
    may_cancel: bool
    may_retry: bool
    last_line: str


def job_status(user: Any, job: Job) -> JobStatus:
    """Return the state of a job as the page says it; no query."""
    total, done = job.progress_total, job.progress_done
    percent = min(100, 100 * done // total) if total else None
    steers = can_steer(user, job)
    lines = job.error.strip().splitlines()
    return JobStatus(
        job,
        label_of(job.kind),
        percent,
        job.state in ALIVE,
        steers and job.state in ALIVE,
        steers and job.state in ENDED_BADLY,
        lines[-1] if lines else "",
    )
