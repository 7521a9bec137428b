"""The site as a race for credits runs it: who calls is the officer, a read takes some time.

`RACE_OFF` names the protection that a twin removes: `lock`, of the UO (PostgreSQL); `immediate`,
the transactions alone to write (SQLite, in the settings). `RACE_PAUSE` is how long a read takes.
"""

from __future__ import annotations

import django

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 (Django first)

from budgets.selectors import ceilings  # noqa: E402
from budgets.services import ceilings as typed  # noqa: E402
from budgets.services import reservations  # noqa: E402
from tests.storms.slow_reads import OFF, slow  # noqa: E402

application = get_wsgi_application()


ceilings.sums_by = slow(ceilings.sums_by)  # type: ignore[attr-defined]
reservations.sums_by = slow(reservations.sums_by)  # type: ignore[attr-defined]

if OFF == "lock":

    def _no_lock(node_ids: list[int]) -> None:
        """Let everybody read at once."""

    typed.lock_units = _no_lock  # type: ignore[attr-defined]
    reservations.lock_units = _no_lock
