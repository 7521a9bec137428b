"""Who may steer a visible job: its asker or everyone, as the policy table says."""

from __future__ import annotations

from typing import Any

from accounts.enums import Action, Resource
from accounts.permissions import can, scopes_of
from jobs.models import Job
from jobs.registry import job_kind


def may_steer(user: Any, action: Action, job: Job) -> bool:
    """Whether `user` may cancel or retry this job; no query once the grants are known."""
    scopes = scopes_of(user, action, Resource.JOB)
    return scopes.everywhere or (not scopes.empty and job.requested_by_id == user.pk)


def may_request(user: Any, kind: str) -> bool:
    """Whether `user` may ask for a job of this kind; a kind without a verb is the system's."""
    needs = job_kind(kind).needs
    return needs is not None and can(user, *needs)
