"""Figures that add cells of the programming and rows of the ledgers (tables T1, T2, T8).

Everything is read by grain, what a budget line is charged to, then folded: whatever the rows of a
table, they add up to the same totals. Amounts are cents TTC; AE and CP are never added together
(LOLF art. 8). A constant number of statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, F, Sum
from django.db.models.functions import Cast

from budgets.enums import NomenclatureKind, ProgrammingNature
from budgets.models import (
    NomenclatureNode,
    ProgrammingAmount,
    ProgrammingLine,
    ProgrammingVersion,
)
from budgets.models.programming_cells import CELLS
from budgets.tables.perimeter import Perimeter, Source

GRAIN = ("project_id", "node_id", "functional_domain_id", "activity_id")
Grain = tuple[int | None, ...]
_RAW = BigIntegerField()


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of the programming that add up to a figure: a stage and a measure, some ranks.

    `former` reads the version that is compared with, instead of the one of the table; without
    natures, every line counts.
    """

    column: str
    ranks: tuple[int, ...]
    natures: frozenset[str] = frozenset(ProgrammingNature.values)
    former: bool = False


# A figure: the sources that it adds or takes away.
Terms = tuple[tuple[int, Source | Cells], ...]
Figures = Mapping[str, Terms]
Sums = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table of the programming.

    `key` names it in addresses; `words` are what it says, `cents` its amounts: None is an amount
    that was not said, or that cannot be computed. `grains` are what it adds.
    """

    key: str
    words: Mapping[str, Any]
    cents: Mapping[str, int | None]
    depth: int = 0
    grains: frozenset[Grain] = frozenset()


@dataclass(frozen=True, slots=True)
class Places:
    """The nomenclature by id, to tell where a grain counts; one query."""

    nodes: Mapping[int, tuple[int | None, str, str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Places:
        """Read the whole nomenclature: parent, kind, code and name by id."""
        columns = ("pk", "parent_id", "kind", "code", "name")
        rows = NomenclatureNode.objects.order_by().values_list(*columns)
        return cls({pk: (parent, kind, code, name) for pk, parent, kind, code, name in rows})

    def above(self, pk: int | None, kind: str) -> int | None:
        """Return the node of a kind at or above another; None when there is none."""
        while pk is not None:
            parent, found = self.nodes[pk][:2]
            if found == kind:
                return pk
            pk = parent
        return None

    def activity(self, grain: Grain) -> int | None:
        """Return the activity of a grain; a fact that sits on an activity is of it."""
        _project, node, _domain, activity = grain
        if activity is None and node is not None and self._is_activity(node):
            return node
        return activity

    def action(self, grain: Grain) -> int | None:
        """Return the action of a grain: that of its functional domain, else of its activity."""
        kind = NomenclatureKind.ACTION
        return self.above(grain[2], kind) or self.above(self.activity(grain), kind)

    def programme(self, grain: Grain) -> int | None:
        """Return the LOLF programme of a grain: that of the node where credits sit."""
        kind = NomenclatureKind.LOLF_PROGRAMME
        return self.above(grain[1], kind) or self.above(grain[2], kind)

    def label(self, pk: int | None) -> tuple[str | None, str | None]:
        """Return the code and the name of a node."""
        return self.nodes[pk][2:] if pk is not None else (None, None)

    def _is_activity(self, pk: int) -> bool:
        return self.nodes[pk][1] == NomenclatureKind.ACTIVITY


def lines_in(version: ProgrammingVersion, perimeter: Perimeter) -> Any:
    """Return the lines of a version that stand in a perimeter, and that its reader sees."""
    rows = ProgrammingLine.objects.filter(
        programming_version=version, credit_type=perimeter.credit_type
    ).live()
    if perimeter.user is not None:
        rows = rows.visible_to(perimeter.user)
    if perimeter.nodes is not None:
        rows = rows.filter(node_id__in=perimeter.nodes)
    if perimeter.is_earmarked is not None:
        rows = rows.filter(is_earmarked=perimeter.is_earmarked)
    return rows.filter(**dict(perimeter.kept))


def default_version(user: Any, fiscal_year: int, origin: str) -> ProgrammingVersion | None:
    """Return the version of an exercise that is of record, else the latest; one query."""
    rows = ProgrammingVersion.objects.visible_to(user)
    of = rows.filter(fiscal_year=fiscal_year, data_origin=origin)
    return of.order_by("-is_of_record", "-number").first()


def sums_by_grain(
    figures: Figures,
    perimeter: Perimeter,
    version: ProgrammingVersion,
    former: ProgrammingVersion | None = None,
) -> dict[Grain, Sums]:
    """Return the cents of each figure by grain; one statement a ledger, one for the cells.

    A figure of cells alone that no line says is None, it adds nothing; in another one, what is
    absent counts for nothing.
    """
    cells = _cells_by_grain(perimeter, version, former)
    sources = {
        f"{key}_{place}": source
        for key, terms in figures.items()
        for place, (_sign, source) in enumerate(terms)
        if isinstance(source, Source)
    }
    facts = perimeter.grouped(sources, GRAIN) if sources else {}
    found: dict[Grain, Sums] = {}
    for grain in facts.keys() | cells.keys():
        ledger, programmed = facts.get(grain, {}), cells.get(grain, [])
        found[grain] = {
            key: _figure(key, terms, ledger, programmed) for key, terms in figures.items()
        }
    return found


def _figure(
    key: str, terms: Terms, ledger: Mapping[str, int], programmed: Sequence[dict[str, Any]]
) -> int | None:
    total, is_said = 0, False
    for place, (sign, source) in enumerate(terms):
        if isinstance(source, Source):
            total, is_said = total + sign * ledger.get(f"{key}_{place}", 0), True
            continue
        said = [row[source.column] for row in programmed if _counts(row, source)]
        known = [cents for cents in said if cents is not None]
        total, is_said = total + sign * sum(known), is_said or bool(known)
    return total if is_said else None


def _counts(row: Mapping[str, Any], cells: Cells) -> bool:
    return (
        row["rank"] in cells.ranks
        and row["nature"] in cells.natures
        and row["former"] == cells.former
    )


def _cells_by_grain(
    perimeter: Perimeter, version: ProgrammingVersion, former: ProgrammingVersion | None
) -> dict[Grain, list[dict[str, Any]]]:
    """Return the sums of the cells by grain, nature, rank and version; a statement a version."""
    found: dict[Grain, list[dict[str, Any]]] = {}
    keys = [f"line__{column}" for column in GRAIN]
    sums = {f"sum_{cell}": Sum(Cast(F(cell), _RAW)) for cell in CELLS}
    for one in [version, former] if former else [version]:
        rows = ProgrammingAmount.objects.filter(line__in=lines_in(one, perimeter)).order_by()
        for row in rows.values(*keys, "line__nature", "rank").annotate(**sums):
            grain = tuple(row[key] for key in keys)
            found.setdefault(grain, []).append(
                {
                    "nature": row["line__nature"],
                    "rank": row["rank"],
                    "former": one is former,
                    **{cell: row[f"sum_{cell}"] for cell in CELLS},
                }
            )
    return found


def added(sums: Iterable[Sums]) -> Sums:
    """Add figures, key by key: what is not said adds nothing, and stays None when none is."""
    total: Sums = {}
    for one in sums:
        for key, cents in one.items():
            known = total.get(key)
            total[key] = known if cents is None else cents + (known or 0)
    return total


@dataclass(frozen=True, slots=True)
class Part:
    """A row behind a figure, with the sign that it has in it: a cell of a line, or a fact."""

    ledger: str
    pk: int
    reference: str
    on: Any
    fiscal_year: int
    cents: int
    version_id: int | None = None


def parts_of_figure(
    terms: Terms,
    grains: frozenset[Grain] | None,
    perimeter: Perimeter,
    version: ProgrammingVersion,
    former: ProgrammingVersion | None = None,
) -> Iterator[Part]:
    """Yield the rows that add up to a figure over some grains (None: all); a query a source."""
    for sign, source in terms:
        if isinstance(source, Source):
            yield from _facts(sign, source, grains, perimeter)
        else:
            of = former if source.former else version
            if of is not None:
                yield from _said(sign, source, grains, perimeter, of)


def _facts(
    sign: int, source: Source, grains: frozenset[Grain] | None, perimeter: Perimeter
) -> Iterator[Part]:
    rows = perimeter.rows(source.ledger).filter(source.condition)
    day = rows.model.DATE_FIELD
    path = "commitment__" if source.ledger in ("services", "payments") else ""
    columns = ["pk", "source_reference", day, "fiscal_year", *(f"{path}{one}" for one in GRAIN)]
    cents = Cast(F(source.column), _RAW)
    found = rows.order_by(day, "pk").values_list(*columns, cents)
    for pk, reference, on, year, *grain, amount in found.iterator(2_000):
        if amount and (grains is None or tuple(grain) in grains):
            yield Part(source.ledger, pk, reference, on, year, sign * amount)


def _said(
    sign: int,
    cells: Cells,
    grains: frozenset[Grain] | None,
    perimeter: Perimeter,
    version: ProgrammingVersion,
) -> Iterator[Part]:
    rows = ProgrammingAmount.objects.filter(
        line__in=lines_in(version, perimeter), rank__in=cells.ranks, line__nature__in=cells.natures
    )
    keys = [f"line__{column}" for column in GRAIN]
    columns = ("line_id", "line__label", "line__updated_at", "rank", *keys)
    found = rows.order_by("line_id", "rank").values_list(*columns, Cast(F(cells.column), _RAW))
    for pk, label, at, rank, *grain, amount in found.iterator(2_000):
        if amount and (grains is None or tuple(grain) in grains):
            year = version.fiscal_year + rank
            yield Part("programming", pk, label, at, year, sign * amount, version.pk)
