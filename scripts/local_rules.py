"""Check the local rules of .semgrep/ with semgrep, without network.

    python scripts/local_rules.py [FILE …]

semgrep lives in .venv-semgrep, installed from requirements-semgrep.txt by its hashes: it binds
jsonschema below what the tests need. It sends nothing: no metrics, no version check, no registry.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-semgrep"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements-semgrep.txt"
RULES = ROOT / ".semgrep" / "rules.yml"
READ = [
    *"dne_portfolio web indicators partners budgets projects records jobs accounts common".split(),
    *"scripts deploy run.py manage.py".split(),
]
SILENT = {
    "SEMGREP_SEND_METRICS": "off",
    "SEMGREP_ENABLE_VERSION_CHECK": "0",
    # A file of its own: semgrep replaces the one that it is given.
    "SEMGREP_SETTINGS_FILE": str(VENV / "settings.yml"),
}


def install() -> None:
    """Install semgrep when the lock has changed."""
    stamp = VENV / ".installed"
    wanted = hashlib.sha256(sys.version.encode() + LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print("Installing semgrep in .venv-semgrep", flush=True)
    venv.create(VENV, clear=True, with_pip=True)
    options = ["-qq", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    command = [str(PYTHON), "-m", "pip", "install", *options, "-r", str(LOCK)]
    code = subprocess.call(command, cwd=ROOT)
    if code:
        sys.exit("local_rules: pip could not install requirements-semgrep.txt.")
    stamp.write_text(wanted, encoding="utf-8")


def command(*targets: str, options: tuple[str, ...] = ("--quiet", "--error")) -> list[str]:
    """Return the command that checks some files or folders."""
    fixed = ["--metrics", "off", "--disable-version-check", "--config", str(RULES)]
    return [str(VENV / "bin" / "semgrep"), "scan", *fixed, "--jobs", "2", *options, *targets]


def environment() -> dict[str, str]:
    """Return the environment of semgrep, which finds its own programs by PATH and sends nothing."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, **SILENT, "PATH": path}


def main(targets: list[str]) -> int:
    """Install when needed, check; return semgrep's exit code."""
    install()
    return subprocess.call(command(*(targets or READ)), cwd=ROOT, env=environment())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
