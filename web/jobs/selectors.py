"""Who may steer a job, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.enums import Action, Resource
from accounts.permissions import can
from jobs.enums import JobState
from jobs.models import Job

ALIVE = (JobState.QUEUED, JobState.RUNNING)
ENDED_BADLY = (JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True)
class Steering:
    """What a person may do with a visible job: who asked for it, or who may recompute."""

    may_cancel: bool
    may_retry: bool


def may_steer(user: Any, job: Job) -> bool:
    """Whether `user` may decide on a visible job."""
    return job.requested_by_id == user.pk or can(user, Action.RECOMPUTE, Resource.INDICATOR_VALUE)


def steering_of(user: Any, job: Job) -> Steering:
    """Return the decisions that make sense in the state of the job; no query of its own."""
    steers = may_steer(user, job)
    return Steering(steers and job.state in ALIVE, steers and job.state in ENDED_BADLY)
