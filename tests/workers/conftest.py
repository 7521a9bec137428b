"""Real Celery workers on the test database; skipped without PostgreSQL and Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Return when the condition holds; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail("the condition never held")
        time.sleep(0.05)


class Workers:
    """Starts and stops worker processes, each known by its own process id."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.folder = folder
        self.queue = f"tests-{uuid.uuid4().hex[:8]}"
        self.redis_url = redis_url
        self.processes: list[subprocess.Popen[bytes]] = []

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process that works on the test database."""
        base = connection.settings_dict
        host, port = quote(str(base["HOST"]), safe=""), base["PORT"] or "5432"
        url = f"postgresql://{base['USER']}@/{base['NAME']}?host={host}&port={port}"
        return os.environ | {
            "DATABASE_URL": url,
            "PGPASSWORD": str(base["PASSWORD"]),
            "REDIS_URL": self.redis_url,
            "DJANGO_SETTINGS_MODULE": "tests.workers.settings",
            "TEST_QUEUE": self.queue,
            "TEST_BARRIER": str(self.folder),
            "PYTHONPATH": str(ROOT),
        }

    def start(self, name: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start one worker of one process."""
        log = (self.folder / f"{name}.log").open("wb")
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "celery",
                "-A",
                "tests.workers.app",
                "worker",
                "--pool=solo",
                "--queues",
                self.queue,
                "--hostname",
                f"{name}-{self.queue}@%h",
                "--without-gossip",
                "--without-mingle",
                "--loglevel=WARNING",
            ],
            cwd=ROOT,
            env=self.environment | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        self.processes.append(process)
        return process

    def python(self, code: str) -> subprocess.CompletedProcess[str]:
        """Run a few lines in a fresh process of the project (a web process, say)."""
        return subprocess.run(
            [sys.executable, "-c", "import django; django.setup()\n" + code],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def stop(self) -> None:
        """Stop every worker that still runs."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait(timeout=10)


@pytest.fixture
def workers(transactional_db: None, tmp_path: Path) -> Iterator[Workers]:
    """Workers on PostgreSQL and Redis."""
    if connection.vendor != "postgresql" or not settings.REDIS_URL:
        pytest.skip("real workers need PostgreSQL and Redis (make test-postgres)")
    found = Workers(tmp_path, settings.REDIS_URL)
    yield found
    found.stop()
