"""Celery: a bounded, at-least-once wake-up; the record of work is `jobs.Job`."""

from __future__ import annotations

import environ

_env = environ.Env()

REDIS_URL = _env.str("REDIS_URL", default="")

CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "unacked_restore_interval": 5,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "Europe/Paris"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "jobs.sweep", "schedule": 30.0},
    "stale-indicators": {"task": "indicators.stale", "schedule": 60.0},
    "nightly-indicators": {"task": "indicators.nightly", "schedule": 24 * 3600.0},
}

JOBS_LEASE_SECONDS = _env.int("JOBS_LEASE_SECONDS", default=60)
JOBS_MAX_ATTEMPTS = 3
INDICATORS_CHUNK_SIZE = _env.int("INDICATORS_CHUNK_SIZE", default=10_000)
