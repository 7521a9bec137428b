"""The two operations that every indicator is made of: a difference and a quotient."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from indicators.formulas.outcome import (
    BoolArray,
    FloatArray,
    Outcome,
    Reason,
    combine,
    measured,
    nullified,
)


def difference(left: ArrayLike, right: ArrayLike) -> Outcome:
    """`left − right`, (N,), same unit; null `missing_input` where one of them is NaN.

    Two int64 arrays (euro cents) are subtracted as integers, before the only conversion.
    """
    first, second = np.atleast_1d(np.asarray(left)), np.atleast_1d(np.asarray(right))
    with np.errstate(over="ignore", invalid="ignore"):
        value = np.subtract(first, second).astype(np.float64)
    return combine(value, measured(first), measured(second))


def quotient(numerator: Outcome, denominator: Outcome) -> Outcome:
    """`numerator / denominator`, (N,); null `zero_denominator` where the denominator is 0."""
    zero = denominator.value == 0
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        value = numerator.value / np.where(zero, 1.0, denominator.value)
    result = combine(value, numerator, denominator)
    known = (numerator.reason == 0) & (denominator.reason == 0)
    return nullified(result, zero & known, Reason.ZERO_DENOMINATOR)


def positive_quotient(numerator: Outcome, denominator: Outcome) -> Outcome:
    """A quotient that has a meaning only over a positive denominator.

    Denominator 0 → null `zero_denominator`; negative → null `not_applicable`.
    """
    negative = (denominator.value < 0) & (numerator.reason == 0)
    return nullified(quotient(numerator, denominator), negative, Reason.NOT_APPLICABLE)


def ratio(numerator: ArrayLike, denominator: ArrayLike) -> Outcome:
    """`numerator / denominator` of plain arrays (N,); NaN → `missing_input`, 0 below → null."""
    return quotient(measured(numerator), measured(denominator))


def both_known(*outcomes: Outcome) -> BoolArray:
    """Rows on which every outcome has a value, bool (N,)."""
    known: BoolArray = np.logical_and.reduce([outcome.reason == 0 for outcome in outcomes])
    return known


def exact_sum(numbers: Iterable[float]) -> float:
    """Sum rounded once (`math.fsum`): no order and no chunk changes a byte; NaN on overflow."""
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):
        # An intermediate overflow, or infinities of both signs.
        return math.nan


def row_sums(terms: FloatArray) -> FloatArray:
    """Sum of each row of a 2-D array (N, M) → (N,), by `exact_sum`: padding zeros are neutral."""
    return np.array([exact_sum(row) for row in terms.tolist()], dtype=np.float64)
