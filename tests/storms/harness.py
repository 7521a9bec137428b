"""Servers and workers of a storm, each started, killed and started again by its own process id."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from scripts.with_services import HOST, find_program, free_port, unprivileged

ROOT = Path(__file__).resolve().parent.parent.parent
Process = subprocess.Popen[bytes]
PYTHON_START_SECONDS = 120


def say(text: str) -> None:
    """Write a figure of the storm where pytest shows what a test wrote."""
    sys.stdout.write(text + "\n")


def children_of(pid: int) -> list[int]:
    """Return the process ids of the children of a process (Linux)."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def kill(*pids: int) -> None:
    """Kill processes that may have ended meanwhile."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Return when the condition holds; fail, naming it, after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"never came: {what}")
        time.sleep(0.05)


class Postgres:
    """A PostgreSQL that is durable, as in production, and can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "postgres"
        self.home.mkdir(mode=0o700)
        self.who: dict[str, Any] = unprivileged()
        if self.who:
            shutil.chown(self.home, "postgres", "postgres")
        self.port = free_port()
        self.process: Process | None = None
        initdb = find_program("initdb", "postgresql")
        command = [initdb, "--pgdata", str(self.home / "data"), "--no-sync", "--auth=trust"]
        command += ["--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
        subprocess.run(command, cwd=self.home, check=True, capture_output=True, **self.who)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@{HOST}:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers; the shared memory of a killed one may linger."""
        command = [find_program("postgres", "postgresql"), "-D", str(self.home / "data")]
        for name, value in {
            "port": self.port,
            "listen_addresses": HOST,
            "unix_socket_directories": self.home,
            "max_connections": 100,
            # The processes are killed, the machine is not: the kernel keeps what was written.
            "fsync": "off",
        }.items():
            command += ["-c", f"{name}={value}"]

        def answers() -> bool:
            if self.process is None or self.process.poll() is not None:
                with (self.home / "log").open("ab") as log:
                    self.process = subprocess.Popen(
                        command,
                        cwd=self.home,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                        **self.who,
                    )
            try:
                psycopg.connect(self.url, connect_timeout=1).close()
            except psycopg.OperationalError:
                return False
            return True

        wait_until(answers, 30, "PostgreSQL")

    def kill(self) -> None:
        """Kill the server and each of its processes at once, as a machine that fails does."""
        if self.process is not None:
            backends = children_of(self.process.pid)
            kill(self.process.pid, *backends)
            self.process.wait(timeout=20)
            self.process = None


class Redis:
    """A Redis that can be emptied, and made to accept connections without ever answering."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        command = [find_program("redis-server", "redis-server"), "--port", str(self.port)]
        command += ["--bind", HOST, "--save", "", "--appendonly", "no", "--dir", str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self.client = redis.Redis(HOST, self.port, socket_timeout=5)
        wait_until(self.answers, 20, "Redis")

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.exceptions.ConnectionError:
            return False

    def fall_silent(self) -> None:
        """The kernel goes on accepting connections, the process answers none."""
        self.process.send_signal(signal.SIGSTOP)

    def speak_again(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(timeout=10)


class Storm:
    """One storm: its processes, its jobs, what became of them."""

    def __init__(self, folder: Path, postgres: Postgres, broker: Redis, seed: int) -> None:
        self.folder, self.postgres, self.broker = folder, postgres, broker
        self.random = random.Random(seed)
        self.off = ""
        self.queue = f"storm-{uuid.uuid4().hex[:8]}"
        self.workers: list[Process] = []
        self.others: list[Process] = []
        self.started = 0

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.broker.url,
            "DJANGO_SETTINGS_MODULE": "tests.storms.settings",
            "STORM_QUEUE": self.queue,
            "STORM_FOLDER": str(self.folder),
            "STORM_OFF": self.off,
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
        }

    def _celery(self, name: str, *arguments: str) -> Process:
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "tests.storms.app", *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start_worker(self, processes: int = 2) -> Process:
        """Start a worker of so many processes, the default pool of Celery."""
        self.started += 1
        name = f"w{self.started}"
        worker = self._celery(
            name,
            "worker",
            f"--concurrency={processes}",
            f"--queues={self.queue}",
            f"--hostname={name}-{self.queue}@%h",
            "--without-gossip",
            "--without-mingle",
            "--loglevel=WARNING",
        )
        self.workers.append(worker)
        return worker

    def start_beat(self) -> None:
        """Start the scheduler, whose only task is the sweep."""
        schedule = str(self.folder / "beat")
        beat = self._celery("beat", "beat", "--schedule", schedule, "--pidfile=")
        self.others.append(beat)

    def kill_a_worker(self) -> bool:
        """Kill a process at random: one of a pool, or a whole worker, which is then replaced.

        Only workers that are up are killed, or a busy machine would never see one work; false when
        none is.
        """
        up = [worker for worker in self.workers if children_of(worker.pid)]
        if not up:
            return False
        worker = self.random.choice(up)
        pool = children_of(worker.pid)
        if pool and self.random.random() < 0.8:
            kill(self.random.choice(pool))
            return True
        kill(worker.pid, *pool)
        worker.wait(timeout=10)
        self.workers.remove(worker)
        self.start_worker()
        return True

    def python(self, code: str) -> str:
        """Run a few lines in a fresh process of the project, as a page would; return its output."""
        done = subprocess.run(
            [sys.executable, "-c", "import tests.storms.app\n" + code],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PYTHON_START_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, count: int, kind: str = "storm.write") -> None:
        """Ask for jobs, each in a transaction of its own."""
        self.python(
            "from jobs.services import request_job\n"
            f"for n in range({count}): request_job(kind={kind!r}, key=f'{kind}-{{n}}')"
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the database; no row while it does not answer."""
        try:
            with psycopg.connect(self.postgres.url, connect_timeout=2) as found:
                return found.execute(query).fetchall()
        except psycopg.OperationalError:
            return []

    def states(self, kind: str = "storm.write") -> dict[str, int]:
        """Count the jobs of a kind by state."""
        where = f"where kind = '{kind}'"
        return dict(self.rows(f"select state, count(*) from jobs_job {where} group by state"))

    def effects(self, what: str) -> dict[str, int]:
        """Count the effects of a sort by job."""
        rows = self.rows(
            "select object_code, count(*) from accounts_auditevent"
            f" where verb = 'storm-{what}' group by object_code"
        )
        return dict(rows)

    def messages(self) -> int:
        """Count the messages that wait for a worker, of every priority."""
        keys = self.broker.client.keys(f"{self.queue}*")
        return sum(self.broker.client.llen(key) for key in keys)  # type: ignore[misc, union-attr]

    def over(self, count: int, kind: str = "storm.write") -> bool:
        """Whether every job that was asked for has ended, one way or another."""
        states = self.states(kind)
        ended = sum(states.get(state, 0) for state in ("succeeded", "failed", "quarantine"))
        return bool(states) and ended == sum(states.values()) and ended >= count

    def retry_parked(self) -> int:
        """Try again, by one click each, the jobs that lost their worker three times by bad luck."""
        code = (
            "from jobs.models import Job\nfrom jobs.services import retry_job\n"
            "found = Job.objects.filter(kind='storm.write').parked()\n"
            "ids = list(found.values_list('pk', flat=True))\n"
            "for pk in ids: retry_job(actor=None, job_id=pk)\nprint(len(ids))"
        )
        return int(self.python(code).split()[-1])

    def check(self, count: int, kind: str = "storm.write") -> None:
        """Assert the promise: nothing lost, doubled or half-written."""
        debit, credit = self.effects("debit"), self.effects("credit")
        keys = {f"{kind}-{n}" for n in range(count)}
        lost = keys - set(debit)
        doubled = {key for key in keys if debit.get(key, 0) > 1 or credit.get(key, 0) > 1}
        half = {key for key in keys if debit.get(key, 0) != credit.get(key, 0)}
        assert (lost, doubled, half) == (set(), set(), set())

    def stop(self) -> None:
        """Stop what still runs."""
        for process in self.workers + self.others:
            kill(process.pid, *children_of(process.pid))
            process.wait(timeout=10)
        self.broker.speak_again()
