"""Celery application: a wake-up for the jobs whose record is in the database."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, worker_process_init
from django.conf import settings

# Loaded with the package, before wsgi.py: another default here would be the one of the web.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dne_portfolio.settings.production")

app = Celery("dne_portfolio")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def wait_as_a_worker(conf: Any = None, **_kwargs: Any) -> None:
    """Give a worker its own waits: it blocks on its queue longer than a page may.

    Celery has no setting that differs between who publishes and who works; this is its hook for it.
    """
    conf.broker_transport_options = settings.WORKER_TRANSPORT_OPTIONS


@worker_process_init.connect
def bound_memory(**_kwargs: Any) -> None:
    """Bound the address space of a process of the pool: a job that eats memory gets a MemoryError.

    Otherwise the kernel chooses what it kills. Only the soft limit: a child may have its own.
    """
    if settings.JOBS_JOB_MEMORY:
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (held + settings.JOBS_JOB_MEMORY * 1024, hard))
