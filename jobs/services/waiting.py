"""Whether computing waits, told without a question to Redis."""

from __future__ import annotations

import datetime as dt
import time

from django.conf import settings
from django.utils import timezone

from jobs.models import Job
from jobs.services.dispatch import broker_is_paused


class _Seen:
    """What the last look at the queue told this process."""

    until = 0.0
    late = False


def computing_waits() -> bool:
    """Whether jobs wait: the broker does not answer this process, or a due job is late.

    The queue is looked at every JOBS_LOOK_SECONDS at most; without a broker jobs run at once.
    """
    if settings.CELERY_TASK_ALWAYS_EAGER:
        return False
    if broker_is_paused():
        return True
    if time.monotonic() >= _Seen.until:
        late = timezone.now() - dt.timedelta(seconds=settings.JOBS_LATE_SECONDS)
        _Seen.late = Job.objects.due(late).exists()
        _Seen.until = time.monotonic() + settings.JOBS_LOOK_SECONDS
    return _Seen.late
