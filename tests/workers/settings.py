"""Settings of the real workers that tests start: a short lease, a queue of their own."""

from __future__ import annotations

import os

from dne_portfolio.settings.test import *  # noqa: F403 (settings are layered)

CELERY_TASK_ALWAYS_EAGER = False
CELERY_TASK_DEFAULT_QUEUE = os.environ["TEST_QUEUE"]
JOBS_LEASE_SECONDS = 2
JOBS_RESEND_SECONDS = 2
INDICATORS_CHUNK_SIZE = int(os.environ.get("TEST_CHUNK_SIZE", "10"))
