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
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_ENABLE_UTC = True

# Each kind of job has its own limit (jobs.registry), never longer than this; in seconds.
JOBS_TIME_LIMIT = _env.int("JOBS_TIME_LIMIT", default=840)
CELERY_TASK_SOFT_TIME_LIMIT = JOBS_TIME_LIMIT
CELERY_TASK_TIME_LIMIT = JOBS_TIME_LIMIT + 60
# A message is sent again after this long: never while its task may still run.
VISIBILITY_TIMEOUT = 2 * CELERY_TASK_TIME_LIMIT
CELERY_VISIBILITY_TIMEOUT = VISIBILITY_TIMEOUT
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": VISIBILITY_TIMEOUT}

# Who publishes is a page or an edit: it waits about a second, for the client reads twice before it
# gives up on a silent Redis.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": VISIBILITY_TIMEOUT,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
# A worker blocks on its queue for longer (dne_portfolio/celery.py).
WORKER_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS | {
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY = False

CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 60.0
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
# kB, read after each task; tasks a process runs before another replaces it.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = _env.int("JOBS_WORKER_MEMORY", default=1_000_000)
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
# kB that a job may take beside what its process holds before the first; 0 is no limit.
JOBS_JOB_MEMORY = _env.int("JOBS_JOB_MEMORY", default=2_000_000)

CELERY_TIMEZONE = "Europe/Paris"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "jobs.sweep", "schedule": 30.0},
    "stale-indicators": {"task": "indicators.stale", "schedule": 60.0},
    "news": {"task": "records.news", "schedule": 60.0},
    "periods": {"task": "jobs.periods", "schedule": 60.0},
    "heartbeat": {"task": "operations.heartbeat", "schedule": 30.0},
}

JOBS_LEASE_SECONDS = _env.int("JOBS_LEASE_SECONDS", default=60)
JOBS_MAX_ATTEMPTS = 3
# Seconds: before a second attempt (twice as long before the third); between two wake-ups for the
# same job; before a due job is late; between two looks at the queue for the banner of the pages;
# for a database that restarts.
JOBS_RETRY_SECONDS = 10
JOBS_RESEND_SECONDS = 30
JOBS_LATE_SECONDS = 90
JOBS_LOOK_SECONDS = 15
JOBS_RECONNECT_SECONDS = 10
INDICATORS_CHUNK_SIZE = _env.int("INDICATORS_CHUNK_SIZE", default=10_000)
