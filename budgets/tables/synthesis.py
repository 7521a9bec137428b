"""T1, synthesis of the programming: programme → action → activity → project (domain §1.9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db.models import Q

from budgets.enums import MovementKind
from budgets.models import FROZEN, OPENED, ProgrammingVersion
from budgets.rules.programming import stage_of
from budgets.tables.perimeter import Perimeter, Source
from budgets.tables.programmed import (
    Cells,
    Figures,
    Grain,
    Places,
    Sums,
    TableRow,
    Terms,
    added,
    sums_by_grain,
)
from projects.models import Project

LEVELS = ("programme", "action", "activity", "project")
Path = tuple[int | None, ...]


def synthesis_figures(version: ProgrammingVersion) -> Figures:
    """Return the figures of T1: LFI, what is frozen, net credits, programmed for N, the gap.

    Net credits are all that is opened in the exercise, less what is frozen (domain §1.5); the gap
    is net credits less what is programmed. AE and CP apart, cents TTC.
    """
    own, stage = Q(fiscal_year=version.fiscal_year), stage_of(version.kind)
    found: dict[str, Terms] = {}
    for one in ("ae", "cp"):
        opened = Source("movements", one, OPENED & own)
        frozen = Source("movements", one, FROZEN & own)
        lfi = Source("movements", one, own & Q(kind=MovementKind.INITIAL_FINANCE_ACT))
        programmed = Cells(f"{stage}_{one}", (0,))
        found |= {
            f"lfi_{one}": ((1, lfi),),
            f"frozen_{one}": ((1, frozen),),
            f"usable_{one}": ((1, opened), (-1, frozen)),
            f"programmed_{one}": ((1, programmed),),
            f"gap_{one}": ((1, opened), (-1, frozen), (-1, programmed)),
        }
    return found


def synthesis(perimeter: Perimeter, version: ProgrammingVersion) -> tuple[list[TableRow], Sums]:
    """Return the rows of T1, each above those that it adds, and the total of the programmes.

    A level where nothing is named below a row is not shown. Six statements at most.
    """
    sums = sums_by_grain(synthesis_figures(version), perimeter, version)
    places = Places.read()
    paths = {grain: _path(places, grain) for grain in sums}
    label = _labels(places, {path[-1] for path in paths.values()})
    rows = list(_below((), sums, paths, label))
    return rows, added(sums.values())


def _path(places: Places, grain: Grain) -> Path:
    return places.programme(grain), places.action(grain), places.activity(grain), grain[0]


def _labels(
    places: Places, projects: set[int | None]
) -> Callable[[int, int | None], tuple[str | None, str | None]]:
    rows = Project.objects.filter(pk__in=[pk for pk in projects if pk]).order_by()
    known = {pk: (code, title) for pk, code, title in rows.values_list("pk", "code", "title")}

    def label(depth: int, pk: int | None) -> tuple[str | None, str | None]:
        if depth < len(LEVELS) - 1:
            return places.label(pk)
        return known[pk] if pk is not None else (None, None)

    return label


def _below(
    head: Path, sums: Mapping[Grain, Sums], paths: Mapping[Grain, Path], label: Any
) -> Iterator[TableRow]:
    """Yield the rows below a path, in the order of their codes, each followed by its own."""
    depth = len(head)
    if depth == len(LEVELS):
        return
    groups: dict[int | None, list[Grain]] = {}
    for grain, path in paths.items():
        if path[:depth] == head:
            groups.setdefault(path[depth], []).append(grain)
    is_told = depth == 0 or set(groups) != {None}
    for pk in sorted(groups, key=lambda one: (one is None, label(depth, one)[0] or "")):
        grains = groups[pk]
        if is_told:
            yield _row((*head, pk), grains, sums, label)
        yield from _below((*head, pk), sums, {one: paths[one] for one in grains}, label)


def _row(path: Path, grains: list[Grain], sums: Mapping[Grain, Sums], label: Any) -> TableRow:
    depth = len(path) - 1
    code, name = label(depth, path[-1])
    return TableRow(
        key="-".join(str(pk or 0) for pk in path),
        words={"level": LEVELS[depth], "code": code, "name": name},
        cents=added(sums[grain] for grain in grains),
        depth=depth,
        grains=frozenset(grains),
    )
