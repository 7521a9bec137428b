"""Amounts of the grid: cents written as its script writes them (static/web/grid/amounts.js)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from common.templatetags.amounts import number, signed
from common.units import UNITS

# People programme in thousands of euros unless they chose another unit.
DEFAULT_UNIT = "keur"


def written(cents: int | None, unit: str, *, sign: bool = False) -> str:
    """Write cents in a unit, rounded half up to its decimals, without zeros at the end."""
    if cents is None:
        return ""
    found = UNITS[unit]
    value = (Decimal(cents) / 100 / found.worth).quantize(
        Decimal(1).scaleb(-found.places), rounding=ROUND_HALF_UP
    )
    exponent = value.normalize().as_tuple().exponent
    places = max(0, -int(exponent)) if value else 0
    return signed(value, places) if sign else number(value, places)
