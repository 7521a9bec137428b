"""Redis stopped: people go on reading and editing, and the job runs when it is back."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indicators.models import IndicatorSnapshot
from jobs.enums import JobState
from jobs.models import Job
from projects.models import Project
from tests.samples import build_sample
from tests.workers.conftest import Workers, wait_until

pytestmark = pytest.mark.worker
# What an edit itself may take on a busy machine, beside its wait for Redis.
LOAD_SECONDS = 1.0

EDIT = """
import datetime as dt, time
from django.contrib.sessions.models import Session
from django.test import Client
from accounts.models import User
from projects.models import Project
from projects.services.estimates import estimate_project
client = Client()
began = time.monotonic()
who = {"username": "manager", "password": "secret-of-tests"}
assert client.post("/connexion/", who).status_code == 302
# The session is a row: log-in asks nothing of Redis.
assert Session.objects.filter(session_key=client.cookies["sessionid"].value).exists()
page = client.get("/projets/")
assert page.status_code == 200, page.status_code
login_and_page = time.monotonic() - began
began = time.monotonic()
project = Project.objects.get(code="P-1")
estimate_project(actor=User.objects.get(username="manager"), project_id=project.pk,
                 expected_version=project.version, full_cost=None,
                 end_on=dt.date(2027, 6, 1), reason="Sans Redis")
edit = time.monotonic() - began
page = client.get("/projets/")
assert "fr-notice--warning" in page.content.decode(), "no banner says that computing waits"
print(login_and_page, edit)
"""


class Redis:
    """A Redis of this test, stopped and started by its own process id."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("redis-server is absent")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.command = [
            program,
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(folder),
        ]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        wait_until(self.answers)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=10)
            self.process = None


@pytest.fixture
def redis(workers: Workers, tmp_path: Path) -> Iterator[Redis]:
    """A Redis that the workers of the test use."""
    server = Redis(tmp_path)
    workers.redis_url = server.url
    server.start()
    yield server
    server.stop()


def assert_hardly_waits(output: str) -> None:
    """The edit waits for Redis once, two seconds at most; log-in and reading never do.

    The pages are the first of their process: what they load counts.
    """
    login_and_page, edit = map(float, output.split()[-2:])
    assert login_and_page < 5
    assert edit < 2 + LOAD_SECONDS


def test_redis_stopped_edits_go_on_and_the_job_runs_when_it_is_back(
    workers: Workers, redis: Redis, manager: Any
) -> None:
    build_sample(manager)
    redis.stop()
    edited = workers.python(EDIT)
    assert edited.returncode == 0, edited.stderr
    assert_hardly_waits(edited.stdout)
    job = Job.objects.get(kind="indicators.refresh")
    assert job.state == JobState.QUEUED
    assert not IndicatorSnapshot.objects.exists()

    redis.start()
    workers.start("back")

    def computed() -> bool:
        swept = workers.python("from jobs.services import sweep\nsweep()")
        assert swept.returncode == 0, swept.stderr
        return IndicatorSnapshot.objects.filter(is_latest=True).exists()

    wait_until(computed, 60)
    project = Project.objects.get(code="P-1")
    snapshot = IndicatorSnapshot.objects.get(project=project)
    assert snapshot.figures_version == project.figures_version


def test_a_silent_redis_delays_an_edit_by_a_bounded_time(workers: Workers, manager: Any) -> None:
    """A port that accepts and never answers: without bounds `.delay()` hangs 40 s and more."""
    build_sample(manager)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        workers.redis_url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        edited = workers.python(EDIT)
        assert edited.returncode == 0, edited.stderr
        assert_hardly_waits(edited.stdout)
    assert Job.objects.get(kind="indicators.refresh").state == JobState.QUEUED
