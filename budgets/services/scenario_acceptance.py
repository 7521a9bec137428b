"""Accept a scenario, whole or line by line: its version takes the changes as one operation."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from budgets.enums import ScenarioState
from budgets.exceptions import NothingToAccept
from budgets.models import Scenario, ScenarioChange
from budgets.services.programming_access import lock_version
from budgets.services.programming_cells import CellEdit, edit_cells
from budgets.services.programming_lines import take_line_out
from budgets.services.scenarios import close, lock_draft, tell


@transaction.atomic
def accept_scenario(
    *,
    actor: Any,
    scenario_id: int,
    expected_version: int,
    lines: Collection[int] | None = None,
    reason: str = "",
) -> Scenario:
    """Have the version take what a scenario changes, in whole or for some lines: all, or none.

    Lines left out make room first, then the cells are edited; each is checked as if it were typed
    (rights, files, ceilings), and must hold what it held when the scenario changed it. The
    scenario is accepted once nothing is left of it. The version is locked first. Raises StaleEdit,
    ScenarioClosed, NothingToAccept, what `edit_cells` (StaleCell with both values of each cell
    that moved, VersionFrozen, PermissionDenied…) and `take_line_out` raise.
    """
    of = Scenario.objects.values_list("programming_version_id", flat=True)
    version = lock_version(of.get(pk=scenario_id))
    scenario = lock_draft(scenario_id, expected_version)
    waiting = scenario.changes.filter(accepted_in__isnull=True)
    wanted = waiting if lines is None else waiting.filter(line__in=list(lines))
    changes = list(wanted.select_related("line").order_by("line_id", "rank", "measure"))
    if not changes:
        raise NothingToAccept(scenario=scenario.name)
    why = reason.strip() or _("Scenario “%(name)s”") % {"name": scenario.name}
    operation = _take(actor, version.pk, changes, why)
    wanted.update(accepted_in=operation)
    left = waiting.count()
    if left:
        scenario.version += 1
        scenario.full_clean()
        scenario.save()
    else:
        close(scenario, ScenarioState.ACCEPTED, actor, why)
    accepted = len({change.line_id for change in changes})
    tell(actor, scenario, "scenario_accepted", lines=accepted, left=left, operation=str(operation))
    return scenario


def _take(actor: Any, version_id: int, changes: Collection[ScenarioChange], why: str) -> uuid.UUID:
    """Take lines out, then edit cells; return the operation that the edits are of."""
    for change in changes:
        if change.line_version is not None:
            take_line_out(
                actor=actor,
                line_id=change.line_id,
                expected_version=change.line_version,
                reason=why[:300],
            )
    edits = [
        CellEdit(
            line=change.line_id,
            rank=change.rank,
            measure=change.measure,
            before=change.before,
            after=change.after,
            reason=why[:300],
        )
        for change in changes
        if change.rank is not None
    ]
    if not edits:
        return uuid.uuid4()
    return edit_cells(actor=actor, version_id=version_id, edits=edits).id
