"""The sweeper: what is due and nobody runs is sent again."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone

from jobs.models import Job
from jobs.services.dispatch import FIRST, IN_TURN, wake
from jobs.services.running import run_job

BATCH = 200


def sweep(*, here: bool = False) -> int:
    """Wake a worker for each due job (or run it in this process); return how many were sent.

    What was begun already goes first: a worker that dies under a long queue delays its job little.
    Due: queued, or held by a worker whose lease has run out. A job whose worker was woken less than
    JOBS_RESEND_SECONDS ago is left alone, so that a long queue does not fill with copies.
    """
    now = timezone.now()
    if here:
        due = Job.objects.due(now).order_by("due_at", "id")
        ids = list(due.values_list("pk", flat=True)[:BATCH])
        return sum(run_job(job_id) is not None for job_id in ids)
    silent = Job.objects.unanswered(now, dt.timedelta(seconds=settings.JOBS_RESEND_SECONDS))
    rows = silent.order_by("-attempts", "due_at", "id").values_list("pk", "kind", "attempts")
    sent = [
        job_id
        for job_id, kind, attempts in list(rows[:BATCH])
        if wake(job_id, kind, priority=FIRST if attempts else IN_TURN)
    ]
    Job.objects.filter(pk__in=sent).update(woken_at=now)
    return len(sent)
