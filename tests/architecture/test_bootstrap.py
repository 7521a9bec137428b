"""run.py answers a missing prerequisite with one sentence that names it."""

from __future__ import annotations

import importlib.util
import re
import socket
from pathlib import Path

import pytest

import run
from scripts import lock
from tests.architecture.source import ROOT, modules
from tests.architecture.source import name as path_of


def test_an_old_python_is_named(monkeypatch):
    monkeypatch.setattr(run.sys, "version_info", (3, 10, 4))
    with pytest.raises(
        run.Stop, match=r"Python 3\.11 or newer is needed, and this is Python 3\.10"
    ):
        run.require_python()


def test_a_missing_venv_module_names_the_debian_package(monkeypatch):
    monkeypatch.setattr(run, "PYTHON", Path("/absent/python"))
    find = importlib.util.find_spec
    monkeypatch.setattr(
        run.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find(name)
    )
    with pytest.raises(run.Stop, match="python3-venv is missing"):
        run.require_python()


def test_a_taken_port_is_named():
    with socket.socket() as taken:
        taken.bind((run.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(run.Stop, match=f"Port {port} is taken"):
            run.require_free_port(port)
    run.require_free_port(port)


@pytest.mark.parametrize(
    ("variable", "url", "sentence"),
    [
        (
            "DATABASE_URL",
            "postgresql://u@127.0.0.1:1/x",
            "PostgreSQL does not answer at 127.0.0.1:1",
        ),
        ("DATABASE_URL", "postgresql:///x?host=/absent", "at /absent/.s.PGSQL.5432"),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "Redis does not answer at 127.0.0.1:1"),
        ("REDIS_URL", "redis://127.0.0.1:many/0", "gives no valid port for Redis"),
    ],
)
def test_an_absent_server_is_named(monkeypatch, variable, url, sentence):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv(variable, url)
    with pytest.raises(run.Stop, match=sentence):
        run.require_servers()


def test_no_server_is_needed_by_default(monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL", "sqlite:////tmp/x.sqlite3")
    run.require_servers()


def test_a_changed_lock_is_installed_again(monkeypatch, tmp_path):
    for name in run.LOCKS["dev"]:
        (tmp_path / name).write_text("a==1", encoding="utf-8")
    monkeypatch.setattr(run, "ROOT", tmp_path)
    before = run.lock_digest("runtime"), run.lock_digest("dev")
    (tmp_path / "requirements-dev.txt").write_text("a==2", encoding="utf-8")
    assert run.lock_digest("runtime") == before[0]
    assert run.lock_digest("dev") != before[1]


@pytest.mark.parametrize("stem", ["requirements", "requirements-dev"])
def test_each_direct_dependency_is_locked_at_its_version(stem):
    locked = (ROOT / f"{stem}.txt").read_text(encoding="utf-8")
    pins = {
        name: block.split(" ")[0].split("==")[1].strip()
        for name, block in lock.entries(locked.replace("binary, pool", "binary,pool")).items()
    }
    wanted = lock.entries((ROOT / f"{stem}.in").read_text(encoding="utf-8"))
    direct = {name: block.split("==")[1].strip() for name, block in wanted.items()}
    assert {name: pins.get(name) for name in direct} == direct
    assert all("--hash=sha256:" in block for block in lock.entries(locked).values())


def test_the_development_lock_begins_with_the_runtime_and_repeats_none_of_it():
    runtime = lock.entries((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    text = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    assert text.startswith("-r requirements.txt\n")
    assert set(runtime) & set(lock.entries(text)) == set()


def test_what_is_longer_in_a_storm_is_in_the_one_list_of_storms():
    reads = {
        path_of(path)
        for path in modules("tests")
        if re.search(r"""environ(\.get\(|\[)"STORM["]""", path.read_text(encoding="utf-8"))
    }
    listed = [one.partition("::")[0] for one in run.STORMS]
    assert reads
    assert [path for path in reads if not path.startswith(tuple(listed))] == []
    assert [one for one in listed if not any(path.startswith(one) for path in reads)] == []
