"""What a handler may do with its job: signs of life, effects under the fencing token."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from jobs.enums import JobState
from jobs.exceptions import LeaseLost
from jobs.models import Job, JobQuerySet


def lease_end() -> dt.datetime:
    """Return until when a worker that gives a sign of life now holds its job."""
    return timezone.now() + dt.timedelta(seconds=settings.JOBS_LEASE_SECONDS)


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
        """Extend the lease and record progress; raises LeaseLost when the job was taken over.

        What is done never goes backwards, even when another worker begins again.
        """
        changes: dict[str, Any] = {"lease_until": lease_end()}
        if done is not None:
            changes["progress_done"] = Greatest(F("progress_done"), done)
        if total is not None:
            changes["progress_total"] = total
        if step is not None:
            changes["step"] = step
        if not self.mine().update(**changes):
            raise LeaseLost(self.job.pk)

    def hold(self) -> None:
        """Lock the job row for the rest of the transaction, or raise LeaseLost.

        Called in the transaction that writes the effects of the job: nobody can take the job over
        before it commits.
        """
        if self.mine().select_for_update(of=("self",)).first() is None:
            raise LeaseLost(self.job.pk)

    def complete(self, result: dict[str, Any]) -> None:
        """End the job in the transaction that writes its effects, or raise LeaseLost.

        Effects and end are one commit: a worker killed right after it leaves nothing to do again.
        """
        ended = self.mine().update(
            state=JobState.SUCCEEDED, finished_at=timezone.now(), result=result, lease_until=None
        )
        if not ended:
            raise LeaseLost(self.job.pk)

    def mine(self) -> JobQuerySet:
        """Return the job as a queryset: empty once another worker holds it, or it was cancelled."""
        return Job.objects.filter(pk=self.job.pk, fence=self.fence, state=JobState.RUNNING)
