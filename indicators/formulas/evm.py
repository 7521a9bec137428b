"""Earned value management, EV-01 to EV-15.

Sources: PMI Practice Standard for EVM; Lipke & Henderson; edges of tests/cases/CALCULATE.md.
At the status date: BAC budget at completion, PV planned value, EV earned value, AC actual cost.

    cv = ev − ac                     sv = ev − pv
    cv_pct = cv / ev                 sv_pct = sv / pv
    cpi = ev / ac (null if ac ≤ 0)   spi = ev / pv
    eac_cpi = bac / cpi              eac_remaining_at_budget = ac + bac − ev
    eac_cpi_spi = ac + (bac − ev) / (cpi × spi)
    eac_bottom_up = ac + bottom-up ETC, only when that one is given
    etc_cpi = eac_cpi − ac           vac_cpi = bac − eac_cpi
    tcpi_bac = (bac − ev) / (bac − ac)
    tcpi_eac = (bac − ev) / (eac_cpi − ac)

ETC and VAC are computed as (bac − ev) / cpi and bac × cv / ev, which are the same numbers without
the cancellation of two close amounts near the end of a project.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from indicators.formulas.outcome import (
    Notice,
    Outcome,
    Reason,
    combine,
    measured,
    nullified,
    replaced,
)
from indicators.formulas.ratios import both_known, difference, positive_quotient, quotient

AMOUNTS = frozenset(
    "cv sv eac_cpi eac_remaining_at_budget eac_cpi_spi eac_bottom_up etc_cpi vac_cpi".split()
)


def earned_value(
    bac: ArrayLike,
    pv: ArrayLike,
    ev: ArrayLike,
    ac: ArrayLike,
    bottom_up_etc: ArrayLike | None = None,
) -> dict[str, Outcome]:
    """Every EVM figure of N projects.

    bac, pv, ev, ac, bottom_up_etc: (N,), int64 cents or float64 of one unit, NaN = missing.
    Returns one `Outcome` (N,) per key; the keys in `AMOUNTS` have the unit of the inputs, the
    others are pure numbers, never clipped.
    The formulas stand at the head of this module.
    """
    budget, planned, earned, actual = measured(bac), measured(pv), measured(ev), measured(ac)
    cv, sv, remaining = difference(ev, ac), difference(ev, pv), difference(bac, ev)
    cv_pct = quotient(cv, earned)
    cpi, spi = positive_quotient(earned, actual), quotient(earned, planned)
    eac, etc = quotient(budget, cpi), quotient(remaining, cpi)
    figures = {
        "cv": cv,
        "sv": sv,
        "cv_pct": cv_pct,
        "sv_pct": quotient(sv, planned),
        "cpi": cpi,
        "spi": spi,
        "pct_complete": quotient(earned, budget),
        "pct_planned": quotient(planned, budget),
        "pct_spent": quotient(actual, budget),
        "eac_cpi": eac,
        "eac_remaining_at_budget": _added(actual, remaining),
        "eac_cpi_spi": _added(actual, quotient(etc, spi)),
        "etc_cpi": etc,
        "vac_cpi": _multiplied(budget, cv_pct, eac),
        "tcpi_bac": _to_complete(remaining, difference(bac, ac), budget, earned),
        "tcpi_eac": _to_complete(remaining, etc, budget, earned),
    }
    if bottom_up_etc is not None:
        figures["eac_bottom_up"] = _added(actual, measured(bottom_up_etc))
    return figures


def _added(left: Outcome, right: Outcome) -> Outcome:
    with np.errstate(over="ignore"):
        return combine(left.value + right.value, left, right)


def _multiplied(amount: Outcome, rate: Outcome, cause: Outcome) -> Outcome:
    with np.errstate(over="ignore"):
        return combine(amount.value * rate.value, cause, rate, amount)


def _to_complete(remaining: Outcome, margin: Outcome, budget: Outcome, earned: Outcome) -> Outcome:
    """TCPI: work that remains over money that remains (`margin`), in this order of cases.

    ev > bac → null `not_applicable` with a notice; ev = bac → 0, whatever was spent;
    margin ≤ 0 → null `unreachable`; margin null → its reason.
    """
    index = quotient(remaining, margin)
    spent = both_known(remaining, margin) & (margin.value <= 0)
    index = nullified(index, spent, Reason.UNREACHABLE)
    index = replaced(index, earned.value == budget.value, 0.0)
    above = earned.value > budget.value
    return nullified(index, above, Reason.NOT_APPLICABLE, Notice.EV_ABOVE_BAC)
