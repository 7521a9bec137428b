"""Services of the jobs room."""

from __future__ import annotations

from jobs.registry import label_of, register
from jobs.services.dispatch import broker_is_paused, wake
from jobs.services.requests import cancel_job, request_job, retry_job
from jobs.services.running import JobContext, run_job
from jobs.services.sweeping import sweep

__all__ = [
    "JobContext",
    "broker_is_paused",
    "cancel_job",
    "label_of",
    "register",
    "request_job",
    "retry_job",
    "run_job",
    "sweep",
    "wake",
]
