"""What the page of a job shows: who may steer it, how far it is, what it gave."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.enums import Action
from jobs.enums import ALIVE, ENDED, ENDED_BADLY, JobState
from jobs.models import Job
from jobs.permissions import may_steer
from jobs.registry import results_of

# Marks at which the progress is spoken, and no other (`ux.md` 3.7).
NOT_YET, BEGUN, HALF, OVER = -1, 0, 50, 100
# Below this share of the work an estimate of the time left says nothing.
LEAST_SHARE = 0.05


@dataclass(frozen=True)
class Steering:
    """What a person may do with a visible job, in the state in which it is."""

    may_cancel: bool
    may_retry: bool


@dataclass(frozen=True)
class Progress:
    """How far a job is: its percentage if the total is known, its mark, the time left in words."""

    percent: int | None
    mark: int
    left: str


def steering_of(user: Any, job: Job) -> Steering:
    """Return the decisions that the policy allows and that make sense; no query of its own."""
    return Steering(
        job.state in ALIVE and may_steer(user, Action.CANCEL, job),
        job.state in ENDED_BADLY and may_steer(user, Action.RETRY, job),
    )


def progress_of(job: Job, now: dt.datetime | None = None) -> Progress:
    """Return how far a job is."""
    percent = None
    if job.progress_total:
        percent = min(100, job.progress_done * 100 // job.progress_total)
    if job.state in ENDED:
        return Progress(percent, OVER, "")
    if job.state == JobState.QUEUED:
        return Progress(percent, NOT_YET, "")
    mark = HALF if percent is not None and percent >= HALF else BEGUN
    return Progress(percent, mark, _time_left(job, now or timezone.now()))


def _time_left(job: Job, now: dt.datetime) -> str:
    """Return about how long is left in words, from the pace so far; nothing when it is a guess."""
    if not (job.progress_total and job.started_at and job.progress_done):
        return ""
    share = job.progress_done / job.progress_total
    if share < LEAST_SHARE or share >= 1:
        return ""
    seconds = round((now - job.started_at).total_seconds() * (1 - share) / share)
    if seconds < 90:
        seconds = max(5, 5 * round(seconds / 5))
        return ngettext("about %(count)s second left", "about %(count)s seconds left", seconds) % {
            "count": seconds
        }
    minutes = round(seconds / 60)
    return ngettext("about %(count)s minute left", "about %(count)s minutes left", minutes) % {
        "count": minutes
    }


def spoken(job: Job, mark: int) -> str:
    """Return what a screen reader hears when a job reaches a mark."""
    if mark == OVER:
        return _("The job has ended: %(state)s.") % {"state": job.get_state_display()}
    return _("Job under way: %(percent)s%%.") % {"percent": mark}


def results_shown(job: Job) -> list[tuple[str, Any]]:
    """Return the labelled entries of the result; what has no label is for programs."""
    labels = results_of(job.kind)
    return [(str(labels[name]), value) for name, value in job.result.items() if name in labels]


def error_shown(job: Job) -> str:
    """Return the last line of an error: what went wrong, without the paths of the machine."""
    if job.error:
        return job.error.strip().rpartition("\n")[2]
    if job.state == JobState.QUARANTINE:
        return _("Each of its workers stopped without an answer.")
    return ""
