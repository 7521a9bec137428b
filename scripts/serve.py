"""Serve a small office with one command: production settings, gunicorn, SQLite, no Redis.

    python3 run.py serve        or        make serve

`BIND` (default 127.0.0.1:8000, or PORT) is where it listens; `HTTPS=true` when a proxy with TLS
stands in front; `ALLOWED_HOSTS` the names it answers to; `VAR_DIR` (default var/) where the
database, the files and the generated secret are kept. DATABASE_URL and REDIS_URL are obeyed.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
STOP_SECONDS = 40


def secret_of(folder: Path) -> str:
    """Return the secret kept in a folder, generated at the first start, its owner's only."""
    path = folder / "secret_key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(64))
    return path.read_text(encoding="utf-8").strip()


def office_environment(given: dict[str, str]) -> dict[str, str]:
    """Return the environment of the office's processes; what is given wins over the defaults."""
    folder = Path(given.get("VAR_DIR") or ROOT / "var").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    bind = given.get("BIND") or f"127.0.0.1:{given.get('PORT') or 8000}"
    names = ["127.0.0.1", "localhost", "[::1]"]
    host = bind.rpartition(":")[0]
    if host not in ("", "0.0.0.0", "[::]", *names):  # noqa: S104 (compared, not listened to)
        names.append(host)
    defaults = {
        "SECRET_KEY": given.get("SECRET_KEY") or secret_of(folder),
        "ALLOWED_HOSTS": ",".join(names),
        "HTTPS": "false",
        "GUNICORN_BIND": bind,
        "WEB_WORKERS": "2",
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "dne_portfolio.settings.production",
    }
    kept = {name: value for name, value in given.items() if value}
    return {**defaults, **kept, "DEBUG": "false"}


def manage(environment: dict[str, str], *arguments: str) -> None:
    """Run a management command; exit with its code when it fails."""
    code = subprocess.call([PYTHON, "manage.py", *arguments], cwd=ROOT, env=environment)
    if code:
        sys.exit(code)


def prepare(environment: dict[str, str]) -> None:
    """Check, migrate, gather the static files."""
    manage(environment, "check", "--deploy", "--fail-level", "ERROR")
    manage(environment, "migrate", "--no-input", "--verbosity", "0")
    manage(environment, "collectstatic", "--no-input", "--verbosity", "0")


def programs(environment: dict[str, str]) -> list[list[str]]:
    """Return the programs to run: the web, and the scheduler where there is no Redis."""
    web = [PYTHON, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
    scheduler = [PYTHON, "manage.py", "run_scheduler"]
    return [web] if environment.get("REDIS_URL") else [web, scheduler]


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Stop what still runs: politely, then not."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def interrupted(_number: int, _frame: FrameType | None) -> None:
    """Turn a signal into the end of the wait."""
    raise KeyboardInterrupt


def main() -> int:
    """Serve until a signal, or until one of the programs ends; return its exit code."""
    environment = office_environment(dict(os.environ))
    prepare(environment)
    signal.signal(signal.SIGTERM, interrupted)
    scheme = "https (by your proxy)" if environment["HTTPS"].lower() == "true" else "http"
    print(f"Serving on {environment['GUNICORN_BIND']}, {scheme} (Ctrl-C stops it)", flush=True)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for command in programs(environment):
            process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
            processes.append(process)
        os.wait()
        ended = [process.poll() for process in processes]
        print("A program of the office ended: stopping the other.", file=sys.stderr)
        return next((code for code in ended if code), 1)
    except KeyboardInterrupt:
        return 0
    finally:
        stop(processes)


if __name__ == "__main__":
    sys.exit(main())
