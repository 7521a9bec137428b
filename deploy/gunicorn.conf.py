"""gunicorn, in production and in a small office (`run.py serve`): run it as `python -m gunicorn`.

What varies comes from the environment (deploy/environment.sample).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dne_portfolio.settings.production")
os.environ.setdefault("DATABASE_PROFILE", "web")
# The processes share their counters in these files; they are chosen when the library is loaded.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", "/run/portfolio/metrics")

from prometheus_client import multiprocess

from dne_portfolio.settings.logs import LOGGING

wsgi_app = "dne_portfolio.wsgi:application"
bind = os.environ.get("GUNICORN_BIND", "unix:/run/portfolio/web.sock")
umask = 0o007
# Nothing but the service manager commands the server.
control_socket_disable = True
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "4"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# A statement ends after 5 s: a request that takes 60 s is a bug or an export, which streams.
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 5_000
max_requests_jitter = 500
limit_request_line = 4_094
limit_request_fields = 64
limit_request_field_size = 8_190
# The site writes one line a request itself, with the id of the person and of the request.
accesslog = None
logconfig_dict = {
    **LOGGING,
    "loggers": {
        **LOGGING["loggers"],
        "gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}


def on_starting(server: object) -> None:
    """Begin with empty counters: those of dead processes would be added for ever."""
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def child_exit(server: object, worker: object) -> None:
    """Forget the gauges of a process that ended."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined]
