"""Drift of costs and durations, DR-05 to DR-10.

Sources: DINUM *panorama des grands projets* (simple mean of the gap rates); indicator « Respect des
coûts et des délais des grands projets » of the annual performance documents, whose weights differ
from one programme to another, hence three methods, each named, with the median beside them.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from indicators.formulas.outcome import (
    BoolArray,
    CodeArray,
    Outcome,
    Reason,
    combine,
    measured,
    nullified,
)
from indicators.formulas.ratios import difference, exact_sum, quotient


def gap_rate(initial: ArrayLike, current: ArrayLike, framing: ArrayLike | None = None) -> Outcome:
    """DR-07 (costs) and DR-08 (durations): `(current − initial) / initial`, positive = overrun.

    initial, current: (N,), one unit, NaN = missing → `missing_input`; initial 0 →
    `zero_denominator`. framing: bool (N,), projects in cadrage, whose gap is null `not_started`.
    """
    rate = quotient(difference(current, initial), measured(initial))
    if framing is None:
        return rate
    return nullified(rate, np.atleast_1d(np.asarray(framing, dtype=bool)), Reason.NOT_STARTED)


@dataclass(frozen=True, slots=True)
class PortfolioDrift:
    """Drift of one portfolio; each `Outcome` has length one.

    aggregate (B)      (Σ current − Σ initial) / Σ initial
    simple_mean (A)    mean of the gap rates
    median             median of the gap rates
    cost_weighted (C)  Σ(gap_i × weight_i) / Σ weight_i, null `missing_input` without weights
    used               number of pairs counted; left_out: reason of each pair (N,), 0 = counted
    """

    aggregate: Outcome
    simple_mean: Outcome
    median: Outcome
    cost_weighted: Outcome
    used: int
    left_out: CodeArray


def portfolio_drift(
    initial: ArrayLike, current: ArrayLike, weights: ArrayLike | None = None
) -> PortfolioDrift:
    """Drift of the portfolio made of N projects.

    initial, current: (N,) costs or durations; weights: (N,) initial costs, for durations.
    A pair whose initial is missing or 0, or whose current is missing, is left out of everything,
    sums included. No pair left: null `missing_input`, or `zero_denominator` when every pair was
    left out for an initial of 0.
    """
    start, end = np.asarray(initial).reshape(-1), np.asarray(current).reshape(-1)
    rates = gap_rate(start, end)
    left_out = _left_out(start, end)
    kept = left_out == 0
    used = int(kept.sum())
    if not used:
        cause = Reason.ZERO_DENOMINATOR
        if not len(start) or (left_out != Reason.ZERO_DENOMINATOR).any():
            cause = Reason.MISSING_INPUT
        none = nullified(combine(np.zeros(1)), np.array([True]), cause)
        return PortfolioDrift(none, none, none, none, 0, left_out)
    gaps = rates.value[kept].tolist()
    return PortfolioDrift(
        aggregate=_ratio_of_sums(difference(end[kept], start[kept]).value, start[kept]),
        simple_mean=combine(np.array([exact_sum(gaps) / used])),
        median=combine(np.array([statistics.median(sorted(gaps))])),
        cost_weighted=_weighted(rates, kept, weights),
        used=used,
        left_out=left_out,
    )


def _left_out(start: NDArray[np.generic], end: NDArray[np.generic]) -> CodeArray:
    codes = np.zeros(start.shape, dtype=np.int8)
    codes[start == 0] = Reason.ZERO_DENOMINATOR
    codes[np.isnan(start) | np.isnan(end)] = Reason.MISSING_INPUT
    return codes


def _ratio_of_sums(gaps: NDArray[np.generic], bases: NDArray[np.generic]) -> Outcome:
    above, below = exact_sum(gaps.tolist()), exact_sum(bases.tolist())
    return quotient(combine(np.array([above])), combine(np.array([below])))


def _weighted(rates: Outcome, kept: BoolArray, weights: ArrayLike | None) -> Outcome:
    """Method C; a project without a weight does not count in it."""
    if weights is None:
        return measured(np.array([np.nan]))
    weight = measured(np.asarray(weights).reshape(-1))
    counted = kept & (weight.reason == 0)
    if not counted.any():
        return measured(np.array([np.nan]))
    with np.errstate(over="ignore"):
        parts = rates.value[counted] * weight.value[counted]
    return _ratio_of_sums(parts, weight.value[counted])
