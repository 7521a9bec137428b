"""Settings of the processes of a storm: short waits, a queue of their own, a sweep each second."""

from __future__ import annotations

import os

from dne_portfolio.settings.test import *  # noqa: F403 (settings are layered)

CELERY_TASK_ALWAYS_EAGER = False
CELERY_TASK_DEFAULT_QUEUE = os.environ.get("STORM_QUEUE", "storm")
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "jobs.sweep", "schedule": 1.0}}
if os.environ.get("STORM_OFF") == "sweep":
    CELERY_BEAT_SCHEDULE = {}
JOBS_LEASE_SECONDS = 3
JOBS_RESEND_SECONDS = 2
JOBS_RETRY_SECONDS = 1
JOBS_JOB_MEMORY = 0 if os.environ.get("STORM_OFF") == "memory" else 150_000
