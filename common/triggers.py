"""Triggers that refuse a write, from one description for SQLite and for PostgreSQL.

A constraint holds for one row as it stands; a guard also reads what the row was, and the rows that
it hangs on. It refuses raw SQL as well as the services: a write that it refuses is an
IntegrityError whose text is the message. A room describes its guards beside its models and puts
them by a migration.

SQLite makes a table anew to alter it, and forgets its triggers: a migration that alters a guarded
table takes the guards away first, and puts them back last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

CHECK_VIOLATION = "23514"


@dataclass(frozen=True)
class Guard:
    """A write that a table refuses: `event` is INSERT, UPDATE or DELETE.

    `refused` is a condition in SQL on the rows NEW and OLD, the same for both engines:
    `IS DISTINCT FROM` compares with NULL.
    """

    name: str
    table: str
    event: str
    refused: str
    message: str


def creation(guard: Guard, vendor: str) -> list[str]:
    """Return the statements that put a guard."""
    message = guard.message.replace("'", "''")
    head = f"{guard.name} BEFORE {guard.event} ON {guard.table} FOR EACH ROW"
    if vendor == "sqlite":
        refused = guard.refused.replace("IS DISTINCT FROM", "IS NOT")
        body = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        return [f"CREATE TRIGGER {head} WHEN {refused} {body}"]
    kept = "OLD" if guard.event == "DELETE" else "NEW"
    error = f"ERRCODE = '{CHECK_VIOLATION}', MESSAGE = '{message}', CONSTRAINT = '{guard.name}'"
    return [
        f"CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ "
        f"BEGIN IF {guard.refused} THEN RAISE EXCEPTION USING {error}; END IF; "
        f"RETURN {kept}; END $guard$",
        f"CREATE TRIGGER {head} EXECUTE FUNCTION {guard.name}()",
    ]


def removal(guard: Guard, vendor: str) -> list[str]:
    """Return the statements that take a guard away, whether it stands or not."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {guard.name}"]
    return [
        f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}",
        f"DROP FUNCTION IF EXISTS {guard.name}()",
    ]


def put_guards(connection: Any, guards: Sequence[Guard]) -> None:
    """Put guards, those that stand already anew; their tables exist."""
    take_guards_away(connection, guards)
    _run(connection, [one for guard in guards for one in creation(guard, connection.vendor)])


def take_guards_away(connection: Any, guards: Sequence[Guard]) -> None:
    """Take guards away; nothing for those that do not stand."""
    _run(connection, [one for guard in guards for one in removal(guard, connection.vendor)])


@contextmanager
def lifted(connection: Any, guards: Sequence[Guard]) -> Iterator[None]:
    """Do without guards for a while, inside a transaction: what is invented is removed whole."""
    take_guards_away(connection, guards)
    yield
    put_guards(connection, guards)


def _run(connection: Any, statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
