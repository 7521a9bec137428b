"""Earned schedule, ES-01 to ES-05: how late, in time, the earned value says that a project is.

Source: W. Lipke, *Schedule is Different* and *Earned Schedule Concept*; edges of
tests/cases/CALCULATE.md.
"""

from __future__ import annotations

from typing import Any

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
    nullified,
)
from indicators.formulas.ratios import both_known, quotient

# Money as int64 cents or float64.
NumberArray = NDArray[Any]


def earned_schedule(
    pv_cumulative: ArrayLike, lengths: ArrayLike, ev: ArrayLike, actual_time: ArrayLike
) -> dict[str, Outcome]:
    """Every earned-schedule figure of N projects.

    pv_cumulative: (N, M), planned value at the END of each period, padded on the right with
        anything; int64 cents or float64; PV is 0 at time 0.
    lengths: (N,) int, number of periods really planned in each row; 0 = no plan.
    ev: (N,), cumulative earned value, same unit. actual_time: (N,), in periods.

        BAC = last PV, pd = first period whose PV reaches BAC
        es = C + (EV − PV_C) / (PV_{C+1} − PV_C), C = number of whole periods with PV_C ≤ EV
        es = 0 when EV = 0, even if the plan starts with empty periods; es = pd when EV ≥ BAC
        sv_t = es − at      spi_t = es / at (null `not_started` when at ≤ 0)
        ieac_t = pd / spi_t (null `zero_denominator` when es = 0)
        ieac_t_remaining_as_planned = at + pd − es
        tspi = (pd − es) / (pd − at) (null `unreachable` when at ≥ pd, `not_applicable` when
            moreover everything is earned)

    A plan that decreases or that ends at 0, and a negative EV, have no earned schedule: null
    `not_applicable` with a notice. No plan, or a NaN in it: null `missing_input`.
    """
    plan = np.atleast_2d(np.asarray(pv_cumulative))
    size = np.atleast_1d(np.asarray(lengths)).astype(np.intp)
    if plan.shape[1] == 0:
        plan = np.zeros((len(size), 1))
    earned, time = measured(ev), measured(actual_time)
    inside = np.arange(plan.shape[1]) < size[:, None]
    budget = np.take_along_axis(plan, np.maximum(size - 1, 0)[:, None], axis=1)
    pd = _checked(plan, inside, budget, ((plan >= budget) & inside).argmax(axis=1) + 1.0)
    raw = _interpolated(plan, inside, np.atleast_1d(np.asarray(ev)))
    raw = np.where(earned.value >= budget[:, 0], pd.value, raw)
    es = combine(np.where(earned.value == 0, 0.0, raw), pd, earned)
    below = both_known(pd, earned) & (earned.value < 0)
    es = nullified(es, below, Reason.NOT_APPLICABLE, Notice.EV_NEGATIVE)
    return {"es": es, "pd": pd, **_forecasts(es, pd, time)}


def _checked(plan: NumberArray, inside: BoolArray, budget: NumberArray, pd: FloatArray) -> Outcome:
    """Planned duration (N,), null where the plan is not one."""
    missing = np.logical_or(~inside.any(axis=1), (np.isnan(plan) & inside).any(axis=1))
    lower: BoolArray = (plan[:, 1:] < plan[:, :-1]) & inside[:, 1:]
    falls = np.logical_or(lower.any(axis=1), plan[:, 0] < 0)
    checked = combine(pd)
    empty: BoolArray = budget[:, 0] == 0
    checked = nullified(checked, empty, Reason.NOT_APPLICABLE, Notice.PLAN_IS_ZERO)
    checked = nullified(checked, falls, Reason.NOT_APPLICABLE, Notice.PLAN_DECREASES)
    return nullified(checked, missing, Reason.MISSING_INPUT)


def _interpolated(plan: NumberArray, inside: BoolArray, ev: NumberArray) -> FloatArray:
    """C + I (N,) for 0 < EV < BAC; any finite number elsewhere."""
    whole = ((plan <= ev[:, None]) & inside).sum(axis=1)
    last = plan.shape[1] - 1
    reached = np.take_along_axis(plan, np.clip(whole - 1, 0, last)[:, None], axis=1)[:, 0]
    reached = np.where(whole > 0, reached, plan.dtype.type(0))
    following = np.take_along_axis(plan, np.minimum(whole, last)[:, None], axis=1)[:, 0]
    with np.errstate(over="ignore", invalid="ignore"):
        step = (following - reached).astype(np.float64)
        part = (ev - reached).astype(np.float64) / np.where(step > 0, step, 1.0)
    result: FloatArray = whole + part
    return result


def _forecasts(es: Outcome, pd: Outcome, time: Outcome) -> dict[str, Outcome]:
    spi_t = quotient(es, time)
    before = both_known(es, time) & (time.value <= 0)
    spi_t = nullified(spi_t, before, Reason.NOT_STARTED)
    left = combine(pd.value - es.value, pd, es)
    ahead = combine(pd.value - time.value, pd, time)
    tspi = quotient(left, ahead)
    over = both_known(left, ahead) & (ahead.value <= 0)
    tspi = nullified(tspi, over, Reason.UNREACHABLE)
    tspi = nullified(tspi, over & (left.value == 0), Reason.NOT_APPLICABLE)
    return {
        "sv_t": combine(es.value - time.value, es, time),
        "spi_t": spi_t,
        "ieac_t": quotient(pd, spi_t),
        "ieac_t_remaining_as_planned": combine(time.value + left.value, time, left),
        "tspi": tspi,
    }
