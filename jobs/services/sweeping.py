"""The sweeper: what is due and nobody runs is sent again."""

from __future__ import annotations

from django.utils import timezone

from jobs.models import Job
from jobs.services.dispatch import wake
from jobs.services.running import run_job

BATCH = 200


def sweep(*, here: bool = False) -> int:
    """Wake a worker for each due job (or run it in this process); return how many were sent.

    Due: queued, or held by a worker whose lease has run out.
    """
    due = Job.objects.due(timezone.now()).order_by("due_at", "id")
    ids = list(due.values_list("pk", flat=True)[:BATCH])
    if here:
        return sum(run_job(job_id) is not None for job_id in ids)
    return sum(wake(job_id) for job_id in ids)
