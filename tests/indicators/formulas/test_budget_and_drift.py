"""Budget execution and drift: edges, exactness, order of the projects."""

from __future__ import annotations

import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.formulas import budget, drift
from indicators.formulas.outcome import Notice, Outcome, Reason

NAN = math.nan
Z, M, N, A = (
    Reason.ZERO_DENOMINATOR,
    Reason.MISSING_INPUT,
    Reason.NOT_STARTED,
    Reason.NOT_APPLICABLE,
)
COSTS = st.integers(1, 10**13)


def seen(outcome: Outcome) -> list[float | Reason]:
    pairs = zip(outcome.value.tolist(), outcome.reason.tolist(), strict=True)
    return [Reason(reason) if reason else value for value, reason in pairs]


@pytest.mark.parametrize("rate", [budget.commitment_rate, budget.consumption_rate])
def test_rates_are_on_credits_opened_minus_frozen_and_may_exceed_one(rate: object) -> None:
    assert callable(rate)
    found = rate([50, 150, 1, 1, NAN, 1], [100, 120, 5, 5, 1, NAN], [0, 20, 5, 6, 0, 0])
    assert seen(found) == [0.5, 1.5, Z, A, M, M]


def test_left_to_pay_keeps_a_negative_and_tells_it() -> None:
    found = budget.left_to_pay([100, 100, NAN], [40, 101, 1])
    assert seen(found) == [60, -1, M]
    assert found.notice.tolist() == [0, Notice.NEGATIVE_LEFT_TO_PAY, 0]


def test_service_done_payments_and_charges() -> None:
    assert seen(budget.service_done_rate([50, 1, 1], [100, 0, NAN])) == [0.5, Z, M]
    assert seen(budget.payment_rate([50, 1], [100, 0])) == [0.5, Z]
    # Advances are not payments of a service done (BX-12).
    assert seen(budget.payment_rate([50], [100], advances_paid=[10])) == [0.4]
    assert seen(budget.accrued_charges([50, NAN], [60, 1])) == [-10, M]


def test_the_three_projects_of_the_domain_note() -> None:
    # 40.1→74.95, 72.5→87.418, 17.1→20.651 M€; 117→130, 96→123, 71→83 months (§2.2).
    first, last = [40.1, 72.5, 17.1], [74.95, 87.418, 20.651]
    costs = drift.portfolio_drift(first, last, weights=first)
    times = drift.portfolio_drift([117, 96, 71], [130, 123, 83], weights=first)

    def percent(outcome: Outcome) -> float:
        return round(float(outcome.value[0]) * 100, 2)

    assert percent(costs.simple_mean) == 42.75
    assert percent(times.simple_mean) == 18.71
    assert percent(costs.aggregate) == 41.11
    assert percent(times.aggregate) == 18.31
    assert percent(costs.cost_weighted) == 41.11
    assert percent(times.cost_weighted) == 21.38
    assert [round(g * 100, 2) for g in drift.gap_rate(first, last).value] == [86.91, 20.58, 20.77]


def test_gap_rates_say_why_they_are_null() -> None:
    found = drift.gap_rate([10, 0, NAN, 10, 10], [15, 5, 5, NAN, 20], [0, 0, 0, 0, 1])
    assert seen(found) == [0.5, Z, M, M, N]


def test_a_pair_left_out_counts_nowhere() -> None:
    start, end = [100, 0, NAN, 50, 200], [110, 5, 5, NAN, 180]
    found = drift.portfolio_drift(start, end, weights=[1, 1, 1, 1, NAN])
    assert found.used == 2
    assert found.left_out.tolist() == [0, Z, M, M, 0]
    assert found.aggregate.value[0] == -10 / 300
    assert found.simple_mean.value[0] == pytest.approx(0, abs=1e-15)
    # No weight, no place in the weighted mean.
    assert found.cost_weighted.value[0] == 0.1


@pytest.mark.parametrize(("start", "cause"), [([], M), ([0, 0], Z), ([0, NAN], M), ([NAN], M)])
def test_a_portfolio_without_any_pair_is_null(start: list[float], cause: Reason) -> None:
    found = drift.portfolio_drift(start, [1.0] * len(start))
    for outcome in (found.aggregate, found.simple_mean, found.median, found.cost_weighted):
        assert seen(outcome) == [cause]


def test_without_weights_the_weighted_mean_is_missing() -> None:
    assert seen(drift.portfolio_drift([1], [2]).cost_weighted) == [M]
    assert seen(drift.portfolio_drift([1], [2], weights=[NAN]).cost_weighted) == [M]
    assert seen(drift.portfolio_drift([1, 1], [2, 2], weights=[1, -1]).cost_weighted) == [Z]


@given(st.lists(st.tuples(COSTS, COSTS), min_size=1, max_size=20), st.randoms())
def test_the_order_of_the_projects_changes_no_byte(
    pairs: list[tuple[int, int]], rng: object
) -> None:
    shuffled = list(pairs)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]

    def figures(given: list[tuple[int, int]]) -> list[bytes]:
        start, end = np.array(given, dtype=np.int64).T
        found = drift.portfolio_drift(start, end, weights=start)
        outcomes = (found.aggregate, found.simple_mean, found.median, found.cost_weighted)
        return [outcome.value.tobytes() for outcome in outcomes]

    assert figures(pairs) == figures(shuffled)


@given(st.lists(st.tuples(COSTS, COSTS), min_size=1, max_size=20))
def test_the_means_agree_with_exact_arithmetic(pairs: list[tuple[int, int]]) -> None:
    start, end = np.array(pairs, dtype=np.int64).T
    found = drift.portfolio_drift(start, end, weights=start)
    gaps = [Fraction(last - first, first) for first, last in pairs]
    total = Fraction(sum(b for _, b in pairs), sum(a for a, _ in pairs)) - 1
    room = statistics.mean(map(abs, gaps))
    for outcome, wanted in [
        (found.aggregate, total),
        (found.simple_mean, statistics.mean(gaps)),
        (found.median, statistics.median(gaps)),
        (found.cost_weighted, total),
    ]:
        error = abs(Fraction(float(outcome.value[0])) - wanted)
        scale = Fraction(sum(abs(b - a) for a, b in pairs), sum(a for a, _ in pairs))
        assert error <= Fraction(1, 10**12) * max(abs(wanted), room, scale)
