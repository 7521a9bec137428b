"""The inputs of a value and the rows behind each, as the API shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from indicators.models import IndicatorSnapshot
from indicators.selectors import InputFigure, SourceRow, explain


def inputs_of(snapshot: IndicatorSnapshot, code: str) -> list[dict[str, Any]]:
    """Return the inputs of the formula, in its own order, down to the rows that were read."""
    return [_input(figure) for figure in explain(snapshot, code).inputs]


def _input(figure: InputFigure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "label": figure.label,
        "value": _plain(figure.value),
        "unit": figure.unit.value,
        "total": _plain(figure.total),
        "rows": [_row(row) for row in figure.rows],
    }


def _row(row: SourceRow) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "id": row.pk,
        "on": row.on,
        "label": row.label,
        "reference": row.reference,
        "amount": _plain(row.amount),
        "source_file": row.source_file,
        "source_line": row.source_line,
    }


def _plain(value: Decimal | int | None) -> str | int | None:
    return str(value) if isinstance(value, Decimal) else value
