"""The parameters that each rule reads: a closed set of keys a code, with bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from budgets.enums import RuleCode


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and greatest value of a parameter, and how many decimals it may have."""

    least: Decimal
    greatest: Decimal
    places: int = 0


_SHARE = Bounds(Decimal(0), Decimal(100), 2)  # percent
_DAYS = Bounds(Decimal(0), Decimal(3650))
_KEYS: dict[str, dict[str, Bounds]] = {
    RuleCode.BOP_OPINION: {"share": _SHARE},
    RuleCode.VIREMENTS: {"share": _SHARE},
    RuleCode.CARRY_OVER: {"share": _SHARE},
    RuleCode.ANTICIPATION: {
        "share": _SHARE,
        "opening_month": Bounds(Decimal(1), Decimal(12)),
        "opening_day": Bounds(Decimal(1), Decimal(28)),
    },
    RuleCode.DORMANT: {"months": Bounds(Decimal(1), Decimal(240))},
    RuleCode.VISA: {"threshold": Bounds(Decimal(0), Decimal(10**9), 2)},  # euros TTC
    RuleCode.FULL_COST: {
        "tolerance": Bounds(Decimal(0), Decimal(10**9), 2),  # euros
        "share": Bounds(Decimal(0), Decimal(100), 4),
    },
    RuleCode.DELAYS: {"request_days": _DAYS, "invoice_days": _DAYS},
}


def keys_of(code: str) -> Mapping[str, Bounds]:
    """Return the parameters of a rule and their bounds; most rules have none."""
    return _KEYS.get(code, {})


def faults_of(code: str, parameters: Mapping[str, Any]) -> list[str]:
    """Return the keys that are unknown, missing, not decimal strings, or out of their bounds."""
    expected = keys_of(code)
    unknown = set(parameters) - set(expected)
    wrong = {key for key, bounds in expected.items() if not _is_within(parameters.get(key), bounds)}
    return sorted(unknown | wrong)


def _is_within(value: Any, bounds: Bounds) -> bool:
    """Whether a decimal string is a number within its bounds; money and shares are no floats."""
    if not isinstance(value, str):
        return False
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    if not number.is_finite() or not bounds.least <= number <= bounds.greatest:
        return False
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= bounds.places


def read(parameters: Mapping[str, str]) -> dict[str, Decimal]:
    """Return parameters as numbers."""
    return {key: Decimal(value) for key, value in parameters.items()}
