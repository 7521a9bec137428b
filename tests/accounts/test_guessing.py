"""Guesses against a live server of four processes, by sixteen threads with forged headers."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from tests.accounts.conftest import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
ROOT = Path(__file__).resolve().parent.parent.parent
PROCESSES, THREADS, GUESSES, LIMIT = 4, 16, 20, 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A gunicorn of several processes on the test database."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.port, self.checks = free_port(), folder / "checks"
        self.checks.touch()
        base = connection.settings_dict
        host, port = quote(str(base["HOST"]), safe=""), base["PORT"] or "5432"
        environment = os.environ | {
            "DATABASE_URL": f"postgresql://{base['USER']}@/{base['NAME']}?host={host}&port={port}",
            "PGPASSWORD": str(base["PASSWORD"]),
            "DJANGO_SETTINGS_MODULE": "tests.accounts.guessing_settings",
            "CHECKS_FILE": str(self.checks),
            "TRIES_BY_ACCOUNT": str(limit),
            "DATABASE_PROFILE": "web",
            "PYTHONPATH": str(ROOT),
        }
        options = f"--workers={PROCESSES} --threads={THREADS} --worker-class=gthread".split()
        self.log = (folder / "log").open("wb")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "dne_portfolio.wsgi:application"),
                *options,
                *(f"--bind=127.0.0.1:{self.port}", "--log-level=warning"),
            ],
            cwd=ROOT,
            env=environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def wait(self) -> None:
        """Return when it answers."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                call(self.port, "GET", "/health/live", {})
            except OSError:
                time.sleep(0.1)
            else:
                return
        pytest.fail("the server never answered")

    def stop(self) -> None:
        """Stop it."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        self.log.close()

    def checked(self) -> int:
        """Return how many guesses reached the password."""
        return self.checks.stat().st_size


def call(
    port: int, method: str, path: str, headers: dict[str, str], body: str = ""
) -> tuple[int, str, str]:
    """Return the status, the cookies and the body of one request on a connection of its own."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        link.request(method, path, body=body or None, headers=headers)
        answer = link.getresponse()
        return answer.status, answer.headers.get("Set-Cookie", ""), answer.read().decode()
    finally:
        link.close()


def guess(port: int, thread: int, told: Counter[int]) -> None:
    """Guess the password of one account, each time from another claimed address."""
    _, cookie, page = call(port, "GET", "/connexion/", {})
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]  # type: ignore[index]
    for number in range(GUESSES):
        claimed = f"198.51.{thread}.{number}"
        headers = {
            "Cookie": cookie.split(";")[0],
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": f"{claimed}, 192.0.2.{number}",
            "Forwarded": f"for={claimed}",
            "X-Real-IP": claimed,
        }
        form = {
            "csrfmiddlewaretoken": token,
            "username": "Claire" if number % 2 else "claire",
            "password": f"guess-{thread}-{number}",
        }
        status, _, _ = call(port, "POST", "/connexion/", headers, urlencode(form))
        told[status] += 1


def attack(folder: Path, limit: int) -> tuple[int, Counter[int]]:
    """Return how many guesses reached the password, and what the server answered."""
    if connection.vendor != "postgresql":
        pytest.skip("four processes need PostgreSQL (make test-postgres)")
    person("claire")
    server, told = Server(folder, limit), Counter()
    try:
        server.wait()
        threads = [
            threading.Thread(target=guess, args=(server.port, number, told))
            for number in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        return server.checked(), told
    finally:
        server.stop()


def test_ten_guesses_of_three_hundred_reach_the_password(tmp_path):
    checked, told = attack(tmp_path, LIMIT)
    assert checked == LIMIT
    assert told == {200: LIMIT, 429: THREADS * GUESSES - LIMIT}


def test_with_the_counter_off_they_all_do(tmp_path):
    """The twin: the limit is out of reach."""
    checked, told = attack(tmp_path, 1_000_000)
    assert checked == THREADS * GUESSES
    assert told == {200: THREADS * GUESSES}
