"""Scenarios: created by who simulates, changed by their author, accepted by who writes the version.

A scenario is an overlay on a version (docs/programming.md): a thousand cells and lines at most, so
that one operation accepts it whole.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.permissions import can
from accounts.services.audit import record_event
from budgets.enums import RANKS, Measure, ScenarioState
from budgets.exceptions import LineOut, ScenarioClosed
from budgets.models import ProgrammingAmount, ProgrammingLine, Scenario, ScenarioChange
from budgets.rules.programming import has_allowed_sign, stage_of
from budgets.services.entries import MOST_ENTRIES, Verdicts
from budgets.services.programming_access import REASON_LENGTH
from budgets.services.programming_lines import NEGATIVE
from common.exceptions import StaleEdit

EDITABLE = frozenset({"name", "note"})


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a scenario would have a cell hold, in the stage of its version; euros TTC."""

    line: int
    rank: int
    measure: str
    after: Decimal | None

    @property
    def key(self) -> tuple[int, int, str]:
        """Return the cell."""
        return self.line, self.rank, self.measure


@transaction.atomic
def create_scenario(*, actor: Any, version_id: int, name: str, note: str = "") -> Scenario:
    """Create an empty scenario on a version, frozen or not.

    Raises PermissionDenied for who creates neither versions nor simulations, ValidationError.
    """
    if not can(actor, Action.CREATE, Resource.PROGRAMMING_VERSION):
        raise PermissionDenied
    scenario = Scenario(
        programming_version_id=version_id, name=name.strip(), note=note.strip(), author=actor
    )
    _save(scenario, actor)
    tell(actor, scenario, "scenario_created")
    return scenario


@transaction.atomic
def edit_scenario(
    *, actor: Any, scenario_id: int, expected_version: int, changes: dict[str, Any]
) -> Scenario:
    """Change the name or the note of a draft of one's own.

    Raises PermissionDenied, StaleEdit, ScenarioClosed, ValidationError.
    """
    if unknown := changes.keys() - EDITABLE:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    scenario = lock_own(actor, scenario_id, expected_version)
    for name, value in changes.items():
        setattr(scenario, name, value.strip())
    scenario.version += 1
    _save(scenario, actor)
    tell(actor, scenario, "scenario_edited", fields=sorted(changes))
    return scenario


@transaction.atomic
def set_changes(
    *,
    actor: Any,
    scenario_id: int,
    expected_version: int,
    cells: Sequence[Proposal] = (),
    leave_out: Collection[int] = (),
    keep: Collection[int] = (),
) -> Scenario:
    """Lay changes on a scenario, all or none; the version itself is not touched.

    Each cell takes the place of what the scenario said of it; the amount that the version holds
    takes the change away. A line left out loses its cells, a line kept comes back as the version
    has it. What the version holds at this moment is what an acceptance will compare with. Raises
    PermissionDenied, StaleEdit, ScenarioClosed, RowsRefused by index of the cell, ValidationError
    beyond a thousand changes.
    """
    scenario = lock_own(actor, scenario_id, expected_version)
    out, kept = set(leave_out), set(keep)
    named = {one.line for one in cells} | out | kept
    lines = _lines(actor, scenario, named)
    _refuse_lines(lines, out, kept)
    _refuse_cells(cells, lines)
    held = held_by(scenario, lines)
    _forget(scenario, cells, out | kept)
    ScenarioChange.objects.bulk_create(
        [
            ScenarioChange(
                scenario=scenario, line_id=one.line, rank=one.rank, measure=one.measure,
                before=held[one.key], after=one.after,
            )
            for one in cells
            if one.line not in out and held[one.key] != one.after
        ]
        + [
            ScenarioChange(scenario=scenario, line_id=pk, line_version=lines[pk].version)
            for pk in sorted(out)
        ]
    )  # fmt: skip
    if scenario.changes.count() > MOST_ENTRIES:
        raise ValidationError(_("A scenario changes a thousand cells and lines at most."))
    scenario.version += 1
    _save(scenario, actor)
    tell(actor, scenario, "scenario_changed", cells=len(cells), out=len(out), kept=len(kept))
    return scenario


@transaction.atomic
def abandon_scenario(
    *, actor: Any, scenario_id: int, expected_version: int, reason: str = ""
) -> Scenario:
    """Abandon a draft of one's own: it is kept to be read.

    Raises PermissionDenied, StaleEdit, ScenarioClosed.
    """
    scenario = lock_own(actor, scenario_id, expected_version)
    close(scenario, ScenarioState.ABANDONED, actor, reason)
    tell(actor, scenario, "scenario_abandoned", reason=reason.strip())
    return scenario


def lock_draft(scenario_id: int, expected_version: int) -> Scenario:
    """Lock a scenario and return it; raises StaleEdit, ScenarioClosed."""
    rows = Scenario.objects.select_for_update(of=("self",), no_key=True)
    scenario = rows.select_related("programming_version").get(pk=scenario_id)
    if scenario.version != expected_version:
        raise StaleEdit(code=scenario.name, expected=expected_version, current=scenario.version)
    if scenario.state != ScenarioState.DRAFT:
        raise ScenarioClosed(scenario=scenario.name, state=scenario.get_state_display())
    return scenario


def lock_own(actor: Any, scenario_id: int, expected_version: int) -> Scenario:
    """Lock a draft that `actor` is the author of, as long as they may simulate."""
    scenario = lock_draft(scenario_id, expected_version)
    if scenario.author_id != actor.pk or not can(
        actor, Action.CREATE, Resource.PROGRAMMING_VERSION
    ):
        raise PermissionDenied
    return scenario


def held_by(scenario: Scenario, lines: Collection[int]) -> dict[tuple[int, int, str], Any]:
    """Return what the version holds in the cells of some lines, euros; one query."""
    stage = stage_of(scenario.programming_version.kind)
    rows = ProgrammingAmount.objects.filter(line__in=list(lines)).order_by()
    columns = [f"{stage}_{measure}" for measure in Measure]
    return {
        (line, rank, measure.value): amount
        for line, rank, *amounts in rows.values_list("line_id", "rank", *columns)
        for measure, amount in zip(Measure, amounts, strict=True)
    }


def close(scenario: Scenario, state: ScenarioState, actor: Any, reason: str = "") -> None:
    """Bring a scenario to the state in which it is kept."""
    scenario.state = state
    scenario.version += 1
    scenario._change_reason = reason.strip()[:REASON_LENGTH]  # type: ignore[attr-defined]
    _save(scenario, actor)


def tell(actor: Any, scenario: Scenario, verb: str, **detail: Any) -> None:
    """Record what was done of a scenario."""
    record_event(
        actor=actor,
        verb=verb,
        object_kind="programming_version",
        object_code=scenario.programming_version.code,
        detail={"scenario": scenario.name, **detail},
    )


def _save(scenario: Scenario, actor: Any) -> None:
    scenario.full_clean()
    scenario._history_user = actor  # type: ignore[attr-defined]
    scenario.save()


def _lines(actor: Any, scenario: Scenario, named: Collection[int]) -> dict[int, ProgrammingLine]:
    """Return the named lines of the version that `actor` reads, by id; one query."""
    rows = ProgrammingLine.objects.filter(programming_version=scenario.programming_version_id)
    return {line.pk: line for line in rows.visible_to(actor).filter(pk__in=list(named))}


def _forget(scenario: Scenario, cells: Sequence[Proposal], lines: Collection[int]) -> None:
    """Delete what waits on some lines, and on the lines and cells that change anew."""
    waiting = scenario.changes.filter(accepted_in__isnull=True)
    keys = {one.key for one in cells} | {(one.line, None, "") for one in cells}
    known = waiting.values_list("pk", "line_id", "rank", "measure")
    gone = [pk for pk, *key in known if key[0] in lines or tuple(key) in keys]
    waiting.filter(pk__in=gone).delete()


def _refuse_lines(
    lines: dict[int, ProgrammingLine], out: Collection[int], kept: Collection[int]
) -> None:
    for pk in {*out, *kept}:
        if pk not in lines:
            raise ValidationError(_("There is no such line in this version."))
        if pk in out and lines[pk].taken_out_at:
            raise LineOut(line=lines[pk].label)


def _refuse_cells(cells: Sequence[Proposal], lines: dict[int, ProgrammingLine]) -> None:
    """Refuse what no cell can hold, by index."""
    if len(cells) > MOST_ENTRIES:
        raise ValidationError(_("A scenario changes a thousand cells and lines at most."))
    verdicts = Verdicts(len(cells))
    named: set[tuple[int, int, str]] = set()
    for index, one in enumerate(cells):
        line = lines.get(one.line)
        if line is None:
            verdicts.refuse_faults(index, {"line": _("There is no such line in this version.")})
            continue
        if line.taken_out_at:
            verdicts.refuse(index, LineOut(line=line.label))
        if one.rank not in RANKS or one.measure not in Measure.values or one.key in named:
            verdicts.refuse_faults(index, {"line": _("This cell is unknown, or named twice.")})
        if not has_allowed_sign(one.after, is_take_back=line.is_take_back):
            verdicts.refuse_faults(index, {"after": str(NEGATIVE)})
        named.add(one.key)
    verdicts.settle()
