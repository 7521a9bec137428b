"""The tables of the tests are migrated once, then copied: by each process, and run after run.

The copy is a file of `var/` on SQLite, another database of the same server on PostgreSQL. It is
known by the digest of the migrations, of what they import and of the locked packages: a change of
any makes it anew, by the migrations. `migrate` runs on the copy all the same, and finds nothing to
do. Tests about migrations do not use it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.sqlite3.creation import DatabaseCreation

from scripts.with_services import find_program

ROOT = Path(__file__).resolve().parent.parent
# What the tables come from, beside the migrations themselves: what these import, the packages.
SOURCES = ("*/migrations/*.py", "*/models/*.py", "*/models.py", "common/*.py", "requirements*.txt")
NAME = "test-template"


def digest() -> str:
    """Return the digest of everything that the tables come from."""
    found = hashlib.sha256(sys.version.encode())
    for path in sorted({path for pattern in SOURCES for path in ROOT.glob(pattern)}):
        found.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:32]


@contextmanager
def alone() -> Iterator[None]:
    """Hold what only one process of the tests may do at a time."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.VAR_DIR / f"{NAME}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def migrate(url: str) -> None:
    """Migrate a base in a process of its own."""
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=ROOT,
        env=os.environ
        | {
            "DATABASE_URL": url,
            "REDIS_URL": "",
            "DJANGO_SETTINGS_MODULE": "dne_portfolio.settings.test",
        },
        check=True,
    )


class Template:
    """The migrated tables; `begin` before the test database is made, `keep` once it is."""

    def __init__(self) -> None:
        # Django takes the name from the settings, and writes there the one that it made.
        self.wanted = connection.creation._get_test_db_name()
        self.digest = digest()

    @property
    def is_made(self) -> bool:
        """Whether the test database stands: none is made when no test of the run reads it."""
        return bool(connection.settings_dict["NAME"] == self.wanted)

    def begin(self) -> None:
        """Have the test database made from the template, if there is one."""
        raise NotImplementedError

    def keep(self) -> None:
        """Make a template of the test database that was just migrated, unless there is one."""
        raise NotImplementedError

    def copy_to_file(self, path: Path) -> None:
        """Write the migrated tables, empty, in a new file of SQLite."""
        found = SqliteTemplate()
        with alone():
            if not found.path.exists():
                found.build()
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(found.path, path)
        with closing(sqlite3.connect(path)) as file:
            # As a migration leaves it: to enter this mode, a connection must be alone.
            file.execute("PRAGMA journal_mode=WAL")

    def copy_to_server(self, url: str) -> None:
        """Write the migrated tables, empty, in a base of another PostgreSQL."""
        migrate(url)


class SqliteTemplate(Template):
    """A file; the test database is in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.path = settings.VAR_DIR / f"{NAME}-{self.digest}.sqlite3"

    def begin(self) -> None:
        connection.creation = Copied(connection, self.path)

    def keep(self) -> None:
        if self.is_made and not self.path.exists():
            with self.new() as unfinished, closing(sqlite3.connect(unfinished)) as file:
                connection.connection.backup(file)

    def build(self) -> None:
        """Make the file in a process of its own: this run made no such database."""
        with self.new() as unfinished:
            migrate(f"sqlite:///{unfinished}")
            with closing(sqlite3.connect(unfinished)) as file:
                # Out of the write-ahead log: one file is the whole of it.
                file.execute("PRAGMA journal_mode=DELETE")

    @contextmanager
    def new(self) -> Iterator[Path]:
        """Give the place to write the file; at the end it takes its name, and the former go."""
        unfinished = self.path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        yield unfinished
        for old in settings.VAR_DIR.glob(f"{NAME}-*.sqlite3"):
            old.unlink()
        unfinished.replace(self.path)


class Copied(DatabaseCreation):
    """Makes the test database of SQLite from a file; `held` keeps it in memory until Django's."""

    def __init__(self, wrapper: Any, path: Path) -> None:
        super().__init__(wrapper)
        self.path = path
        self.held: sqlite3.Connection | None = None

    def _create_test_db(self, verbosity: int, autoclobber: bool, keepdb: bool = False) -> str:
        name: str = super()._create_test_db(verbosity, autoclobber, keepdb)
        if self.path.exists():
            self.held = sqlite3.connect(name, uri=True, check_same_thread=False)
            with closing(sqlite3.connect(self.path)) as file:
                file.backup(self.held)
        return name

    def destroy_test_db(self, *arguments: Any, **options: Any) -> None:
        if self.held is not None:
            self.held.close()
        super().destroy_test_db(*arguments, **options)


class PostgresTemplate(Template):
    """Another database of the server, with the digest as its comment."""

    def __init__(self) -> None:
        super().__init__()
        self.name = f"{connection.settings_dict['NAME']}-{NAME}"

    def begin(self) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
                [self.name],
            )
            found = cursor.fetchone()
            if found == (self.digest,):
                connection.settings_dict["TEST"]["TEMPLATE"] = self.name
            elif found:
                cursor.execute(f'DROP DATABASE "{self.name}"')

    def keep(self) -> None:
        if not self.is_made or connection.settings_dict["TEST"].get("TEMPLATE") == self.name:
            return
        made = connection.settings_dict["NAME"]
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{made}"')
            cursor.execute(f"COMMENT ON DATABASE \"{self.name}\" IS '{self.digest}'")

    def copy_to_server(self, url: str) -> None:
        """Write the migrated tables, empty, in a base of another server."""
        if not self.is_made:
            migrate(url)
            return
        base = connection.settings_dict
        here = [f"--host={base['HOST']}", f"--port={base['PORT'] or 5432}"]
        here += [f"--username={base['USER']}", f"--dbname={base['NAME']}"]
        dump = subprocess.run(
            [find_program("pg_dump", "postgresql"), "--format=custom", *here],
            env=os.environ | {"PGPASSWORD": str(base["PASSWORD"])},
            stdout=subprocess.PIPE,
            check=True,
        )
        load = [find_program("pg_restore", "postgresql"), "--no-owner", f"--dbname={url}"]
        subprocess.run(load, input=dump.stdout, check=True)


def template() -> Template:
    """Return the template of the engine of this run."""
    return SqliteTemplate() if connection.vendor == "sqlite" else PostgresTemplate()
