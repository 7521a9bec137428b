"""Record a deposit in a process of its own, which kills itself at a statement of the database.

`python -m tests.imports.killed DRAFT [STATEMENT]`: the STATEMENT-th statement of the recording is
never sent: the process dies there by SIGKILL, as a worker does that the machine kills. Without a
STATEMENT it ends, and prints how many there were. With `UNPROTECTED=1`, STATEMENT counts the
slices of facts that are written, and each is committed at once: the protection is off.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 (Django first)
from django.db import connection  # noqa: E402 (Django first)

from records.services import facts  # noqa: E402
from records.services.checking import commit_draft  # noqa: E402


class Deadly:
    """Counts statements, and dies at one of them."""

    def __init__(self, at: int, *, unprotected: bool) -> None:
        self.at = at
        self.unprotected = unprotected
        self.count = 0

    def __call__(self, execute: Any, sql: str, *arguments: Any) -> Any:
        if not self.unprotected:
            self.step()
        return execute(sql, *arguments)

    def step(self) -> None:
        """Count one more, and die there if it is the one."""
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def committing(self, write: Any) -> Any:
        """Return a writing of facts that commits at once what it wrote."""

        def written(*arguments: Any) -> None:
            self.step()
            write(*arguments)
            connection.connection.commit()

        return written


def main(draft_id: int, at: int) -> None:
    """Record the deposit."""
    settings.MEDIA_ROOT = os.environ["MEDIA_ROOT"]
    deadly = Deadly(at, unprotected=bool(os.environ.get("UNPROTECTED")))
    if deadly.unprotected:
        facts.write_rows = deadly.committing(facts.write_rows)
    # What follows the commit (the refresh of the figures, with no broker) is not the import.
    with connection.execute_wrapper(deadly):
        commit_draft(draft_id=draft_id, done=lambda _result: sys.stdout.write(f"{deadly.count}\n"))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
