"""The site as a race for credits runs it: who calls is the officer, a read takes some time.

`RACE_OFF` names the protection that a twin removes: `lock`, of the UO (PostgreSQL); `immediate`,
the transactions alone to write (SQLite, in the settings). `RACE_PAUSE` is how long a read takes.
"""

from __future__ import annotations

import os
import time
from typing import Any

import django

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 (Django first)

from budgets.selectors import ceilings  # noqa: E402
from budgets.services import ceilings as typed  # noqa: E402
from budgets.services import reservations  # noqa: E402

application = get_wsgi_application()
OFF = os.environ.get("RACE_OFF", "")
# Between what is read and what is written, as on a machine that is busy; seconds.
PAUSE = float(os.environ["RACE_PAUSE"])


def slow(read: Any) -> Any:
    """Return the same read, then a pause."""

    def found(*args: Any, **kwargs: Any) -> Any:
        sums = read(*args, **kwargs)
        time.sleep(PAUSE)
        return sums

    return found


ceilings.sums_by = slow(ceilings.sums_by)  # type: ignore[attr-defined]
reservations.sums_by = slow(reservations.sums_by)  # type: ignore[attr-defined]

if OFF == "lock":

    def _no_lock(node_ids: list[int]) -> None:
        """Let everybody read at once."""

    typed.lock_units = _no_lock  # type: ignore[attr-defined]
    reservations.lock_units = _no_lock
