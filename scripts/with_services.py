"""Run a command with a PostgreSQL and a Redis of its own, on free ports.

    python scripts/with_services.py COMMAND [ARGUMENT …]

A server that the environment already names (DATABASE_URL, REDIS_URL) is used as it is. The
others are started in a temporary folder, exported under these names, and always stopped, each
by its own process id.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

HOST = "127.0.0.1"
START_SECONDS = 30.0
Process = subprocess.Popen[bytes]


def fail(message: str) -> NoReturn:
    """Exit with one sentence."""
    sys.exit(f"with_services: {message}")


def free_port() -> int:
    """Return a port that nothing uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def find_program(name: str, package: str) -> str:
    """Return the path of a server program, also where Debian hides PostgreSQL's."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    found = str(versions[-1]) if versions else shutil.which(name)
    if not found:
        fail(f"{name} is missing: install {package} (apt-get install {package}).")
    return found


def wait_for(port: int, process: Process, name: str, log: Path) -> None:
    """Return when the port answers; exit when the server dies or stays silent."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.stderr.write(log.read_text(encoding="utf-8", errors="replace")[-2000:])
    fail(f"{name} did not start on port {port}.")


def unprivileged() -> dict[str, object]:
    """Return the Popen arguments that leave root, which PostgreSQL refuses to run as."""
    if os.geteuid() != 0:
        return {}
    try:
        account = pwd.getpwnam("postgres")
    except KeyError:
        fail("the user postgres is missing: install postgresql (apt-get install postgresql).")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def start_postgres(folder: Path, started: list[tuple[Process, signal.Signals]]) -> str:
    """Start PostgreSQL with a cluster of its own; return its URL."""
    initdb, server = find_program("initdb", "postgresql"), find_program("postgres", "postgresql")
    home = folder / "postgres"
    home.mkdir(mode=0o700)
    who = unprivileged()
    if who:
        folder.chmod(0o711)
        shutil.chown(home, "postgres", "postgres")
    data, log, port = home / "data", home / "log", free_port()
    options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
    command = [initdb, "--pgdata", str(data), "--no-sync", *options]
    made = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False, **who)  # type: ignore[call-overload]
    if made.returncode:
        fail(f"initdb failed: {made.stderr.strip()}")
    settings = {
        "port": port,
        "listen_addresses": HOST,
        "unix_socket_directories": home,
        "max_connections": 200,
        # Nothing of this cluster is to survive: speed instead of durability.
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    command = [server, "-D", str(data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with log.open("wb") as output:
        process: Process = subprocess.Popen(  # type: ignore[call-overload]
            command, cwd=home, stdout=output, stderr=output, start_new_session=True, **who
        )
    # SIGINT is PostgreSQL's fast shutdown: it does not wait for its clients.
    started.append((process, signal.SIGINT))
    wait_for(port, process, "PostgreSQL", log)
    return f"postgresql://postgres@{HOST}:{port}/postgres"


def start_redis(folder: Path, started: list[tuple[Process, signal.Signals]]) -> str:
    """Start Redis without persistence; return its URL."""
    port = free_port()
    home, log = folder / "redis", folder / "redis.log"
    home.mkdir()
    command = [find_program("redis-server", "redis-server"), "--port", str(port)]
    command += ["--bind", HOST, "--save", "", "--appendonly", "no", "--dir", str(home)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    started.append((process, signal.SIGTERM))
    wait_for(port, process, "Redis", log)
    return f"redis://{HOST}:{port}/0"


def stop(started: list[tuple[Process, signal.Signals]]) -> None:
    """Stop what was started, the last first."""
    for process, polite in reversed(started):
        if process.poll() is None:
            process.send_signal(polite)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def interrupted(number: int, _frame: FrameType | None) -> NoReturn:
    """Turn a signal into an exit, so that the servers are stopped."""
    sys.exit(128 + number)


def main(command: list[str]) -> int:
    """Run the command with both servers; return its exit code."""
    if not command:
        fail("give the command to run.")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    started: list[tuple[Process, signal.Signals]] = []
    folder = Path(tempfile.mkdtemp(prefix="dne-services-"))
    try:
        values = dict(os.environ)
        if not values.get("DATABASE_URL"):
            values["DATABASE_URL"] = start_postgres(folder, started)
        if not values.get("REDIS_URL"):
            values["REDIS_URL"] = start_redis(folder, started)
        return subprocess.call(command, env=values)
    finally:
        stop(started)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
