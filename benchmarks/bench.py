"""What the benchmarks share: a database of their own, commands of the product, figures."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
# Started again by the project's Python, and beside servers where none is named.
names = ("DATABASE_URL", "REDIS_URL")
has_services = all(os.environ.get(name) for name in names)
if Path(sys.prefix).resolve() != (ROOT / ".venv").resolve() or not has_services:
    services = [str(PYTHON), str(ROOT / "scripts" / "with_services.py"), str(PYTHON)]
    sys.exit(subprocess.call([*services, *sys.argv], cwd=ROOT))

import psycopg  # noqa: E402  known by the project's Python alone

NAME = "dne_benchmark"
KILOBYTES = 1024  # of ru_maxrss in a megabyte


@contextlib.contextmanager
def database() -> Iterator[str]:
    """Give the URL of a new database of the server, with its tables; drop it at the end."""
    server = os.environ["DATABASE_URL"]
    url = server.rsplit("/", 1)[0] + f"/{NAME}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME}")
        connection.execute(f"CREATE DATABASE {NAME}")
        try:
            manage(url, "migrate", "--verbosity", "0")
            yield url
        finally:
            connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@dataclass(frozen=True)
class Run:
    """What a command took: seconds, those of processor of its own processes (a database server is
    not one), and the peak memory of the largest in megabytes.
    """

    seconds: float
    processor: float
    megabytes: float
    output: str


def manage(url: str, *arguments: str, code: str = "") -> Run:
    """Run a command of `manage.py`, or `code` in a shell of the product; exit when it fails.

    Jobs that it queues are sent to Redis, and no worker takes them: the command alone is measured.
    """
    command = [
        str(PYTHON),
        str(ROOT / "manage.py"),
        *(["shell", "-c", code] if code else arguments),
    ]
    values = {**os.environ, "DATABASE_URL": url, "DEBUG": "0"}
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=values, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    output = process.stdout.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(arguments) or code} failed:\n{output[-2000:]}")
    seconds = time.monotonic() - began
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KILOBYTES, output)


def tell(label: str, value: str) -> None:
    """Print one figure."""
    print(f"{label:<58} {value}", flush=True)


def tell_load() -> None:
    """Print how busy the machine is with everything that it runs."""
    tell("load of the machine (1, 5, 15 minutes), processors",
         f"{' '.join(f'{load:.1f}' for load in os.getloadavg())}, {os.cpu_count()}")  # fmt: skip


def verdict(bounds: dict[str, bool]) -> int:
    """Print whether each bound is held; return the exit code."""
    for label, is_held in bounds.items():
        tell(label, "held" if is_held else "NOT HELD")
    return 0 if all(bounds.values()) else 1
