"""Hold edits of the programming against the ceilings, and tell what a version has beyond them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import BigIntegerField, F
from django.db.models.functions import Cast

from budgets.enums import Measure
from budgets.exceptions import CeilingExceeded
from budgets.models import NomenclatureNode, ProgrammingAmount, ProgrammingVersion
from budgets.rules.ceilings import Breach, Charge, Limit, beyond, made_worse
from budgets.rules.programming import stage_of, year_of
from budgets.services.programming_hooks import CellChange, Problem
from budgets.services.reservations import lock_units
from budgets.tables.ceilings import (
    PLACE,
    YEARLY_RANKS,
    ceilings_of,
    charges_of,
    limits_of,
    place_of,
    tree,
    years_of,
)
from common.money import from_cents, to_cents
from common.trees import ancestor_ids
from records.enums import Severity

_RAW = BigIntegerField()
# The cells of a stage: by line, rank and measure.
_Held = dict[tuple[int, int, str], int]


def check_ceilings(actor: Any, version: ProgrammingVersion, changes: Sequence[CellChange]) -> None:
    """Refuse a change that pushes a blocking ceiling beyond, or further beyond.

    A change that brings back towards a ceiling is let through, and one beyond a ceiling that only
    warns is told by `ceiling_problems`. Called in the transaction of the change: the nodes of the
    blocking ceilings above what changes are locked, by ascending ids, and everything is read after
    the lock. Raises CeilingExceeded. Six queries, whatever the number of cells.
    """
    years = years_of(version)
    moved = list(_moved(version, changes))
    places = {node for one in moved for node in one.nodes}
    above = ancestor_ids(NomenclatureNode, places)
    blocking = _blocking(version, years, above)
    if not blocking:
        return
    lock_units(sorted({one.node for one in blocking}))
    blocking = _blocking(version, years, above)
    found = made_worse(tree(), blocking, charges_of([version])[version.pk], moved)
    if found:
        raise _refusal(found)


def refuse_version_beyond(version: ProgrammingVersion) -> None:
    """Refuse a step of a whole version that stands beyond a blocking ceiling.

    It may have been attested after the lines were written. Called under the lock of the version:
    the nodes of the blocking ceilings are locked before anything is summed. Raises CeilingExceeded.
    """
    limits = limits_of(version.data_origin, years_of(version))
    if not any(one.blocks for one in limits):
        return
    lock_units(sorted({one.node for one in limits if one.blocks}))
    standing = [one for one in ceilings_of(version).values() if one.limit.blocks]
    found = [breach for margin in standing for breach in beyond(margin)]
    if found:
        raise _refusal(found)


def _blocking(version: ProgrammingVersion, years: list[int], above: set[int]) -> list[Limit]:
    limits = limits_of(version.data_origin, years)
    return [one for one in limits if one.blocks and one.node in above]


def _moved(version: ProgrammingVersion, changes: Sequence[CellChange]) -> Iterator[Charge]:
    """Yield what a change takes from where its lines stand, and puts where they will.

    What is taken is read, not believed: a line that moves gives back what it had there, one that
    was taken out gives nothing.
    """
    yearly = [one for one in changes if one.rank in YEARLY_RANKS]
    known = {one.line.pk for one in yearly if one.line.pk}
    held, places = _standing(version, known)
    for one in yearly:
        year = year_of(version.fiscal_year, one.rank)
        if (one.line.pk, one.rank, one.measure) in held:
            nodes, credit_type = places[one.line.pk]
            cents = held[one.line.pk, one.rank, one.measure]
            yield _charge(nodes, year, credit_type, one.measure, -cents)
        if one.after:
            cents, nodes = to_cents(one.after), place_of(one.line)
            yield _charge(nodes, year, one.line.credit_type, one.measure, cents)


def _charge(nodes: frozenset[int], year: int, credit_type: str, measure: str, cents: int) -> Charge:
    is_ae = measure == Measure.AE
    return Charge(nodes, year, credit_type, cents if is_ae else 0, 0 if is_ae else cents)


def _standing(
    version: ProgrammingVersion, line_ids: set[int]
) -> tuple[_Held, dict[int, tuple[frozenset[int], str]]]:
    """Return the cells of lines that count now, in cents, and where they stand; one query."""
    held: _Held = {}
    places: dict[int, tuple[frozenset[int], str]] = {}
    stage = stage_of(version.kind)
    rows = ProgrammingAmount.objects.filter(
        line__in=line_ids, line__taken_out_at__isnull=True, rank__in=YEARLY_RANKS
    )
    measures = {measure.value: Cast(F(f"{stage}_{measure}"), _RAW) for measure in Measure}
    names = [f"line__{name}" for name in PLACE]
    columns = ("line_id", "rank", "line__credit_type", *names, *measures)
    for row in rows.order_by().annotate(**measures).values(*columns) if line_ids else ():
        nodes = frozenset(row[name] for name in names if row[name] is not None)
        places[row["line_id"]] = nodes, row["line__credit_type"]
        for measure in measures:
            held[row["line_id"], row["rank"], measure] = row[measure] or 0
    return held, places


def _refusal(found: Sequence[Breach]) -> CeilingExceeded:
    """Return the refusal of what goes beyond: the worst first, in its sentence."""
    nodes = NomenclatureNode.objects.in_bulk({one.limit.node for one in found})
    worst = sorted(found, key=lambda one: (-one.beyond, nodes[one.limit.node].code, one.ledger))
    return CeilingExceeded(
        [
            {
                "node": nodes[one.limit.node].code,
                "fiscal_year": one.limit.year,
                "credit_type": one.limit.credit_type,
                "ledger": one.ledger,
                "ceiling": str(from_cents(_most(one))),
                "beyond": str(from_cents(one.beyond)),
            }
            for one in worst
        ]
    )


def _most(breach: Breach) -> int:
    return breach.limit.ae if breach.ledger == "AE" else breach.limit.cp


def ceiling_problems(version: ProgrammingVersion, lines: Any) -> Iterable[Problem]:
    """Tell what a version has beyond the ceilings above the lines that somebody reads.

    A blocking ceiling stands as a block: it was attested below what was programmed already. Five
    queries, whatever the number of lines.
    """
    found = [breach for margin in ceilings_of(version).values() for breach in beyond(margin)]
    if not found:
        return []
    places = lines.order_by().values_list(*PLACE).distinct()
    used = {pk for row in places for pk in row if pk is not None}
    above = ancestor_ids(NomenclatureNode, used)
    nodes = NomenclatureNode.objects.in_bulk({one.limit.node for one in found} & above)
    return [
        Problem(
            code="ceiling",
            severity=Severity.BLOCK if one.limit.blocks else Severity.ALERT,
            message="programmed_beyond",
            rank=one.limit.year - version.fiscal_year,
            figures=(("beyond", one.beyond), ("limit", _most(one))),
            words=(
                ("code", nodes[one.limit.node].code), ("ledger", one.ledger),
                ("year", one.limit.year),
            ),
        )
        for one in found
        if one.limit.node in nodes
    ]  # fmt: skip
