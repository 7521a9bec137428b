"""Reads of the indicators room."""

from __future__ import annotations

from indicators.selectors.explanations import Explanation, InputFigure, explain
from indicators.selectors.portfolio import dashboard_figures, roll_ups
from indicators.selectors.rows import SourceRow
from indicators.selectors.values import (
    digest_of,
    indicator_value,
    published_value,
    run_payload,
    snapshot_values,
)

__all__ = [
    "Explanation",
    "InputFigure",
    "SourceRow",
    "dashboard_figures",
    "digest_of",
    "explain",
    "indicator_value",
    "published_value",
    "roll_ups",
    "run_payload",
    "snapshot_values",
]
