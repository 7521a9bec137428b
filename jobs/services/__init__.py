"""Services of the jobs room."""

from __future__ import annotations

from jobs.registry import label_of, register, register_daily
from jobs.services.context import JobContext
from jobs.services.dispatch import broker_is_paused, run_then_next, wake
from jobs.services.periods import request_due_periods, request_period
from jobs.services.requests import cancel_job, request_job, retry_job
from jobs.services.running import run_job
from jobs.services.sweeping import sweep
from jobs.services.waiting import computing_waits

__all__ = [
    "JobContext",
    "broker_is_paused",
    "cancel_job",
    "computing_waits",
    "label_of",
    "register",
    "register_daily",
    "request_due_periods",
    "request_job",
    "request_period",
    "retry_job",
    "run_job",
    "run_then_next",
    "sweep",
    "wake",
]
