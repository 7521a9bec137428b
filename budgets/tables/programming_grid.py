"""The grid of a version of the programming: groups with their sums, the lines of one group.

A cell is a place: a rank and a ledger, "0.ae". Rank −1 is the exercise before, as it is expected to
be executed; it is read only. Amounts are cents TTC; AE and CP are never added together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Count, F, Min, Sum
from django.db.models.functions import Cast
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from budgets.enums import RANKS, Measure, ProgrammingNature
from budgets.models import ProgrammingAmount, ProgrammingEdit, ProgrammingLine, ProgrammingVersion
from budgets.rules.programming import stage_of, year_of
from common.folding import folded_q
from common.money import to_cents

EXPECTED = -1
SHOWN_RANKS = (EXPECTED, *RANKS)
PLACES = tuple(f"{rank}.{measure}" for rank in SHOWN_RANKS for measure in Measure.values)
SEARCHED = (
    "label", "contract_code", "legal_reference", "act_label", "act_supplier", "project__code",
    "project__title", "node__code",
)  # fmt: skip
_RAW = BigIntegerField()


@dataclass(frozen=True, slots=True)
class Grouping:
    """A way to group the lines: its words, the column of the key and that of the name."""

    label: Any
    key: str
    name: str


# By project, by programme and action, by management node, by activity, by contract, by part of the
# portfolio, by nature (ux §2.6).
GROUPINGS: dict[str, Grouping] = {
    "project": Grouping(_("project"), "project__code", "project__title"),
    "action": Grouping(
        _("action (functional domain)"), "functional_domain__code", "functional_domain__name"
    ),
    "node": Grouping(_("management node (UO)"), "node__code", "node__name"),
    "activity": Grouping(_("activity"), "activity__code", "activity__name"),
    "contract": Grouping(_("contract"), "contract_code", "contract_code"),
    "portfolio": Grouping(_("part of the portfolio"), "project__node__code", "project__node__name"),
    "nature": Grouping(_("nature"), "nature", "nature"),
}


@dataclass(slots=True)
class Group:
    """Lines under one head: how many, and their sums by place."""

    key: str
    name: str
    count: int = 0
    sums: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PLACES, 0))


@dataclass(frozen=True, slots=True)
class GridLine:
    """A line and its cells by place; None is what was not said. `notes` are expressions typed."""

    line: ProgrammingLine
    cells: Mapping[str, int | None]
    notes: Mapping[str, str]


def years_from(fiscal_year: int) -> dict[int, str]:
    """Return how each rank of an exercise is headed: 2026, 2027, … then the years that follow."""
    heads = {rank: str(year_of(fiscal_year, rank)) for rank in SHOWN_RANKS}
    last = SHOWN_RANKS[-1]
    heads[last] = gettext("%(year)s and after") % {"year": heads[last]}
    return heads


def places_of(fiscal_year: int) -> dict[str, str]:
    """Return the cells of a line with their names: "0.ae" is the AE of the exercise."""
    return {
        f"{rank}.{measure}": f"{measure.label} {year}"
        for rank, year in years_from(fiscal_year).items()
        for measure in Measure
    }


def lines_of(version: ProgrammingVersion, user: Any) -> Any:
    """Return the lines of a version that stand and that `user` reads."""
    seen = ProgrammingLine.objects.filter(programming_version=version)
    return seen.visible_to(user).live()


def groups_of(version: ProgrammingVersion, lines: Any, by: str) -> list[Group]:
    """Return the groups of the lines with their sums, by key; two queries, whatever their number.

    Lines without the axis stand in a group of an empty key, the last one.
    """
    grouping = GROUPINGS[by]
    found: dict[str, Group] = {}
    expected = {measure: Sum(Cast(F(f"expected_{measure}"), _RAW)) for measure in Measure.values}
    heads = lines.order_by().values(grouping.key)
    counted = heads.annotate(name=Min(grouping.name), count=Count("pk"), **expected)
    for row in counted.values_list(grouping.key, "name", "count", *Measure.values):
        key = row[0] or ""
        group = found.setdefault(key, Group(key, _name(by, key, row[1] or "")))
        group.count += row[2]
        _add(group, EXPECTED, row[3:])
    path = f"line__{grouping.key}"
    sums = {
        measure: Sum(Cast(F(f"{stage_of(version.kind)}_{measure}"), _RAW))
        for measure in Measure.values
    }
    amounts = ProgrammingAmount.objects.filter(line__in=lines).order_by()
    rows = amounts.values(path, "rank").annotate(**sums)
    for row in rows.values_list(path, "rank", *Measure.values):
        _add(found[row[0] or ""], row[1], row[2:])
    return sorted(found.values(), key=lambda group: (not group.key, group.key))


def _name(by: str, key: str, name: str) -> str:
    return str(ProgrammingNature(key).label) if by == "nature" and key else name


def _add(group: Group, rank: int, cents: Iterable[int | None]) -> None:
    for measure, value in zip(Measure.values, cents, strict=True):
        group.sums[f"{rank}.{measure}"] += value or 0


def totals_of(groups: Iterable[Group]) -> dict[str, int]:
    """Return the sums of all the groups, by place."""
    found = dict.fromkeys(PLACES, 0)
    for group in groups:
        for place, cents in group.sums.items():
            found[place] += cents
    return found


def folded(sums: Mapping[str, int | None]) -> dict[str, int]:
    """Return AE, CP and AE less CP over the years of a row."""
    found = {
        measure: sum(sums[f"{rank}.{measure}"] or 0 for rank in SHOWN_RANKS)
        for measure in Measure.values
    }
    return {**found, "balance": found["ae"] - found["cp"]}


def lines_in(version: ProgrammingVersion, lines: Any, by: str, key: str) -> list[GridLine]:
    """Return the lines of a group with their cells, in their order; three queries."""
    grouping = GROUPINGS[by]
    inside = lines.filter(**{grouping.key: key}) if key else _without(lines, grouping.key)
    return with_cells(version, inside)


def with_cells(version: ProgrammingVersion, lines: Any) -> list[GridLine]:
    """Return lines with their cells, by project and label; three queries, whatever their number."""
    paths = (
        "project__node",
        "project__manager",
        "node",
        "category",
        "activity",
        "functional_domain",
    )
    rows = list(lines.select_related(*paths).order_by("project__code", "label", "pk"))
    cells = _cells(version, rows, lines)
    notes = _notes(version, lines)
    return [GridLine(line, cells[line.pk], notes.get(line.pk, {})) for line in rows]


def _without(lines: Any, path: str) -> Any:
    head = path.partition("__")[0]
    return lines.filter(**({f"{head}__isnull": True} if "__" in path else {path: ""}))


def _cells(
    version: ProgrammingVersion, rows: list[ProgrammingLine], lines: Any
) -> dict[int, dict[str, int | None]]:
    found: dict[int, dict[str, int | None]] = {}
    for line in rows:
        found[line.pk] = dict.fromkeys(PLACES)
        for measure in Measure.values:
            expected = getattr(line, f"expected_{measure}")
            found[line.pk][f"{EXPECTED}.{measure}"] = (
                None if expected is None else to_cents(expected)
            )
    stage = stage_of(version.kind)
    measures = [Cast(F(f"{stage}_{measure}"), _RAW) for measure in Measure.values]
    amounts = ProgrammingAmount.objects.filter(line__in=lines.order_by()).order_by()
    for line_id, rank, ae, cp in amounts.values_list("line_id", "rank", *measures):
        found[line_id][f"{rank}.ae"], found[line_id][f"{rank}.cp"] = ae, cp
    return found


def _notes(version: ProgrammingVersion, lines: Any) -> dict[int, dict[str, str]]:
    """Return the expression that each cell was last typed with, if it was."""
    found: dict[int, dict[str, str]] = {}
    edits = ProgrammingEdit.objects.filter(
        stage=stage_of(version.kind), line__in=lines.order_by()
    ).order_by("pk")
    for line_id, rank, measure, text in edits.values_list(
        "line_id", "rank", "measure", "expression"
    ):
        notes = found.setdefault(line_id, {})
        notes.pop(f"{rank}.{measure}", None)
        if text:
            notes[f"{rank}.{measure}"] = text
    return found


def key_of(line: ProgrammingLine, by: str) -> str:
    """Return the key of the group in which a line stands."""
    value: Any = line
    for name in GROUPINGS[by].key.split("__"):
        value = getattr(value, name, None) if value is not None else None
    return str(value or "")


def find_lines(lines: Any, text: str, most: int) -> list[ProgrammingLine]:
    """Return at most `most` lines whose words hold a text, accents and case apart."""
    found = lines.filter(folded_q(text, *SEARCHED)).select_related(
        "project__node", "node", "functional_domain", "activity"
    )
    return list(found.order_by("project__code", "label", "pk")[:most])
