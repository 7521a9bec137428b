"""`migrate` that never freezes the base: it waits two seconds for a lock, gives up, tries again.

On PostgreSQL an ALTER TABLE that waits behind one long read makes every later read wait behind it
(reliability 0.21). Each migration is a transaction: one that gave up is whole again at the retry.
"""

from __future__ import annotations

import random
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import OperationalError, connections

LOCK_NOT_AVAILABLE = "55P03"
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0


class Command(migrate.Command):
    """Django's own command, bounded in what it makes others wait."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the bound and the number of attempts."""
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-timeout", type=float, default=2.0, help="seconds to wait for a lock (2)"
        )
        parser.add_argument(
            "--lock-retries", type=int, default=5, help="further attempts after a busy lock (5)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate under the lock timeout; CommandError when the table stays busy."""
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        attempts = options["lock_retries"] + 1
        for attempt in range(1, attempts + 1):
            try:
                self._bounded(connection, options["lock_timeout"], *args, **options)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                    raise
                if attempt == attempts:
                    raise CommandError(
                        f"A table stayed busy: given up after {attempts} attempts; nothing is"
                        " half done. Run the same command again at a quieter time."
                    ) from error
                self.stderr.write(f"A table is busy: attempt {attempt} of {attempts} gave up.")
                time.sleep(_pause(attempt))
            else:
                return

    def _bounded(self, connection: Any, seconds: float, *args: Any, **options: Any) -> None:
        """Run Django's command in a session with the timeout; then the session is as before.

        Building an index may take hours: a migration's statements have no other limit.
        """
        names = ("lock_timeout", "statement_timeout")
        with connection.cursor() as cursor:
            before = []
            for name in names:
                cursor.execute(f"SHOW {name}")
                before.append(cursor.fetchone()[0])
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, false)", [f"{seconds * 1000:.0f}"]
            )
            cursor.execute("SET statement_timeout = 0")
        try:
            super().handle(*args, **options)
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    for name, value in zip(names, before, strict=True):
                        cursor.execute("SELECT set_config(%s, %s, false)", [name, value])


def _pause(attempt: int) -> float:
    """Return the seconds to wait after a failed attempt: longer each time, never in step."""
    longest = min(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 (spreads the attempts, hides nothing)
