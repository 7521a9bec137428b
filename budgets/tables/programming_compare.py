"""Two versions of an exercise: the differences cell by cell, the cascade by project, the totals.

The three say the same: Σ differences = last sum of the cascade less its first = difference of the
totals, for AE and for CP (T11 of domain §1.9; ux §2.6). Cents TTC. Each version is read in the
stage of its kind; lines are the same by their lineage; one that stands in a single version counts
for nothing in the other; one that moved to another project is gone from the one and added to the
other, so that each project gains in the cascade what its group gains in the grid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, F, QuerySet
from django.db.models.functions import Cast

from budgets.enums import RANKS, Measure
from budgets.models import ProgrammingAmount, ProgrammingEdit, ProgrammingLine, ProgrammingVersion
from budgets.rules.programming import stage_of
from budgets.tables.programming_grid import Group, groups_of, lines_of, totals_of

_RAW = BigIntegerField()
_HEAD = (
    "pk", "lineage", "label", "project__code", "project__title", "node__code", "nature",
)  # fmt: skip
# A cell of a line whatever the version: lineage, rank, ledger.
Key = tuple[UUID, int, str]


@dataclass(frozen=True, slots=True)
class Head:
    """A line by its words; no project is an empty code."""

    pk: int
    label: str
    project: str
    title: str
    node: str
    nature: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that differs: what it was, what it is; who changed it last and why, if anybody did.

    `line` is that of the newer version when it stands there; `state` says that it is added or gone,
    or that it came from another project (`came`) or left for one (`left`).
    """

    line: Head
    rank: int
    measure: str
    before: int
    after: int
    state: str = ""
    author: str = ""
    reason: str = ""
    on_behalf_of: str = ""

    @property
    def delta(self) -> int:
        """Return what the cell gained."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Move:
    """What a project gained between two versions, in AE and in CP."""

    project: str
    title: str
    ae: int
    cp: int


@dataclass(frozen=True)
class Comparison:
    """Two versions side by side; `before` and `after` are the totals by place."""

    former: ProgrammingVersion
    version: ProgrammingVersion
    differences: Sequence[Difference]
    before: Mapping[str, int] = field(default_factory=dict)
    after: Mapping[str, int] = field(default_factory=dict)

    def moves(self) -> list[Move]:
        """Return the cascade: what each project gained, those that moved, by code."""
        found: dict[str, list[Any]] = {}
        for one in self.differences:
            sums = found.setdefault(one.line.project, [one.line.title, 0, 0])
            sums[1 + Measure.values.index(one.measure)] += one.delta
        return [Move(code, *found[code]) for code in sorted(found)]

    def total(self, measure: str, *, after: bool) -> int:
        """Return AE or CP over the years that both versions write."""
        sums = self.after if after else self.before
        return sum(sums[f"{rank}.{measure}"] for rank in RANKS)


def compare(former: ProgrammingVersion, version: ProgrammingVersion, user: Any) -> Comparison:
    """Compare two versions of an exercise over the lines that `user` reads; nine queries, and
    one more when a line moved to another project.

    Raises ValueError for versions of two exercises or origins: their years do not face each other.
    """
    if _exercise(former) != _exercise(version):
        raise ValueError("versions of two exercises")
    old_lines, new_lines = lines_of(former, user), lines_of(version, user)
    old_heads, old_cells = _read(former, old_lines)
    new_heads, new_cells = _read(version, new_lines)
    changed = [
        key for key in {**old_cells, **new_cells} if old_cells.get(key, 0) != new_cells.get(key, 0)
    ]
    moved = _moved(old_heads, new_heads, {**old_cells, **new_cells})
    said = _last_edits(version, [new_heads[key[0]].pk for key in changed if key[0] in new_heads])
    gone = _gone(version, [key[0] for key in changed if key[0] not in new_heads])
    movers = _movers(new_heads[lineage].pk for lineage in moved)
    found = []
    for key in changed:
        lineage, rank, measure = key
        if lineage in moved:
            continue
        head = new_heads.get(lineage) or old_heads[lineage]
        state = "added" if lineage not in old_heads else "" if lineage in new_heads else "gone"
        who: tuple[str, ...] | None = (
            gone.get(lineage) if state == "gone" else said.get((head.pk, rank, measure))
        )
        amounts = old_cells.get(key, 0), new_cells.get(key, 0)
        found.append(Difference(head, rank, measure, *amounts, state, *(who or ("", ""))))
    for lineage in moved:
        who = movers.get(new_heads[lineage].pk, ("", ""))
        found += _move(old_heads[lineage], lineage, old_cells, who, "left")
        found += _move(new_heads[lineage], lineage, new_cells, who, "came")
    found.sort(key=lambda one: (one.line.project, one.line.label, one.line.pk, one.rank))
    return Comparison(
        former,
        version,
        found,
        totals_of(groups_of(former, old_lines, "project")),
        totals_of(groups_of(version, new_lines, "project")),
    )


def former_of(version: ProgrammingVersion, user: Any) -> ProgrammingVersion | None:
    """Return what a version is compared with by default: its parent, else the one before it."""
    rows = others_of(version, user)
    if version.parent_id and (parent := rows.filter(pk=version.parent_id).first()):
        return parent
    return rows.filter(number__lt=version.number).first() or rows.first()


def others_of(version: ProgrammingVersion, user: Any) -> QuerySet[ProgrammingVersion]:
    """Return the other versions of the exercise that `user` reads, the newest first."""
    rows = ProgrammingVersion.objects.visible_to(user).filter(
        fiscal_year=version.fiscal_year, data_origin=version.data_origin
    )
    return rows.exclude(pk=version.pk).order_by("-number")


def _exercise(version: ProgrammingVersion) -> tuple[int, str]:
    return version.fiscal_year, version.data_origin


def _read(version: ProgrammingVersion, lines: Any) -> tuple[dict[UUID, Head], dict[Key, int]]:
    """Return the lines by lineage, and their cells that say something; two queries."""
    heads = {
        row[1]: Head(row[0], row[2], row[3] or "", row[4] or "", *row[5:])
        for row in lines.order_by().values_list(*_HEAD)
    }
    stage = stage_of(version.kind)
    measures = [Cast(F(f"{stage}_{measure}"), _RAW) for measure in Measure.values]
    rows = ProgrammingAmount.objects.filter(line__in=lines.order_by()).order_by()
    cells: dict[Key, int] = {}
    for lineage, rank, *cents in rows.values_list("line__lineage", "rank", *measures):
        for measure, value in zip(Measure.values, cents, strict=True):
            if value:
                cells[lineage, rank, measure] = value
    return heads, cells


def _last_edits(
    version: ProgrammingVersion, line_ids: Iterable[int]
) -> dict[tuple[int, int, str], tuple[str, ...]]:
    """Return who changed each cell of a version last, why, and for whom; one query."""
    rows = ProgrammingEdit.objects.filter(
        stage=stage_of(version.kind), line__in=set(line_ids)
    ).order_by("pk")
    columns = ("line_id", "rank", "measure", "by__username", "reason", "on_behalf_of__username")
    return {
        (line_id, rank, measure): (who or "", why, other or "")
        for line_id, rank, measure, who, why, other in rows.values_list(*columns)
    }


def _gone(version: ProgrammingVersion, lineages: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return who took lines out of a version, and why; one query."""
    rows = ProgrammingLine.objects.filter(programming_version=version, lineage__in=set(lineages))
    columns = ("lineage", "taken_out_by__username", "taken_out_reason")
    return {lineage: (who or "", why) for lineage, who, why in rows.values_list(*columns)}


def _moved(
    old: Mapping[UUID, Head], new: Mapping[UUID, Head], cells: Iterable[Key]
) -> dict[UUID, None]:
    """Return the lines that stand in both versions under two projects and say something."""
    return {
        lineage: None
        for lineage, _rank, _measure in cells
        if lineage in old and lineage in new and old[lineage].project != new[lineage].project
    }


def _move(
    head: Head, lineage: UUID, cells: Mapping[Key, int], who: tuple[str, str], state: str
) -> Iterator[Difference]:
    """Return what a line took away from its former project, or brings to its new one."""
    for rank in RANKS:
        for measure in Measure.values:
            if cents := cells.get((lineage, rank, measure)):
                amounts = (cents, 0) if state == "left" else (0, cents)
                yield Difference(head, rank, measure, *amounts, state, *who)


def _movers(line_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return who moved each line to its project last, and why; one query, none without a line."""
    if not (wanted := set(line_ids)):
        return {}
    rows = ProgrammingLine.history.filter(id__in=wanted).order_by("history_id")
    columns = ("id", "project_id", "history_user__username", "history_change_reason")
    found: dict[int, tuple[str, str]] = {}
    former: dict[int, int | None] = {}
    for line_id, project_id, who, why in rows.values_list(*columns):
        if former.setdefault(line_id, project_id) != project_id:
            found[line_id] = who or "", why or ""
            former[line_id] = project_id
    return found


@dataclass(frozen=True)
class FormerCells:
    """What another version holds, for the grid: by lineage and place, by group and place."""

    cells: Mapping[tuple[UUID, str], int]
    groups: Mapping[str, Group]
    totals: Mapping[str, int]


def former_cells(former: ProgrammingVersion, user: Any, by: str) -> FormerCells:
    """Return what a former version holds, as the grid compares with it; four queries."""
    lines = lines_of(former, user)
    _heads, cells = _read(former, lines)
    groups = {group.key: group for group in groups_of(former, lines, by)}
    by_place = {(key[0], f"{key[1]}.{key[2]}"): cents for key, cents in cells.items()}
    return FormerCells(by_place, groups, totals_of(groups.values()))


def with_gone(groups: Sequence[Group], former: FormerCells | None) -> list[Group]:
    """Return the groups and, empty, those of a former version that have no line any more; by key.

    Without them the gains of the groups would not add up to that of the foot.
    """
    known = {group.key for group in groups}
    left = former.groups.values() if former else ()
    gone = [Group(group.key, group.name) for group in left if group.key not in known]
    return sorted([*groups, *gone], key=lambda group: (not group.key, group.key))
