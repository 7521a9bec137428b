"""Settings of the databases and start-up checks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import environ
import pytest
from django.db import connection

from dne_portfolio import checks
from dne_portfolio.settings.databases import database_settings, postgres_timeouts
from tests.architecture.source import ROOT


@pytest.mark.parametrize(
    ("given", "statement", "lock", "idle"),
    [
        ({}, 600_000, 30_000, 30_000),
        ({"DATABASE_PROFILE": "web"}, 5_000, 2_000, 30_000),
        ({"DATABASE_PROFILE": "migrate"}, 0, 2_000, 30_000),
        ({"DATABASE_PROFILE": "web", "STATEMENT_TIMEOUT": "0.5"}, 500, 2_000, 30_000),
        ({"LOCK_TIMEOUT": "0", "IDLE_TRANSACTION_TIMEOUT": "7"}, 600_000, 0, 7_000),
    ],
)
def test_a_process_has_the_timeouts_of_its_profile(monkeypatch, given, statement, lock, idle):
    for name in (
        "DATABASE_PROFILE",
        "STATEMENT_TIMEOUT",
        "LOCK_TIMEOUT",
        "IDLE_TRANSACTION_TIMEOUT",
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert postgres_timeouts(environ.Env()).split(" ")[1::2] == [
        f"statement_timeout={statement}",
        f"lock_timeout={lock}",
        f"idle_in_transaction_session_timeout={idle}",
    ]


def test_a_misspelt_profile_is_refused(monkeypatch):
    monkeypatch.setenv("DATABASE_PROFILE", "wed")
    with pytest.raises(KeyError, match="wed"):
        postgres_timeouts(environ.Env())


def test_what_the_url_gives_is_kept(monkeypatch, tmp_path):
    url = "postgresql:///portfolio?host=/run/x&options=-c%20search_path%3Dother"
    monkeypatch.setenv("DATABASE_URL", url)
    options = database_settings(environ.Env(), tmp_path)["OPTIONS"]
    assert options["host"] == "/run/x"
    assert options["options"].endswith(" -c search_path=other")
    assert "lock_timeout" in options["options"]


def test_the_session_has_them(db):
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            told = []
            for name in names:
                cursor.execute(f"SHOW {name}")
                told.append(cursor.fetchone()[0])
            assert told == ["10min", "30s", "30s"]
            return
        pragmas = {}
        for name in ("synchronous", "foreign_keys", "busy_timeout"):
            cursor.execute(f"PRAGMA {name}")
            pragmas[name] = cursor.fetchone()[0]
    assert pragmas == {"synchronous": 2, "foreign_keys": 1, "busy_timeout": 20_000}


MOUNTS = r"""
/dev/sda1 / ext4 rw 0 0
server:/export /srv/partage nfs4 rw 0 0
//server/x /srv/mes\040documents cifs rw 0 0
sshfs /srv/loin fuse.sshfs rw 0 0
/dev/sdb1 /srv/partage/local xfs rw 0 0
overlay /data overlay rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind", "refused"),
    [
        ("/var/lib/portfolio/db.sqlite3", "ext4", False),
        ("/srv/partage/db.sqlite3", "nfs4", True),
        ("/srv/partage2/db.sqlite3", "ext4", False),
        ("/srv/partage/local/db.sqlite3", "xfs", False),
        ("/srv/mes documents/db.sqlite3", "cifs", True),
        ("/srv/loin/db.sqlite3", "fuse.sshfs", True),
        ("/data/db.sqlite3", "overlay", False),
    ],
)
def test_a_database_file_on_a_network_share_is_refused(
    settings, monkeypatch, tmp_path, path, kind, refused
):
    assert checks.file_system_of(Path(path), MOUNTS) == kind
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS, encoding="utf-8")
    monkeypatch.setattr(checks, "MOUNTS", mounts)
    engine = "django.db.backends.sqlite3"
    monkeypatch.setitem(settings.DATABASES, "default", {"ENGINE": engine, "NAME": path})
    found = {message.id for message in checks.check_database_place()}
    assert found == {"dne_portfolio.I001"} | ({"dne_portfolio.E001"} if refused else set())


def test_postgresql_has_no_such_check(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES, "default", {"ENGINE": "x.postgresql", "NAME": "p"})
    assert checks.check_database_place() == []


def test_the_deployment_check_is_green_in_production_and_red_without_https():
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "dne_portfolio.settings.production",
        "SECRET_KEY": "".join(chr(33 + (7 * index) % 90) for index in range(64)),
        "ALLOWED_HOSTS": "portfolio.example.org",
        "DATABASE_URL": "postgresql:///portfolio",
        "REDIS_URL": "redis://localhost:6379/0",
    }
    # The tests in a browser set it in this process; a deployment that has it is rightly refused.
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]

    def code(**extra: str) -> int:
        return subprocess.call(
            command,
            cwd=ROOT,
            env=environment | extra,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    assert code() == 0
    assert code(HTTPS="false") != 0
