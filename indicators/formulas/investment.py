"""Value of an investment, VA-01 to VA-04: NPV, IRR, MIRR, payback, XNPV, XIRR.

Flows are yearly nets (gains − costs), constant euros unless stated. Every function takes:

    cashflows  (N, M) float64, padded on the right; NaN inside a row = missing
    lengths    (N,) int, number of flows of each row
    rate       (N,) float64, per period (0.04 = 4 %)

A rate ≤ −1 discounts nothing: null `zero_denominator` at −1, `not_applicable` below.
Sources: domain of the definitions in tests/cases/CALCULATE.md; MIRR as in spreadsheets.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from indicators.formulas.outcome import (
    BoolArray,
    FloatArray,
    Notice,
    Outcome,
    Reason,
    combine,
    measured,
    noticed,
    nullified,
)
from indicators.formulas.rates import cancelling_rates
from indicators.formulas.ratios import row_sums

DAYS_PER_YEAR = 365.0
# Rounding of a discounted cumulative flow, relative to the flows already added up.
ROUNDING = 1e-13


def npv(
    rate: ArrayLike, cashflows: ArrayLike, lengths: ArrayLike, first_period: int = 0
) -> Outcome:
    """VA-01, VAN: Σ flow_t / (1 + rate)^t, (N,), unit of the flows.

    first_period: t of the first flow, 0 (contract of the project) or 1 (spreadsheet NPV).
    """
    flows, inside = _padded(cashflows, lengths)
    periods = np.broadcast_to(np.arange(flows.shape[1]) + float(first_period), flows.shape)
    return _present_value(rate, flows, inside, periods)


def xnpv(rate: ArrayLike, cashflows: ArrayLike, days: ArrayLike, lengths: ArrayLike) -> Outcome:
    """NPV of dated flows, actual/365: Σ flow_j / (1 + rate)^(days_j / 365).

    days: (N, M), days from the first flow of the row, which is the date of the value.
    """
    flows, inside = _padded(cashflows, lengths)
    years = np.atleast_2d(np.asarray(days, dtype=np.float64)) / DAYS_PER_YEAR
    return _present_value(rate, flows, inside, np.where(inside, years, 0.0))


def irr(cashflows: ArrayLike, lengths: ArrayLike) -> Outcome:
    """VA-02, TRI: the rate whose NPV is 0, searched from −0.99 upwards, (N,).

    No change of sign, or no such rate: null `not_applicable`. Several: the one nearest 0, with
    the notice SEVERAL_RATES.
    """
    flows, inside = _padded(cashflows, lengths)
    periods = np.broadcast_to(np.arange(flows.shape[1], dtype=np.float64), flows.shape)
    return _internal_rate(flows, inside, periods)


def xirr(cashflows: ArrayLike, days: ArrayLike, lengths: ArrayLike) -> Outcome:
    """IRR of dated flows, actual/365; `days` as in `xnpv`, edges of `irr`."""
    flows, inside = _padded(cashflows, lengths)
    years = np.atleast_2d(np.asarray(days, dtype=np.float64)) / DAYS_PER_YEAR
    return _internal_rate(flows, inside, np.where(inside, years, 0.0))


def mirr(
    cashflows: ArrayLike, lengths: ArrayLike, finance_rate: ArrayLike, reinvest_rate: ArrayLike
) -> Outcome:
    """Modified IRR, (N,): expenses discounted at one rate, gains reinvested at another.

        (FV of the gains at reinvest_rate / −PV of the expenses at finance_rate)^(1/(n − 1)) − 1

    Without both signs among the flows: null `not_applicable`.
    """
    flows, inside = _padded(cashflows, lengths)
    size = inside.sum(axis=1)
    spent = npv(finance_rate, np.minimum(flows, 0.0), lengths)
    gained = npv(reinvest_rate, np.maximum(flows, 0.0), lengths)
    growth = 1.0 + measured(reinvest_rate).value
    with np.errstate(all="ignore"):
        periods = np.where(size > 1, size - 1.0, np.nan)
        value = (gained.value / -spent.value) ** (1.0 / periods) * growth - 1.0
    both = ((flows > 0) & inside).any(axis=1) & ((flows < 0) & inside).any(axis=1)
    known = (spent.reason == 0) & (gained.reason == 0)
    result = combine(np.where(both, value, 0.0), spent, gained)
    return nullified(result, known & ~both, Reason.NOT_APPLICABLE)


def payback(cashflows: ArrayLike, lengths: ArrayLike, rate: ArrayLike | None = None) -> Outcome:
    """VA-03, délai de retour: first time, in periods, when the cumulative flow is ≥ 0, (N,).

    Linear inside the period; never → null `unreachable`. With `rate`, the flows are discounted
    first. A cumulative flow that falls below 0 later, or that is not preceded by any expense,
    keeps its payback with a notice.
    """
    flows, inside = _padded(cashflows, lengths)
    known = combine(np.zeros(len(flows)), _complete(flows, inside))
    terms, slack = np.where(inside, flows, 0.0), 0.0
    if rate is not None:
        base = _growth(rate)
        terms = _discounted(base, terms, np.arange(flows.shape[1], dtype=np.float64))
        known, slack = combine(known.value, known, base), ROUNDING
    with np.errstate(all="ignore"):
        total = np.cumsum(terms, axis=1)
        floor = -slack * np.cumsum(np.abs(terms), axis=1)
    back = (total >= floor) & inside
    return _first_return(known, terms, total, back, inside)


def _first_return(
    known: Outcome, terms: FloatArray, total: FloatArray, back: BoolArray, inside: BoolArray
) -> Outcome:
    rows, at = np.arange(len(total)), back.argmax(axis=1)
    owed = np.where(at > 0, -total[rows, np.maximum(at - 1, 0)], 0.0)
    flow = terms[rows, at]
    with np.errstate(all="ignore"):
        part = np.where(owed > 0, np.minimum(owed / np.where(flow > 0, flow, 1.0), 1.0), 0.0)
    result = combine(np.where(at > 0, at - 1 + part, 0.0), known)
    usable = known.reason == 0
    later = np.arange(total.shape[1]) > at[:, None]
    result = noticed(result, usable & (later & inside & ~back).any(axis=1), Notice.NEGATIVE_AGAIN)
    result = noticed(result, usable & (at == 0), Notice.NOTHING_INVESTED)
    broken: BoolArray = usable & ~(np.isfinite(total) | ~inside).all(axis=1)
    never: BoolArray = usable & ~back.any(axis=1)
    result = nullified(result, never, Reason.UNREACHABLE)
    return nullified(result, broken, Reason.NOT_APPLICABLE, Notice.OUT_OF_RANGE)


def _padded(cashflows: ArrayLike, lengths: ArrayLike) -> tuple[FloatArray, BoolArray]:
    """Flows (N, M) and the mask of those that belong to their row."""
    flows = np.atleast_2d(np.asarray(cashflows)).astype(np.float64)
    size: NDArray[np.intp] = np.atleast_1d(np.asarray(lengths)).astype(np.intp)
    return flows, np.arange(flows.shape[1]) < size[:, None]


def _complete(flows: FloatArray, inside: BoolArray) -> Outcome:
    """0 (N,), null `missing_input` where a row is empty or holds a NaN."""
    missing = np.logical_or(~inside.any(axis=1), (np.isnan(flows) & inside).any(axis=1))
    return nullified(combine(np.zeros(len(flows))), missing, Reason.MISSING_INPUT)


def _growth(rate: ArrayLike) -> Outcome:
    """1 + rate (N,), null where nothing can be discounted."""
    given = measured(rate)
    base = combine(1.0 + given.value, given)
    base = nullified(base, base.value == 0, Reason.ZERO_DENOMINATOR)
    return nullified(base, base.value < 0, Reason.NOT_APPLICABLE)


def _discounted(base: Outcome, flows: FloatArray, periods: FloatArray) -> FloatArray:
    with np.errstate(all="ignore"):
        factors = np.where(base.reason == 0, base.value, 1.0)[:, None] ** periods
        # A flow of 0 is worth 0 at any date, even when its factor overflows or vanishes.
        return np.where(flows == 0, 0.0, flows / factors)


def _present_value(
    rate: ArrayLike, flows: FloatArray, inside: BoolArray, periods: FloatArray
) -> Outcome:
    base = _growth(rate)
    terms = _discounted(base, np.where(inside, flows, 0.0), periods)
    return combine(row_sums(terms), _complete(flows, inside), base)


def _internal_rate(flows: FloatArray, inside: BoolArray, times: FloatArray) -> Outcome:
    complete = _complete(flows, inside)
    value, several = np.zeros(len(flows)), np.zeros(len(flows), dtype=bool)
    none = np.zeros(len(flows), dtype=bool)
    # Rows differ in the number of roots: one is searched at a time, on its own flows only.
    for row in np.flatnonzero(complete.reason == 0).tolist():
        mine = inside[row]
        roots = cancelling_rates(flows[row, mine].tolist(), times[row, mine].tolist())
        several[row], none[row] = len(roots) > 1, not roots
        if roots:
            value[row] = min(roots, key=abs)
    result = nullified(combine(value, complete), none, Reason.NOT_APPLICABLE)
    return noticed(result, several, Notice.SEVERAL_RATES)
