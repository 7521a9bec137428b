"""SQLite: the online backup API, never a copy of the file; checked on both sides."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from accounts.models.guards import DELEGATION_GUARDS
from budgets.models.guards import CEILING_GUARDS, PROGRAMMING_GUARDS
from budgets.models.round_guards import ROUND_GUARDS
from common.triggers import creation
from dne_portfolio.backups.archive import BackupError
from projects.models.guards import PLAN_GUARDS


def copy_database(source: Path, target: Path) -> None:
    """Copy a database while others write to it: one consistent picture, into one file."""
    if not source.is_file():
        raise BackupError(f"There is no database file {source.name}.")
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy, pages=-1)
        # The copy stands alone, without the two files of the write-ahead log.
        copy.execute("PRAGMA journal_mode=DELETE")


def check_database(path: Path) -> None:
    """Raise BackupError when a file is damaged, breaks a link, or hides a view or a trigger.

    The triggers that the product puts itself are known to the letter.
    """
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        try:
            found = [row[0] for row in database.execute("PRAGMA integrity_check")]
            links = database.execute("PRAGMA foreign_key_check").fetchall()
            standing = database.execute(
                "SELECT name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')"
            ).fetchall()
        except sqlite3.DatabaseError as error:
            raise BackupError(f"{path.name} is damaged: {error}") from error
    if found != ["ok"]:
        raise BackupError(f"{path.name} is damaged: {found[0]}")
    if links:
        table, row, target, _index = links[0]
        raise BackupError(f"{path.name}: row {row} of {table} leads to no row of {target}.")
    hidden = [name for name, text in standing if text not in _guards()]
    if hidden:
        raise BackupError(f"{path.name} holds a view or a trigger ({hidden[0]}): not ours.")


def _guards() -> set[str]:
    """Return the triggers of the product, to the letter: no other may stand in a base."""
    guards = (
        *DELEGATION_GUARDS,
        *PROGRAMMING_GUARDS,
        *CEILING_GUARDS,
        *ROUND_GUARDS,
        *PLAN_GUARDS,
    )
    return {statement for guard in guards for statement in creation(guard, "sqlite")}


def table_digests(path: Path) -> dict[str, tuple[int, str]]:
    """Return the number of rows and the SHA-256 of each table."""
    found = {}
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        names = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        for (name,) in sorted(names.fetchall()):
            digest, count = hashlib.sha256(), 0
            quoted = '"' + name.replace('"', '""') + '"'
            for row in database.execute(f"SELECT * FROM {quoted} ORDER BY 1"):  # noqa: S608 (quoted)
                digest.update(repr(row).encode())
                count += 1
            found[name] = (count, digest.hexdigest())
    return found


def is_empty(path: Path) -> bool:
    """Tell whether a path holds no database, or one without any table."""
    if not path.exists() or path.stat().st_size == 0:
        return True
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
