"""From the series to every indicator of the catalogue: the only caller of the formulas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from indicators.catalogue import BY_KEY
from indicators.formulas.budget import (
    accrued_charges,
    aged_left_to_pay,
    commitment_rate,
    consumption_rate,
    due_in_year,
    left_to_pay,
    payment_rate,
    service_done_rate,
)
from indicators.formulas.drift import gap_rate
from indicators.formulas.evm import earned_value
from indicators.formulas.outcome import Outcome, Reason
from indicators.formulas.programming import (
    coverage,
    execution_rate,
    forecast_error,
    landing_gap,
    need_coverage,
    owed_share,
    payment_key,
    programmed_landing,
    rigidity,
    stability,
)
from indicators.formulas.schedule import earned_schedule
from indicators.series import Booleans, SeriesBatch


def compute_figures(batch: SeriesBatch) -> dict[str, Outcome]:
    """Return one `Outcome` (N,) for each key of the catalogue, amounts in cents.

    Pure: reads the batch and nothing else.
    """
    figures = _earned(batch) | _gaps(batch) | _budget(batch)
    return {key: figures[key] for key in BY_KEY}


def _earned(batch: SeriesBatch) -> dict[str, Outcome]:
    """Earned value and earned schedule; before the first planned month nothing has started."""
    value = earned_value(batch.bac, batch.pv, batch.ev, batch.ac)
    time = earned_schedule(batch.pv_cumulative, batch.lengths, batch.ev, batch.actual_time)
    early = (batch.actual_time == 0) | (batch.framing & (batch.lengths == 0))
    return {
        key: _because(found, early, Reason.NOT_STARTED) for key, found in (value | time).items()
    }


def _gaps(batch: SeriesBatch) -> dict[str, Outcome]:
    """Gap rates against the initial figures (DR-07, DR-08) and the current baseline."""
    pairs = {
        "cost_gap_rate": (batch.initial_cost, batch.current_cost),
        "schedule_gap_rate": (batch.initial_duration, batch.current_duration),
        "cost_gap_vs_reference": (batch.reference_cost, batch.current_cost),
        "schedule_gap_vs_reference": (batch.reference_duration, batch.current_duration),
    }
    return {
        key: _unpublished(gap_rate(initial, current, batch.framing), batch.published)
        for key, (initial, current) in pairs.items()
    }


def _budget(batch: SeriesBatch) -> dict[str, Outcome]:
    """AE/CP execution, of the exercise for the rates on credits, since the beginning otherwise."""
    a = batch.amounts
    figures = {
        "ae_commitment_rate": commitment_rate(a["ae_committed"], a["ae_opened"], a["ae_frozen"]),
        "cp_consumption_rate": consumption_rate(a["cp_paid"], a["cp_opened"], a["cp_frozen"]),
        "left_to_pay": left_to_pay(a["committed_total"], a["paid_total"]),
        "service_done_rate": service_done_rate(a["service_done_total"], a["committed_total"]),
        "payment_rate": payment_rate(a["paid_total"], a["service_done_total"], a["advances_total"]),
        "accrued_unpaid": accrued_charges(
            a["service_done_total"], a["paid_total"], a["advances_total"]
        ),
        "due_in_year": due_in_year(a["due_unpaid"]),
        "aged_left_to_pay": aged_left_to_pay(a["left_1_2y"], a["left_2_3y"], a["left_over_3y"]),
    }
    figures |= _programming(batch)
    return {key: _unpublished(found, batch.published) for key, found in figures.items()}


def _programming(batch: SeriesBatch) -> dict[str, Outcome]:
    """Programming of record against execution, in CP; AE where the catalogue says so."""
    a = batch.amounts
    to_date, opened, frozen = a["cp_programmed_to_date"], a["cp_opened"], a["cp_frozen"]
    landing = programmed_landing(a["cp_paid"], a["cp_programmed"], to_date)
    return {
        "programming_execution_rate": execution_rate(a["cp_paid"], to_date),
        "programming_commitment_rate": execution_rate(
            a["ae_committed"], a["ae_programmed_to_date"]
        ),
        "programmed_landing": landing,
        "programmed_landing_gap": landing_gap(opened, frozen, landing),
        "left_to_pay_coverage": coverage(
            opened, frozen, a["cp_paid"], a["compulsory_unpaid"], a["due_unpaid"]
        ),
        "need_coverage": need_coverage(a["cp_granted"], a["cp_requested"]),
        "need_coverage_ae": need_coverage(a["ae_granted"], a["ae_requested"]),
        "next_year_rigidity": rigidity(a["cp_due_next"], a["cp_programmed_next"]),
        "owed_share": owed_share(a["cp_compulsory"], a["cp_unavoidable"], opened, frozen),
        "forecast_error": forecast_error(
            a["cp_paid"], a["cp_forecast"], is_over=(batch.as_of.month, batch.as_of.day) == (12, 31)
        ),
        "payment_key": payment_key(a["cp_planned"], a["ae_planned"]),
        "programming_stability": stability(a["cp_moved"], a["cp_former"]),
    }


def _because(outcome: Outcome, where: Booleans, reason: Reason) -> Outcome:
    """Replace the reason of the null values on some rows; a value that exists stays."""
    changed = where & (outcome.reason != 0)
    return replace(outcome, reason=np.where(changed, np.int8(reason), outcome.reason))


def _unpublished(outcome: Outcome, published: Booleans) -> Outcome:
    """A figure that a publication does not give is « not published », not missing."""
    missing = published & (outcome.reason == Reason.MISSING_INPUT)
    return _because(outcome, missing, Reason.NOT_PUBLISHED)
