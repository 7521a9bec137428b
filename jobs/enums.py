"""States of a job."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """A job is queued, held by a worker under a lease, or ended.

    Failed: the domain refuses it, another attempt would change nothing. Quarantine: every attempt
    failed or lost its worker; a person decides.
    """

    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    QUARANTINE = "quarantine", _("parked")
    CANCELLED = "cancelled", _("cancelled")


ALIVE = (JobState.QUEUED, JobState.RUNNING)
ENDED = (JobState.SUCCEEDED, JobState.FAILED, JobState.QUARANTINE, JobState.CANCELLED)
ENDED_BADLY = (JobState.FAILED, JobState.QUARANTINE, JobState.CANCELLED)
