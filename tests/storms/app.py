"""The project's Celery application with the kinds of the storms, and their protections taken off.

The effect of a job is two audit events, `storm-debit` and `storm-credit`, that bear its key: one
alone is a half-written effect, more than one of a kind a doubled one. `STORM_OFF` names the
protection that a twin removes: commit, fence, count (sweep and memory are in the settings).
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402 (Django first)

from accounts.services.audit import record_event  # noqa: E402
from dne_portfolio.celery import app  # noqa: E402
from jobs.models import Job  # noqa: E402
from jobs.registry import register  # noqa: E402
from jobs.services import JobContext, running  # noqa: E402

__all__ = ["app"]

OFF = os.environ.get("STORM_OFF", "")
FOLDER = Path(os.environ.get("STORM_FOLDER", "."))
# Seconds of work before the effects, and between the two halves of one.
WORK, BETWEEN = 0.1, 0.1


def note(what: str, context: JobContext) -> None:
    """Leave an audit event that bears the key of the job."""
    record_event(actor=None, verb=f"storm-{what}", object_kind="job", object_code=context.job.key)


def write(context: JobContext) -> dict[str, Any]:
    """Work, then write both halves of the effect with the end of the job, in one commit."""
    time.sleep(WORK)
    if OFF == "commit":
        note("debit", context)
        time.sleep(BETWEEN)
        note("credit", context)
        time.sleep(BETWEEN)
        return {}
    with transaction.atomic():
        context.hold()
        note("debit", context)
        time.sleep(BETWEEN)
        note("credit", context)
        context.complete({})
    time.sleep(BETWEEN)
    return {}


def wait_then_write(context: JobContext) -> dict[str, Any]:
    """Say which process holds the job, wait for the file `go`, then write as the others do.

    The process that comes second does not wait.
    """
    held = FOLDER / "held"
    if not held.exists():
        held.write_text(str(os.getpid()))
        while not (FOLDER / "go").exists():
            time.sleep(0.02)
    return write(context)


def kill_its_worker(context: JobContext) -> dict[str, Any]:
    """Leave a trace of the attempt, then kill the process as the kernel does for want of memory."""
    note("poison", context)
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def hang(context: JobContext) -> dict[str, Any]:
    """Outlast the time limit of the kind."""
    note("hang", context)
    time.sleep(60)
    return {}


def eat(context: JobContext) -> dict[str, Any]:
    """Take three times what a worker gives, by small pieces; end there when nothing stops it."""
    note("eat", context)
    eaten = [bytes(10_000) for _ in range(45_000)]
    return {"eaten": len(eaten)}


register("storm.write", write)
register("storm.eat", eat)
register("storm.held", wait_then_write)
register("storm.poison", kill_its_worker)
register("storm.hang", hang, time_limit=1)

if OFF == "fence":

    def _nothing(self: JobContext, result: Any = None) -> None:
        """Accept whoever comes."""

    JobContext.hold = _nothing  # type: ignore[method-assign]
    JobContext.complete = _nothing  # type: ignore[method-assign]

if OFF == "count":
    _claim = running._claim

    def _claim_without_counting(job_id: int) -> Job | None:
        job = _claim(job_id)
        if job is not None:
            Job.objects.filter(pk=job.pk).update(attempts=0)
        return job

    running._claim = _claim_without_counting
