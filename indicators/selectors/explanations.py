"""« D'où vient ce chiffre ? »: a value, its definition, its inputs and their rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from indicators.catalogue import BY_CODE, Indicator
from indicators.enums import Unit
from indicators.models import IndicatorSnapshot
from indicators.selectors.rows import Perimeter, SourceRow
from indicators.selectors.sources import source_rows
from indicators.selectors.values import indicator_value

# Inputs whose rows are added; the others are read from one row, or computed from it.
ADDED = frozenset(
    {
        "bac",
        "pv",
        "ac",
        "initial_cost",
        "current_cost",
        "reference_cost",
        "ae_opened",
        "ae_frozen",
        "ae_committed",
        "cp_opened",
        "cp_frozen",
        "cp_paid",
        "committed_total",
        "service_done_total",
        "paid_total",
        "advances_total",
    }
)


@dataclass(frozen=True)
class InputFigure:
    """One input of an indicator: its value, and the rows behind it.

    `total` is the sum of the rows where they add up to the value, None otherwise.
    """

    name: str
    label: str
    unit: Unit
    value: Decimal | int | None
    rows: list[SourceRow]
    total: Decimal | None


@dataclass(frozen=True)
class Explanation:
    """All that justifies one value."""

    indicator: Indicator
    project: Any
    as_of: dt.date
    run_id: int
    computed_at: dt.datetime
    is_stale: bool
    value: str | float | None
    reason: str | None
    method: str | None
    inputs: list[InputFigure]


def explain(snapshot: IndicatorSnapshot, code: str) -> Explanation:
    """Justify one indicator of a snapshot, down to the rows that were read.

    The rows are those dated up to the as-of date and recorded when the snapshot was computed.
    Raises KeyError for an unknown code.
    """
    indicator = BY_CODE[code]
    perimeter = Perimeter(snapshot.project, snapshot.as_of, snapshot.computed_at)
    value, reason = indicator_value(snapshot, code)
    inputs = [_input(name, snapshot, perimeter) for name in indicator.inputs]
    return Explanation(
        indicator=indicator,
        project=snapshot.project,
        as_of=snapshot.as_of,
        run_id=snapshot.run_id,
        computed_at=snapshot.computed_at,
        is_stale=snapshot.figures_version != snapshot.project.figures_version,
        value=value,
        reason=reason,
        method=_method(inputs),
        inputs=inputs,
    )


def _input(name: str, snapshot: IndicatorSnapshot, perimeter: Perimeter) -> InputFigure:
    field: Any = IndicatorSnapshot._meta.get_field(name)
    months = name.endswith("duration") or name == "actual_time"
    rows = source_rows(name, perimeter)
    total = sum((row.amount or Decimal(0) for row in rows), Decimal("0.00"))
    return InputFigure(
        name=name,
        label=str(field.verbose_name),
        unit=Unit.MONTHS if months else Unit.EUR,
        value=getattr(snapshot, name),
        rows=rows,
        total=total if name in ADDED else None,
    )


def _method(inputs: list[InputFigure]) -> str | None:
    """Name the reference of a gap: an approved baseline, or the first published estimate."""
    for figure in inputs:
        if figure.name.startswith("initial_") and figure.rows:
            return "baseline_0" if figure.rows[0].kind == "baseline" else "first_estimate"
    return None
