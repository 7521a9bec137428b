"""The site as a storm on a round runs it: a read takes some time, a protection may be off.

`RACE_OFF` names it: `before`, that a cell holds what its editor read; `lock`, of the version
(PostgreSQL); `ceilings`, that bound the cells. `RACE_PAUSE` is how long a read takes, in seconds.
"""

from __future__ import annotations

from typing import Any

import django

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 (Django first)

from budgets.models import ProgrammingVersion  # noqa: E402
from budgets.services import programming_cells  # noqa: E402
from tests.storms.slow_reads import OFF, slow  # noqa: E402

application = get_wsgi_application()


def _unlocked(version_id: int) -> ProgrammingVersion:
    """Return a version without its lock."""
    return ProgrammingVersion.objects.get(pk=version_id)


def _nothing(*_args: Any) -> None:
    """Refuse nothing."""


programming_cells._held = slow(programming_cells._held)
if OFF == "lock":
    programming_cells.lock_version = _unlocked  # type: ignore[attr-defined]
if OFF == "before":
    programming_cells._refuse_stale = _nothing
if OFF == "ceilings":
    programming_cells.check_cells = _nothing  # type: ignore[attr-defined]
