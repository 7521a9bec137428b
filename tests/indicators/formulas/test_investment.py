"""Investment: Fraction oracles, roots that are roots, padding that weighs nothing."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indicators.formulas import investment
from indicators.formulas.outcome import Notice, Reason
from indicators.formulas.rates import cancelling_rates

FLOWS = st.lists(st.integers(-(10**9), 10**9) | st.integers(-2, 2), min_size=1, max_size=12)
RATES = st.fractions(Fraction(-9, 10), Fraction(3), max_denominator=1000)


def exact_npv(rate: Fraction, flows: list[int], first: int = 0) -> Fraction:
    return sum((flow / (1 + rate) ** (t + first) for t, flow in enumerate(flows)), Fraction(0))


@given(FLOWS, RATES, st.sampled_from([0, 1]))
def test_net_present_value_agrees_with_exact_arithmetic(
    flows: list[int], rate: Fraction, first: int
) -> None:
    found = investment.npv([float(rate)], [flows], [len(flows)], first_period=first)
    wanted = exact_npv(Fraction(float(rate)), flows, first)
    room = exact_npv(Fraction(float(rate)), [abs(flow) for flow in flows], first)
    assert abs(Fraction(float(found.value[0])) - wanted) <= Fraction(1, 10**12) * room


@given(FLOWS)
def test_a_rate_of_return_cancels_the_flows_and_needs_a_change_of_sign(flows: list[int]) -> None:
    found = investment.irr([flows], [len(flows)])
    signs = [flow > 0 for flow in flows if flow]
    if len(set(signs)) < 2:
        assert found.reason[0] == Reason.NOT_APPLICABLE
    if found.reason[0]:
        return
    rate = float(found.value[0])
    assert rate >= -0.99
    # Exact sign on both sides, or a value within rounding of 0: the flows cancel there.
    room = exact_npv(Fraction(rate), [abs(flow) for flow in flows])
    slope = sum(abs(t * flow) / (1 + Fraction(rate)) ** (t + 1) for t, flow in enumerate(flows))
    near = Fraction(1, 10**9) * (room + slope)
    assert abs(exact_npv(Fraction(rate), flows)) <= near


@given(
    st.lists(
        st.sampled_from([-0.9, -0.5, -0.25, 0.0, 0.1, 0.5, 1.0, 3.0]),
        min_size=1,
        max_size=4,
        unique=True,
    )
)
def test_every_rate_of_a_polynomial_built_from_its_roots_is_found(rates: list[float]) -> None:
    # Π (x − (1 + r)) read by decreasing powers of 1 + r are flows by increasing date.
    flows = np.poly([1 + rate for rate in rates]).tolist()
    found = cancelling_rates(flows, list(range(len(flows))))
    assert found == pytest.approx(sorted(rates), abs=1e-7)
    outcome = investment.irr([flows], [len(flows)])
    assert abs(outcome.value[0]) == pytest.approx(min(map(abs, rates)), abs=1e-7)
    assert (outcome.notice[0] == Notice.SEVERAL_RATES) == (len(rates) > 1)


@given(FLOWS, st.integers(1, 10**6))
def test_the_unit_of_money_does_not_change_a_rate_or_a_payback(flows: list[int], unit: int) -> None:
    scaled = [flow * unit for flow in flows]
    for formula in (investment.irr, investment.payback):
        one, other = formula([flows], [len(flows)]), formula([scaled], [len(flows)])
        assert one.reason[0] == other.reason[0]
        if not one.reason[0]:
            assert other.value[0] == pytest.approx(one.value[0], rel=1e-6, abs=1e-6)


@given(FLOWS)
def test_payback_agrees_with_exact_arithmetic(flows: list[int]) -> None:
    found = investment.payback([flows], [len(flows)])
    total, wanted = 0, None
    for period, flow in enumerate(flows):
        before, total = total, total + flow
        if total >= 0:
            wanted = period - 1 + Fraction(-before, flow) if period else Fraction(0)
            break
    if wanted is None:
        assert found.reason[0] == Reason.UNREACHABLE
    else:
        assert found.reason[0] == 0
        assert abs(Fraction(float(found.value[0])) - wanted) <= Fraction(1, 10**12) * (1 + wanted)


@given(FLOWS)
def test_a_discount_of_zero_changes_nothing(flows: list[int]) -> None:
    plain = investment.payback([flows], [len(flows)])
    discounted = investment.payback([flows], [len(flows)], [0.0])
    assert plain.reason[0] == discounted.reason[0]
    np.testing.assert_array_equal(plain.value, discounted.value)


@given(FLOWS, st.integers(0, 8), st.floats(-0.5, 0.5))
def test_the_padding_of_a_row_changes_no_byte(flows: list[int], extra: int, rate: float) -> None:
    size, wide = [len(flows)], [[*map(float, flows), *[math.nan] * extra]]
    for formula in (
        lambda rows: investment.npv([rate], rows, size),
        lambda rows: investment.irr(rows, size),
        lambda rows: investment.payback(rows, size, [rate]),
        lambda rows: investment.mirr(rows, size, [rate], [rate]),
    ):
        one, other = formula([flows]), formula(wide)
        assert one.value.tobytes() == other.value.tobytes()
        assert one.reason.tolist() == other.reason.tolist()


@given(FLOWS)
def test_dated_flows_a_year_apart_have_the_yearly_rate(flows: list[int]) -> None:
    days = [[365.0 * t for t in range(len(flows))]]
    yearly, dated = (
        investment.irr([flows], [len(flows)]),
        investment.xirr([flows], days, [len(flows)]),
    )
    assert yearly.value.tobytes() == dated.value.tobytes()
    assert yearly.reason.tolist() == dated.reason.tolist()


@given(FLOWS, st.floats(-0.3, 0.5), st.floats(-0.3, 0.5))
def test_the_modified_rate_grows_expenses_into_gains(
    flows: list[int], finance: float, reinvest: float
) -> None:
    found = investment.mirr([flows], [len(flows)], [finance], [reinvest])
    last = len(flows) - 1
    gained = math.fsum(f * (1 + reinvest) ** (last - t) for t, f in enumerate(flows) if f > 0)
    spent = math.fsum(-f / (1 + finance) ** t for t, f in enumerate(flows) if f < 0)
    if not gained or not spent:
        assert found.reason[0] == Reason.NOT_APPLICABLE
        return
    assume(last > 0)
    # A rate near −100 % has lost, beside one, the digits that tell the gains again.
    assert found.value[0] == pytest.approx((gained / spent) ** (1 / last) - 1, rel=1e-9, abs=1e-12)


def test_missing_flows_and_empty_rows_are_missing_inputs() -> None:
    rows, sizes = [[1.0, math.nan], [1.0, 2.0]], [2, 0]
    missing = [Reason.MISSING_INPUT] * 2
    for outcome in (
        investment.npv([0.1, 0.1], rows, sizes),
        investment.irr(rows, sizes),
        investment.mirr(rows, sizes, [0.1, 0.1], [0.1, 0.1]),
        investment.payback(rows, sizes),
        investment.payback(rows, sizes, [0.1, 0.1]),
    ):
        assert outcome.reason.tolist() == missing


def test_many_changes_of_sign_stay_quick() -> None:
    flows = [(-1.0) ** t * (1 + t % 7) for t in range(60)]
    for rate in cancelling_rates(flows, list(range(60))):
        terms = [flow / (1 + rate) ** t for t, flow in enumerate(flows)]
        assert abs(math.fsum(terms)) <= 1e-9 * math.fsum(map(abs, terms))
