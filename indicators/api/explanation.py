"""The inputs of a value, read from the same snapshot."""

from __future__ import annotations

from typing import Any

from common.fields import MoneyField
from indicators.api.values import column_value
from indicators.catalogue import Indicator
from indicators.enums import Unit
from indicators.models import IndicatorSnapshot


def inputs_of(snapshot: IndicatorSnapshot, indicator: Indicator) -> list[dict[str, Any]]:
    """Return the inputs of the formula in its own order: name, label, value, unit."""
    rows = []
    for name in indicator.inputs:
        field = IndicatorSnapshot._meta.get_field(name)
        unit = Unit.EUR if isinstance(field, MoneyField) else Unit.MONTHS
        rows.append(
            {
                "name": name,
                "label": str(field.verbose_name),  # type: ignore[union-attr]
                "value": column_value(name, getattr(snapshot, name), unit),
                "unit": unit.value,
            }
        )
    return rows
