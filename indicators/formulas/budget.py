"""Budget execution, BX-01, 02, 06, 07, 11 to 14, and the identity of the settlement law.

AE = autorisations d'engagement, CP = crédits de paiement. Amounts: (N,), int64 cents or float64 of
one unit, NaN = missing. Rates are pure numbers, above 1 when execution exceeds the credits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from indicators.formulas.outcome import Notice, Outcome, combine, measured, noticed
from indicators.formulas.ratios import difference, positive_quotient, quotient

SETTLEMENT_AMOUNTS = frozenset({"ae_disponibles", "cp_disponibles"})


def settlement_rates(
    ae_engagees: ArrayLike,
    ae_annulees: ArrayLike,
    cp_consommes: ArrayLike,
    cp_annules: ArrayLike,
    cp_ouvertures_complementaires: ArrayLike,
) -> dict[str, Outcome]:
    """Identity of a settlement law (loi n° 2011-859, art. 4): credits opened, no carry-over.

        ae_disponibles = engagées + annulées
        cp_disponibles = consommés + annulés − ouvertures complémentaires
        taux_engagement = taux_ae = engagées / ae_disponibles; taux_cp = consommés / cp_disponibles

    A missing part makes the sum null `missing_input`: it is not 0. This is NOT the credit
    available during the year, which `commitment_rate` and `consumption_rate` take.
    """
    engaged, consumed = measured(ae_engagees), measured(cp_consommes)
    ae = _total(engaged, measured(ae_annulees))
    cp = _total(consumed, difference(cp_annules, cp_ouvertures_complementaires))
    ae_rate = quotient(engaged, ae)
    return {
        "ae_disponibles": ae,
        "taux_engagement": ae_rate,
        "taux_ae": ae_rate,
        "cp_disponibles": cp,
        "taux_cp": quotient(consumed, cp),
    }


def commitment_rate(ae_committed: ArrayLike, ae_opened: ArrayLike, ae_frozen: ArrayLike) -> Outcome:
    """BX-01, taux d'engagement: `ae_committed / (ae_opened − ae_frozen)`.

    No credit → null `zero_denominator`; more frozen than opened → null `not_applicable`.
    """
    return positive_quotient(measured(ae_committed), difference(ae_opened, ae_frozen))


def consumption_rate(cp_paid: ArrayLike, cp_opened: ArrayLike, cp_frozen: ArrayLike) -> Outcome:
    """BX-02, taux de consommation: `cp_paid / (cp_opened − cp_frozen)`; edges of BX-01."""
    return positive_quotient(measured(cp_paid), difference(cp_opened, cp_frozen))


def left_to_pay(committed: ArrayLike, paid: ArrayLike) -> Outcome:
    """BX-06, restes à payer: `committed (net of withdrawals) − paid`, unit of the inputs.

    A negative result is kept, with the notice NEGATIVE_LEFT_TO_PAY: it is an error in the data.
    """
    rest = difference(committed, paid)
    return noticed(rest, rest.value < 0, Notice.NEGATIVE_LEFT_TO_PAY)


def service_done_rate(service_done: ArrayLike, committed: ArrayLike) -> Outcome:
    """BX-11, taux de service fait: certified service done over commitments, same perimeter."""
    return quotient(measured(service_done), measured(committed))


def payment_rate(
    paid: ArrayLike, service_done: ArrayLike, advances_paid: ArrayLike | None = None
) -> Outcome:
    """BX-12, taux de paiement: payments but the advances, over certified service done."""
    settled = measured(paid) if advances_paid is None else difference(paid, advances_paid)
    return quotient(settled, measured(service_done))


def accrued_charges(
    service_done: ArrayLike, paid: ArrayLike, advances_paid: ArrayLike | None = None
) -> Outcome:
    """BX-13, charges à payer: `service_done − payments but the advances`, unit of the inputs.

    An advance pays no service yet (domain §1.7).
    """
    settled = measured(paid) if advances_paid is None else difference(paid, advances_paid)
    done = measured(service_done)
    return combine(done.value - settled.value, done, settled)


def due_in_year(due_unpaid: ArrayLike) -> Outcome:
    """BX-07, restes à payer exigibles: what the schedules of signed commitments still expect."""
    return measured(due_unpaid)


def aged_left_to_pay(one_two: ArrayLike, two_three: ArrayLike, over_three: ArrayLike) -> Outcome:
    """BX-14, ancienneté: left to pay whose last movement is a year old or more, all bands."""
    return _total(_total(measured(one_two), measured(two_three)), measured(over_three))


def _total(left: Outcome, right: Outcome) -> Outcome:
    with np.errstate(over="ignore"):
        return combine(left.value + right.value, left, right)
