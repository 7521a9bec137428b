"""A scenario laid on its version: the lines, what each holds and would hold, where a ceiling cuts.

Amounts are cents TTC of the stage of the version. Only the lines that the reader sees are there:
every total is that of these lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import BigIntegerField, F
from django.db.models.functions import Cast

from budgets.enums import Measure, ProgrammingNature
from budgets.models import (
    ProgrammingAmount,
    ProgrammingLine,
    ProgrammingVersion,
    Scenario,
    ScenarioChange,
)
from budgets.rules.programming import stage_of
from budgets.rules.scenarios import Cut, Key, Served, cut, overlaid, totals

_RAW = BigIntegerField()
_LINE = (
    "id", "label", "nature", "priority", "credit_type", "project__code", "node__code",
    "taken_out_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineOf:
    """A line of the version, as a scenario names it."""

    id: int
    label: str
    nature: str
    priority: int | None
    credit_type: str
    project: str
    node: str


@dataclass(frozen=True, slots=True)
class Laid:
    """A line under a scenario in a year: what the version holds, what it would; cents.

    `is_left_out`: it would not be there. `is_stale`: the version does not hold any more what it
    held when the scenario changed it.
    """

    line: LineOf
    before: Mapping[str, int]
    after: Mapping[str, int]
    is_changed: bool = False
    is_left_out: bool = False
    is_stale: bool = False

    @property
    def nature(self) -> str:
        """Return the words of the nature of the line."""
        return str(ProgrammingNature(self.line.nature).label)

    def delta(self, measure: str) -> int:
        """Return what the scenario adds to the line, cents."""
        return self.after[measure] - self.before[measure]


@dataclass(frozen=True)
class Overlay:
    """A version with what a scenario still changes of it; without one, the version itself.

    `stale` are the lines whose version moved, `gone` the changes of lines that were taken out.
    """

    scenario: Scenario | None
    lines: Mapping[int, LineOf]
    base: Mapping[Key, int | None]
    changes: Mapping[Key, int | None] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()
    stale: frozenset[int] = frozenset()
    gone: int = 0

    @cached_property
    def cells(self) -> dict[Key, int | None]:
        """Return the cells of the version under the scenario."""
        return overlaid(self.base, self.changes, self.left_out)

    @cached_property
    def changed(self) -> frozenset[int]:
        """Return the ids of the lines that the scenario changes."""
        return frozenset(key[0] for key in self.changes) | self.left_out

    def totals(self) -> tuple[dict[tuple[int, str], int], dict[tuple[int, str], int]]:
        """Return the totals by rank and measure, of the version and under the scenario; cents."""
        return totals(self.base), totals(self.cells)

    def laid(self, rank: int) -> list[Laid]:
        """Return every line in a year, in the order in which they are served."""
        rows = [self._laid(line, rank) for line in self.lines.values()]
        return sorted(rows, key=lambda row: served(row.line, row.after).place)

    def _laid(self, line: LineOf, rank: int) -> Laid:
        keys = {measure.value: (line.id, rank, measure.value) for measure in Measure}
        return Laid(
            line,
            {measure: self.base.get(key) or 0 for measure, key in keys.items()},
            {measure: self.cells.get(key) or 0 for measure, key in keys.items()},
            is_changed=line.id in self.changed,
            is_left_out=line.id in self.left_out,
            is_stale=line.id in self.stale,
        )

    def cut(self, rank: int, ae_ceiling: int | None, cp_ceiling: int | None) -> Cut:
        """Return where ceilings of a year cut the lines that the scenario keeps; no query."""
        rows = (row for row in self.laid(rank) if not row.is_left_out)
        return cut((served(row.line, row.after) for row in rows), ae_ceiling, cp_ceiling)


def served(line: LineOf, amounts: Mapping[str, int]) -> Served:
    """Return a line with what it asks for in a year."""
    return Served(line.id, line.nature, line.priority, line.label, amounts["ae"], amounts["cp"])


def overlay_of(scenario: Scenario, user: Any) -> Overlay:
    """Return a scenario laid on its version, for who reads it; four queries."""
    return overlays_of(scenario.programming_version, [scenario], user)[1]


def overlays_of(
    version: ProgrammingVersion, scenarios: Sequence[Scenario], user: Any
) -> list[Overlay]:
    """Return the version itself, then each of its scenarios laid on it; three queries.

    One accepted or abandoned is shown with what the version did not take of it.
    """
    rows = ProgrammingLine.objects.filter(programming_version=version).visible_to(user)
    seen = {one.pop("id"): one for one in rows.order_by("pk").values(*_LINE)}
    lines = {pk: _line(pk, one) for pk, one in seen.items() if one["taken_out_at"] is None}
    stage = stage_of(version.kind)
    raw = {f"raw_{one}": Cast(F(f"{stage}_{one}"), _RAW) for one in Measure}
    amounts = ProgrammingAmount.objects.filter(line__in=rows.live().values("pk")).order_by()
    base = {
        (line_id, rank, measure.value): cents
        for line_id, rank, *values in amounts.annotate(**raw).values_list("line_id", "rank", *raw)
        for measure, cents in zip(Measure, values, strict=True)
    }
    found = [Overlay(None, lines, base)]
    changes = _changes(scenarios)
    return found + [
        _laid_on(one, lines, base, [row for row in changes if row["scenario_id"] == one.pk], seen)
        for one in scenarios
    ]


def _line(pk: int, row: Mapping[str, Any]) -> LineOf:
    return LineOf(
        pk,
        row["label"],
        row["nature"],
        row["priority"],
        row["credit_type"],
        row["project__code"] or "",
        row["node__code"],
    )


def _changes(scenarios: Sequence[Scenario]) -> list[dict[str, Any]]:
    rows = ScenarioChange.objects.filter(
        scenario__in=[one.pk for one in scenarios], accepted_in__isnull=True
    )
    raw = {"raw_before": Cast(F("before"), _RAW), "raw_after": Cast(F("after"), _RAW)}
    columns = (
        "scenario_id", "line_id", "rank", "measure", "line_version", "line__version", *raw,
    )  # fmt: skip
    return list(rows.order_by().annotate(**raw).values(*columns)) if scenarios else []


def _laid_on(
    scenario: Scenario,
    lines: Mapping[int, LineOf],
    base: Mapping[Key, int | None],
    changes: Sequence[Mapping[str, Any]],
    seen: Mapping[int, Any],
) -> Overlay:
    """Lay changes on the lines that the reader sees."""
    cells: dict[Key, int | None] = {}
    left_out, stale, gone = set(), set(), 0
    for one in changes:
        pk = one["line_id"]
        if pk not in lines:
            gone += pk in seen
            continue
        if one["rank"] is None:
            left_out.add(pk)
            moved = one["line_version"] != one["line__version"]
        else:
            key = pk, one["rank"], one["measure"]
            cells[key] = one["raw_after"]
            moved = base.get(key) != one["raw_before"]
        if moved:
            stale.add(pk)
    return Overlay(scenario, lines, base, cells, frozenset(left_out), frozenset(stale), gone)
