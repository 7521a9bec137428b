"""Celery application: a wake-up for the jobs whose record is in the database."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init
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
