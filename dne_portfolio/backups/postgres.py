"""PostgreSQL: pg_dump on an exported snapshot, so that the digests are those of the dump."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from dne_portfolio.backups.archive import BackupError

_TABLES = (
    "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
    " WHERE schemaname = current_schema() ORDER BY 1"
)


def dump_database(target: Path) -> dict[str, tuple[int, str]]:
    """Dump one consistent picture while others write; return the digests of its tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # This transaction does nothing while pg_dump reads.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}")
        return table_digests()


def restore_database(source: Path) -> None:
    """Restore a dump into the empty database of the settings, all of it or nothing."""
    connection.close()
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    run("pg_restore", *options, f"--dbname={connection.settings_dict['NAME']}", str(source))


def table_digests() -> dict[str, tuple[int, str]]:
    """Return the number of rows and the SHA-256 of each table, by its first column (the key)."""
    found: dict[str, tuple[int, str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        names = [row[0] for row in cursor.fetchall()]
        for name in names:
            digest, size = hashlib.sha256(), 0
            statement = f"COPY (SELECT * FROM {name} ORDER BY 1) TO STDOUT"  # noqa: S608 (quoted)
            with _copy_of(cursor)(statement) as copy:
                for block in copy:
                    digest.update(block)
                    size += bytes(block).count(b"\n")
            found[name.split(".")[-1].strip('"')] = (size, digest.hexdigest())
    return found


def _copy_of(cursor: Any) -> Callable[[str], Any]:
    """Return psycopg's own COPY of a Django cursor."""
    method: Callable[[str], Any] = cursor.cursor.copy
    return method


def is_empty() -> bool:
    """Tell whether the database has no table yet."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return cursor.fetchone() is None


def run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on the database of the settings; BackupError when it fails.

    The password is given by the environment: the arguments of a process are seen by everybody.
    """
    command = [find_program(program), "--no-password", *arguments]
    done = subprocess.run(  # noqa: S603 (a program of PostgreSQL, arguments of our own)
        command, env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        told = (done.stderr.strip().splitlines() or ["no message"])[0]
        raise BackupError(f"{program} failed: {told}")


def find_program(name: str) -> str:
    """Return the path of a client program: the newest installed, which reads older servers."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    found = str(versions[-1]) if versions else shutil.which(name)
    if not found:
        raise BackupError(f"{name} is missing: install postgresql-client.")
    return found


def _environment() -> dict[str, str]:
    base = connection.settings_dict
    options = base.get("OPTIONS", {})
    values = {
        "PGDATABASE": base["NAME"],
        "PGUSER": base["USER"],
        "PGPASSWORD": base["PASSWORD"],
        "PGHOST": base["HOST"] or options.get("host", ""),
        "PGPORT": base["PORT"] or options.get("port", ""),
        "PGSSLMODE": options.get("sslmode", ""),
        "PGSSLROOTCERT": options.get("sslrootcert", ""),
    }
    given = {name: str(value) for name, value in values.items() if value}
    return {name: value for name, value in os.environ.items() if name != "PGOPTIONS"} | given
