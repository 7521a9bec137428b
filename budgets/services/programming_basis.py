"""What the lines of a new version are made of, whatever it is started from (ux §2.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from budgets.enums import RANKS, NomenclatureKind, ProgrammingNature
from budgets.models import (
    NomenclatureNode,
    ProgrammingAmount,
    ProgrammingLine,
    ProgrammingVersion,
)
from budgets.models.programming_cells import CELLS
from budgets.rules.programming import (
    Cells,
    rank_of,
    said_last,
    stage_of,
    started_amounts,
)
from budgets.selectors.programming import executed, scheduled
from common.money import from_cents
from records.services.copying import write_rows

# What a copy of a line keeps of it: all but its key, its version, its life and its edits.
_OWN = frozenset(
    {
        "id", "programming_version_id", "version", "created_at", "updated_at", "taken_out_at",
        "taken_out_by_id", "taken_out_reason",
    }
)  # fmt: skip
COPIED = tuple(
    column.attname for column in ProgrammingLine._meta.concrete_fields if column.attname not in _OWN
)
LINES_BY_INSERT = 1_000
# Availability is assessed at the UO (GBCP art. 65); a BOP holds what its UO do not have yet.
LINE_KINDS = frozenset({NomenclatureKind.BOP, NomenclatureKind.UO})


@dataclass(slots=True)
class Seed:
    """A line to write, and its cells by rank."""

    line: ProgrammingLine
    cells: Mapping[int, Cells] = field(default_factory=dict)


def seeds_of_version(former: ProgrammingVersion, kind: str, fiscal_year: int) -> Iterator[Seed]:
    """Copy the lines of a version that stand, with their lineage; two queries.

    In a later exercise, what was left to pay at the opening is no longer known.
    """
    shift = fiscal_year - former.fiscal_year
    amounts: dict[int, dict[int, Cells]] = {}
    rows = ProgrammingAmount.objects.filter(line__programming_version=former)
    for row in rows.order_by().values("line_id", "rank", *CELLS):
        amounts.setdefault(row["line_id"], {})[row["rank"]] = row
    lines = ProgrammingLine.objects.filter(programming_version=former).live().order_by("pk")
    for line_id, *values in lines.values_list("pk", *COPIED):
        columns = dict(zip(COPIED, values, strict=True))
        former_cells = amounts.get(line_id, {})
        if shift:
            columns["opening_left_to_pay"] = None
            columns["expected_ae"], columns["expected_cp"] = said_last(former_cells.get(shift - 1))
        cells = started_amounts(former_cells, kind, shift)
        yield Seed(ProgrammingLine(**columns), cells)


class _Places:
    """Where lines are charged for facts that sit below a UO: on the UO, with their activity."""

    def __init__(self) -> None:
        nodes = NomenclatureNode.objects.order_by().values_list("pk", "kind", "parent_id")
        self.nodes = {pk: (kind, parent) for pk, kind, parent in nodes}

    def of(self, columns: dict[str, Any]) -> dict[str, Any]:
        """Return the columns of a line; those of the facts when nothing above may hold one."""
        first = columns["node_id"]
        above: int | None = first
        while above is not None and self.nodes[above][0] not in LINE_KINDS:
            above = self.nodes[above][1]
        if above in (None, first):
            return columns
        found = {**columns, "node_id": above}
        if self.nodes[first][0] == NomenclatureKind.ACTIVITY and not columns["activity_id"]:
            found["activity_id"] = first
        return found


def seeds_of_execution(origin: str, kind: str, fiscal_year: int) -> Iterator[Seed]:
    """Take what the exercise before committed and paid as what this one will; three queries."""
    year, places = fiscal_year - 1, _Places()
    for held in executed(origin, year):
        ae, cp = held.ae[year], held.paid[year]
        if ae or cp:
            label = _("Execution of %(year)s") % {"year": year}
            line = ProgrammingLine(
                **places.of(held.columns),
                label=label,
                nature=ProgrammingNature.PLANNED,
                is_take_back=ae < 0 or cp < 0,
                expected_ae=from_cents(ae),
                expected_cp=from_cents(cp),
            )
            yield Seed(line, {0: _cells(kind, ae, cp)})


def seeds_of_schedules(origin: str, kind: str, fiscal_year: int) -> Iterator[Seed]:
    """Take the CP that the commitments expect from the exercise on, a line each; four queries.

    AE are those that are committed on the exercise or after: none, on former commitments.
    """
    places = _Places()
    for held in scheduled(origin, fiscal_year):
        ae, cp = _by_rank(held.ae, fiscal_year), _by_rank(held.expected, fiscal_year)
        line = ProgrammingLine(
            **places.of(held.columns),
            label=held.label or held.legal_reference,
            legal_reference=held.legal_reference,
            act_supplier=held.supplier,
            nature=ProgrammingNature.COMMITTED,
            opening_left_to_pay=from_cents(held.left_to_pay(fiscal_year)),
            expected_ae=from_cents(held.ae[fiscal_year - 1]),
            expected_cp=from_cents(max(held.paid[fiscal_year - 1], held.expected[fiscal_year - 1])),
            is_take_back=min((*ae, *cp)) < 0,
        )
        yield Seed(line, {rank: _cells(kind, ae[rank], cp[rank]) for rank in RANKS})


def _by_rank(years: dict[int, int], fiscal_year: int) -> list[int]:
    sums = [0] * len(RANKS)
    for year, cents in years.items():
        rank = rank_of(fiscal_year, year)
        if rank is not None:
            sums[rank] += cents
    return sums


def _cells(kind: str, ae: int, cp: int) -> dict[str, Decimal | None]:
    stage = stage_of(kind)
    return {f"{stage}_ae": from_cents(ae), f"{stage}_cp": from_cents(cp)}


def write_seeds(
    version: ProgrammingVersion, seeds: Sequence[Seed], actor: Any
) -> list[ProgrammingLine]:
    """Write lines with their histories and their four years, by sets; return the lines."""
    for seed in seeds:
        seed.line.programming_version = version
    if not seeds:
        return []
    written: list[ProgrammingLine] = bulk_create_with_history(
        [seed.line for seed in seeds],
        ProgrammingLine,
        batch_size=LINES_BY_INSERT,
        default_user=actor,
    )
    nothing: Cells = {}
    write_rows(
        ProgrammingAmount,
        ["line_id", "rank", "is_take_back", *CELLS],
        (
            [line.pk, rank, line.is_take_back]
            + [seed.cells.get(rank, nothing).get(cell) for cell in CELLS]
            for line, seed in zip(written, seeds, strict=True)
            for rank in RANKS
        ),
    )
    return written
