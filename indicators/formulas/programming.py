"""Programming against execution: BX-03, 04, 05, 08, 09, 10, 15 to 18 (domain §2.3).

Amounts: (N,), int64 cents or float64 of one unit, NaN = missing. Rates are pure numbers. What is
programmed is read in the version of record of the exercise: without one it is missing, not 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from indicators.formulas.outcome import Outcome, Reason, combine, measured, nullified
from indicators.formulas.ratios import difference, positive_quotient, quotient, ratio


def programmed_to_date(programmed: ArrayLike, months: int, dated: ArrayLike = 0) -> np.ndarray:
    """What is programmed up to a month of the exercise, (N,), whole cents, half up.

    `months` (0 to 12) have run: what has no month of its own is spread evenly; `dated` is what
    has one that is past, counted whole. NaN stays NaN.
    """
    spread = np.atleast_1d(np.asarray(programmed, dtype=np.float64))
    found: np.ndarray = np.floor((spread * months * 2 + 12) / 24) + np.asarray(dated)
    return found


def execution_rate(actual: ArrayLike, to_date: ArrayLike) -> Outcome:
    """BX-03, taux d'exécution par rapport à la programmation: `actual / programmed_to_date`.

    Nothing programmed → null `zero_denominator`, whether or not something was executed: an
    execution without programming is told apart (an alert), it is no rate.
    """
    return ratio(actual, to_date)


def programmed_landing(actual: ArrayLike, programmed: ArrayLike, to_date: ArrayLike) -> Outcome:
    """BX-04, prévision d'atterrissage: `actual + remaining programmed`, unit of the inputs.

    What remains is what is programmed for the exercise less what was up to the date.
    """
    done, remaining = measured(actual), difference(programmed, to_date)
    return combine(done.value + remaining.value, done, remaining)


def landing_gap(opened: ArrayLike, frozen: ArrayLike, landing: Outcome) -> Outcome:
    """BX-05, écart d'atterrissage: credits opened and not frozen, less the landing."""
    usable = difference(opened, frozen)
    return combine(usable.value - landing.value, usable, landing)


def coverage(
    opened: ArrayLike, frozen: ArrayLike, paid: ArrayLike, compulsory: ArrayLike, due: ArrayLike
) -> Outcome:
    """BX-08, taux de couverture des restes à payer.

    `(cp_opened − cp_frozen − cp_paid) / (compulsory + due)`: nothing to pay → null
    `not_applicable`.
    """
    usable, spent = difference(opened, frozen), measured(paid)
    available = combine(usable.value - spent.value, usable, spent)
    first, second = measured(compulsory), measured(due)
    owed = combine(first.value + second.value, first, second)
    return nullified(quotient(available, owed), owed.value == 0, Reason.NOT_APPLICABLE)


def need_coverage(granted: ArrayLike, requested: ArrayLike) -> Outcome:
    """BX-09, taux de couverture du besoin: `granted / requested`."""
    return ratio(granted, requested)


def rigidity(due_next: ArrayLike, trajectory_next: ArrayLike) -> Outcome:
    """BX-10, rigidité N+1: what falls due in N + 1 over the CP expected for N + 1.

    Without a trajectory → null `missing_input`; of 0 → null `zero_denominator`.
    """
    return ratio(due_next, trajectory_next)


def owed_share(
    compulsory: ArrayLike, unavoidable: ArrayLike, opened: ArrayLike, frozen: ArrayLike
) -> Outcome:
    """BX-15, part des obligatoires et inéluctables in the CP opened and not frozen (GBCP art. 95).

    No credit → null `zero_denominator`; more frozen than opened → null `not_applicable`.
    """
    first, second = measured(compulsory), measured(unavoidable)
    owed = combine(first.value + second.value, first, second)
    return positive_quotient(owed, difference(opened, frozen))


def forecast_error(actual: ArrayLike, forecast: ArrayLike, *, is_over: bool) -> Outcome:
    """BX-16, qualité de prévision: `|actual − forecast| / forecast` of the last CRG.

    Before the exercise is over → null `not_applicable`; forecast of 0 → null `zero_denominator`.
    """
    gap = difference(actual, forecast)
    found = quotient(combine(np.abs(gap.value), gap), measured(forecast))
    return nullified(found, np.full(len(found), not is_over), Reason.NOT_APPLICABLE)


def payment_key(cp: ArrayLike, ae: ArrayLike) -> Outcome:
    """BX-17, clé d'ouverture des CP: CP of N on the AE of N over these AE (domain §1.6)."""
    return ratio(cp, ae)


def stability(moved: ArrayLike, former: ArrayLike) -> Outcome:
    """BX-18, stabilité de programmation: Σ |version k − version k−1| over Σ version k−1."""
    return ratio(moved, former)
