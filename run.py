#!/usr/bin/env python3
"""Start the project from nothing: `python3 run.py run`, `demo`, `serve`, `test`, `check`…

Standard library only: it runs before anything is installed. It keeps everything inside the
repository (`.venv/`, `var/`), and answers a missing prerequisite, a taken port or an absent
server with one sentence that names it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST_PYTHON = (3, 11)
HOST = "127.0.0.1"
LOCKS = {
    "runtime": ["requirements.txt"],
    "dev": ["requirements.txt", "requirements-dev.txt"],
}


class Stop(Exception):
    """A prerequisite is missing; the message is the one sentence to show."""


# ------------------------------------------------------------------ prerequisites


def require_python() -> None:
    """Raise Stop when this Python is too old or cannot create an environment."""
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        found = ".".join(map(str, sys.version_info[:2]))
        raise Stop(f"Python {wanted} or newer is needed, and this is Python {found}.")
    if PYTHON.exists():
        return
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise Stop(
            "The package python3-venv is missing: install it (apt-get install python3-venv)."
        )


def require_free_port(port: int) -> None:
    """Raise Stop when something already listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Stop(
                f"Port {port} is taken on {HOST} ({error.strerror}):"
                " stop what uses it or choose another with PORT=8001."
            ) from error


def require_server(variable: str, name: str, default_port: int) -> None:
    """Raise Stop when the server named by an environment variable does not answer.

    Only the connection is tried: a wrong password is the driver's to report.
    """
    url = os.environ.get(variable, "")
    parts = urlsplit(url)
    if not url or parts.scheme.startswith(("sqlite", "memory")):
        return
    query = parse_qs(parts.query)
    host = query.get("host", [unquote(parts.hostname or "")])[0] or "localhost"
    try:
        port = int(query.get("port", [str(parts.port or default_port)])[0])
    except ValueError as error:
        raise Stop(f"{variable} gives no valid port for {name}.") from error
    where = f"{host}/.s.PGSQL.{port}" if host.startswith("/") else f"{host}:{port}"
    if parts.scheme == "unix":
        where = parts.path
    try:
        if where.startswith("/"):
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(3)
                probe.connect(where)
        else:
            socket.create_connection((host, port), timeout=3).close()
    except OSError as error:
        raise Stop(
            f"{name} does not answer at {where}: start it, or correct or unset {variable}."
        ) from error


def require_servers() -> None:
    """Raise Stop when a database or broker given by the environment is absent."""
    require_server("DATABASE_URL", "PostgreSQL", 5432)
    require_server("REDIS_URL", "Redis", 6379)


# ------------------------------------------------------------------ installation


def lock_digest(kind: str) -> str:
    """Return the digest of the locks of an installation and of the Python it is for."""
    digest = hashlib.sha256(sys.version.encode())
    for name in LOCKS[kind]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def has_pip() -> bool:
    """Tell whether the environment is whole: an interrupted creation leaves one without pip."""
    return not subprocess.call(
        [str(PYTHON), "-c", "import pip"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def install(kind: str) -> None:
    """Create .venv and install a lock in it, only when either has changed."""
    require_python()
    stamp = VENV / f".installed-{kind}"
    wanted = lock_digest(kind)
    if PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    if not (PYTHON.exists() and has_pip()):
        shutil.rmtree(VENV, ignore_errors=True)
        require_python()
        print("Creating .venv", flush=True)
        if subprocess.call([sys.executable, "-m", "venv", str(VENV)]):
            shutil.rmtree(VENV, ignore_errors=True)
            raise Stop(
                "The environment .venv could not be created: install python3-venv"
                " (apt-get install python3-venv) or free some disk."
            )
    print(f"Installing the {kind} packages ({LOCKS[kind][-1]})", flush=True)
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    command += ["--require-hashes", "--only-binary", ":all:", "-r", str(ROOT / LOCKS[kind][-1])]
    if subprocess.call(command, cwd=ROOT):
        raise Stop(
            f"pip could not install {LOCKS[kind][-1]} (its message is above):"
            " check the network and pip's configuration, then run the same command again."
        )
    stamp.write_text(wanted, encoding="utf-8")


# ------------------------------------------------------------------ commands


def environment(**extra: str | None) -> dict[str, str]:
    """Return the environment of a child process; a value of None removes the variable."""
    values = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    for name, value in extra.items():
        values.pop(name, None)
        if value is not None:
            values[name] = value
    return values


def call(*arguments: str, **extra: str | None) -> int:
    """Run a program of .venv from the root of the repository; return its exit code."""
    return subprocess.call([str(PYTHON), *arguments], cwd=ROOT, env=environment(**extra))


def manage(*arguments: str, **extra: str | None) -> None:
    """Run a management command; raise Stop when it fails."""
    if call("manage.py", *arguments, **extra):
        raise Stop(f"`manage.py {arguments[0]}` failed: its message is above.")


def compute_indicators() -> None:
    """Compute every indicator; its long listing is kept out of the demo's output."""
    done = subprocess.run(
        [str(PYTHON), "manage.py", "compute_indicators"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise Stop("`manage.py compute_indicators` failed: its message is above.")


def demo() -> None:
    """Install, migrate, load the demo and compute its indicators; print them and the time."""
    started = time.monotonic()
    require_servers()
    install("runtime")
    (ROOT / "var").mkdir(exist_ok=True)
    manage("migrate", "--verbosity", "0")
    seed = os.environ.get("SEED", "").strip()
    if seed and not seed.lstrip("-").isdigit():
        raise Stop(f"SEED must be an integer, not {seed!r}.")
    manage("load_demo", *(["--seed", seed] if seed else []))
    compute_indicators()
    manage("print_demo_summary")
    print(f"Demo ready in {time.monotonic() - started:.1f} s.", flush=True)


def run() -> int:
    """Prepare the demo, then serve it."""
    raw = os.environ.get("PORT") or "8000"
    if not raw.isdigit():
        raise Stop(f"PORT must be an integer, not {raw!r}.")
    port = int(raw)
    require_free_port(port)
    demo()
    if os.environ.get("REDIS_URL"):
        print("REDIS_URL is set: start workers (docs/operations.md), or jobs will wait.")
    print(f"Serving on http://{HOST}:{port}/ (Ctrl-C stops it)", flush=True)
    return call("manage.py", "runserver", f"{HOST}:{port}")


def serve() -> int:
    """Serve a small office: production settings, SQLite and no Redis unless they are named."""
    require_servers()
    install("runtime")
    return call("scripts/serve.py")


def pytest_arguments() -> list[str]:
    """Return pytest's arguments: two processes that share the rest, and what PYTEST_ARGS adds."""
    shared = ["-n", "2", "--dist", "worksteal"]
    return ["-m", "pytest", *shared, *os.environ.get("PYTEST_ARGS", "").split()]


def test() -> int:
    """Run the whole suite on SQLite, with eager Celery."""
    install("dev")
    return call(*pytest_arguments(), DATABASE_URL=None, REDIS_URL=None)


# What knows no database: files read and written, pages in a browser, the shape of the code.
WITHOUT_DATABASE = (
    "architecture",
    "common",
    "deploy/test_deploy_files.py",
    "deploy/test_static_rules.py",
    "e2e",
    "files",
    "indicators/formulas",
)


def test_postgres() -> int:
    """Run the suite on PostgreSQL and Redis, its own unless the environment names them.

    What knows no database has been run on SQLite already (`test`) and is left out.
    """
    install("dev")
    require_servers()
    left_out = [f"--ignore=tests/{name}" for name in WITHOUT_DATABASE]
    print(f"Left out, for they know no database: {', '.join(WITHOUT_DATABASE)}", flush=True)
    return call("scripts/with_services.py", str(PYTHON), *pytest_arguments(), *left_out)


# What is shorter in the suite than it can be, and whole with STORM=full; it kills what it started.
STORMS = (
    "tests/storms",
    "tests/imports/test_import_killed.py",
    "tests/records/test_pages.py::test_what_people_write_runs_nowhere",
    "tests/budgets/test_official_tables.py",
    "tests/budgets/test_round_machine.py",
    "tests/web/test_comparison_properties.py",
    "tests/access/test_policy_matrix.py",
    "tests/e2e/test_layouts.py",
    "tests/e2e/test_pages.py",
    "tests/e2e/test_grid_large.py",
    "tests/e2e/test_grid_storm.py",
)


def storm() -> int:
    """Run the storms whole, on servers of their own."""
    install("dev")
    arguments = ["-m", "pytest", *STORMS, "-s", *os.environ.get("PYTEST_ARGS", "").split()]
    bare: dict[str, str | None] = {"DATABASE_URL": None, "REDIS_URL": None}
    return call("scripts/with_services.py", str(PYTHON), *arguments, **bare, STORM="full")


def check_steps() -> list[tuple[str, list[str], dict[str, str | None]]]:
    """Return the steps of `check`: name, arguments of Python and environment."""
    bare: dict[str, str | None] = {"DATABASE_URL": None, "REDIS_URL": None}
    production: dict[str, str | None] = {
        "DJANGO_SETTINGS_MODULE": "dne_portfolio.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "DEBUG": "false",
        "ALLOWED_HOSTS": "portfolio.example.org",
        "DATABASE_URL": "postgresql:///portfolio",
        "REDIS_URL": "redis://localhost:6379/0",
    }
    deploy = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    schema = ["manage.py", "spectacular", "--validate", "--fail-on-warn"]
    return [
        ("ruff", ["-m", "ruff", "check", "."], bare),
        ("ruff format", ["-m", "ruff", "format", "--check", "."], bare),
        (
            "import contracts",
            ["-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
            bare,
        ),
        ("mypy", ["-m", "mypy"], bare),
        ("djlint", ["-m", "djlint", "web", "--lint", "--quiet"], bare),
        ("bandit", ["scripts/bandit_check.py"], bare),
        ("local rules", ["scripts/local_rules.py"], bare),
        ("licences", ["scripts/sbom.py", "check"], bare),
        ("migrations", ["manage.py", "makemigrations", "--check", "--dry-run"], bare),
        ("translations", ["scripts/translations.py", "check"], bare),
        ("deployment settings", deploy, production),
        ("OpenAPI", [*schema, "--file", str(ROOT / "var" / "openapi.yaml")], bare),
    ]


def check() -> int:
    """Run every check, all of them even when one fails; return 1 when any failed."""
    install("dev")
    (ROOT / "var").mkdir(exist_ok=True)
    only = os.environ.get("ONLY", "")
    failed = []
    for name, arguments, extra in check_steps():
        if only and only not in name:
            continue
        started = time.monotonic()
        print(f"── {name}", flush=True)
        code = call(*arguments, **extra)
        print(f"   {'FAILED' if code else 'ok'} ({time.monotonic() - started:.1f} s)", flush=True)
        if code:
            failed.append(name)
    print(f"check: failed: {', '.join(failed)}" if failed else "check: everything holds")
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    """Run the command named first; return the exit code."""
    commands = {
        "demo": demo,
        "run": run,
        "serve": serve,
        "test": test,
        "test-postgres": test_postgres,
        "storm": storm,
        "check": check,
        "install": lambda: install("runtime"),
        "install-dev": lambda: install("dev"),
    }
    if len(arguments) != 1 or arguments[0] not in commands:
        print(f"usage: python3 run.py {'|'.join(commands)}", file=sys.stderr)
        return 2
    try:
        return commands[arguments[0]]() or 0
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
