"""A database, and a server of several processes on it, with a protection of it taken off or not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from scripts.with_services import free_port
from tests.storms.harness import ROOT, wait_until

WORKERS = 4


class Site:
    """`off` names the protection that a twin takes off; `pause` is how long a read takes."""

    app = settings = tables_of = ""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database, self.off, self.pause = folder, database, "", 0.01
        self.port = free_port()
        self.server: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": self.database,
            "REDIS_URL": "",
            "DJANGO_SETTINGS_MODULE": self.settings,
            "RACE_OFF": self.off,
            "RACE_PAUSE": str(self.pause),
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
        }

    def tables(self, *arguments: str) -> str:
        """Prepare or report, in a process of its own."""
        command = [sys.executable, "-m", self.tables_of, *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def serve(self) -> None:
        """Start the server, and wait until it answers."""
        command = [sys.executable, "-m", "gunicorn", f"{self.app}:application"]
        command += [f"--bind=127.0.0.1:{self.port}", f"--workers={WORKERS}", "--threads=2"]
        command += ["--worker-class=gthread", "--log-level=warning", "--timeout=120"]
        with (self.folder / "server.log").open("wb") as log:
            self.server = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )

        def answers() -> bool:
            try:
                with urlopen(f"http://127.0.0.1:{self.port}/health/live", timeout=5) as answer:
                    return bool(answer.status == 200)
            except OSError:
                return False

        wait_until(answers, 120, "the server")

    def stop(self) -> None:
        if self.server is not None:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(timeout=60)
