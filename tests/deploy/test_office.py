"""A small office is served by one command: gunicorn, SQLite, WhiteNoise, no Redis."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 400


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Office:
    """The served site."""

    def __init__(self, url: str, log: Path, process: subprocess.Popen[bytes]) -> None:
        self.url, self.log, self.process = url, log, process

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    @property
    def text(self) -> str:
        return self.log.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, migrated_file: Callable[[Path], None]
) -> Iterator[Office]:
    folder, port = tmp_path_factory.mktemp("office"), free_port()
    log = folder / "log"
    migrated_file(folder / "var" / "db.sqlite3")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "scripts/serve.py"],
            cwd=ROOT,
            env=kept | {"VAR_DIR": str(folder / "var"), "PORT": str(port)},
            stdout=output,
            stderr=output,
        )
    found = Office(f"http://127.0.0.1:{port}", log, process)
    try:
        wait_until_ready(found)
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=90)
    assert code == 0


def wait_until_ready(office: Office) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        assert office.process.poll() is None, office.text
        assert time.monotonic() < deadline, office.text
        try:
            if office.get("/health/ready")[0] == 200:
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)


def test_the_office_is_ready_and_its_scope_is_said(office):
    status, _headers, body = office.get("/health/ready")
    checks = json.loads(body)["checks"]
    assert status == 200
    assert set(checks) == {"database", "migrations", "queue", "beat", "disk"}
    assert "SQLite serves one machine and about ten writes a second" in office.text


def test_pages_are_served_with_hashed_static_files_and_strict_headers(office):
    status, headers, body = office.get("/connexion/")
    assert status == 200
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "no-store" in headers["Cache-Control"]
    names = re.findall(rb'(?:href|src)="(/static/[^"]+\.(?:css|js))"', body)
    assert len(names) >= 4
    for name in names:
        found, of_file, _content = office.get(name.decode())
        assert found == 200
        assert "immutable" in of_file["Cache-Control"], name


def test_debugging_is_off_and_a_foreign_host_is_refused(office):
    status, _headers, body = office.get("/nowhere/")
    assert status in (302, 404, 200)
    assert b"DEBUG" not in body
    assert office.get("/connexion/", Host="evil.example.org")[0] == 400


def test_metrics_are_for_this_machine_and_add_up_over_the_processes(office):
    before = len(office.text.splitlines())
    for _ in range(12):
        assert office.get("/connexion/")[0] == 200
    status, _headers, body = office.get("/metrics")
    assert status == 200
    wanted = rb'latency_seconds_by_view_method_count\{method="GET",view="web:login"\} (\d+)'
    counted = re.search(wanted, body)
    assert counted is not None
    assert int(counted.group(1)) >= 12
    assert office.get("/metrics", **{"X-Forwarded-For": "127.0.0.1"})[0] == 403
    lines = [json.loads(line) for line in office.text.splitlines()[before:] if line[:1] == "{"]
    assert {line["event"] for line in lines} == {"request"}
    assert {line["path"] for line in lines} == {"/connexion/"}


def test_a_body_beyond_the_limit_is_refused_cleanly(office):
    request = urllib.request.Request(office.url + "/connexion/", data=b"a=" + b"x" * 3_000_000)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    assert refused.value.code in (400, 403, 413)
    assert b"Traceback" not in refused.value.read()
